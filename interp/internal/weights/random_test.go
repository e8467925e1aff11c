package weights

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"cnnlang/interp/graph"
	"cnnlang/interp/train/chance"
	"cnnlang/ops/tensor"
)

// vectors are the first elements of generated tensors and some of images, as
// float32 bits, computed with numpy (testdata/vectors.json).
type vectors struct {
	Tensors []struct {
		Name   string
		Shape  []int
		Seed   string
		FNV    string `json:"fnv1a64"`
		Bits24 []uint64
		Hex    []string
		Last   string `json:"last_hex"`
	}
	Images []struct {
		Seed  string
		Shape [4]int
		At    [][4]int
		Hex   []string
		Mean  float64
	}
}

func readVectors(t *testing.T) vectors {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "testdata", "vectors.json"))
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	if len(v.Tensors) != 19 || len(v.Images) != 4 {
		t.Fatalf("vectors.json: got %d tensors and %d images, want 19 and 4", len(v.Tensors), len(v.Images))
	}
	return v
}

func parseSeed(t *testing.T, s string) uint64 {
	t.Helper()
	seed, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return seed
}

func hexOf(x float32) string { return fmt.Sprintf("%08x", math.Float32bits(x)) }

func TestTensorsEqualTheVectors(t *testing.T) {
	for _, v := range readVectors(t).Tensors {
		t.Run(v.Name+"/"+v.Seed, func(t *testing.T) {
			if got := fmt.Sprintf("%016x", uint64(chance.Named(v.Name, 0))); got != v.FNV {
				t.Errorf("fnv1a64: got %s, want %s", got, v.FNV)
			}
			seed := parseSeed(t, v.Seed)
			for i, want := range v.Bits24 {
				if got := chance.Named(v.Name, seed).Bits(i); got != want {
					t.Errorf("bits %d: got %d, want %d", i, got, want)
				}
			}
			got := Random(seed).Tensor(v.Name, v.Shape)
			if !got.Shape.Equal(v.Shape) {
				t.Fatalf("shape: got %v, want %v", got.Shape, v.Shape)
			}
			for i, want := range v.Hex {
				if hexOf(got.Data[i]) != want {
					t.Errorf("element %d: got %s, want %s", i, hexOf(got.Data[i]), want)
				}
			}
			if last := hexOf(got.Data[len(got.Data)-1]); last != v.Last {
				t.Errorf("last element: got %s, want %s", last, v.Last)
			}
		})
	}
}

func TestImagesEqualTheVectors(t *testing.T) {
	for _, v := range readVectors(t).Images {
		n, c, h, w := v.Shape[0], v.Shape[1], v.Shape[2], v.Shape[3]
		got := Image(parseSeed(t, v.Seed), n, c, h, w, 1)
		for i, at := range v.At {
			x := got.Data[((at[0]*c+at[1])*h+at[2])*w+at[3]]
			if hexOf(x) != v.Hex[i] {
				t.Errorf("seed %s %v at %v: got %s, want %s", v.Seed, v.Shape, at, hexOf(x), v.Hex[i])
			}
		}
		sum := 0.0
		for _, x := range got.Data {
			sum += float64(x)
		}
		if mean := sum / float64(len(got.Data)); math.Abs(mean-v.Mean) > 1e-12 {
			t.Errorf("seed %s %v: mean %v, want %v", v.Seed, v.Shape, mean, v.Mean)
		}
	}
}

func TestImageScaleMultiplies(t *testing.T) {
	plain, scaled := Image(3, 1, 2, 5, 6, 1), Image(3, 1, 2, 5, 6, 128)
	for i := range plain.Data {
		if scaled.Data[i] != 128*plain.Data[i] {
			t.Fatalf("element %d: got %v, want 128 x %v", i, scaled.Data[i], plain.Data[i])
		}
	}
}

// slowElement is the generator's definition again, for one element, step by step and
// without sharing anything with random.go.
func slowElement(name string, shape []int, seed uint64, i int) float32 {
	h := uint64(14695981039346656037)
	for j := 0; j < len(name); j++ {
		h ^= uint64(name[j])
		h *= 1099511628211
	}
	z := h ^ seed
	for range i + 1 {
		z += 11400714819323198485
	}
	z ^= z >> 30
	z *= 13787848793156543929
	z ^= z >> 27
	z *= 10723151780598845931
	z ^= z >> 31
	u := float64(z>>40) / 16777216
	s := 2*u - 1

	parts := strings.Split(name, ".")
	last := parts[len(parts)-1]
	if last == "running_mean" || last == "bias" {
		return float32(0.125 * s)
	}
	if last == "running_var" {
		return float32(0.75 + 0.5*u)
	}
	if last == "layer_scale" || last == "gamma" {
		return float32(0.125 + 0.25*u)
	}
	if len(shape) < 2 {
		if strings.HasSuffix(name, "bn2.weight") || strings.HasSuffix(name, "bn3.weight") {
			return float32(0.375 + 0.25*u)
		}
		return float32(0.75 + 0.5*u)
	}
	fanIn := 1
	for _, d := range shape[1:] {
		fanIn *= d
	}
	g := 2.0
	if len(shape) == 2 {
		g = 1
	} else if len(shape) == 4 && (strings.HasSuffix(name, "block.0.0.weight") || strings.HasSuffix(name, "block.1.0.weight") ||
		strings.HasSuffix(name, "block.2.0.weight") || strings.HasSuffix(name, "block.3.0.weight")) {
		switch g = 2.5; {
		case len(parts) == 6:
			g = 2
		case parts[2] > "3", parts[1] < "6" && parts[2] > "2", parts[1] < "4" && parts[2] > "1", strings.Contains("17", parts[1]) && parts[2] > "0":
			g = 0.5
		case parts[4] == "0" && shape[1]*shape[2] > shape[1] && shape[1] != 1, parts[4] == "1" && shape[3] == 1:
			g = 1.25
		}
	} else if strings.HasSuffix(name, "-9.f.c.0.weight") || strings.HasSuffix(name, "block2-3.f.c.0.weight") || strings.HasSuffix(name, "block1-1.f.c.0.weight") {
		g = 0.25
	} else if shape[1] == 1 || strings.HasSuffix(name, "pointwise.weight") {
		g = 1
	}
	a := math.Sqrt(3 * g / float64(fanIn))
	return float32(s * a)
}

func TestEveryElementEqualsTheSlowDefinition(t *testing.T) {
	params := []graph.Param{
		{Path: "conv1.weight", Shape: tensor.Shape{8, 3, 7, 7}},
		{Path: "fc.weight", Shape: tensor.Shape{10, 16}},
		{Path: "fc.bias", Shape: tensor.Shape{10}},
		{Path: "bn1.weight", Shape: tensor.Shape{64}},
		{Path: "layer1.0.bn2.weight", Shape: tensor.Shape{64}},
		{Path: "layer1.0.bn3.weight", Shape: tensor.Shape{64}},
		{Path: "bn1.running_mean", Shape: tensor.Shape{64}, Running: true},
		{Path: "bn1.running_var", Shape: tensor.Shape{64}, Running: true},
		{Path: "dw.weight", Shape: tensor.Shape{32, 1, 3, 3}},
		{Path: "a.pointwise.weight", Shape: tensor.Shape{4, 5, 1, 1}},
		{Path: "features.2.0.block.3.0.weight", Shape: tensor.Shape{6, 1, 3, 3}},
		{Path: "features.2.block.1.0.weight", Shape: tensor.Shape{6, 1, 3, 3}},
		{Path: "features.1.1.block.3.0.weight", Shape: tensor.Shape{6, 2, 1, 1}},
		{Path: "features.2.2.block.0.0.weight", Shape: tensor.Shape{6, 2, 3, 3}},
		{Path: "features.3.1.block.0.0.weight", Shape: tensor.Shape{6, 2, 3, 3}},
		{Path: "features.4.3.block.3.0.weight", Shape: tensor.Shape{6, 2, 1, 1}},
		{Path: "features.6.3.block.1.0.weight", Shape: tensor.Shape{6, 2, 1, 1}},
		{Path: "features.6.4.block.1.0.weight", Shape: tensor.Shape{6, 2, 1, 1}},
		{Path: "features.7.1.block.2.0.weight", Shape: tensor.Shape{6, 2, 1, 1}},
		{Path: "features.1.0.block.0.0.weight", Shape: tensor.Shape{6, 1, 3, 3}},
		{Path: "features.2.1.block.0.0.weight", Shape: tensor.Shape{6, 2, 1, 1}},
		{Path: "trunk_output.block1.block1-1.f.c.0.weight", Shape: tensor.Shape{6, 2, 1, 1}},
		{Path: "trunk_output.block2.block2-2.f.c.0.weight", Shape: tensor.Shape{6, 2, 1, 1}},
		{Path: "trunk_output.block2.block2-3.f.c.0.weight", Shape: tensor.Shape{6, 2, 1, 1}},
		{Path: "trunk_output.block3.block3-5.f.c.0.weight", Shape: tensor.Shape{6, 2, 1, 1}},
		{Path: "trunk_output.block4.block4-9.f.c.0.weight", Shape: tensor.Shape{6, 2, 1, 1}},
		{Path: "trunk_output.block4.block4-9.f.b.0.weight", Shape: tensor.Shape{6, 2, 1, 1}},
		{Path: "features.2.0.block.3.0.weight.gamma", Shape: tensor.Shape{6}},
		{Path: "features.1.0.layer_scale", Shape: tensor.Shape{6, 1, 1}},
		{Path: "odd.weight", Shape: tensor.Shape{3, 4, 5}},
		{Path: "scalar", Shape: tensor.Shape{}},
		{Path: "long.weight", Shape: tensor.Shape{2, 3, 211, 211}}, // more than one fill
		{Path: "größe.weight", Shape: tensor.Shape{3, 2}},
	}
	for _, seed := range []uint64{0, 7, 1 << 63} {
		tensors := Random(seed).Bind(params)
		for _, p := range params {
			step := max(1, len(tensors[p.Path].Data)/300) // slowElement takes i steps
			for i := 0; i < len(tensors[p.Path].Data); i += step {
				got, want := tensors[p.Path].Data[i], slowElement(p.Path, p.Shape, seed, i)
				if got != want {
					t.Fatalf("seed %d, %s[%d]: got %v, want %v", seed, p.Path, i, got, want)
				}
			}
		}
	}
}

func TestCounterStaysZero(t *testing.T) {
	got := Random(7).Tensor("bn1.num_batches_tracked", tensor.Shape{})
	if len(got.Data) != 1 || got.Data[0] != 0 {
		t.Errorf("got %v, want [0]", got.Data)
	}
}

// BenchmarkRandom makes as many weights as ResNet-50 has, in its most common
// kind of tensor.
func BenchmarkRandom(b *testing.B) {
	params := []graph.Param{{Path: "conv.weight", Shape: tensor.Shape{1 << 14, 1560}}}
	for b.Loop() {
		Random(1).Bind(params)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(params[0].Shape.Elements()), "ns/weight")
}
