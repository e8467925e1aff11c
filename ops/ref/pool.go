package ref

import (
	"math"

	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// maxPool: the largest pixel of the window that lies in the image. A NaN is
// larger than any.
func maxPool(op *ops.MaxPool, out, in Value) {
	eachWindow(op.K, op.Stride, op.Pad, out, in, func(seen []float64, counted int) float64 {
		largest := math.Inf(-1)
		for _, v := range seen {
			if v > largest || math.IsNaN(v) {
				largest = v
			}
		}
		return largest
	})
}

// avgPool: the sum of the pixels that lie in the image, by how many do, or with
// count_pad by how many lie in the image or its padding.
func avgPool(op *ops.AvgPool, out, in Value) {
	eachWindow(op.K, op.Stride, op.Pad, out, in, func(seen []float64, counted int) float64 {
		sum := 0.0
		for _, v := range seen {
			sum += v
		}
		if op.CountPad {
			return sum / float64(counted)
		}
		return sum / float64(len(seen))
	})
}

// eachWindow calls f with the pixels of the image that each window sees and with
// how many places of it lie in the image or the padding.
func eachWindow(k, stride dim.Pair, pad ops.Padding, out, in Value, f func(seen []float64, counted int) float64) {
	h, w := in.Shape[2], in.Shape[3]
	kh, kw, sh, sw := k.H.MustInt(), k.W.MustInt(), stride.H.MustInt(), stride.W.MustInt()
	top, left := padBefore(pad, pad.Top, h, kh, sh, 1), padBefore(pad, pad.Left, w, kw, sw, 1)
	bottom, right := padAfter(pad, pad.Bottom, h, kh, sh, 1), padAfter(pad, pad.Right, w, kw, sw, 1)
	each(out, func(n, c, y, x int) float64 {
		var seen []float64
		counted := 0
		for i := range kh {
			for j := range kw {
				iy, ix := y*sh+i-top, x*sw+j-left
				if iy < h+bottom && ix < w+right {
					counted++
				}
				if iy >= 0 && iy < h && ix >= 0 && ix < w {
					seen = append(seen, in.at(n, c, iy, ix))
				}
			}
		}
		return f(seen, counted)
	})
}

// avgPoolTo: window i of k spans the pixels floor(i*size/k) to
// ceil((i+1)*size/k).
func avgPoolTo(out, in Value) {
	h, w, kh, kw := in.Shape[2], in.Shape[3], out.Shape[2], out.Shape[3]
	each(out, func(n, c, y, x int) float64 {
		sum, count := 0.0, 0.0
		for iy := y * h / kh; iy*kh < (y+1)*h; iy++ {
			for ix := x * w / kw; ix*kw < (x+1)*w; ix++ {
				sum += in.at(n, c, iy, ix)
				count++
			}
		}
		return sum / count
	})
}

// globalAvgPool: the mean of each channel.
func globalAvgPool(out, in Value) {
	h, w := in.Shape[2], in.Shape[3]
	each(out, func(n, c, _, _ int) float64 {
		sum := 0.0
		for y := range h {
			for x := range w {
				sum += in.at(n, c, y, x)
			}
		}
		return sum / float64(h*w)
	})
}

// reduceMean: the mean along axes.
func reduceMean(op *ops.ReduceMean, out, in Value) {
	eachReduced(op, out, in, func(seen []float64) float64 {
		sum := 0.0
		for _, v := range seen {
			sum += v
		}
		return sum / float64(len(seen))
	})
}

// reduceMax: the largest along axes. A NaN is larger than any.
func reduceMax(op *ops.ReduceMax, out, in Value) {
	eachReduced(op, out, in, func(seen []float64) float64 {
		largest := math.Inf(-1)
		for _, v := range seen {
			largest = max(largest, v)
		}
		return largest
	})
}

// eachReduced calls f with the elements that become each one.
func eachReduced(op ops.Reducer, out, in Value, f func(seen []float64) float64) {
	along := func(axis, at int) (from, to int) {
		if op.Reduces(axis) {
			return 0, in.Shape[axis]
		}
		return at, at + 1
	}
	each(out, func(n, c, y, x int) float64 {
		var seen []float64
		c0, c1 := along(1, c)
		y0, y1 := along(2, y)
		x0, x1 := along(3, x)
		for c := c0; c < c1; c++ {
			for y := y0; y < y1; y++ {
				for x := x0; x < x1; x++ {
					seen = append(seen, in.at(n, c, y, x))
				}
			}
		}
		return f(seen)
	})
}
