package interp_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/internal/nettest"
)

const tinyNet = `import std.resnet { basic }
net tiny [N, 3, H = 32, W = 40] -> [N, 10] {
  conv1: conv(8, 3x3, pad=1, bias=false) -> bn1: bn -> relu
  layer1: { basic(8) }
  layer2: { basic(16, stride=2) }
  gap -> flatten -> fc: linear(10)
}
`

// Files of PyTorch give the outputs that PyTorch computes from them.
func TestTorchFilesGiveTheirOutputs(t *testing.T) {
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
	p, err := interp.Read("tiny.cnn", strings.NewReader(tinyNet))
	if err != nil {
		t.Fatal(err)
	}
	opts := interp.Options{Shape: tiny.Input}
	n, err := p.Net(opts)
	if err != nil {
		t.Fatal(err)
	}
	input, _, err := n.RandomInput(t.Context(), opts, tiny.Seed, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"tiny.pth", "tiny_legacy.pth", "tiny_parameters.pth", "tiny_torch2.pth"} {
		opts.Weights = interp.WeightsFile(filepath.Join("../testdata/weights", file)).At(".")
		m, err := n.Build(t.Context(), opts)
		if err != nil {
			t.Fatal(err)
		}
		got := nettest.Results(t, m, 1, input)[0]
		for image, logits := range tiny.Logits {
			for i, want := range logits {
				if x := got[10*image+i]; math.Abs(float64(x-want)) > 1e-6 {
					t.Errorf("%s: image %d: logit %d is %v, want %v", file, image, i, x, want)
				}
			}
		}
	}
}

// A key chooses among the weights of a checkpoint, also where they are packed in a cache.
func TestKeyChoosesWeights(t *testing.T) {
	const net = "net pair [N, 1, H = 2, W = 2] -> [N, 2, 2, 2] { conv(2, 1x1) -> bn }"
	p, err := interp.Read("pair.cnn", strings.NewReader(net))
	if err != nil {
		t.Fatal(err)
	}
	opts := interp.Options{Cache: t.TempDir()}
	n, err := p.Net(opts)
	if err != nil {
		t.Fatal(err)
	}
	input, _, err := n.RandomInput(t.Context(), opts, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	zero := func(key string) bool {
		opts.Weights = interp.WeightsFile("../testdata/weights/torch_checkpoint.pth").At(key)
		m, err := n.Build(t.Context(), opts)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range nettest.Results(t, m, 1, input)[0] {
			if x != 0 {
				return false
			}
		}
		return true
	}
	// All that ema_state_dict holds is 0.
	for range 2 {
		if zero("") || zero("model_state_dict") || !zero("ema_state_dict") {
			t.Errorf("got %v %v %v, want zeros of ema_state_dict alone", zero(""), zero("model_state_dict"), zero("ema_state_dict"))
		}
	}
}
