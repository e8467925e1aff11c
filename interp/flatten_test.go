package interp_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/internal/nettest"
	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/filetest"
	"cnnlang/interp/internal/weights"
	"cnnlang/ops/tensor"
)

// A dense layer behind a flattened map of 2 channels, 1 row and 3 columns: by pixel, what it reads
// is counted c0 c1 of each column in turn.
const flattening = "net n [N, 2, H = 1, W = 3] -> [N, 2] { flatten -> fc: linear(2) }"

var (
	counted6 = []float32{1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60}
	byPixel  = []float32{1*1 + 2*4 + 3*2 + 4*5 + 5*3 + 6*6, 10*1 + 20*4 + 30*2 + 40*5 + 50*3 + 60*6} // of the input 1, 2, 3; 4, 5, 6
)

func flattenedBy(t *testing.T, w interp.Weights) ([]float32, *interp.Model, error) {
	t.Helper()
	m, err := readNet(t, flattening).Build(t.Context(), interp.Options{Weights: w})
	if err != nil {
		return nil, nil, err
	}
	t.Cleanup(func() { m.Close() })
	return nettest.Results(t, m, 1, tensor.Tensor{Shape: tensor.Shape{1, 2, 1, 3}, Data: []float32{1, 2, 3, 4, 5, 6}})[0], m, nil
}

// Files of Keras count flattened maps by pixel, whether there is a convolution in them or not.
func TestDenseLayersAloneCountPixels(t *testing.T) {
	layers := []filetest.Layer{{Name: "fc", Kind: filetest.Linear, Arrays: []filetest.Array{
		{Leaf: "weight", Shape: tensor.Shape{2, 6}, Data: counted6}, {Leaf: "bias", Shape: tensor.Shape{2}, Data: make([]float32, 2)}}}}
	folder := t.TempDir()
	model, files := filetest.TFJS(layers)
	files["model.json"], files["w.h5"] = model, filetest.Keras(layers)
	for name, raw := range files {
		if err := os.WriteFile(filepath.Join(folder, name), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"model.json", "w.h5"} {
		if got, _, err := flattenedBy(t, interp.WeightsFile(filepath.Join(folder, name))); !slices.Equal(got, byPixel) {
			t.Errorf("%s: got %v, %v, want %v", name, got, err, byPixel)
		}
	}
}

// What a file says of flattened maps counts, whichever axes its dense layers have; and where it
// cannot be known, nothing is computed.
func TestFlattenedMapsAsTheFileSays(t *testing.T) {
	stored := func(axes weightfile.Axes, order weightfile.Flattened, changed string) interp.Weights {
		s := &said{about: weightfile.About{Flattened: order}}
		x := tensor.Tensor{Shape: tensor.Shape{2, 6}, Data: counted6}
		if axes == weightfile.IO {
			x = laid(x, "OI", "IO")
		}
		s.add(weights.Entry{Name: "fc.weight", Axes: axes, Changed: changed}, x)
		return interp.StoreWeights(s.add(weights.Entry{Name: "fc.bias"}, tensor.New(2)))
	}
	byChannel := []float32{1 + 4 + 9 + 16 + 25 + 36, 10 * (1 + 4 + 9 + 16 + 25 + 36)}
	for _, c := range []struct {
		axes  weightfile.Axes
		order weightfile.Flattened
		want  []float32
	}{
		{weightfile.OI, weightfile.ByPixel, byPixel}, {weightfile.IO, weightfile.ByPixel, byPixel},
		{weightfile.OI, weightfile.ByChannel, byChannel}, {weightfile.IO, weightfile.Unsaid, byChannel},
	} {
		got, m, err := flattenedBy(t, stored(c.axes, c.order, ""))
		if !slices.Equal(got, c.want) {
			t.Errorf("%s %s: got %v, %v, want %v", c.axes, c.order, got, err, c.want)
		} else if told := strings.Join(m.Fit.Notes, ""); c.order == weightfile.ByPixel && !strings.HasPrefix(told, "turned ") {
			t.Errorf("%s %s: told %q", c.axes, c.order, told)
		}
	}
	const unknown = "weights: said: tensor fc.weight: counts a flattened map, in an order that is not known: "
	if _, _, err := flattenedBy(t, stored(weightfile.IO, weightfile.Mixed, "")); err == nil || !strings.HasPrefix(err.Error(), unknown) {
		t.Errorf("an order that is not known: %v", err)
	}
	const changed = "weights: said: tensor fc.weight: is changed by a Mul before its layer takes it"
	if _, _, err := flattenedBy(t, stored(weightfile.OI, weightfile.ByChannel, "by a Mul")); err == nil || !strings.HasPrefix(err.Error(), changed) {
		t.Errorf("numbers that are not the layer's: %v", err)
	}
	s := (&said{about: weightfile.About{Flattened: weightfile.Mixed}}).add(weights.Entry{Name: "fc.weight", Axes: weightfile.OI}, tensor.New(2, 2)).add(weights.Entry{Name: "fc.bias"}, tensor.New(2))
	if _, err := readNet(t, "net n [N, 2, H = 1, W = 3] -> [N, 2] { gap -> flatten -> fc: linear(2) }").Build(t.Context(), interp.Options{Weights: interp.StoreWeights(s)}); err != nil {
		t.Errorf("a map of one pixel: %v", err)
	}
}
