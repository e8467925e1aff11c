package plan

import (
	"fmt"
	"math/rand/v2"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/graphtest"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// wide returns a random network whose channels fill blocks, or nearly: of convolutions of
// several windows, sums, concatenations that begin on a block and others, slices, gates,
// pools, and ops without blocked kernels. Every other seed also has what detectors, segmenters
// and attention are made of.
func wide(seed uint64) *graph.Graph {
	w := &widener{Rand: rand.New(rand.NewPCG(seed, 9)), Builder: graphtest.Start(fmt.Sprintf("wide%d", seed), 1+int(seed%3/2), 3+int(seed%2)*13, 5, 7)}
	w.values = []*graph.Node{w.Graph.Input()}
	w.add(graphtest.Conv(32, 3, 1, 1, true), w.Graph.Input())
	kinds := 11 + int(seed%2)*11
	for len(w.Graph.Nodes) < 20 {
		if kind := w.IntN(kinds); kind < 11 {
			w.grow(kind, w.pick())
		} else {
			w.growMore(kind-11, w.pick())
		}
	}
	w.add(graphtest.Linear(7), w.add(&ops.Flatten{}, w.add(&ops.GlobalAvgPool{}, w.values[len(w.values)-1])))
	return w.Graph
}

type widener struct {
	*rand.Rand
	*graphtest.Builder
	values []*graph.Node // images of one size
}

func (w *widener) add(op ops.Op, in ...*graph.Node) *graph.Node {
	n := w.Add(fmt.Sprint("s", len(w.Graph.Nodes)), op, in...)
	if in := w.Graph.Input().Shape; len(n.Shape) == 4 && n.Shape[2:].Equal(in[2:]) && n.Shape[1] > 1 {
		w.values = append(w.values, n)
	}
	return n
}

func (w *widener) pick() *graph.Node {
	return w.values[max(0, len(w.values)-1-w.IntN(4)*w.IntN(3))]
}

func (w *widener) of(list ...ops.Op) ops.Op { return list[w.IntN(len(list))] }

// grow adds one op or a few of those that classifiers are made of.
func (w *widener) grow(kind int, x *graph.Node) {
	c := x.Shape[1]
	three, one := dim.Square(dim.Int(3)), dim.Square(dim.Int(1))
	switch kind {
	case 0, 1, 2, 3:
		x = w.add(graphtest.Conv([]int{16, 20, 32, 48}[w.IntN(4)], 1+2*w.IntN(2), 1, 1, true), x)
		if w.IntN(2) == 0 {
			x = w.add(graphtest.Norm(), x)
		}
		if w.IntN(2) == 0 {
			w.add(ops.ReLU.Op(), x)
		}
	case 4:
		w.add(ops.ReLU.Op(), w.add(&ops.Add{}, w.add(graphtest.Conv(c, 3, 1, 1, false), x), x))
	case 5, 6:
		w.add(graphtest.Concat(), w.add(graphtest.Conv(16*(1+w.IntN(2)), 1, 1, 1, true), x), w.add(graphtest.Conv(20, 3, 1, 1, true), x))
		if y := w.pick(); w.IntN(2) == 0 && y != x {
			w.add(graphtest.Concat(), y, x)
		}
	case 7:
		if from := 16 * w.IntN(2); from < c {
			w.add(&ops.Slice{From: dim.Int(from), To: dim.Int(c)}, x)
		}
	case 8:
		gate := w.add(ops.Sigmoid.Op(), w.add(graphtest.Conv(c, 1, 1, 1, true), w.add(&ops.GlobalAvgPool{}, x)))
		w.add(&ops.Mul{}, x, gate)
	case 9:
		w.add(w.of(&ops.MaxPool{K: three, Stride: one, Pad: ops.Padding{Mode: ops.Half}}, &ops.AvgPool{K: three, Stride: one, Pad: ops.Padding{Mode: ops.Half}}), x)
	case 10:
		w.add(&ops.L2Normalize{Eps: dim.Ratio(1, 1000)}, x)
	}
}

// growMore adds a few of the others.
func (w *widener) growMore(kind int, x *graph.Node) {
	c, height, width := x.Shape[1], x.Shape[2], x.Shape[3]
	by := ops.Padding{Top: dim.Int(w.IntN(3)), Bottom: dim.Int(1), Left: dim.Int(2), Right: dim.Int(w.IntN(3))}
	size := dim.Pair{H: dim.Int(height), W: dim.Int(width)}
	switch kind {
	case 0: // larger and back, around a convolution
		y := w.add(w.resize(2*height, width+9), x)
		w.add(w.resize(height, width), w.add(graphtest.Conv(c, 3, 1, 1, true), y))
	case 1: // what all pixels have in common, at each of them
		y := w.add(graphtest.Conv(c, 1, 1, 1, true), w.add(&ops.GlobalAvgPool{}, x))
		w.add(&ops.Add{}, w.add(w.resize(height, width), y), x)
	case 2:
		y := w.add(&ops.Border{By: by, Mode: []string{ops.Zeros, ops.Reflect, ops.Replicate}[w.IntN(3)]}, x)
		w.add(&ops.Crop{By: by}, w.add(graphtest.Conv(c, 3, 1, 1, true), y))
	case 3: // in two halves of the channels, and in each channel
		w.add(&ops.GroupNorm{Groups: dim.Int(2 - c%2), Eps: dim.Ratio(1, 10), Scale: w.IntN(2) == 0, Shift: w.IntN(2) == 0}, x)
		w.add(&ops.InstanceNorm{Eps: dim.Ratio(1, 10), Shift: true}, w.pick())
	case 4:
		acts := append([]ops.Activation{ops.TanhGELU, (&ops.PReLU{}).Activation(), (&ops.PReLU{PerChannel: true}).Activation()}, ops.Activations...)
		for range 2 {
			x = w.add(acts[w.IntN(len(acts))].Op(), w.add(graphtest.Conv(c, 1, 1, 1, true), x))
		}
	case 5: // a gate of pixels, of rows or of columns
		gate := w.add(graphtest.Conv(1, 3, 1, 1, true), w.add(graphtest.Concat(), w.add(&ops.ReduceMean{Axis: dim.Shaped(1)}, x), w.add(&ops.ReduceMax{Axis: dim.Shaped(1)}, x)))
		w.add(&ops.Mul{}, x, w.add(ops.Sigmoid.Op(), gate))
		w.add(&ops.Mul{}, w.add(&ops.ReduceMax{Axis: dim.Shaped(2 + w.IntN(2))}, x), x)
	case 6:
		y := w.add(&ops.Deconv{Out: dim.Int(32), K: dim.Square(dim.Int(3)), Stride: dim.Square(dim.Int(2)), Pad: ops.Padding{Top: dim.Int(1), Bottom: dim.Int(1), Left: dim.Int(1), Right: dim.Int(1)},
			Groups: dim.Int(1), Dilation: dim.Square(dim.Int(1)), OutputPad: dim.Square(dim.Int(1)), Bias: true}, x)
		w.add(graphtest.Conv(c, 3, 2, 1, true), w.add(ops.HardSwish.Op(), y))
	case 7:
		y := w.add(&ops.PixelShuffle{R: dim.Int(2)}, w.add(graphtest.Conv(64, 1, 1, 1, true), x))
		w.add(graphtest.Conv(20, 1, 1, 1, true), w.add(&ops.PixelUnshuffle{R: dim.Int(2)}, y))
	case 8: // what each pixel takes of all others
		flat := w.add(&ops.Reshape{Shape: dim.Shaped(c, height*width)}, x)
		keys := w.add(&ops.Reshape{Shape: dim.Shaped(c, height*width)}, w.add(&ops.L2Normalize{Eps: dim.Ratio(1, 100)}, x))
		alike := w.add(&ops.Softmax{Axis: dim.Int(1)}, w.add(&ops.Matmul{}, w.add(&ops.Permute{Axes: dim.Shaped(0, 2, 1)}, keys), keys))
		y := w.add(&ops.Reshape{Shape: dim.Shaped(c, height, width)}, w.add(&ops.Matmul{}, flat, alike))
		w.add(&ops.Add{}, x, w.add(graphtest.Conv(c, 1, 1, 1, true), y))
	case 9: // a mean of powers
		y := w.add(&ops.Pow{P: dim.Int(3)}, w.add(ops.Sigmoid.Op(), x))
		w.add(&ops.Mul{}, x, w.add(&ops.Pow{P: dim.Ratio(1, 3)}, w.add(&ops.AvgPoolTo{K: size}, y)))
	case 10: // a branch that is scaled, or is dropped in training
		tensor := []dim.Shape{dim.Shaped(c, 1, 1), dim.Shaped(1, height, width), dim.Shaped(c, height, width)}[w.IntN(3)]
		y := w.add(&ops.Mul{}, w.add(graphtest.Conv(c, 1, 1, 1, true), x), w.Add(fmt.Sprint("s", len(w.Graph.Nodes), "p"), &ops.Learned{Shape: tensor}, x))
		w.add(&ops.Add{}, x, w.add(&ops.DropPath{}, y))
	}
}

func (w *widener) resize(height, width int) ops.Op {
	mode := []string{ops.Nearest, ops.Bilinear, ops.Bicubic}[w.IntN(3)]
	return &ops.Resize{Size: dim.Pair{H: dim.Int(height), W: dim.Int(width)}, Mode: mode, AlignCorners: mode != ops.Nearest && w.IntN(2) == 0}
}
