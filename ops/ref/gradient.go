package ref

import (
	"math"

	"cnnlang/ops"
)

// gradient computes the ops that gradients are made of, and reports whether op is one.
func gradient(op ops.Op, out Value, in, params []Value) bool {
	switch op := op.(type) {
	case *ops.Adjoint:
		adjoint(op, out, in[0])
	case *ops.ByInput:
		byInput(op.Of, out, in[0], in[1], params)
	case *ops.ByResult:
		byResult(op.Of, out, in[0], in[1])
	case *ops.TensorSums:
		tensorSums(op.Of, out, in[0], in[1], params)
	case *ops.MaxShare:
		maxShare(op, out, in[0], in[1:])
	case *ops.LinearGradient:
		linearGradient(out, in[0], params[0])
	case *ops.ConvWeights:
		convWeights(op.Of, out, in[0], in[1])
	case *ops.BatchStats:
		batchStats(out, in[0])
	case *ops.BatchNormalize:
		batchNormalize(op, out, in[0], in[1], params)
	case *ops.BatchSums:
		batchSums(op, out, in[0], in[1], in[2])
	case *ops.BatchGradient:
		batchGradient(op, out, in, params)
	case *ops.Loss:
		loss(op, out, in[0], in[1])
	case *ops.LossGradient:
		lossGradient(op, out, in[0], in[1])
	default:
		return gather(op, out, in)
	}
	return true
}

// gather computes those that add numbers or move them.
func gather(op ops.Op, out Value, in []Value) bool {
	switch op := op.(type) {
	case *ops.ChannelSums:
		addTo(out, in[0], func(index []int) []int { return index[1:2] })
	case *ops.AxisSums:
		addTo(out, in[0], func(index []int) []int {
			to := append([]int(nil), index...)
			for _, axis := range op.Axes {
				to[axis] = 0
			}
			return to
		})
	case *ops.ImageSums:
		addTo(out, in[0], func(index []int) []int { return index[1:] })
	case *ops.Row:
		copy(out.Data, in[0].Data[op.I*len(out.Data):])
	case *ops.Spread:
		indexed(out, func(index []int) float64 {
			from := append([]int(nil), index...)
			for axis := range from {
				from[axis] = min(from[axis], in[0].Shape[axis]-1)
			}
			return in[0].at(from...)
		})
	case *ops.Part:
		indexed(out, func(index []int) float64 {
			from := append([]int(nil), index...)
			from[op.Axis] += op.From
			return in[0].at(from...)
		})
	case *ops.Place:
		addTo(out, in[0], func(index []int) []int {
			to := append([]int(nil), index...)
			to[1] += op.From
			return to
		})
	default:
		return false
	}
	return true
}

// addTo adds every element of in to the one of out, which is 0 before, whose index to gives.
func addTo(out, in Value, to func(index []int) []int) {
	indexed(Value{in.Shape, make([]float64, len(in.Data))}, func(index []int) float64 {
		at := out.offset(to(index))
		out.Data[at] += in.at(index...)
		return 0
	})
}

// maxShare: the gradient where the input is the largest, by how many inputs are.
func maxShare(op *ops.MaxShare, out, dy Value, in []Value) {
	for i := range out.Data {
		largest, count := math.Inf(-1), 0.0
		for _, v := range in {
			largest = max(largest, v.Data[i])
		}
		for _, v := range in {
			if v.Data[i] == largest {
				count++
			}
		}
		if in[op.I].Data[i] == largest {
			out.Data[i] = dy.Data[i] / count
		}
	}
}

// convWeights: dw[o, c, i, j] = sum over n, y, x of dy[n, o, y, x] * in[n, group + c, y*stride +
// i*dilation - top, …].
func convWeights(op *ops.Conv, out, in, dy Value) {
	h, w := in.Shape[2], in.Shape[3]
	filters, perGroup := out.Shape[0]/op.Groups.MustInt(), out.Shape[1]
	sh, sw := op.Stride.H.MustInt(), op.Stride.W.MustInt()
	dh, dw := op.Dilation.H.MustInt(), op.Dilation.W.MustInt()
	top := padBefore(op.Pad, op.Pad.Top, h, out.Shape[2], sh, dh)
	left := padBefore(op.Pad, op.Pad.Left, w, out.Shape[3], sw, dw)
	each(out, func(o, c, i, j int) (sum float64) {
		for n := range in.Shape[0] {
			image, grad := in.plane(n, o/filters*perGroup+c), dy.plane(n, o)
			for y := range dy.Shape[2] {
				iy := y*sh + i*dh - top
				if iy < 0 || iy >= h {
					continue
				}
				pixels, line := row(image, in, iy), row(grad, dy, y)
				for x, g := range line {
					if ix := x*sw + j*dw - left; ix >= 0 && ix < w {
						sum += g * pixels[ix]
					}
				}
			}
		}
		return sum
	})
}

// linearGradient: dx[n, c] = sum over o of weight[o, c] * dy[n, o], at each pixel.
func linearGradient(out, dy, weight Value) {
	out, dy = out.image(), dy.image()
	each(out, func(n, c, y, x int) (sum float64) {
		for o := range weight.Shape[0] {
			sum += weight.at(o, c) * dy.at(n, o, y, x)
		}
		return sum
	})
}
