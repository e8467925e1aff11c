package interp_test

import (
	"errors"
	"slices"
	"testing"

	"cnnlang/interp"
	"cnnlang/lang/diag"
)

// A size is set like a parameter, for a batch of images too, and is no other than the
// shape's.
func TestSizesAreSet(t *testing.T) {
	p, err := interp.Open("resnet18")
	if err != nil {
		t.Fatal(err)
	}
	set := interp.Set("C=1", "H=64", "W=32", "classes=10")
	for _, c := range []struct {
		opts interp.Options
		want []int
	}{
		{interp.Options{Set: set}, []int{1, 1, 64, 32}},
		{interp.Options{Set: set, Batch: 4}, []int{4, 1, 64, 32}},
		{interp.Options{Set: set, Shape: []int{2, 1, 64, 32}}, []int{2, 1, 64, 32}},
		{interp.Options{Set: interp.Set("H=64"), Shape: []int{1, 2, 64, 96}}, []int{1, 2, 64, 96}},
	} {
		n, err := p.Net(c.opts)
		if err != nil {
			t.Fatal(err)
		}
		if got := n.Graph.Input().Shape; !slices.Equal(got, c.want) {
			t.Errorf("%+v: got %v, want %v", c.opts, got, c.want)
		}
	}
	var wrong *interp.ProgramError
	if _, err := p.Net(interp.Options{Set: set, Shape: []int{1, 1, 64, 64}}); !errors.As(err, &wrong) || wrong.Problems[0].Code != diag.InputMismatch {
		t.Errorf("a shape that contradicts: got %v", err)
	}
	if got, want := p.Settable(""), []string{"classes", "stem", "pool", "C", "H", "W"}; !slices.Equal(got, want) {
		t.Errorf("got %q to set, want %q", got, want)
	}
}
