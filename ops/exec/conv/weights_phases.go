package conv

import (
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// With a stride along rows a place of the window sees every second pixel, say. Lines that far apart use half the sets of a
// cache, and are read again for every block of filters, so they are copied first: to one image for each remainder of
// their places modulo the strides, a phase, in which those of a place of the window are neighbours:
//
//	a b a b a b        a a a    b b b
//	c d c d c d   ->   a a a    b b b    c c c    d d d
//	a b a b a b
type phaseCopies struct {
	from, to         layout.Grid // to is the grid of each phase
	strideH, strideW int
	phases           []phaseCopy
	size, all        int   // float32 of a phase, and of all
	at               []int // by place of the window: what the first pixel sees
}

// A phaseCopy is a phase: its first pixel, and how many rows and columns are seen.
type phaseCopy struct{ y, x, rows, columns int }

// The fewest filters for which copying pays, and how many float32 may be copied.
const (
	leastSeenBy = 32
	mostPhased  = 1 << 23
)

func (w *stripWeights) fitsPhases() bool {
	if w.w.stride == 1 || w.depthwise || w.deep != Lanes || w.filters/w.groups < leastSeenBy {
		return false
	}
	return w.newPhases().all <= mostPhased
}

// phases are those that are seen along an axis: of each the first pixel and how many, and by place of the window the phase that
// it is in and the pixel of that which it sees first.
func (w *window) phases() (first, seen, phase, pixel []int) {
	lowest, highest := map[int]int{}, map[int]int{}
	var known []int
	for t := range w.k {
		at := t*w.dilation - w.before
		r := ((at % w.stride) + w.stride) % w.stride
		q := (at - r) / w.stride
		if _, ok := lowest[r]; !ok {
			lowest[r], highest[r] = q, q
			known = append(known, r)
		}
		highest[r] = max(highest[r], q) // places are in their order
	}
	for _, r := range known {
		first, seen = append(first, lowest[r]*w.stride+r), append(seen, highest[r]-lowest[r]+w.out)
	}
	for t := range w.k {
		at := t*w.dilation - w.before
		for i, f := range first {
			if at >= f && (at-f)%w.stride == 0 {
				phase, pixel = append(phase, i), append(pixel, (at-f)/w.stride)
			}
		}
	}
	return first, seen, phase, pixel
}

func (w *stripWeights) newPhases() *phaseCopies {
	y, rows, phaseY, pixelY := w.h.phases()
	x, columns, phaseX, pixelX := w.w.phases()
	c := &phaseCopies{from: w.in, strideH: w.h.stride, strideW: w.w.stride}
	high, wide := 0, 0
	for i := range y {
		for j := range x {
			c.phases = append(c.phases, phaseCopy{y[i], x[j], rows[i], columns[j]})
			high, wide = max(high, rows[i]), max(wide, columns[j])
		}
	}
	c.to = layout.Blocked(layout.Float32).Grid(tensor.Shape{w.x[0], w.channels, high, wide})
	c.size = c.to.N * c.to.Image
	c.all = c.size * len(c.phases)
	for t := range w.taps() {
		row, column := t/w.w.k, t%w.w.k
		c.at = append(c.at, (phaseY[row]*len(x)+phaseX[column])*c.size+c.to.At(0, 0, pixelY[row], pixelX[column]))
	}
	return c
}

// copy is the task that copies the pixels.
func (c *phaseCopies) copy(to, from []float32) task.Task {
	rows := c.to.N * c.to.Blocks * c.to.H
	return task.Ranges(len(c.phases)*rows, max(1, task.Grain/c.to.Pitch), func(first, end, _ int) {
		for i := first; i < end; i++ {
			p, plane, y := &c.phases[i/rows], i%rows/c.to.H, i%c.to.H
			if y >= p.rows {
				continue // which no place of this phase sees
			}
			image, block := plane/c.to.Blocks, plane%c.to.Blocks
			row := c.to.Row(to[i/rows*c.size:], image, block, y)
			line := from[c.from.At(image, block, p.y+y*c.strideH, p.x):]
			for x := range p.columns {
				*(*[Lanes]float32)(row[x*Lanes:]) = *(*[Lanes]float32)(line[x*c.strideW*Lanes:])
			}
		}
	})
}
