package interp_test

import (
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weights"
)

// A file of Keras that has weights alone says nothing of eps: where the net's is not that of Keras
// a note says so.
func TestSettingsThatAFileDoesNotSay(t *testing.T) {
	const note = "the file has no settings of layers, such as eps and padding: Keras's eps is 0.001 if nothing else is said, and 1 batch normalisation of the net has another"
	for _, c := range []struct {
		format, eps string
		layers      []weightfile.Layer
		told        bool
	}{
		{"Keras (.h5)", "0.00001", nil, true},
		{"Keras (.h5)", "0.001", nil, false},
		{"Keras (.h5)", "0.00001", []weightfile.Layer{{Name: "other"}}, false},
		{"NumPy (.npz)", "0.00001", nil, false},
	} {
		n := readNet(t, strings.Replace(`net n [N, 3, H = 6, W = 6] -> [N, 4, _, _] { a: conv(4, 3x3) -> an: bn(EPS) -> bn: bn(0.001) }`, "EPS", c.eps, 1))
		s := &said{about: weightfile.About{Format: c.format, Layers: c.layers}}
		for name, x := range interp.RandomTensors(n, 2) {
			s.add(weights.Entry{Name: name}, x)
		}
		_, notes, err := outputsOf(t, n, interp.StoreWeights(s))
		if err != nil || slices.Contains(notes, note) != c.told || !c.told && len(notes) > 0 {
			t.Errorf("%s, eps %s: %q, %v", c.format, c.eps, notes, err)
		}
	}
}
