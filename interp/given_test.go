package interp_test

import (
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/internal/nettest"
	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weights"
	"cnnlang/ops/tensor"
)

// without is tensors but for those whose names end so.
func without(tensors map[string]tensor.Tensor, suffixes ...string) map[string]tensor.Tensor {
	left := maps.Clone(tensors)
	maps.DeleteFunc(left, func(name string, _ tensor.Tensor) bool {
		return slices.ContainsFunc(suffixes, func(s string) bool { return strings.HasSuffix(name, s) })
	})
	return left
}

// Batch normalisations without weight or bias are read as if these were 1 and 0, and a note says
// which, if some have them.
func TestNormalisationsWithoutFactors(t *testing.T) {
	n := readNet(t, `net n [N, 3, H = 6, W = 6] -> [N, 5] {
		a: conv(4, 3x3) -> an: bn -> relu -> b: conv(4, 3x3) -> bn: bn(0.001)
		side aux: { an: bn -> gap -> flatten }
		gap -> flatten -> fc: linear(5)
	}`)
	all := interp.RandomTensors(n, 5)
	all = without(all, "aux.an.weight", "aux.an.bias", "aux.an.running_mean", "aux.an.running_var")
	for name, c := range map[string]struct {
		lacking []string
		notes   []string
	}{
		"all there": {nil, nil},
		"weight":    {[]string{"n.weight"}, []string{"2 batch normalisations have no weight in the file, which is taken to be 1"}},
		"bias":      {[]string{"n.bias"}, []string{"2 batch normalisations have no bias in the file, which is taken to be 0"}},
		"one":       {[]string{"an.weight"}, []string{"1 batch normalisation has no weight in the file, which is taken to be 1: an"}},
		"other":     {[]string{"bn.bias"}, []string{"1 batch normalisation has no bias in the file, which is taken to be 0: bn"}},
		"both": {[]string{"n.weight", "n.bias"}, []string{"2 batch normalisations have no weight in the file, which is taken to be 1",
			"2 batch normalisations have no bias in the file, which is taken to be 0"}},
	} {
		full := maps.Clone(all)
		for own, x := range all {
			for _, l := range c.lacking {
				if strings.HasSuffix(own, l) {
					full[own] = tensor.New(x.Shape...)
					for i := range x.Data {
						full[own].Data[i] = map[bool]float32{true: 1, false: 0}[strings.HasSuffix(l, "weight")]
					}
				}
			}
		}
		want, _, err := outputsOf(t, n, interp.WeightsOf(full))
		if err != nil {
			t.Fatal(err)
		}
		got, notes, err := outputsOf(t, n, interp.WeightsOf(without(all, c.lacking...)))
		if err != nil || !slices.Equal(notes, c.notes) || !nettest.SameBits(got, want) {
			t.Errorf("%s: %q, %v: %v, want %v", name, notes, err, got, want)
		}
	}
	all["bn.scale"] = tensor.New(4)
	if _, _, err := outputsOf(t, n, interp.WeightsOf(without(all, "bn.weight"))); err == nil || !strings.Contains(err.Error(), "bn is a step of the net that has no scale") {
		t.Errorf("its weight may be there under another name: %v", err)
	}
	delete(all, "bn.scale")
	for _, lacking := range [][]string{{"bn.running_mean"}, {"an.running_var", "an.weight"}, {"an.weight", "an.bias", "an.running_mean", "an.running_var"}} {
		if _, _, err := outputsOf(t, n, interp.WeightsOf(without(all, lacking...))); err == nil || !strings.HasPrefix(err.Error(), "error[E0601]") {
			t.Errorf("without %q: %v", lacking, err)
		}
	}
}

// A normalisation that was folded into the layer before it computes exactly what that layer with
// a bias does, whatever eps is.
func TestFoldedNormalisations(t *testing.T) {
	const text = `net n [N, 3, H = 7, W = 7] -> [N, 5] {
		a: conv(4, 3x3, bias=BIAS) -> NORM relu
		d: conv(8, 3x3, groups=4, bias=BIAS) -> NORM relu
		u: deconv(4, 2x2, bias=BIAS) -> NORM gap -> flatten -> fc: linear(5, bias=BIAS) NORMED
	}`
	plain := readNet(t, strings.NewReplacer("BIAS", "true", "NORM ", "", "NORMED", "").Replace(text))
	tensors := interp.RandomTensors(plain, 9)
	for _, p := range plain.Graph.Params(true) {
		if strings.HasSuffix(p.Path, "bias") && slices.Max(tensors[p.Path].Data) == 0 {
			t.Fatalf("%s is 0", p.Path)
		}
	}
	want, _, err := outputsOf(t, plain, interp.WeightsOf(tensors))
	if err != nil {
		t.Fatal(err)
	}
	for _, eps := range []string{"0", "0.000001", "0.00001", "0.001", "0.01", "0.1", "0.3", "0.75", "1", "3"} {
		n := readNet(t, strings.NewReplacer("BIAS", "false", "NORM ", "bn("+eps+") -> ", "NORMED", "-> bn("+eps+")").Replace(text))
		got, notes, err := outputsOf(t, n, interp.WeightsOf(tensors))
		if err != nil || !slices.Equal(notes, []string{"4 batch normalisations are not in the file: folded into the layer before, whose bias it has"}) || !nettest.SameBits(got, want) {
			t.Errorf("eps %s: %q, %v: %v, want %v", eps, notes, err, got, want)
		}
	}
	n := readNet(t, strings.NewReplacer("BIAS", "false", "NORM ", "bn -> ", "NORMED", "").Replace(text))
	if _, _, err := outputsOf(t, n, interp.WeightsOf(tensors)); err == nil || !strings.Contains(err.Error(), "1 in the file is unexpected") {
		t.Errorf("the last layer has no normalisation: %v", err)
	}
	tensors["a.bias"] = tensor.New(5)
	if _, _, err := outputsOf(t, n, interp.WeightsOf(without(tensors, "fc.bias"))); err == nil || !strings.HasPrefix(err.Error(), "error[E0602]") {
		t.Errorf("a bias of another shape: %v", err)
	}
	shared := readNet(t, `net n [N, 3, H = 7, W = 7] -> [N, 4, _, _] { a: conv(4, 3x3, bias=false) as x
		add { | @x -> bn | @x } }`)
	if _, _, err := outputsOf(t, shared, interp.WeightsOf(map[string]tensor.Tensor{"a.weight": tensor.New(4, 3, 3, 3), "a.bias": tensor.New(4)})); err == nil {
		t.Error("a layer that others read as well cannot have a normalisation folded into it")
	}
}

// Caffe has the statistics of a normalisation in one layer and its factors in the next, called as they
// like: they are one step here.
func TestNormalisationsInTwoLayers(t *testing.T) {
	n := readNet(t, `net n [N, 3, H = 6, W = 6] -> [N, 4, _, _] { c1: conv(4, 3x3, bias=false) -> bn_c1: bn -> relu -> c2: conv(4, 3x3) -> norm2: bn }`)
	want, _, err := outputsOf(t, n, interp.RandomWeights(2))
	if err != nil {
		t.Fatal(err)
	}
	s := &said{about: weightfile.About{Layers: []weightfile.Layer{{Name: "c1", Kind: "Convolution"}, {Name: "bn_c1", Kind: "BatchNorm"}, {Name: "factors", Kind: "Scale"},
		{Name: "c2", Kind: "Convolution"}, {Name: "norm2", Kind: "BatchNorm"}, {Name: "norm2_scale", Kind: "Scale"}}}}
	for name, x := range interp.RandomTensors(n, 2) {
		layer, leaf, _ := strings.Cut(name, ".")
		if leaf == "weight" || leaf == "bias" {
			layer = strings.NewReplacer("bn_c1", "factors", "norm2", "norm2_scale").Replace(layer)
		}
		s.add(weights.Entry{Name: layer + "." + leaf, Layer: layer, Leaf: leaf}, x)
	}
	got, notes, err := outputsOf(t, n, interp.StoreWeights(s))
	if err != nil || !slices.Equal(notes, []string{"took the weight and bias of 2 BatchNorm layers from the Scale layer behind"}) || !nettest.SameBits(got, want) {
		t.Errorf("%q, %v: %v, want %v", notes, err, got, want)
	}
	s.about.Layers[2].Kind = "Power"
	if _, _, err := outputsOf(t, n, interp.StoreWeights(s)); err == nil {
		t.Error(fmt.Sprint(s.about.Layers[2].Kind, " layers hold no factors"))
	}
}

// Written for a net, a folded normalisation has numbers that every type has, and computes what the
// layer before it does, up to the rounding of the type.
func TestFoldedNormalisationsAreWritten(t *testing.T) {
	const text = `net n [N, 3, H = 7, W = 7] -> [N, 5] { a: conv(4, 3x3, bias=BIAS) -> NORM relu -> gap -> flatten -> fc: linear(5) }`
	plain := readNet(t, strings.NewReplacer("BIAS", "true", "NORM ", "").Replace(text))
	n := readNet(t, strings.NewReplacer("BIAS", "false", "NORM ", "b: bn(0.001) -> ").Replace(text))
	folder := t.TempDir()
	from := filepath.Join(folder, "plain.safetensors")
	if err := interp.WriteWeights(t.Context(), from, interp.RandomTensors(plain, 9)); err != nil {
		t.Fatal(err)
	}
	f, err := interp.WeightsFile(from).Open()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, dtype := range interp.DTypes() {
		same, folded := filepath.Join(folder, dtype+"_same"), filepath.Join(folder, dtype)
		for path, net := range map[string]*interp.Net{same: plain, folded: n} {
			if done, err := f.Write(t.Context(), path, interp.Rewrite{Net: net, DType: dtype}); err != nil || done.Overflowed > 0 {
				t.Fatalf("%s: %+v, %v", dtype, done, err)
			}
		}
		want, _, err := outputsOf(t, plain, interp.WeightsFile(same))
		if err != nil {
			t.Fatal(err)
		}
		got, _, err := outputsOf(t, n, interp.WeightsFile(folded))
		if err != nil {
			t.Fatal(err)
		}
		for i := range want {
			// In f16 eps moves a sum by half of eps / 2^14 of itself, and a sum is at most some times the output.
			if diff := math.Abs(float64(got[i] - want[i])); diff > 1e-6 || dtype != "f16" && diff != 0 {
				t.Errorf("%s: got %v, want %v", dtype, got, want)
				break
			}
		}
	}
}

// A net whose normalisations have no weight, or no bias, has no such tensor: a file without it is read
// without a note, as one of 1 or 0 in a net that has it, and one with it does not fit.
func TestNormalisationsThatLackFactors(t *testing.T) {
	text := func(bn string) string {
		return `net n [N, 3, H = 6, W = 6] -> [N, 4, _, _] { a: conv(4, 3x3) -> an: ` + bn + ` -> relu -> gap -> bn: ` + bn + ` }`
	}
	for lacking, bn := range map[string]string{"n.weight": "bn(scale=false)", "n.bias": "bn(shift=false)"} {
		whole, n := readNet(t, text("bn")), readNet(t, text(bn))
		all := interp.RandomTensors(whole, 5)
		for own, x := range all {
			if strings.HasSuffix(own, lacking) {
				for i := range x.Data {
					x.Data[i] = map[bool]float32{true: 1, false: 0}[lacking == "n.weight"]
				}
			}
		}
		want, _, err := outputsOf(t, whole, interp.WeightsOf(all))
		if err != nil {
			t.Fatal(err)
		}
		got, notes, err := outputsOf(t, n, interp.WeightsOf(without(all, lacking)))
		if err != nil || len(notes) > 0 || !nettest.SameBits(got, want) {
			t.Errorf("%s: %q, %v: %v, want %v", bn, notes, err, got, want)
		}
		if _, _, err := outputsOf(t, n, interp.WeightsOf(all)); err == nil || !strings.HasPrefix(err.Error(), "error[E0601]") {
			t.Errorf("%s: a file with %s is read: %v", bn, lacking, err)
		}
	}
}
