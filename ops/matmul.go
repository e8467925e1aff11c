package ops

import (
	"cnnlang/ops/dim"
)

// Matmul multiplies matrices: [N, …, a, k] by [N, …, k, b] gives [N, …, a, b], for each image and
// each index of the axes between. NaN and infinities spread as products and sums do: 0 times infinity
// is NaN.
//
// Cost: k multiply-accumulates for each element.
//
// The gradients are products too: g times the second turned, and the first turned times g.
type Matmul struct{}

func (*Matmul) Name() string { return "matmul" }

// Infer gives the rows of the first input by the columns of the second.
func (o *Matmul) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := beginMerge(f, o, in)
	if len(in) != 2 {
		r.fail(&Fault{Kind: WrongCount, Input: -1, Axis: -1, Msg: "`matmul` takes 2 tensors, and here " + areSo(len(in)),
			Help: "`matmul { | … | … }`, the left factor first"})
		return r.end(nil)
	}
	n := len(in[0])
	if r.ok() && n < 3 {
		r.fail(&Fault{Kind: WrongRank, Input: 0, Axis: -1, Msg: "`matmul` needs matrices, [N, …, a, k] and [N, …, k, b], got " + in[0].String()})
	}
	if r.ok() && len(in[1]) != n {
		r.differ(1, -1, 0)
	}
	for axis := 0; r.ok() && axis < n-2; axis++ {
		if !dim.Equal(r, in[1][axis], in[0][axis]) {
			r.differ(1, axis, 0)
		}
	}
	if r.ok() && !dim.Equal(r, in[0][n-1], in[1][n-2]) {
		r.fail(&Fault{Kind: SizesDiffer, Input: 1, Axis: -1,
			Msg:  "`matmul` multiplies rows of " + in[0][n-1].String() + " numbers by columns of " + in[1][n-2].String(),
			Help: "`permute` exchanges rows and columns, as in `permute([0, 2, 1])`"})
	}
	if !r.ok() {
		return r.end(nil)
	}
	out := in[0].Clone()
	out[n-1] = in[1][n-1]
	return r.end(out)
}

func areSo(n int) string {
	if n == 1 {
		return "is one"
	}
	return "are " + dim.Int(n).String()
}

func (o *Matmul) Params(in []dim.Shape) []Param { return nil }

func (o *Matmul) Cost(in []dim.Shape, out dim.Shape) Cost {
	macs := out.Product().Mul(in[0][len(in[0])-1])
	return Cost{MACs: macs, FLOPs: macs.Mul(dim.Int(2))}
}
