package onnx

import (
	"slices"
	"strings"
	"testing"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/filetest"
)

// weight is an initialiser of floats w.
func weight(shape ...int64) proto {
	n := int64(1)
	for _, size := range shape {
		n *= size
	}
	return proto{}.Ints(1, shape...).Int(2, 1).Floats(4, make([]float32, n)...).Text(8, "w")
}

func listed(name string, v ...int64) proto {
	a := proto{}.Text(1, name)
	for _, x := range v {
		a = a.Int(8, x)
	}
	return a
}

// Nodes between a tensor and its layer: what the layer's axes are in the file, or what the tensor is
// changed by.
func TestBetween(t *testing.T) {
	turn := func(perm ...int64) proto {
		return operation("Transpose", []string{"w"}, "v").Add(5, listed("perm", perm...))
	}
	turned := operation("Transpose", []string{"w"}, "v")
	cast := func(to int64) proto {
		return operation("Cast", []string{"w"}, "v").Add(5, proto{}.Text(1, "to").Int(3, to))
	}
	conv, matmul := operation("Conv", []string{"x", "v"}, "y"), operation("MatMul", []string{"x", "v"}, "y")
	gemm := operation("Gemm", []string{"x", "v"}, "y")
	scaled := func(name string, v float32) proto {
		return operation("Gemm", []string{"x", "w", "w"}, "y").Add(5, proto{}.Text(1, name).Float(2, v))
	}
	for name, c := range map[string]struct {
		shape []int64
		nodes []proto
		axes  weightfile.Axes
		by    string // changed
	}{
		"turned convolution":   {[]int64{2, 2, 3, 3}, []proto{turn(1, 0, 2, 3), conv}, "IOHW", ""},
		"of TensorFlow":        {[]int64{3, 3, 2, 2}, []proto{turn(3, 2, 0, 1), conv}, "HWIO", ""},
		"turned twice":         {[]int64{2, 2, 3, 3}, []proto{turn(1, 2, 3, 0), operation("Transpose", []string{"v"}, "u").Add(5, listed("perm", 3, 0, 2, 1)), operation("Conv", []string{"x", "u"}, "y")}, "OIWH", ""},
		"turned square":        {[]int64{2, 2}, []proto{turn(1, 0), matmul}, "OI", ""},
		"turned by default":    {[]int64{2, 2}, []proto{turned, matmul}, "OI", ""},
		"turned for a Gemm":    {[]int64{2, 2}, []proto{turned, gemm}, "OI", ""},
		"not turned":           {[]int64{2, 2}, []proto{turn(0, 1), gemm}, "IO", ""},
		"widened":              {[]int64{2, 2}, []proto{cast(11), matmul}, "IO", ""},
		"widened and turned":   {[]int64{2, 2}, []proto{cast(1), operation("Transpose", []string{"v"}, "u"), operation("MatMul", []string{"x", "u"}, "y")}, "OI", ""},
		"rounded":              {[]int64{2, 2}, []proto{cast(10), matmul}, "", "by a Cast"},
		"to integers":          {[]int64{2, 2}, []proto{cast(6), matmul}, "", "by a Cast"},
		"multiplied":           {[]int64{2, 2, 3, 3}, []proto{operation("Mul", []string{"w", "s"}, "v"), conv}, "", "by a Mul"},
		"negated":              {[]int64{2, 2, 3, 3}, []proto{operation("Neg", []string{"w"}, "v"), conv}, "", "by a Neg"},
		"negated and turned":   {[]int64{2, 2}, []proto{operation("Neg", []string{"w"}, "u"), operation("Transpose", []string{"u"}, "v"), gemm}, "", "by a Transpose"},
		"turned and negated":   {[]int64{2, 2}, []proto{operation("Transpose", []string{"w"}, "u"), operation("Neg", []string{"u"}, "v"), gemm}, "", "by a Neg"},
		"turned beyond":        {[]int64{2, 2}, []proto{turn(0, 2), matmul}, "", "by a Transpose"},
		"of other axes":        {[]int64{2, 18}, []proto{operation("Reshape", []string{"w", "s"}, "v"), conv}, "", ""},
		"of other axes, dense": {[]int64{4, 1}, []proto{operation("Reshape", []string{"w", "s"}, "v"), matmul}, "", "by a Reshape"},
		"two orders":           {[]int64{2, 2}, []proto{turned, matmul, operation("MatMul", []string{"x", "w"}, "z")}, "", "by a Transpose for one of several layers"},
		"its own too":          {[]int64{2, 2, 3, 3}, []proto{operation("Conv", []string{"x", "w"}, "z"), operation("Mul", []string{"w", "s"}, "v"), conv}, "", ""},
		"alpha":                {[]int64{2, 2}, []proto{scaled("alpha", 2)}, "", "by a factor of 2"},
		"alpha of one":         {[]int64{2, 2}, []proto{scaled("alpha", 1)}, "", ""},
		"beta":                 {[]int64{2, 2}, []proto{scaled("beta", 0)}, "", "by a factor of 0"},
	} {
		graph := proto{}.Add(5, weight(c.shape...)).Add(5, proto{}.Int(2, 1).Floats(4, 3).Text(8, "s"))
		for _, n := range c.nodes {
			graph = graph.Add(1, n)
		}
		f, err := Open(filetest.Memory("f", inModel(graph), nil))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := f.Tensors()[0]
		if got.Axes != c.axes || got.Changed != c.by {
			t.Errorf("%s: got axes %q, changed %q, want %q, %q", name, got.Axes, got.Changed, c.axes, c.by)
		}
		if told := strings.Contains(strings.Join(f.About().Notes, ""), "w "+c.by); c.by != "" && !told {
			t.Errorf("%s: told %q", name, f.About().Notes)
		}
	}
}

// Which order dense layers count flattened maps in, by what is done to these before.
func TestFlattened(t *testing.T) {
	conv, relu := operation("Conv", []string{"x", "k"}, "a"), operation("Relu", []string{"a"}, "b")
	turn := func(from, to string, perm ...int64) proto {
		return operation("Transpose", []string{from}, to).Add(5, listed("perm", perm...))
	}
	flat := func(from string) []proto {
		return []proto{operation("Reshape", []string{from, "s"}, "f"), operation("Sigmoid", []string{"f"}, "g"), operation("MatMul", []string{"g", "w"}, "y")}
	}
	for name, c := range map[string]struct {
		producer string
		nodes    []proto
		want     weightfile.Flattened
	}{
		"by channel":           {"pytorch", slices.Concat([]proto{conv, relu}, flat("b")), "CHW"},
		"by pixel":             {"tf2onnx", slices.Concat([]proto{turn("i", "x", 0, 3, 1, 2), conv, relu, turn("b", "t", 0, 2, 3, 1)}, flat("t")), "HWC"},
		"there and back":       {"pytorch", slices.Concat([]proto{conv, turn("a", "b", 0, 2, 3, 1), turn("b", "t", 0, 3, 1, 2)}, flat("t")), "CHW"},
		"rows and columns":     {"pytorch", slices.Concat([]proto{conv, turn("a", "t", 0, 1, 3, 2)}, flat("t")), "several"},
		"turned when flat":     {"pytorch", []proto{conv, operation("Flatten", []string{"a"}, "f"), turn("f", "g", 1, 0), operation("Gemm", []string{"g", "w"}, "y")}, "several"},
		"added to another":     {"pytorch", slices.Concat([]proto{conv, turn("a", "b", 0, 2, 3, 1), operation("Add", []string{"a", "b"}, "t")}, flat("t")), "several"},
		"of one pixel":         {"pytorch", slices.Concat([]proto{conv, turn("a", "b", 0, 2, 3, 1), operation("GlobalAveragePool", []string{"b"}, "t")}, flat("t")), ""},
		"an input, TensorFlow": {"tf2onnx", flat("i"), "HWC"},
		"an input":             {"pytorch", flat("i"), ""},
		"two layers":           {"pytorch", slices.Concat([]proto{conv, turn("a", "t", 0, 2, 3, 1)}, flat("t"), flat("a")), "several"},
		"shuffled before":      {"pytorch", slices.Concat([]proto{conv, operation("Reshape", []string{"a", "s"}, "r"), turn("r", "q", 0, 2, 1, 3, 4), operation("Conv", []string{"q", "k"}, "b")}, flat("b")), "CHW"},
	} {
		graph := proto{}.Add(5, weight(2, 2)).Add(5, proto{}.Ints(1, 2, 2, 1, 1).Int(2, 1).Floats(4, 1, 2, 3, 4).Text(8, "k"))
		for _, n := range c.nodes {
			graph = graph.Add(1, n)
		}
		f, err := Open(filetest.Memory("f", proto{}.Int(1, 8).Text(2, c.producer).Add(7, graph), nil))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if got := f.About().Flattened; got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}
