package ref

import (
	"math"

	"cnnlang/ops"
)

// adjoint adds the gradient of every pixel of the result to those of the pixels that it is made
// of, times what they are multiplied by.
func adjoint(op *ops.Adjoint, out, dy Value) {
	switch of := op.Of.(type) {
	case *ops.AvgPool:
		avgPoolAdjoint(of, out, dy)
	case *ops.AvgPoolTo:
		avgPoolToAdjoint(out, dy)
	case *ops.Resize:
		eachPixel(dy, func(n, c, y, x int) {
			for _, r := range weighed(of, y, out.Shape[2], dy.Shape[2]) {
				for _, s := range weighed(of, x, out.Shape[3], dy.Shape[3]) {
					out.Data[out.offset([]int{n, c, r.at, s.at})] += r.weight * s.weight * dy.at(n, c, y, x)
				}
			}
		})
	case *ops.Border:
		// Where a pixel comes from shows when the pixels are numbered, from 1.
		numbers, moved := Value{out.Shape, make([]float64, len(out.Data))}, Value{dy.Shape, make([]float64, len(dy.Data))}
		for i := range numbers.Data {
			numbers.Data[i] = float64(i + 1)
		}
		border(of, moved, numbers)
		for i, from := range moved.Data {
			if from > 0 {
				out.Data[int(from)-1] += dy.Data[i]
			}
		}
	default:
		panic("ref: no adjoint of " + of.Name())
	}
}

// eachPixel calls f with the indices of every element of an image.
func eachPixel(v Value, f func(n, c, y, x int)) {
	for n := range v.Shape[0] {
		for c := range v.Shape[1] {
			for y := range v.Shape[2] {
				for x := range v.Shape[3] {
					f(n, c, y, x)
				}
			}
		}
	}
}

// avgPoolAdjoint: every pixel of a window in the image gets the gradient by what the mean is divided by.
func avgPoolAdjoint(op *ops.AvgPool, out, dy Value) {
	h, w := out.Shape[2], out.Shape[3]
	kh, kw, sh, sw := op.K.H.MustInt(), op.K.W.MustInt(), op.Stride.H.MustInt(), op.Stride.W.MustInt()
	top, left := padBefore(op.Pad, op.Pad.Top, h, kh, sh, 1), padBefore(op.Pad, op.Pad.Left, w, kw, sw, 1)
	bottom, right := padAfter(op.Pad, op.Pad.Bottom, h, kh, sh, 1), padAfter(op.Pad, op.Pad.Right, w, kw, sw, 1)
	eachPixel(dy, func(n, c, y, x int) {
		var seen []int
		counted := 0.0
		for i := range kh {
			for j := range kw {
				iy, ix := y*sh+i-top, x*sw+j-left
				inside := iy >= 0 && iy < h && ix >= 0 && ix < w
				if inside {
					seen = append(seen, out.offset([]int{n, c, iy, ix}))
				}
				if inside || op.CountPad && iy < h+bottom && ix < w+right {
					counted++
				}
			}
		}
		for _, at := range seen {
			out.Data[at] += dy.at(n, c, y, x) / counted
		}
	})
}

// avgPoolToAdjoint: the same for the windows of avgPoolTo.
func avgPoolToAdjoint(out, dy Value) {
	h, w, kh, kw := out.Shape[2], out.Shape[3], dy.Shape[2], dy.Shape[3]
	eachPixel(dy, func(n, c, y, x int) {
		var seen []int
		for iy := y * h / kh; iy*kh < (y+1)*h; iy++ {
			for ix := x * w / kw; ix*kw < (x+1)*w; ix++ {
				seen = append(seen, out.offset([]int{n, c, iy, ix}))
			}
		}
		for _, at := range seen {
			out.Data[at] += dy.at(n, c, y, x) / float64(len(seen))
		}
	})
}

// maxPoolGradient: the gradient of every window goes to the first of its largest pixels, row by row; a
// NaN is larger than any.
func maxPoolGradient(op *ops.MaxPool, out, dy, in Value) {
	h, w := in.Shape[2], in.Shape[3]
	kh, kw, sh, sw := op.K.H.MustInt(), op.K.W.MustInt(), op.Stride.H.MustInt(), op.Stride.W.MustInt()
	top, left := padBefore(op.Pad, op.Pad.Top, h, kh, sh, 1), padBefore(op.Pad, op.Pad.Left, w, kw, sw, 1)
	eachPixel(dy, func(n, c, y, x int) {
		best, at := math.Inf(-1), -1
		for i := range kh {
			for j := range kw {
				iy, ix := y*sh+i-top, x*sw+j-left
				if iy < 0 || iy >= h || ix < 0 || ix >= w {
					continue
				}
				if v := in.at(n, c, iy, ix); at < 0 || v > best || math.IsNaN(v) && !math.IsNaN(best) {
					best, at = v, in.offset([]int{n, c, iy, ix})
				}
			}
		}
		out.Data[at] += dy.at(n, c, y, x)
	})
}

// reduceMaxGradient: the gradient goes to the largest elements in equal parts.
func reduceMaxGradient(op *ops.ReduceMax, out, dy, in Value) {
	largest := Value{dy.Shape, make([]float64, len(dy.Data))}
	reduceMax(op, largest, in)
	to := func(index ...int) []int {
		for axis := range index {
			if op.Reduces(axis) {
				index[axis] = 0
			}
		}
		return index
	}
	counts := make([]float64, len(dy.Data))
	eachPixel(in, func(n, c, y, x int) {
		if at := dy.offset(to(n, c, y, x)); in.at(n, c, y, x) == largest.Data[at] {
			counts[at]++
		}
	})
	each(out, func(n, c, y, x int) float64 {
		at := dy.offset(to(n, c, y, x))
		if in.at(n, c, y, x) != largest.Data[at] {
			return 0
		}
		return dy.Data[at] / counts[at]
	})
}
