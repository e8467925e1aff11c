package onnx

import (
	"strings"
	"testing"

	"cnnlang/interp/internal/graphtest"
	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

func TestPaddingBecomesNumbers(t *testing.T) {
	size := func(n int) dim.Pair { return dim.Pair{H: dim.Int(n), W: dim.Int(n)} }
	image := func(n int) tensor.Shape { return tensor.Shape{1, 1, n, n} }
	for _, c := range []struct {
		name          string
		k, stride     int
		pad           ops.Padding
		in, out       int
		before, after int
		over          int
	}{
		{"half of 7", 7, 2, ops.Padding{Mode: ops.Half}, 224, 112, 3, 3, 0},
		{"valid", 3, 2, ops.Padding{Mode: ops.Valid}, 299, 149, 0, 0, 0},
		{"same, odd", 3, 2, ops.Padding{Mode: ops.Same}, 224, 112, 0, 1, 0},
		{"same, even", 3, 1, ops.Padding{Mode: ops.Same}, 10, 10, 1, 1, 0},
		{"rounded up by 1", 3, 2, ops.Padding{Mode: ops.Valid}, 112, 56, 0, 0, 1},
	} {
		w := windowOf(size(c.k), size(c.stride), size(1), c.pad, image(c.in))
		over := w.hanging(image(c.in), image(c.out))
		for axis := range w {
			if w[axis].before != c.before || w[axis].after != c.after || over[axis] != c.over {
				t.Errorf("%s: got %d and %d, over %d, want %d and %d, over %d",
					c.name, w[axis].before, w[axis].after, over[axis], c.before, c.after, c.over)
			}
		}
	}
}

// A size that does not follow from the attributes is detected.
func TestWrongPaddingIsFound(t *testing.T) {
	b := graphtest.Start("small", 1, 3, 8, 8)
	b.Add("conv1", graphtest.Conv(4, 3, 1, 1, true), b.Graph.Input())
	m, err := Of(b.Graph, Options{})
	if err != nil {
		t.Fatal(err)
	}
	m.Nodes[0].Ints("pads")[0]++
	if _, err := m.MACs(); err == nil || !strings.Contains(err.Error(), "pixels along axis") {
		t.Errorf("got %v", err)
	}
	if err := m.same(dim.Int(1)); err == nil {
		t.Error("the model has other MACs than it should")
	}
}

// Windows of avgpool_to lie as PyTorch's AdaptiveAvgPool2d has them: from floor(i*H/k) to
// ceil((i+1)*H/k).
func TestAdaptiveWindows(t *testing.T) {
	for _, c := range []struct {
		pixels, places, size, stride int // 0 for several sizes, or several distances
	}{
		{14, 7, 2, 2}, {7, 7, 1, 1}, {14, 4, 4, 0}, {7, 6, 2, 1}, {5, 2, 3, 2}, {13, 6, 3, 2}, {8, 3, 0, 0}, {2, 4, 1, 0}, {9, 1, 9, 1},
	} {
		op := ops.AvgPoolTo{K: dim.Square(dim.Int(c.places))}
		size, starts := op.Windows(dim.Width, c.pixels)
		stride, even := distance(starts)
		if !even || size == 0 {
			stride = 0
		}
		if size != c.size || stride != c.stride {
			t.Errorf("%d pixels in %d places: got windows of %d, %d apart, want %d, %d", c.pixels, c.places, size, stride, c.size, c.stride)
		}
	}
}
