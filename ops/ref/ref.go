// Package ref is every op as the loop nest of its definition: float64 throughout, no
// blocking, no packing, nothing shared with the fast path. It can be checked by reading;
// everything faster is compared with it.
package ref

import (
	"fmt"
	"slices"

	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// Run computes an op with its epilogue. Only the result is rounded to float32.
func Run(op ops.Op, in []tensor.Tensor, params []tensor.Tensor) tensor.Tensor {
	return Exact(op, widenAll(in), widenAll(params)).Round()
}

// Exact is Run without the rounding.
func Exact(op ops.Op, in, params []Value) Value { return evaluate(op, in, params, compute) }

// evaluate makes the result, has it computed, and does the epilogue.
func evaluate(op ops.Op, in, params []Value, compute func(op ops.Op, out Value, in, params []Value)) Value {
	var shapes []dim.Shape
	for _, v := range in {
		shapes = append(shapes, dim.Shaped(v.Shape...))
	}
	inferred, err := op.Infer(dim.Numbers{}, shapes)
	if err != nil {
		panic(fmt.Sprintf("ref: %s: %v", op.Name(), err))
	}
	var out Value
	for _, size := range inferred {
		out.Shape = append(out.Shape, size.MustInt())
	}
	out.Data = make([]float64, out.Shape.Elements())
	compute(op, out, in, params)
	if f, ok := op.(ops.Fuser); ok {
		epilogue(f.Epilogue(), out, in, params)
	}
	return out
}

func compute(op ops.Op, out Value, in, params []Value) {
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
	case ops.Grouper:
		groupNorm(op, out, in[0], params)
	case *ops.LRN:
		lrn(op, out, in[0])
	case *ops.L2Normalize:
		l2Normalize(op, out, in[0])
	case *ops.Softmax:
		softmax(op, out, in[0])
	case *ops.PReLU:
		prelu(out, in[0], params[0])
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
	case *ops.ReduceMean:
		reduceMean(op, out, in[0])
	case *ops.ReduceMax:
		reduceMax(op, out, in[0])
	case *ops.Flatten, *ops.Dropout, *ops.DropPath, *ops.Identity, *ops.Reshape:
		copy(out.Data, in[0].Data)
	case *ops.Scale:
		scale(op, out, in[0])
	case *ops.Pow:
		pow(op, out, in[0])
	case *ops.Learned:
		learned(out, params)
	case *ops.LearnedGate:
		learnedGate(out, in[0], params)
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
		move(op, out, in, params)
	}
}

// move computes the ops that move numbers, or make others of them along height and width.
func move(op ops.Op, out Value, in, params []Value) {
	switch op := op.(type) {
	case *ops.Slice:
		slice(op, out, in[0])
	case *ops.ChannelShuffle:
		channelShuffle(op, out, in[0])
	case *ops.PixelShuffle:
		pixelShuffle(op, out, in[0])
	case *ops.PixelUnshuffle:
		pixelUnshuffle(op, out, in[0])
	case *ops.Resize:
		resize(op, out, in[0])
	case *ops.Matmul:
		matmul(out, in[0], in[1])
	case *ops.Permute:
		permute(op, out, in[0])
	case *ops.Border:
		border(op, out, in[0])
	case *ops.Crop:
		crop(op, out, in[0])
	case *ops.Concat:
		concat(op, out, in)
	default:
		if !gradient(op, out, in, params) {
			panic("ref: no reference for " + op.Name())
		}
	}
}

// epilogue applies the fused norm, add and activation.
func epilogue(e ops.Epilogue, out Value, in, params []Value) {
	_, norm, slopes := ops.Split(e, params)
	if e.Norm != nil {
		batchNorm(e.Norm, out, out, norm)
	}
	if e.Add {
		merge(out, []Value{out, in[len(in)-1]}, func(a, b float64) float64 { return a + b })
	}
	if slopes != nil {
		prelu(out, out, slopes[0])
		return
	}
	activation(e.Act, out, out)
}

// A Value is a tensor in float64.
type Value struct {
	Shape tensor.Shape
	Data  []float64
}

// Widen is a tensor as a Value.
func Widen(t tensor.Tensor) Value {
	v := Value{t.Shape, make([]float64, len(t.Data))}
	for i, x := range t.Data {
		v.Data[i] = float64(x)
	}
	return v
}

func widenAll(tensors []tensor.Tensor) (values []Value) {
	for _, t := range tensors {
		values = append(values, Widen(t))
	}
	return values
}

// Round is the Value rounded to float32.
func (v Value) Round() tensor.Tensor {
	t := tensor.New(v.Shape...)
	for i, x := range v.Data {
		t.Data[i] = float32(x)
	}
	return t
}

// at returns the element at these indices, one for each axis.
func (v Value) at(index ...int) float64 { return v.Data[v.offset(index)] }

func (v Value) set(x float64, index ...int) { v.Data[v.offset(index)] = x }

func (v Value) offset(index []int) int {
	if len(index) != len(v.Shape) {
		panic(fmt.Sprintf("ref: %d indices for shape %v", len(index), v.Shape))
	}
	at := 0
	for axis, i := range index {
		if i < 0 || i >= v.Shape[axis] {
			panic(fmt.Sprintf("ref: index %v outside shape %v", slices.Clone(index), v.Shape))
		}
		at = at*v.Shape[axis] + i
	}
	return at
}

// image returns v as [N, C, H, W], with H = W = 1 for [N, C].
func (v Value) image() Value {
	shape := []int{v.Shape[0], v.Shape[1], 1, 1}
	if len(v.Shape) > 2 {
		shape[2], shape[3] = v.Shape[2], tensor.Shape(v.Shape[3:]).Elements()
	}
	return Value{shape, v.Data}
}

// plane returns the pixels of a channel of an image.
func (v Value) plane(n, c int) []float64 {
	pixels := v.Shape[2] * v.Shape[3]
	return v.Data[v.offset([]int{n, c, 0, 0}):][:pixels]
}

// row returns the pixels of row y of a plane of v.
func row(plane []float64, v Value, y int) []float64 {
	return plane[y*v.Shape[3]:][:v.Shape[3]]
}
