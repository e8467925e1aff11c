package interp_test

import "testing"

// What tells nets apart that have the same tensors is said in a line.
func TestApart(t *testing.T) {
	first, second := libraryNet(t, "resnet50"), libraryNet(t, "resnet50_v1")
	const want = "resnet50_v1 has stride=2x2 in layer2.0.conv1, and resnet50 has 1x1; 5 more steps differ"
	if got := second.Apart(first); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := first.Apart(first); got != "" {
		t.Errorf("a net differs from itself: %q", got)
	}
	if got := first.Apart(libraryNet(t, "vgg16")); got != "" {
		t.Errorf("no steps have the same names: %q", got)
	}
}
