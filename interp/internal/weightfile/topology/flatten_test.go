package topology

import (
	"testing"

	"cnnlang/interp/internal/weightfile"
)

// How Keras counts a flattened map: channels last, where Flatten moves them if it is told that they
// are first.
func TestFlattened(t *testing.T) {
	layer := func(class, config string) string {
		return `{"class_name": "` + class + `", "config": {"name": "` + class + `"` + config + `}}`
	}
	const first, last, theano = `, "data_format": "channels_first"`, `, "data_format": "channels_last"`, `, "dim_ordering": "th"`
	for _, c := range []struct {
		layers string
		want   weightfile.Flattened
	}{
		{layer("Dense", ""), weightfile.ByPixel},
		{layer("Flatten", last) + "," + layer("Dense", ""), weightfile.ByPixel},
		{layer("Conv2D", last) + "," + layer("Flatten", last), weightfile.ByPixel},
		{layer("Conv2D", first) + "," + layer("Flatten", first), weightfile.ByPixel},
		{layer("Conv2D", first) + "," + layer("Flatten", last), weightfile.ByChannel},
		{layer("Conv2D", first) + "," + layer("Flatten", ""), weightfile.ByChannel},
		{layer("Convolution2D", theano) + "," + layer("Flatten", ""), weightfile.ByChannel},
		{layer("Conv2D", first) + "," + layer("Conv2D", last), weightfile.Mixed},
		{layer("Conv2D", last) + "," + layer("Flatten", first), weightfile.Mixed},
		{layer("Conv2D", first) + "," + layer("Flatten", first) + "," + layer("Flatten", last), weightfile.Mixed},
		{layer("Conv2D", last) + "," + layer("Permute", ""), weightfile.Mixed},
		{`{"class_name": "Sequential", "config": {"name": "in", "layers": [` + layer("Conv2D", first) + `]}}`, weightfile.ByChannel},
	} {
		m, err := Parse(weightfile.Input{Path: "f"}, []byte(`{"class_name": "Sequential", "config": {"name": "m", "layers": [`+c.layers+`]}}`), "the model")
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Flattened(); got != c.want {
			t.Errorf("%s: got %s, want %s", c.layers, got, c.want)
		}
	}
	if got := (*Model)(nil).Flattened(); got != weightfile.ByPixel {
		t.Errorf("without a model: got %s", got)
	}
}
