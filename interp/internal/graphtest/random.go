package graphtest

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// Random returns a graph of about n ops made from a seed, for one image or two: mostly
// chains of convolution, norm and activation, with residual sums, concatenations, slices,
// gates, identities, values read many times or never, and a side head. Every pass and every
// way to share memory applies somewhere in it. Some have two inputs, some several outputs, of
// which two are one value and one is an input.
func Random(seed uint64, n int) *graph.Graph {
	r := &random{
		Rand:    rand.New(rand.NewPCG(seed, 2)),
		Builder: Start(fmt.Sprintf("random%d", seed), 1+int(seed%3/2), 4, 8, 5+int(seed/3%2)),
	}
	r.values = []*graph.Node{r.Graph.Input()}
	if seed%4 > 1 {
		shape := r.Graph.Input().Shape
		r.values = append(r.values, r.Input("b", shape[0], 6, shape[2], shape[3]))
	}
	for len(r.Graph.Nodes) <= n {
		r.grow()
	}
	last := r.values[len(r.values)-1]
	r.Head("aux")
	r.add(Conv(3, 1, 1, 1, true), r.pick())
	r.add(Norm(), r.Side.Output)
	r.Main()
	flat := r.add(&ops.Flatten{}, r.add(ops.ReLU.Op(), last))
	out := r.add(Linear(7), flat)
	if seed%5 > 2 {
		r.Output("again", out)
		r.Output("image", r.like(last))
		r.Output("last", last)
		r.Output("input", r.Graph.Inputs[len(r.Graph.Inputs)-1])
	}
	return r.Graph
}

type random struct {
	*rand.Rand
	*Builder
	values []*graph.Node // images of the main path, in order of definition
}

// add adds a node of the next path.
func (r *random) add(op ops.Op, in ...*graph.Node) *graph.Node {
	n := r.Add(fmt.Sprint("s", len(r.Graph.Nodes)), op, in...)
	if r.Side == nil {
		r.values = append(r.values, n)
	}
	return n
}

// pick prefers late values, so that graphs are deep.
func (r *random) pick() *graph.Node {
	back := min(r.IntN(3)*r.IntN(3), len(r.values)-1)
	return r.values[len(r.values)-1-back]
}

// like picks a value of the same shape as x, if need be x itself.
func (r *random) like(x *graph.Node) *graph.Node {
	var same []*graph.Node
	for _, v := range r.values {
		if v.Shape.Equal(x.Shape) {
			same = append(same, v)
		}
	}
	return same[r.IntN(len(same))]
}

// grow adds one op or a usual sequence of ops.
func (r *random) grow() {
	x := r.pick()
	channels := x.Shape[1]
	switch r.IntN(20) {
	case 0, 1:
		r.add(ops.ReLU.Op(), r.add(Norm(), r.add(Conv(2*(1+r.IntN(3)), 3, 1, 1, false), x)))
	case 2:
		r.add(&ops.BatchNorm{Eps: dim.Ratio(1, 100), Scale: r.IntN(2) == 0, Shift: r.IntN(2) == 0}, r.add(Conv(channels, 1, 1, 2-channels%2, true), x))
	case 3:
		body := r.add(Norm(), r.add(Conv(channels, 3, 1, 1, true), x))
		r.add(ops.ReLU.Op(), r.add(&ops.Add{}, body, r.like(x)))
	case 4:
		r.add(&ops.Add{}, r.like(x), r.add(Conv(channels, 3, 1, 1, false), x))
	case 5:
		r.add(ops.SiLU.Op(), r.add(&ops.Add{}, x, r.like(x), r.like(x)))
	case 6:
		if channels <= 8 {
			r.add(Concat(), x, r.like(x))
			r.add(Concat(), r.add(Conv(4, 3, 1, 1, true), x), r.add(Conv(2, 1, 1, 1, true), x))
		}
	case 7:
		gate := r.add(ops.Sigmoid.Op(), r.add(Conv(channels, 1, 1, 1, true), r.add(&ops.GlobalAvgPool{}, x)))
		r.values = r.values[:len(r.values)-3] // it is not an image
		r.add(&ops.Mul{}, x, gate)
	case 8:
		acts := append([]ops.Activation{ops.TanhGELU, (&ops.PReLU{}).Activation(), (&ops.PReLU{PerChannel: true}).Activation()}, ops.Activations...)
		r.add(acts[r.IntN(len(acts))].Op(), x)
	case 9:
		r.add([]ops.Op{&ops.Identity{}, &ops.Dropout{}, &ops.DropPath{}}[r.IntN(3)], x)
	case 10:
		r.add(&ops.Max{}, x, r.like(x))
	case 11:
		groups := dim.Int(2 - channels%2)
		r.add([]ops.Op{Norm(), Norm(), &ops.GroupNorm{Groups: groups, Eps: dim.Ratio(1, 10), Scale: r.IntN(2) == 0, Shift: r.IntN(2) == 0},
			&ops.InstanceNorm{Eps: dim.Ratio(1, 10), Shift: true}}[r.IntN(4)], x)
	case 12:
		if channels == 1 {
			return
		}
		half := dim.Int(channels / 2)
		low := r.add(&ops.Slice{To: half}, x)
		high := r.add(&ops.Slice{From: half, To: dim.Int(channels)}, x)
		r.add(Concat(), low, r.add(Conv(channels-channels/2, 1, 1, 1, true), high))
	default:
		r.growWide(x, channels)
	}
}

// growWide adds what moves pixels, or reads them from afar, and leaves one image of the size of x.
func (r *random) growWide(x *graph.Node, channels int) {
	switch r.IntN(11) {
	case 0: // larger, and as large as before
		h, w := x.Shape[2], x.Shape[3]
		corners := r.IntN(2) == 0
		y := r.add(&ops.Resize{Size: dim.Pair{H: dim.Int(2 * h), W: dim.Int(w + 3)}, Mode: []string{ops.Bilinear, ops.Bicubic}[r.IntN(2)], AlignCorners: corners}, x)
		r.values = r.values[:len(r.values)-1] // no other value has its size
		r.add(&ops.Resize{Size: dim.Pair{H: dim.Int(h), W: dim.Int(w)}, Mode: []string{ops.Nearest, ops.Bilinear}[r.IntN(2)]}, y)
	case 1: // channels to pixels and back
		y := r.add(&ops.PixelShuffle{R: dim.Int(2)}, r.add(Conv(4*channels, 1, 1, 1, true), x))
		y = r.add(&ops.PixelUnshuffle{R: dim.Int(2)}, y)
		r.values = slices.Delete(r.values, len(r.values)-3, len(r.values)-1) // no other value has their sizes
		r.add(Conv(channels, 1, 1, 1, true), y)
	case 2: // a gate of pixels, as of CBAM, and one of rows or columns
		gate := r.add(Concat(), r.add(&ops.ReduceMean{Axis: dim.Shaped(1)}, x), r.add(&ops.ReduceMax{Axis: dim.Shaped(1)}, x))
		gate = r.add(ops.Sigmoid.Op(), r.add(Conv(1, 3, 1, 1, true), gate))
		r.values = r.values[:len(r.values)-5] // it has one channel
		r.add(&ops.Mul{}, gate, x)
	case 3:
		gate := r.add(&ops.ReduceMax{Axis: dim.Shaped(2 + r.IntN(2))}, x)
		r.values = r.values[:len(r.values)-1]
		r.add(&ops.Mul{}, x, gate)
	case 4: // pixels around it, before a convolution that may take zeros over, and away
		by := ops.Padding{Top: dim.Int(r.IntN(3)), Bottom: dim.Int(1), Left: dim.Int(2), Right: dim.Int(r.IntN(3))}
		y := r.add(&ops.Border{By: by, Mode: []string{ops.Zeros, ops.Zeros, ops.Reflect, ops.Replicate}[r.IntN(4)]}, x)
		r.add(&ops.Crop{By: by}, r.add(Conv(channels, 3, 1, 1, true), y))
		r.values = slices.Delete(r.values, len(r.values)-3, len(r.values)-1) // no other value has their sizes
	case 5: // twice as large, and as large as before
		groups := 2 - channels%2
		by := ops.Padding{Top: dim.Int(1), Bottom: dim.Int(1), Left: dim.Int(1), Right: dim.Int(1)}
		y := r.add(&ops.Deconv{Out: dim.Int(4 * channels), K: dim.Square(dim.Int(3)), Stride: dim.Square(dim.Int(2)), Pad: by,
			Groups: dim.Int(groups), Dilation: dim.Square(dim.Int(1)), OutputPad: dim.Square(dim.Int(1)), Bias: true}, x)
		r.values = r.values[:len(r.values)-1] // no other value has its size
		r.add(Conv(channels, 3, 2, 1, true), y)
	case 6: // what each pixel takes of all others
		h, w := x.Shape[2], x.Shape[3]
		flat := r.add(&ops.Reshape{Shape: dim.Shaped(channels, h*w)}, x)
		keys := r.add(&ops.Reshape{Shape: dim.Shaped(channels, h*w)}, r.add(&ops.L2Normalize{Eps: dim.Ratio(1, 100)}, x))
		alike := r.add(&ops.Matmul{}, r.add(&ops.Permute{Axes: dim.Shaped(0, 2, 1)}, keys), keys)
		y := r.add(&ops.Matmul{}, flat, r.add(&ops.Softmax{Axis: dim.Int(1)}, alike))
		r.values = r.values[:len(r.values)-7] // they are no images
		r.add(&ops.Reshape{Shape: dim.Shaped(channels, h, w)}, y)
	case 7: // rows by columns of another value
		turned := r.add(&ops.Permute{Axes: dim.Shaped(0, 1, 3, 2)}, r.like(x))
		alike := r.add(&ops.Softmax{Axis: dim.Int(3)}, r.add(&ops.Matmul{}, x, turned))
		r.values = r.values[:len(r.values)-3] // no other value has their sizes
		r.add(&ops.Matmul{}, alike, r.like(x))
	case 8: // a mean of powers, of numbers above 0
		y := r.add(&ops.Pow{P: dim.Int(3)}, r.add(&ops.Softmax{Axis: dim.Int(1 + r.IntN(3))}, x))
		y = r.add(&ops.AvgPool{K: dim.Square(dim.Int(3)), Stride: dim.Square(dim.Int(1)), Pad: ops.Padding{Top: dim.Int(1), Bottom: dim.Int(1), Left: dim.Int(1), Right: dim.Int(1)}}, y)
		r.add(&ops.Mul{}, r.add(&ops.Pow{P: dim.Ratio(1, 3)}, y), x)
	case 9: // a branch that learns how much of it there is, of a channel, of a pixel or of each number
		sizes := []int{channels, x.Shape[2], x.Shape[3]}
		for i := range sizes {
			if r.IntN(2) == 0 {
				sizes[i] = 1
			}
		}
		gate := r.add(&ops.Learned{Shape: dim.Shaped(sizes...)}, x)
		r.values = r.values[:len(r.values)-1] // it may be no image
		r.add(&ops.Add{}, x, r.add(&ops.DropPath{P: dim.Ratio(1, 2)}, r.add(&ops.Mul{}, r.like(x), gate)))
	case 10: // joined and averaged, beside each other and of several
		wide := r.add(&ops.Concat{Axis: dim.Int(2 + r.IntN(2))}, x, r.like(x))
		r.values = r.values[:len(r.values)-1] // no other value has its size
		y := r.add(&ops.AvgPoolTo{K: dim.Pair{H: dim.Int(x.Shape[2]), W: dim.Int(x.Shape[3])}}, wide)
		r.add(&ops.Mean{}, y, x, r.add(&ops.LayerNorm{Eps: dim.Ratio(1, 10)}, y))
	}
}
