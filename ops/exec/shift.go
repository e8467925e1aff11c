package exec

import (
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// A shift copies images to other places: pixel y, x of the result is pixel y - down, x - right
// of the input, or the one that stands for it, or 0.
type shift struct {
	down, right int
	from        func(place, size int) (pixel int, ok bool)
}

func inside(place, _ int) (pixel int, ok bool) { return place, true }

// shifted lists how images are shifted, which is alike in all layouts.
func (s *size) shifted(h shift) []task.Algorithm {
	return s.rowwise(func(layout.Element) bool { return true }, func(in []layout.Value, out layout.Value) *task.Prepared {
		from, to := in[0].Grid(), out.Grid()
		if out.Layout.Plain() {
			return copied(to, func(dst, data []float32, image, c, y, x int) { h.row(dst, data, &from, image, c, y, x) })
		}
		return &task.Prepared{Algorithm: "copy", Tasks: func(out tensor.Tensor, in []tensor.Tensor, _ task.Scratch) []task.Task {
			return []task.Task{task.EachRow(&to, func(image, block, y, _ int) {
				h.row(to.Row(out.Data, image, block, y), in[0].Data, &from, image, block, y, 0)
				to.ZeroHalo(out.Data, image, block, y)
			})}
		}}
	})
}

// row writes pixels of a row of a block, from column x on.
func (h shift) row(dst, data []float32, from *layout.Grid, image, block, y, x int) {
	at, ok := h.from(y-h.down, from.H)
	if !ok {
		clear(dst)
		return
	}
	src, line := from.Row(data, image, block, at), from.Line
	n := len(dst) / line
	first := min(max(h.right-x, 0), n) // the first that lies in the image, and behind the last
	end := max(first, min(h.right+from.W-x, n))
	if first < end {
		copy(dst[first*line:end*line], src[(x+first-h.right)*line:])
	}
	for i := range first {
		h.pixel(dst[i*line:][:line], src, x+i-h.right, from.W)
	}
	for i := end; i < n; i++ {
		h.pixel(dst[i*line:][:line], src, x+i-h.right, from.W)
	}
}

// pixel writes what stands at a place beyond the ends of a row.
func (h shift) pixel(dst, src []float32, place, size int) {
	at, ok := h.from(place, size)
	if !ok {
		clear(dst)
		return
	}
	copy(dst, src[at*len(dst):])
}
