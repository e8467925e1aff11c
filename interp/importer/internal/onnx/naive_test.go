package onnx_test

import (
	"math"
	"slices"
)

// This is ONNX's operators as its specification words them, number by number in float64, for comparison. Nothing of it
// is the importer's.

// An array is numbers in a shape.
type array struct {
	shape []int
	data  []float64
}

// of makes an array of what a function gives for each index.
func of(shape []int, at func(i []int) float64) array {
	n := 1
	for _, size := range shape {
		n *= size
	}
	a := array{slices.Clone(shape), make([]float64, n)}
	index := make([]int, len(shape))
	for k := range a.data {
		a.data[k] = at(index)
		for axis := len(shape) - 1; axis >= 0; axis-- {
			if index[axis]++; index[axis] < shape[axis] {
				break
			}
			index[axis] = 0
		}
	}
	return a
}

// at is a number; along an axis of size 1 it is the same everywhere, and axes that the array lacks come first.
func (a array) at(i ...int) float64 {
	place := 0
	for axis, size := range a.shape {
		k := i[len(i)-len(a.shape)+axis]
		if size == 1 {
			k = 0
		}
		place = place*size + k
	}
	return a.data[place]
}

// in is a number at a place that may be outside, where it is another.
func (a array) in(outside float64, i ...int) float64 {
	for axis, k := range i {
		if k < 0 || k >= a.shape[axis] {
			return outside
		}
	}
	return a.at(i...)
}

func (a array) each(f func(float64) float64) array {
	return of(a.shape, func(i []int) float64 { return f(a.at(i...)) })
}

// joint is the shape to which two are repeated.
func joint(a, b []int) []int {
	if len(a) < len(b) {
		a, b = b, a
	}
	out := slices.Clone(a)
	for k := range b {
		at := len(a) - len(b) + k
		out[at] = max(a[at], b[k])
	}
	return out
}

func both(a, b array, f func(x, y float64) float64) array {
	return of(joint(a.shape, b.shape), func(i []int) float64 { return f(a.at(i...), b.at(i...)) })
}

// A win is a window along an axis.
type win struct{ k, stride, dilation, before, after, out int }

// windows are those of a convolution or a pool.
func (n made) windows(x array, kernel []int) (list [2]win) {
	pads := n.ints("pads", 0, 0, 0, 0)
	strides, dilations := n.ints("strides", 1, 1), n.ints("dilations", 1, 1)
	for i := range 2 {
		w := win{k: kernel[i], stride: strides[i], dilation: dilations[i], before: pads[i], after: pads[i+2]}
		size, span := x.shape[2+i], w.dilation*(w.k-1)+1
		if same := n.text("auto_pad"); same == "SAME_UPPER" || same == "SAME_LOWER" {
			w.out = (size + w.stride - 1) / w.stride
			total := max((w.out-1)*w.stride+span-size, 0)
			if w.before, w.after = total/2, total-total/2; same == "SAME_LOWER" {
				w.before, w.after = w.after, w.before
			}
		} else if w.out = (size+w.before+w.after-span)/w.stride + 1; n.ints("ceil_mode", 0)[0] == 1 {
			w.out = (size+w.before+w.after-span+w.stride-1)/w.stride + 1
		}
		list[i] = w
	}
	return list
}

func (n made) conv(in []array) array {
	x, w := in[0], in[1]
	windows := n.windows(x, w.shape[2:])
	groups := n.ints("group", 1)[0]
	each := w.shape[0] / groups
	return of([]int{x.shape[0], w.shape[0], windows[0].out, windows[1].out}, func(i []int) float64 {
		sum := 0.0
		if len(in) > 2 {
			sum = in[2].at(i[1])
		}
		for c := range w.shape[1] {
			for ky := range w.shape[2] {
				for kx := range w.shape[3] {
					y, at := i[2]*windows[0].stride-windows[0].before+ky*windows[0].dilation, i[3]*windows[1].stride-windows[1].before+kx*windows[1].dilation
					sum += w.at(i[1], c, ky, kx) * x.in(0, i[0], i[1]/each*w.shape[1]+c, y, at)
				}
			}
		}
		return sum
	})
}

func (n made) deconv(in []array) array {
	x, w := in[0], in[1]
	strides, pads, groups, more := n.ints("strides", 1, 1), n.ints("pads", 0, 0, 0, 0), n.ints("group", 1)[0], n.ints("output_padding", 0, 0)
	out := []int{x.shape[0], w.shape[1] * groups, 0, 0}
	for i := range 2 {
		out[2+i] = (x.shape[2+i]-1)*strides[i] + w.shape[2+i] - pads[i] - pads[i+2] + more[i]
	}
	y := of(out, func(i []int) float64 {
		if len(in) > 2 {
			return in[2].at(i[1])
		}
		return 0
	})
	of(x.shape, func(i []int) float64 {
		group := i[1] / (x.shape[1] / groups)
		of(w.shape[1:], func(k []int) float64 {
			to := []int{i[0], group*w.shape[1] + k[0], i[2]*strides[0] - pads[0] + k[1], i[3]*strides[1] - pads[1] + k[2]}
			if to[2] >= 0 && to[2] < out[2] && to[3] >= 0 && to[3] < out[3] {
				y.data[((to[0]*out[1]+to[1])*out[2]+to[2])*out[3]+to[3]] += x.at(i...) * w.at(i[1], k[0], k[1], k[2])
			}
			return 0
		})
		return 0
	})
	return y
}

func (n made) pool(in []array) array {
	x := in[0]
	windows := n.windows(x, n.ints("kernel_shape"))
	count := n.ints("count_include_pad", 0)[0] == 1
	return of([]int{x.shape[0], x.shape[1], windows[0].out, windows[1].out}, func(i []int) float64 {
		most, sum, all := math.Inf(-1), 0.0, 0.0
		for ky := range windows[0].k {
			for kx := range windows[1].k {
				y, at := i[2]*windows[0].stride-windows[0].before+ky, i[3]*windows[1].stride-windows[1].before+kx
				inside := y >= 0 && at >= 0 && y < x.shape[2] && at < x.shape[3]
				if inside {
					most, sum = max(most, x.at(i[0], i[1], y, at)), sum+x.at(i[0], i[1], y, at)
				}
				if inside || count && y < x.shape[2]+windows[0].after && at < x.shape[3]+windows[1].after {
					all++
				}
			}
		}
		if n.op == "MaxPool" {
			return most
		}
		return sum / all
	})
}

// along gives what a function makes of the numbers of each row along axes, in the shape with these of size 1.
func along(x array, axes []int, f func(row []float64) float64) array {
	shape := slices.Clone(x.shape)
	sizes := []int{}
	for _, a := range axes {
		shape[a] = 1
		sizes = append(sizes, x.shape[a])
	}
	return of(shape, func(i []int) float64 {
		at := slices.Clone(i)
		return f(of(sizes, func(k []int) float64 {
			for j, a := range axes {
				at[a] = k[j]
			}
			return x.at(at...)
		}).data)
	})
}

func sum(row []float64) (s float64) {
	for _, v := range row {
		s += v
	}
	return s
}

func mean(row []float64) float64 { return sum(row) / float64(len(row)) }

func variance(row []float64) float64 {
	m, s := mean(row), 0.0
	for _, v := range row {
		s += (v - m) * (v - m)
	}
	return s / float64(len(row))
}

// normalise is (x - mean) / sqrt(variance + eps) along axes.
func normalise(x array, axes []int, eps float64) array {
	centred := both(x, along(x, axes, mean), func(v, m float64) float64 { return v - m })
	return both(centred, along(x, axes, variance), func(v, s float64) float64 { return v / math.Sqrt(s+eps) })
}

// channelwise is x * scale + shift for each channel.
func channelwise(x, scale, shift array) array {
	return of(x.shape, func(i []int) float64 { return x.at(i...)*scale.at(i[1]) + shift.at(i[1]) })
}

func softmax(x array, axes []int) array {
	e := both(x, along(x, axes, slices.Max[[]float64]), func(v, m float64) float64 { return math.Exp(v - m) })
	return both(e, along(e, axes, sum), func(v, s float64) float64 { return v / s })
}
