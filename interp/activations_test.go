package interp_test

import (
	"strconv"
	"testing"

	"cnnlang/interp"
)

// timm's table of inference (results/benchmark-infer-*.csv of pytorch-image-models) has these
// millions of activations and of parameters for the same networks.
func TestActivationsAreTimms(t *testing.T) {
	for name, want := range map[string][2]float64{
		"resnet50": {11.11, 25.56}, "mobilenet_v2": {6.68, 3.5}, "densenet121": {6.9, 7.98}, "efficientnet_b0": {6.75, 5.29}, "inception_v3": {8.97, 23.83}, "vgg16": {13.56, 138.36},
	} {
		p, err := interp.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		n, err := p.Net(interp.Options{Batch: 3})
		if err != nil {
			t.Fatal(err)
		}
		for i, got := range []float64{float64(n.Activations()) / 1e6, n.Main.Params.Float() / 1e6} {
			if text := strconv.FormatFloat(got, 'f', 2, 64); text != strconv.FormatFloat(want[i], 'f', 2, 64) {
				t.Errorf("%s: got %s, want %v", name, text, want[i])
			}
		}
	}
}
