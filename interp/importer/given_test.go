package importer

import (
	"strings"
	"testing"
)

// Shapes that no input has, weights that are none, and weights that are forgotten are told as what they are.
func TestWhatIsGivenIsThatOfTheNetwork(t *testing.T) {
	const net, two = importFiles + "caffe/nin_v1.prototxt", kerasFiles + "branches.h5"
	for _, c := range []struct {
		file string
		o    Options
		want string // "" where it is read
	}{
		{net, Options{NoWeights: true, Shapes: map[string][]int{"": {1, 3, 32, 32}}}, ""},
		{net, Options{NoWeights: true, Shapes: map[string][]int{"data": {1, 3, 32, 32}}}, ""},
		{net, Options{NoWeights: true, Shapes: map[string][]int{"picture": {1, 3, 32, 32}}}, "it has no input picture; it has data"},
		{importFiles + "darknet/darknet19.cfg", Options{NoWeights: true, Shapes: map[string][]int{"a": {1, 3, 32, 32}}}, "it has no input a; --shape without a name"},
		{net, Options{Weights: net}, "is a network of Caffe (.prototxt); want the weights of a network of Caffe"},
		{net, Options{Weights: kerasFiles + "plain.h5"}, "is a network of Keras"},
		{net, Options{Weights: "../../testdata/weights/torch_old_legacy.pth"}, "it has weights in the format of PyTorch (legacy"},
		{importFiles + "darknet/tiny_heads.cfg", Options{Weights: importFiles + "caffe/nin_v1.caffemodel"}, "it has weights in the format of Caffe (V1 layers), not in that of Darknet; leave it out, and give it to `cnnlang run NET.cnn --weights "},
		{two, Options{NoWeights: true, Shapes: map[string][]int{"nowhere": {1, 3, 9, 8}}}, "it has no input nowhere; "},
	} {
		i, err := Open(c.file, c.o)
		if err == nil {
			i.Close()
		}
		if got := ""; c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			if err != nil {
				got = err.Error()
			}
			t.Errorf("%s, %+v: got %q, want %q", c.file, c.o, got, c.want)
		}
	}
	i, err := Open(net, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer i.Close()
	if _, err := i.WriteWeights(t.Context(), t.TempDir()+"/w.safetensors", nil); err == nil || !strings.Contains(err.Error(), "no numbers for any tensor; name the file that has them") {
		t.Errorf("got %v", err)
	}
}
