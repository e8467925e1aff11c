package ref

import (
	"cnnlang/ops"
	"cnnlang/ops/tensor"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

// Products is Exact with convolutions and linear layers as products of matrices,
// which a BLAS library computes: in float64 too, and so much faster that whole
// networks take seconds.
func Products(op ops.Op, in, params []Value) Value { return evaluate(op, in, params, byProducts) }

func byProducts(op ops.Op, out Value, in, params []Value) {
	switch op := op.(type) {
	case *ops.Conv:
		convByProducts(op, out, in[0], params)
	case *ops.Linear:
		linearByProducts(op, out, in[0], params)
	default:
		compute(op, out, in, params)
	}
}

// convByProducts: for each image and group, the weights [filters, c i j] times what
// the pixels of the result see, [c i j, y x].
func convByProducts(op *ops.Conv, out, in Value, params []Value) {
	weight, groups := params[0], op.Groups.MustInt()
	filters, perGroup, pixels := out.Shape[1]/groups, weight.Shape[1], out.Shape[2]*out.Shape[3]
	terms := perGroup * weight.Shape[2] * weight.Shape[3]
	seen := make([]float64, terms*pixels)
	for n := range out.Shape[0] {
		for g := range groups {
			see(op, seen, out, in, n, g*perGroup, weight.Shape)
			weights := matrix(filters, terms, weight.Data[g*filters*terms:])
			addProduct(op.Bias, out, n, g*filters, params, weights, matrix(terms, pixels, seen))
		}
	}
}

// see writes row c i j of a matrix: the pixels that weight i j of channel first + c is
// multiplied with, and 0 for those outside the image.
func see(op *ops.Conv, rows []float64, out, in Value, n, first int, weight tensor.Shape) {
	h, w := in.Shape[2], in.Shape[3]
	perGroup, kh, kw := weight[1], weight[2], weight[3]
	sh, sw := op.Stride.H.MustInt(), op.Stride.W.MustInt()
	dh, dw := op.Dilation.H.MustInt(), op.Dilation.W.MustInt()
	top := padBefore(op.Pad, op.Pad.Top, h, kh, sh, dh)
	left := padBefore(op.Pad, op.Pad.Left, w, kw, sw, dw)
	for c := range perGroup {
		image := in.plane(n, first+c)
		for i := range kh {
			for j := range kw {
				for y := range out.Shape[2] {
					for x := range out.Shape[3] {
						iy, ix := y*sh+i*dh-top, x*sw+j*dw-left
						rows[0] = 0
						if iy >= 0 && iy < h && ix >= 0 && ix < w {
							rows[0] = image[iy*w+ix]
						}
						rows = rows[1:]
					}
				}
			}
		}
	}
}

// linearByProducts: for each image, the weights [o, c] times the image [c, y x].
func linearByProducts(op *ops.Linear, out, in Value, params []Value) {
	out, in = out.image(), in.image()
	o, c, pixels := out.Shape[1], in.Shape[1], in.Shape[2]*in.Shape[3]
	for n := range out.Shape[0] {
		weights := matrix(o, c, params[0].Data)
		addProduct(op.Bias, out, n, 0, params, weights, matrix(c, pixels, in.Data[n*c*pixels:]))
	}
}

// addProduct sets the channels of an image from first on to their biases and adds a
// product, a row for each.
func addProduct(bias bool, out Value, n, first int, params []Value, a, b blas64.General) {
	for o := range a.Rows {
		fill(bias, out.plane(n, first+o), params, first+o)
	}
	sums := matrix(a.Rows, b.Cols, out.Data[out.offset([]int{n, first, 0, 0}):])
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, a, b, 1, sums)
}

func matrix(rows, cols int, data []float64) blas64.General {
	return blas64.General{Rows: rows, Cols: cols, Stride: cols, Data: data[:rows*cols]}
}
