package interp_test

import (
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/internal/nettest"
	"cnnlang/interp/internal/reftest"
)

// Nets whose meta differs from their source on purpose, and why.
var otherPreprocessing = map[string]string{
	"googlenet":    "the published weights want inputs of mean and deviation 0.5; torchvision gets there by transform_input, from ImageNet's",
	"inception_v3": "as googlenet",
	"nin_imagenet": "the source subtracts a mean picture; meta holds its mean for each channel",
}

// Pictures are prepared as the source of the published weights prepares them.
func TestPreprocessingIsTheSources(t *testing.T) {
	for _, name := range reftest.Nets(t, referenceFolder) {
		want, got := reftest.ReadModel(t, referenceFolder, name).Preprocess, nettest.Instantiate(t, name, nil).Meta.Prepare
		if got.Fit != "short" || got.Resize != [2]int{want.Resize, want.Resize} || min(got.At[0], got.At[1]) != want.Crop || got.Interpolation != want.Interpolation {
			t.Errorf("%s: got %s %v for inputs of %v, %s; want %d, %d, %s", name,
				got.Fit, got.Resize, got.At, got.Interpolation, want.Resize, want.Crop, want.Interpolation)
		}
		if !strings.EqualFold(got.Order, want.Order) {
			t.Errorf("%s: got order %s, want %s", name, got.Order, want.Order)
		}
		if want.Range != nil && got.Scale != want.Range[1] {
			t.Errorf("%s: got pixels up to %v, want %v", name, got.Scale, want.Range[1])
		}
		same := slices.Equal(each(got.Mean, 0), each(numbers(want.Mean), 0)) && slices.Equal(each(got.Std, 1), each(want.Std, 1))
		switch _, differs := otherPreprocessing[name]; {
		case differs && same:
			t.Errorf("%s: mean and std are the source's, and said to differ", name)
		case !differs && !same:
			t.Errorf("%s: got mean %v and std %v, want %v and %v", name, got.Mean, got.Std, want.Mean, want.Std)
		}
	}
}

// each is a list with a number for each of three channels: one number is for all, and
// none is otherwise.
func each(list []float64, otherwise float64) []float64 {
	switch len(list) {
	case 0:
		return each([]float64{otherwise}, otherwise)
	case 1:
		return slices.Repeat(list, 3)
	}
	return list
}

func numbers(v any) []float64 {
	list, _ := v.([]any)
	var out []float64
	for _, x := range list {
		out = append(out, x.(float64))
	}
	return out
}

// Nets with 1000 outputs name them as ImageNet does, but for the one whose weights know
// faces; a preset with other outputs has none of these names.
func TestClassesOfImageNet(t *testing.T) {
	for _, name := range interp.Library() {
		n := nettest.Instantiate(t, name, nil)
		out := n.Graph.Output().Shape
		named := len(out) == 2 && out[1] == 1000 && name != "inception_resnet_v1"
		if named != (len(n.Meta.Classes) == 1000) {
			t.Errorf("%s: %v has %d names", name, out, len(n.Meta.Classes))
		}
	}
	names := nettest.Instantiate(t, "resnet18", nil).Meta.Classes
	// Positions that anyone knows who has run such a network.
	for i, want := range map[int]string{0: "tench", 207: "golden retriever", 281: "tabby", 285: "Egyptian cat", 340: "zebra",
		388: "giant panda", 483: "castle", 817: "sports car", 949: "strawberry", 963: "pizza", 999: "toilet paper"} {
		if names[i] != want {
			t.Errorf("class %d is %q, want %q", i, names[i], want)
		}
	}
	sorted := slices.Clone(names)
	slices.Sort(sorted)
	if len(slices.Compact(sorted)) != 1000 {
		t.Error("two classes have one name")
	}
	if two := nettest.Instantiate(t, "resnet18", nil, "classes=2"); two.Meta.Classes != nil {
		t.Errorf("2 outputs have the names %v", two.Meta.Classes)
	}
}
