package interp_test

import (
	"slices"
	"strings"
	"testing"

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
		want, meta := reftest.ReadModel(t, referenceFolder, name).Preprocess, nettest.Instantiate(t, name, nil).Meta
		if meta.Resize != want.Resize || meta.Crop != want.Crop || meta.Interpolation != want.Interpolation {
			t.Errorf("%s: got resize %d, crop %d, %s; want %d, %d, %s", name,
				meta.Resize, meta.Crop, meta.Interpolation, want.Resize, want.Crop, want.Interpolation)
		}
		if !strings.EqualFold(meta.ChannelOrder, want.Order) {
			t.Errorf("%s: got order %s, want %s", name, meta.ChannelOrder, want.Order)
		}
		if want.Range != nil && meta.Scale != want.Range[1] {
			t.Errorf("%s: got pixels up to %v, want %v", name, meta.Scale, want.Range[1])
		}
		same := slices.Equal(meta.Mean, numbers(want.Mean)) && slices.Equal(meta.Std, want.Std)
		switch _, differs := otherPreprocessing[name]; {
		case differs && same:
			t.Errorf("%s: mean and std are the source's, and said to differ", name)
		case !differs && !same:
			t.Errorf("%s: got mean %v and std %v, want %v and %v", name, meta.Mean, meta.Std, want.Mean, want.Std)
		}
	}
}

func numbers(v any) []float64 {
	list, _ := v.([]any)
	var out []float64
	for _, x := range list {
		out = append(out, x.(float64))
	}
	return out
}
