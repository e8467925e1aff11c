// Package ref is every op once more, as the loop nest that its definition is:
// float64 throughout, no blocking, no packing, nothing shared with the fast
// path. What it computes is right because it can be read; everything faster is
// compared with it.
package ref

import (
	"fmt"

	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// Run computes an op with its epilogue. Only the result is rounded to float32.
func Run(op ops.Op, in []tensor.Tensor, params []tensor.Tensor) tensor.Tensor {
	var x, p []value
	var shapes []dim.Shape
	for _, t := range in {
		x = append(x, widen(t))
		shapes = append(shapes, dim.Shaped(t.Shape...))
	}
	for _, t := range params {
		p = append(p, widen(t))
	}
	inferred, err := op.Infer(dim.Numbers{}, shapes)
	if err != nil {
		panic(fmt.Sprintf("ref: %s: %v", op.Name(), err))
	}
	var out value
	for _, size := range inferred {
		out.shape = append(out.shape, size.MustInt())
	}
	out.data = make([]float64, tensor.Shape(out.shape).Elements())
	compute(op, out, x, p)
	if f, ok := op.(ops.Fuser); ok {
		epilogue(f.Epilogue(), out, x, p)
	}
	return out.round()
}

func compute(op ops.Op, out value, in, params []value) {
	switch op := op.(type) {
	case *ops.Conv:
		conv(op, out, in[0], params)
	case *ops.Deconv:
		deconv(op, out, in[0], params)
	case *ops.Linear:
		linear(op, out, in[0], params)
	case *ops.BatchNorm:
		batchNorm(op, out, in[0], params)
	case *ops.LayerNorm:
		layerNorm(op, out, in[0], params)
	case *ops.LRN:
		lrn(op, out, in[0])
	case *ops.L2Normalize:
		l2Normalize(op, out, in[0])
	case *ops.Softmax:
		softmax(out, in[0])
	case ops.Activator:
		activation(op.Activation(), out, in[0])
	case *ops.MaxPool:
		maxPool(op, out, in[0])
	case *ops.AvgPool:
		avgPool(op, out, in[0])
	case *ops.AvgPoolTo:
		avgPoolTo(out, in[0])
	case *ops.GlobalAvgPool:
		globalAvgPool(out, in[0])
	case *ops.Flatten, *ops.Dropout, *ops.Identity:
		copy(out.data, in[0].data)
	case *ops.Slice:
		slice(op, out, in[0])
	case *ops.ChannelShuffle:
		channelShuffle(op, out, in[0])
	case *ops.Concat:
		concat(op, out, in)
	case *ops.Scale:
		scale(op, out, in[0])
	case *ops.LayerScale:
		layerScale(out, in[0], params)
	case *ops.ChannelAffine:
		channelAffine(op, out, in[0])
	case *ops.Add:
		merge(out, in, func(a, b float64) float64 { return a + b })
	case *ops.Max:
		merge(out, in, func(a, b float64) float64 { return max(a, b) })
	case *ops.Mean:
		mean(out, in)
	case *ops.Mul:
		factors := in
		if op.Epilogue().Add {
			factors = in[:len(in)-1]
		}
		mul(out, factors)
	default:
		panic("ref: no reference for " + op.Name())
	}
}

// epilogue does what an op takes over from those after it: norm, add,
// activation.
func epilogue(e ops.Epilogue, out value, in, params []value) {
	if e.Norm != nil {
		batchNorm(e.Norm, out, out, params[len(params)-4:])
	}
	if e.Add {
		merge(out, []value{out, in[len(in)-1]}, func(a, b float64) float64 { return a + b })
	}
	activation(e.Act, out, out)
}

// A value is a tensor in float64.
type value struct {
	shape []int
	data  []float64
}

func widen(t tensor.Tensor) value {
	v := value{shape: t.Shape}
	for _, x := range t.Data {
		v.data = append(v.data, float64(x))
	}
	return v
}

func (v value) round() tensor.Tensor {
	t := tensor.New(v.shape...)
	for i, x := range v.data {
		t.Data[i] = float32(x)
	}
	return t
}

// at returns the element at these indices, one for each axis.
func (v value) at(index ...int) float64 { return v.data[v.offset(index)] }

func (v value) set(x float64, index ...int) { v.data[v.offset(index)] = x }

func (v value) offset(index []int) int {
	if len(index) != len(v.shape) {
		panic(fmt.Sprintf("ref: %d indices for shape %v", len(index), v.shape))
	}
	at := 0
	for axis, i := range index {
		if i < 0 || i >= v.shape[axis] {
			panic(fmt.Sprintf("ref: index %v outside shape %v", index, v.shape))
		}
		at = at*v.shape[axis] + i
	}
	return at
}

// image returns v as [N, C, H, W], with H = W = 1 for [N, C].
func (v value) image() value {
	shape := []int{v.shape[0], v.shape[1], 1, 1}
	if len(v.shape) > 2 {
		shape[2], shape[3] = v.shape[2], tensor.Shape(v.shape[3:]).Elements()
	}
	return value{shape, v.data}
}
