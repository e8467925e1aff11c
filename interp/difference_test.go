package interp_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weights"
)

// differencesOf are those of a net and a file of these layers, which have the net's tensors by the
// names of its steps.
func differencesOf(t *testing.T, text string, layers ...weightfile.Layer) []string {
	t.Helper()
	n := readNet(t, text)
	s := &said{about: weightfile.About{Layers: layers}}
	for name, x := range interp.RandomTensors(n, 1) {
		at := strings.LastIndexByte(name, '.')
		s.add(weights.Entry{Name: name, Layer: name[:at], Leaf: name[at+1:]}, x)
	}
	m, err := n.Build(t.Context(), interp.Options{Weights: interp.StoreWeights(s)})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	var found []string
	for _, d := range m.Fit.Differences {
		found = append(found, fmt.Sprintf("%s: %s, not %s, in %s", d.Op, d.File, d.Net, strings.Join(d.Steps, " ")))
	}
	return found
}

// Settings that no shape shows are compared with what the file says of them, by what they do.
func TestSettingsThatAFileSays(t *testing.T) {
	eps := func(x float64) *float64 { return &x }
	up, down := new(bool), new(bool)
	*up = true
	type layers = []weightfile.Layer
	conv := func(size int, args string) string {
		return fmt.Sprintf("net n [N, 4, H = %d, W = %d] -> [N, 4, _, _] { a: conv(4, 3x3, %s) }", size, size, args)
	}
	pool := func(size int, op string) string {
		return fmt.Sprintf("net n [N, 4, H = %d, W = %d] -> [N, 4, _, _] { a: conv(4, 1x1) -> p: %s -> gap }", size, size, op)
	}
	said := func(stride int, padding string) layers {
		return layers{{Name: "a", Kind: "Conv2D", Stride: []int{stride, stride}, Padding: padding}}
	}
	padded := func(margins string) layers {
		return append(layers{{Name: "z", Kind: "ZeroPadding2D", Padding: margins}}, said(2, "valid")...)
	}
	layer := func(name, kind string, k, stride int, padding string) weightfile.Layer {
		return weightfile.Layer{Name: name, Kind: kind, Kernel: []int{k, k}, Stride: []int{stride, stride}, Padding: padding}
	}
	pooled := func(kind string, k, stride int, padding string, ceil *bool) layers {
		x := layer("x", kind, k, stride, padding)
		x.Ceil = ceil
		return layers{{Name: "a", Kind: "Conv"}, x}
	}
	averaged := func(padding string, counted *bool) layers {
		x := layer("x", "AveragePool", 3, 1, padding)
		x.CountPad = counted
		return layers{{Name: "a", Kind: "Conv"}, x}
	}
	const acts = "net n [N, 4, H = 2, W = 2] -> [N, 4, H, W] { a: conv(4, 1x1) -> relu -> b: bn -> silu -> c: conv(4, 1x1) -> dropout -> relu -> d: conv(4, 1x1) -> maxpool(1x1) }"
	for name, c := range map[string]struct {
		net  string
		file layers
		want string // "" for none
	}{
		"eps":                    {"net n [N, 4, H = 2, W = 2] -> [N, 4, H, W] { a: bn -> b: bn -> c: bn(0.001) }", layers{{Name: "a", Eps: eps(1e-3)}, {Name: "b", Eps: eps(0.0010000000474974513)}, {Name: "c", Eps: eps(1e-3)}}, "bn: eps=0.001, not eps=0.00001, in a b"},
		"eps that is the same":   {"net n [N, 4, H = 2, W = 2] -> [N, 4, H, W] { a: bn -> b: bn }", layers{{Name: "a", Eps: eps(9.999999747378752e-06)}, {Name: "b"}}, ""},
		"one-sided":              {conv(8, "stride=2, pad=1"), said(2, "same"), "conv: pad=same, not pad=1, in a"},
		"one-sided, odd":         {conv(9, "stride=2, pad=1"), said(2, "same"), ""},
		"same":                   {conv(8, "stride=2, pad=same"), said(2, "same"), ""},
		"same, in numbers":       {conv(8, "stride=2, pad=[[0, 1], [0, 1]]"), said(2, "same"), ""},
		"lower":                  {conv(8, "stride=2, pad=same"), said(2, "same_lower"), "conv: pad=[[1, 0], [1, 0]], not pad=same, in a"},
		"lower, in numbers":      {conv(8, "stride=2, pad=[[1, 0], [1, 0]]"), said(2, "same_lower"), ""},
		"half":                   {conv(8, "pad=half"), said(1, "1,1,1,1"), ""},
		"none":                   {conv(8, "pad=1"), said(1, "valid"), "conv: pad=0, not pad=1, in a"},
		"a row that is not read": {conv(8, "stride=2, pad=1"), said(2, "1,1,0,0"), ""},
		"a margin of its own":    {conv(8, "stride=2, pad=1"), padded("1,1,1,1"), ""},
		"another one":            {conv(8, "stride=2, pad=1"), padded("0,0,1,1"), "conv: pad=[[0, 1], [0, 1]], not pad=1, in a"},
		"an unknown one":         {conv(8, "stride=2, pad=1"), padded(""), ""},
		"one elsewhere":          {conv(8, "stride=2, pad=1"), append(layers{{Name: "z", Kind: "ZeroPadding2D", Padding: "1,1,1,1"}, {Name: "y", Kind: "Add"}}, said(2, "valid")...), ""},
		"stride":                 {conv(8, "stride=2, pad=1"), said(1, "1,1,1,1"), "conv: stride=1, not stride=2, in a"},
		"dilation and groups":    {conv(8, "dilation=2, groups=2"), layers{{Name: "a", Dilation: []int{1, 2}, Groups: 2}}, "conv: dilation=1x2, not dilation=2, in a"},
		"groups":                 {conv(8, "groups=2"), layers{{Name: "a", Groups: 1}}, "conv: groups=1, not groups=2, in a"},
		"ceil":                   {pool(8, "maxpool(3x3, stride=2)"), pooled("MaxPool", 3, 2, "0,0,0,0", up), "maxpool: ceil=true, not ceil=false, in p"},
		"floor":                  {pool(8, "avgpool(3x3, stride=2, ceil=true)"), pooled("AveragePool", 3, 2, "0,0,0,0", down), "avgpool: ceil=false, not ceil=true, in p"},
		"ceil without effect":    {pool(9, "maxpool(3x3, stride=2)"), pooled("MaxPooling", 3, 2, "0,0,0,0", up), ""},
		"ceil that is dropped":   {pool(3, "maxpool(2x2, stride=2, pad=1)"), pooled("MaxPooling", 2, 2, "1,1,1,1", up), ""},
		"padding of a pool":      {pool(8, "maxpool(3x3, stride=2, pad=1)"), pooled("MaxPooling2D", 3, 2, "same", nil), "maxpool: pad=same, not pad=1, in p"},
		"another kind of pool":   {pool(9, "maxpool(3x3, stride=2)"), pooled("AveragePool", 3, 2, "0,0,0,0", up), "pool: avgpool(3x3, stride=2), not maxpool(3x3, stride=2), in p"},
		"another window":         {pool(8, "maxpool(3x3, stride=2, ceil=true)"), pooled("MaxPool", 2, 2, "0,0,0,0", up), "maxpool: 2x2, not 3x3, in p"},
		"a pool of its own":      {pool(8, "maxpool(3x3, stride=2, ceil=true) -> maxpool(1x1)"), pooled("MaxPool", 3, 2, "0,0,0,0", up), "pool: no pool, not maxpool(1x1, stride=1), in 2"},
		"a pool that is not":     {pool(9, "id"), pooled("MaxPooling2D", 3, 2, "valid", down), "pool: maxpool(3x3, stride=2), not no pool, in a"},
		"one differs of two":     {pool(17, "maxpool(3x3, stride=2) -> q: maxpool(3x3, stride=2)"), append(pooled("MaxPool", 2, 2, "0,0,0,0", up), layer("y", "MaxPool", 3, 2, "1,1,1,1")), "maxpool: 2x2, not 3x3, in p|maxpool: pad=1, not pad=0, in q"},
		"stride of a pool":       {pool(9, "maxpool(3x3, stride=2)"), pooled("MaxPool", 3, 1, "0,0,0,0", down), "maxpool: stride=1, not stride=2, in p"},
		"all of the map":         {pool(4, "avgpool(4x4)"), append(layers{{Name: "a", Kind: "Conv"}}, weightfile.Layer{Kind: "GlobalAveragePool"}), ""},
		"gap, in numbers":        {pool(4, "id"), pooled("AveragePool", 4, 1, "0,0,0,0", down), ""},
		"the maximum of the map": {pool(4, "maxpool(4x4)"), append(layers{{Name: "a", Kind: "Conv"}}, weightfile.Layer{Kind: "GlobalAveragePool"}), ""},
		"padding that counts":    {pool(8, "avgpool(3x3, stride=1, pad=1)"), averaged("1,1,1,1", down), "avgpool: count_pad=false, not count_pad=true, in p"},
		"none that counts":       {pool(8, "avgpool(3x3, stride=1)"), averaged("0,0,0,0", down), ""},
		"padding of TensorFlow":  {pool(8, "avgpool(3x3, stride=1, pad=same)"), averaged("same", down), ""},
		"a deconvolution":        {conv(8, "pad=1"), layers{{Name: "a", Kind: "ConvTranspose"}}, "operation: deconv, not conv, in a"},
		"of Caffe":               {conv(8, "pad=1"), layers{{Name: "a", Kind: "Deconvolution"}}, "operation: deconv, not conv, in a"},
		"of TensorFlow":          {conv(8, "pad=1"), layers{{Name: "a", Kind: "Conv2DBackpropInput"}}, "operation: deconv, not conv, in a"},
		"a convolution":          {"net n [N, 4, H = 8, W = 8] -> [N, 4, _, _] { a: deconv(4, 3x3, pad=1) }", layers{{Name: "a", Kind: "Convolution2D"}}, "operation: conv, not deconv, in a"},
		"the same operation":     {"net n [N, 4, H = 8, W = 8] -> [N, 4, _, _] { a: deconv(4, 3x3, pad=1) }", layers{{Name: "a", Kind: "Conv2DTranspose"}}, ""},
		"a dense layer":          {"net n [N, 4, H = 1, W = 1] -> [N, 4, _, _] { a: conv(4, 1x1) }", layers{{Name: "a", Kind: "Gemm"}}, ""},
		"at the end":             {conv(8, "pad=1"), layers{{Name: "a", Activation: "leaky_relu"}}, "activation: leaky_relu, not none, in a"},
		"activation":             {acts, layers{{Name: "a", Activation: "relu6"}, {Name: "b", Activation: "Swish"}, {Name: "c", Activation: "relu6"}, {Name: "d", Activation: "relu"}}, "activation: relu6, not relu, in a c|activation: relu, not none, in d"},
		"activation not said":    {acts, layers{{Name: "a"}, {Name: "b", Activation: "linear"}, {Name: "d", Activation: "softmax"}}, ""},
		"no activation":          {acts, layers{{Name: "a", Activation: "none"}, {Name: "d", Activation: "none"}}, "activation: none, not relu, in a"},
		"two readers":            {"net n [N, 4, H = 2, W = 2] -> [N, 4, H, W] { a: conv(4, 1x1) -> add { | relu | id } }", layers{{Name: "a", Activation: "tanh"}}, ""},
		"nonsense":               {conv(8, "pad=1"), layers{{Name: "a", Stride: []int{-1, 0}, Dilation: []int{1}, Padding: "1,-1,99999999,x", Groups: -1}}, "conv: stride=-1x0, not stride=1, in a"},
	} {
		found := differencesOf(t, c.net, c.file...)
		if got := strings.Join(found, "|"); got != c.want {
			t.Errorf("%s: %q, want %q", name, found, c.want)
		}
	}
}

// Of files that others have written, the settings of a net that is right are right, and one that is
// not is told.
func TestSettingsOfKerasFiles(t *testing.T) {
	for _, file := range []string{"keras/model.h5", "keras/model.keras", "keras/nested.h5", "tfjs/float32.json"} {
		w := interp.WeightsFile(filepath.Join("../testdata/weights", file))
		n := readNet(t, strings.NewReplacer("bn(0.001) -> relu", "bn -> relu", "stride=2, pad=same, bias", "stride=2, pad=[[0, 2], [0, 0]], bias").Replace(smallByLayers))
		f, err := n.Fit(w)
		want := []string{
			"the file has pad=same where the net has pad=[[0, 2], [0, 0]], in 1 step: conv2d_1; write `conv(pad=same)` there, if that is the net that was trained",
			"the file has eps=0.001 where the net has eps=0.00001, in 1 step: batch_normalization_1; write `bn(eps=0.001)` there, if that is the net that was trained",
		}
		if err != nil || len(f.Differences) < 2 {
			t.Errorf("%s: %v, %v", file, f.Differences, err)
			continue
		}
		for i, s := range want {
			if got := f.Differences[i].String(); got != s {
				t.Errorf("%s: %s", file, got)
			}
		}
		right, err := readNet(t, smallByLayers).Fit(w)
		// The files do say `valid` of this layer, which was computed with `same`.
		if err != nil || len(right.Differences) != 1 || !slices.Equal(right.Differences[0].Steps, []string{"depthwise"}) || right.Differences[0].File != "pad=0" {
			t.Errorf("%s: %v, %v", file, right.Differences, err)
		}
	}
}
