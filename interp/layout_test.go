package interp_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/interp/internal/nettest"
	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weights"
	"cnnlang/ops/tensor"
)

// smallByLayers is testdata/names/small.cnn, its steps called as the layers of the Keras files are.
const smallByLayers = `net small [N, 3, H = 9, W = 8] -> [N, 5] {
	conv2d_1: conv(4, 3x2, stride=2, pad=same, bias=false) -> batch_normalization_1: bn(0.001) -> relu
	add {
		| block2_sepconv1: conv(4, 2x3, pad=same, groups=4, bias=false)
		  "block2_sepconv1.pointwise": conv(6, 1x1, bias=false) -> block2_sepconv1_bn: bn(0.001)
		  maxpool(3x3, stride=2, pad=same)
		| conv2d_2: conv(6, 1x1, stride=2, bias=false) -> batch_normalization_2: bn(0.001)
	}
	concat {
		| conv2d_3: conv(2, 1x3, pad=same)
		| avgpool(3x3, stride=1, pad=same) -> depthwise: conv(6, 3x1, pad=same, groups=6)
	}
	up: deconv(3, 3x2, stride=1x2) -> flatten -> predictions: linear(5)
}`

// Without a map, the layers that a file names are the steps of the net, and its axes are turned.
func TestLayersThatAFileNames(t *testing.T) {
	n := readNet(t, smallByLayers)
	c := smallCases(t)["keras"]
	for _, file := range []string{"keras/weights.h5", "keras/model.h5", "keras/latest.h5", "keras/nested.h5", "keras/named.weights.h5", "keras/model.keras", "tfjs/float32.json"} {
		m := c.computed(t, file, n, interp.WeightsFile(filepath.Join("../testdata/weights", file)))
		if !slices.ContainsFunc(m.Fit.Notes, func(s string) bool { return strings.HasPrefix(s, "turned the axes of tensors that are HWIO, HWIM,") }) {
			t.Errorf("%s: %q", file, m.Fit.Notes)
		}
	}
}

// Shapes alone do not say for certain that channels are last: the turn is offered, and taken when asked for.
func TestLayoutIsOfferedAndAskedFor(t *testing.T) {
	names, err := smallNet(t).Tensors("keras")
	if err != nil {
		t.Fatal(err)
	}
	store, err := weights.Open(filepath.Join(namesFolder, "small_keras.safetensors"), weights.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	own := map[string]tensor.Tensor{} // the file's numbers, called as the net does
	for _, x := range names {
		if own["module."+x.Own.Path], err = store.Tensor(x.Name); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(filepath.Join(namesFolder, "small.cnn"))
	if err != nil {
		t.Fatal(err)
	}
	from, to := strings.Index(string(text), "  names keras"), strings.Index(string(text), "  stem:")
	n := readNet(t, string(text[:from])+string(text[to:]))
	w := interp.WeightsOf(own)
	_, err = n.Build(t.Context(), interp.Options{Weights: w})
	fit, ok := errors.AsType[*interp.FitError](err)
	if !ok || fit.Layout != "keras" || !strings.HasSuffix(err.Error(), "help: if they are from there, add --layout keras") {
		t.Fatal(err)
	}
	smallCases(t)["keras"].computed(t, "with the layout", n, w.Ordered("keras"))
	own["module.fc.weight"] = tensor.New(5, 5)
	if _, err := n.Build(t.Context(), interp.Options{Weights: w}); err == nil || strings.Contains(err.Error(), "--layout") {
		t.Errorf("a shape of no order: %v", err)
	}
}

// A said is a store whose format says what axes are.
type said struct {
	about   weightfile.About
	entries []weights.Entry
	tensors map[string]tensor.Tensor
}

func (s *said) Path() string                              { return "said" }
func (s *said) Entries() []weights.Entry                  { return slices.Clone(s.entries) }
func (s *said) Tensor(name string) (tensor.Tensor, error) { return s.tensors[name], nil }
func (s *said) Unchanged() error                          { return nil }
func (s *said) Forget(string)                             {}
func (s *said) Close() error                              { return nil }
func (s *said) About() weightfile.About                   { return s.about }
func (s *said) add(e weights.Entry, x tensor.Tensor) *said {
	if s.tensors == nil {
		s.tensors = map[string]tensor.Tensor{}
	}
	e.DType, e.Shape = "F32", x.Shape
	s.entries, s.tensors[e.Name] = append(s.entries, e), x
	return s
}

// laid puts a tensor, whose axes are the letters here, in another order, where it may have further axes of size 1.
func laid(x tensor.Tensor, here, there string) tensor.Tensor {
	size := map[rune]int{}
	for i, l := range here {
		size[l] = x.Shape[i]
	}
	shape := tensor.Shape{}
	for _, l := range there {
		shape = append(shape, max(size[l], 1))
	}
	out := tensor.New(shape...)
	at := map[rune]int{}
	var visit func(letters string, offset int)
	visit = func(letters string, offset int) {
		if letters == "" {
			from := 0
			for _, l := range here {
				from = from*size[l] + at[l]
			}
			out.Data[offset] = x.Data[from]
			return
		}
		l := rune(letters[0])
		for at[l] = 0; at[l] < max(size[l], 1); at[l]++ {
			visit(letters[1:], offset*max(size[l], 1)+at[l])
		}
		at[l] = 0
	}
	visit(there, 0)
	return out
}

// Tensors in each order that a format can say give the bits of those in the net's, squares too.
func TestEveryOrderOfAxes(t *testing.T) {
	n := readNet(t, `net n [N, 3, H = 6, W = 6] -> [N, 5] {
		a: conv(4, 3x2, pad=1) -> relu
		d: conv(8, 3x3, groups=4, bias=false) -> e: conv(8, 1x1)
		u: deconv(8, 2x2, stride=2) -> maxpool(4x4, stride=2) -> flatten -> b: bn
		f: linear(6) -> g: linear(6) -> h: linear(5)
	}`)
	own := interp.RandomTensors(n, 3)
	want, _, err := outputsOf(t, n, interp.RandomWeights(3))
	if err != nil {
		t.Fatal(err)
	}
	flat := n.Graph.Nodes[slices.IndexFunc(n.Graph.Nodes, func(x *graph.Node) bool { return x.Path == "b" })].In[0].In[0].Shape // C, H, W of what is flattened
	pixels := func(x tensor.Tensor, before, after string) tensor.Tensor {
		y := laid(tensor.Tensor{Shape: append(slices.Clone(x.Shape[:len(x.Shape)-1]), flat[1:]...), Data: x.Data}, before, after)
		y.Shape = tensor.Shape{len(y.Data)}
		if len(x.Shape) == 2 {
			y.Shape = tensor.Shape{x.Shape[1], x.Shape[0]}
		}
		return y
	}
	last := map[string]tensor.Tensor{"f.weight": pixels(own["f.weight"], "Ochw", "hwcO")}
	for _, leaf := range []string{"weight", "bias", "running_mean", "running_var"} {
		last["b."+leaf] = pixels(own["b."+leaf], "chw", "hwc")
	}
	split := own["d.weight"]
	split.Shape = tensor.Shape{4, 2, 3, 3}
	for name, c := range map[string]struct {
		axes map[string]string // of the tensors that have other ones than the net
		last bool
	}{
		"the net's":        {map[string]string{"a.weight": "OIHW", "u.weight": "IOHW", "f.weight": "OI", "g.weight": "OI", "h.weight": "OI"}, false},
		"channels last":    {map[string]string{"a.weight": "HWIO", "d.weight": "HWIM", "e.weight": "HWIO", "u.weight": "HWOI", "f.weight": "IO", "g.weight": "IO", "h.weight": "IO"}, true},
		"layers not told":  {map[string]string{"a.weight": "HWIO", "d.weight": "HWIM", "e.weight": "HWIO", "u.weight": "HWIO", "f.weight": "IO", "g.weight": "IO", "h.weight": "IO"}, true},
		"dense turned":     {map[string]string{"a.weight": "OIHW", "f.weight": "IO", "g.weight": "IO", "h.weight": "OI"}, false},
		"windows of one":   {map[string]string{"g.weight": "OIHW", "h.weight": "OIHW", "e.weight": "OI"}, false},
		"windows in front": {map[string]string{"g.weight": "xyOI", "h.weight": "xyOI", "e.weight": "IO", "f.weight": "xIO"}, false},
	} {
		s := &said{}
		for _, p := range n.Graph.Params(true) {
			x, axes := own[p.Path], c.axes[p.Path]
			here := map[int]string{1: "C", 2: "OI", 4: "OIHW"}[len(p.Shape)]
			switch {
			case p.Path == "u.weight":
				here = "IOHW"
				if axes == "HWIO" {
					x = laid(x, here, "HWOI")
				} else if axes != "" {
					x = laid(x, here, axes)
				}
			case c.last && last[p.Path].Data != nil:
				x = last[p.Path]
			case axes == "HWIM":
				x = laid(split, "IMHW", axes)
			case axes != "":
				x = laid(x, here, axes)
			}
			if len(p.Shape) == 1 {
				axes = "C"
			}
			s.add(weights.Entry{Name: p.Path, Axes: weightfile.Axes(strings.Trim(axes, "xy"))}, x)
		}
		got, _, err := outputsOf(t, n, interp.StoreWeights(s))
		if err != nil || !nettest.SameBits(got, want) {
			t.Errorf("%s: %v: %v, want %v", name, err, got, want)
		}
	}
}

// A map in the net's layout names tensors whose axes the file says, and one that orders axes itself
// is not turned twice.
func TestMapsAndAxesThatAFileSays(t *testing.T) {
	const text = `net n [N, 3, H = 1, W = 1] -> [N, 3] { names mine { "fc.weight" = "d/kernel" ROW; "fc.bias" = "d/bias" }
		flatten -> fc: linear(3) }`
	x := tensor.Tensor{Shape: tensor.Shape{3, 3}, Data: []float32{1, 2, 3, 4, 5, 6, 7, 8, 9}}
	bias := tensor.New(3)
	want, _, err := outputsOf(t, readNet(t, text[:strings.Index(text, "{ names")]+"{ flatten -> fc: linear(3) }"), interp.WeightsOf(map[string]tensor.Tensor{"fc.weight": x, "fc.bias": bias}))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []string{"", "[1, 0]"} {
		s := (&said{}).add(weights.Entry{Name: "d/kernel", Axes: weightfile.IO}, laid(x, "OI", "IO")).add(weights.Entry{Name: "d/bias", Axes: weightfile.C}, bias)
		got, _, err := outputsOf(t, readNet(t, strings.Replace(text, "ROW", row, 1)), interp.StoreWeights(s))
		if err != nil || !nettest.SameBits(got, want) {
			t.Errorf("row %q: %v: %v, want %v", row, err, got, want)
		}
	}
}

// Layers within others, which formats write with slashes, are read behind dots, and with slashes
// where the net's labels have them.
func TestLayersWithSlashes(t *testing.T) {
	for _, net := range []string{`net n [N, 3, H = 4, W = 4] -> [N, 2, H, W] { a: { b: conv(2, 1x1) } }`, `net n [N, 3, H = 4, W = 4] -> [N, 2, H, W] { "a/b": conv(2, 1x1) }`} {
		n := readNet(t, net)
		s := &said{}
		x := tensor.Tensor{Shape: tensor.Shape{1, 1, 3, 2}, Data: []float32{1, 2, 3, 4, 5, 6}}
		s.add(weights.Entry{Name: "m/a/b/kernel:0", Layer: "a/b", Leaf: "kernel", Axes: weightfile.HWIO}, x)
		s.add(weights.Entry{Name: "m/a/b/bias:0", Layer: "a/b", Leaf: "bias", Axes: weightfile.C}, tensor.New(2))
		m, err := n.Build(t.Context(), interp.Options{Weights: interp.StoreWeights(s)})
		if err != nil {
			t.Error(err)
			continue
		}
		ones := tensor.New(1, 3, 4, 4)
		for i := range ones.Data {
			ones.Data[i] = float32(1 + i/16)
		}
		if got := nettest.Results(t, m, 1, ones)[0]; got[0] != 1+2*3+3*5 || got[16] != 2+2*4+3*6 {
			t.Errorf("%v", got)
		}
	}
}

// A file with channels first, whose flatten does not put them last, has the columns of the linear
// layer behind it channel by channel, though the axes of kernels are those of channels last; the
// map of Keras reads it so as well.
func TestFlattenedByChannel(t *testing.T) {
	c := smallCases(t)["keras"]
	store, err := weights.Open("../testdata/weights/keras/model.h5", weights.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	s := &said{about: weightfile.About{Flattened: weightfile.ByChannel}}
	for _, e := range store.Entries() {
		x, err := store.Tensor(e.Name)
		if err != nil {
			t.Fatal(err)
		}
		if e.Layer == "predictions" && e.Leaf == "kernel" {
			pixels := tensor.Tensor{Shape: tensor.Shape{5, 4, 3, 5}, Data: x.Data} // height, width, channels, outputs
			x = tensor.Tensor{Shape: x.Shape, Data: laid(pixels, "HWIO", "IHWO").Data}
		}
		s.add(e, x)
	}
	for name, n := range map[string]*interp.Net{"layers": readNet(t, smallByLayers), "map": smallNet(t)} {
		m := c.computed(t, name, n, interp.StoreWeights(s))
		if !slices.Contains(m.Fit.Notes, "flattened maps are counted channel by channel, as the layers of the file say") {
			t.Errorf("%s: %q", name, m.Fit.Notes)
		}
	}
}
