package exec

import (
	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// A pool describes the windows of a pool and how their pixels are combined.
type pool struct {
	rows, cols poolAxis
	max        bool
	countPad   bool // padding counts in the divisor of a mean
}

// A poolAxis is where the windows lie along one axis.
type poolAxis struct {
	in, out           int // sizes
	k, stride, before int
	padded            int  // the size with the padding on both sides
	adaptive          bool // windows vary in length, up to k
}

// poolOf describes an op if it is a pool.
func poolOf(op ops.Op, in, out tensor.Shape) (p pool, ok bool) {
	slides := func(k, stride dim.Pair, pad ops.Padding) (rows, cols poolAxis) {
		along := func(a dim.Axis) poolAxis {
			x := poolAxis{in: in[a], out: out[a], k: k.Along(a).MustInt(), stride: stride.Along(a).MustInt()}
			before, after := pad.Around(a, x.in, x.k, x.stride, 1)
			x.before, x.padded = before, before+x.in+after
			return x
		}
		return along(dim.Height), along(dim.Width)
	}
	switch op := op.(type) {
	case *ops.MaxPool:
		p.max = true
		p.rows, p.cols = slides(op.K, op.Stride, op.Pad)
	case *ops.AvgPool:
		p.countPad = op.CountPad
		p.rows, p.cols = slides(op.K, op.Stride, op.Pad)
	case *ops.AvgPoolTo:
		along := func(a dim.Axis) poolAxis {
			return poolAxis{in: in[a], out: out[a], k: (in[a]+out[a]-1)/out[a] + 1, adaptive: true}
		}
		p.rows, p.cols = along(dim.Height), along(dim.Width)
	case *ops.GlobalAvgPool:
		along := func(a dim.Axis) poolAxis { return poolAxis{in: in[a], out: 1, k: in[a], adaptive: true} }
		p.rows, p.cols = along(dim.Height), along(dim.Width)
	default:
		return p, false
	}
	return p, true
}

// window returns the pixels [from, to) that window i sees, and how many of its places are
// in the image or the padding.
func (x poolAxis) window(i int) (from, to, counted int) {
	if x.adaptive {
		from, to = i*x.in/x.out, ((i+1)*x.in+x.out-1)/x.out
		return from, to, to - from
	}
	start := i * x.stride
	counted = min(start+x.k, x.padded) - start
	from, to = start-x.before, start-x.before+x.k
	return max(from, 0), min(to, x.in), counted
}

// sees is about how many pixels the windows of one output row see.
func (p *pool) sees() int { return p.cols.out * min(p.rows.k, p.rows.in) * min(p.cols.k, p.cols.in) }

// divisor is what the sum of a window of h rows and w columns in the image is divided by.
func (p *pool) divisor(h, w, high, wide int) int {
	switch {
	case p.max:
		return 1
	case p.countPad:
		return high * wide
	}
	return h * w
}
