package interp_test

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/internal/nettest"
	"cnnlang/interp/internal/weights"
)

// darknetFile writes a file of Darknet: the numbers of a store's tensors one after another.
func darknetFile(t *testing.T, path string, store weights.Store, names []string) {
	t.Helper()
	raw := []byte{0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0} // version 0.2.0, 9 pictures seen
	for _, name := range names {
		x, err := store.Tensor(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range x.Data {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
		}
	}
	if err := os.WriteFile(path, raw, 0o666); err != nil {
		t.Fatal(err)
	}
}

// TestNumbersInTheOrderOfTheNet: a file of Darknet gives the outputs that PyTorch computes from
// the same numbers.
func TestNumbersInTheOrderOfTheNet(t *testing.T) {
	text, err := os.ReadFile("../testdata/weights/tiny.json")
	if err != nil {
		t.Fatal(err)
	}
	var tiny struct {
		Seed   uint64
		Input  []int
		Logits [][]float32
	}
	if err := json.Unmarshal(text, &tiny); err != nil || len(tiny.Logits) != 2 {
		t.Fatalf("%v, %v", tiny, err)
	}
	store, err := weights.Open("../testdata/weights/tiny.safetensors", weights.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	var names []string
	for _, layer := range [][2]string{
		{"conv1", "bn1"}, {"layer1.0.conv1", "layer1.0.bn1"}, {"layer1.0.conv2", "layer1.0.bn2"},
		{"layer2.0.conv1", "layer2.0.bn1"}, {"layer2.0.conv2", "layer2.0.bn2"}, {"layer2.0.downsample.0", "layer2.0.downsample.1"},
	} {
		names = append(names, layer[1]+".bias", layer[1]+".weight", layer[1]+".running_mean", layer[1]+".running_var", layer[0]+".weight")
	}
	path := filepath.Join(t.TempDir(), "tiny.weights")
	darknetFile(t, path, store, append(names, "fc.bias", "fc.weight"))
	p, err := interp.Read("tiny.cnn", strings.NewReader(tinyNet))
	if err != nil {
		t.Fatal(err)
	}
	opts := interp.Options{Shape: tiny.Input, Weights: interp.WeightsFile(path)}
	n, err := p.Net(opts)
	if err != nil {
		t.Fatal(err)
	}
	input, _, err := n.RandomInput(t.Context(), opts, tiny.Seed, 1)
	if err != nil {
		t.Fatal(err)
	}
	m, err := n.Build(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	got := nettest.Results(t, m, 1, input)[0]
	for image, logits := range tiny.Logits {
		for i, want := range logits {
			if x := got[10*image+i]; math.Abs(float64(x-want)) > 1e-6 {
				t.Errorf("image %d: logit %d is %v, want %v", image, i, x, want)
			}
		}
	}
	darknetFile(t, path, store, names)
	_, err = n.Build(t.Context(), opts)
	var fit *interp.FitError
	if !errors.As(err, &fit) || fit.Code() != "E0601" || fit.Title() != "the weights do not fit tiny: the file has 5240 numbers, the net needs 5410" {
		t.Errorf("got %v", err)
	}
}

// TestOrderOfSideHeads: the numbers are those of the main path, or of all heads.
func TestOrderOfSideHeads(t *testing.T) {
	n := readNet(t, `net sided [N, 1, H = 2, W = 2] -> [N, 1, 2, 2] { a: conv(1, 1x1)
  side s: { conv(3, 1x1) }
  b: conv(2, 1x1) -> conv(1, 1x1) }`)
	for numbers, want := range map[int]string{
		9: "", 15: "",
		14: "the weights do not fit sided: the file has 14 numbers, the net needs 9 (15 with all side heads)",
	} {
		path := filepath.Join(t.TempDir(), "w.weights")
		if err := os.WriteFile(path, append([]byte{0, 0, 0, 0, 2}, make([]byte, 15+4*numbers)...), 0o666); err != nil {
			t.Fatal(err)
		}
		_, err := n.Build(t.Context(), interp.Options{Weights: interp.WeightsFile(path)})
		var fit *interp.FitError
		switch {
		case want == "" && err != nil, want != "" && (!errors.As(err, &fit) || fit.Title() != want):
			t.Errorf("%d: got %v", numbers, err)
		}
	}
}

// TestLayersThatDarknetDoesNotHave: each is named.
func TestLayersThatDarknetDoesNotHave(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.weights")
	if err := os.WriteFile(path, append([]byte{0, 0, 0, 0, 2}, make([]byte, 15+4)...), 0o666); err != nil {
		t.Fatal(err)
	}
	for body, want := range map[string]string{
		"a: conv(1, 1x1, bias=false)": "a.weight belongs to a layer with neither bias nor norm, where Darknet always has biases; write bias=true",
		"a: conv(1, 1x1) -> b: bn":    "a.bias is a bias before a norm, where Darknet has only that of the norm; write bias=false",
		"a: bn -> b: conv(1, 1x1)":    "a is a norm that follows no layer, which Darknet does not have",
		"a: deconv(1, 1x1)":           "a.weight belongs to a layer that Darknet does not have",
	} {
		n := readNet(t, "net odd [N, 1, H = 2, W = 2] -> [N, 1, 2, 2] { "+body+" }")
		_, err := n.Build(t.Context(), interp.Options{Weights: interp.WeightsFile(path)})
		var fit *interp.FitError
		if !errors.As(err, &fit) || strings.TrimPrefix(fit.Title(), "the weights do not fit odd: ") != want {
			t.Errorf("%s: got %v, want %s", body, err, want)
		}
	}
}
