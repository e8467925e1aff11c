package gradient

import (
	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// A Window is the pixels [from, to) that result i sees along an axis.
type Window func(i int) (from, to int)

// MaxPool gives the gradient of each window to its largest pixel, and of equal ones to the first. NaN is
// larger than any number.
func MaxPool(in []tensor.Shape, out tensor.Shape, rows, columns Window) []task.Algorithm {
	s := size{in, out}
	prepare := func(c call) *task.Prepared {
		p := &maxPool{dy: c.in[0].Grid(), x: c.in[1].Grid(), to: c.out.Grid(), rows: rows, columns: columns}
		work := 0
		for y := range p.dy.H {
			from, to := rows(y)
			work += to - from
		}
		for x := range p.dy.W {
			from, to := columns(x)
			p.seen += to - from
		}
		work = work*p.seen + p.to.Plane
		return &task.Prepared{Algorithm: "first", Tasks: func(out tensor.Tensor, in []tensor.Tensor, _ task.Scratch) []task.Task {
			return []task.Task{eachOf(p.to.N*p.to.Blocks, work*p.to.Line, func(until task.Looks, i int) {
				p.plane(&until, out.Data, in[0].Data, in[1].Data, i/p.to.Blocks, i%p.to.Blocks)
			})}
		}}
	}
	fits := most(rows, in[0][2])*most(columns, in[0][3]) <= mostTaps
	return append(s.blocked(fits, prepare), s.plain(prepare)...)
}

// mostTaps is the most pixels of a window of lines, which takes some 50 µs: a kernel cannot be stopped.
const mostTaps = 1 << 13

// most is how many pixels the largest window sees.
func most(w Window, out int) (pixels int) {
	for i := range out {
		from, to := w(i)
		pixels = max(pixels, to-from)
	}
	return pixels
}

type maxPool struct {
	dy, x, to     layout.Grid
	rows, columns Window
	seen          int // columns of all windows of a row
}

func (p *maxPool) plane(until *task.Looks, out, dy, x []float32, image, block int) {
	for y := range p.to.H {
		clear(p.to.Row(out, image, block, y))
		p.to.ZeroHalo(out, image, block, y)
	}
	for y := 0; y < p.dy.H && !until.Over; y++ {
		y0, y1 := p.rows(y)
		line := p.dy.Row(dy, image, block, y)
		for i := 0; i < p.dy.W && !until.Over; i++ {
			x0, x1 := p.columns(i)
			if p.to.Line == 1 {
				p.pixel(until, out, x, image, block, y0, y1, x0, x1, line[i])
			} else {
				p.lines(until, out, x, image, block, y0, y1, x0, x1, line[i*layout.Lanes:])
			}
		}
	}
}

// pixel adds the gradient of a window to its largest pixel.
func (p *maxPool) pixel(until *task.Looks, out, data []float32, image, c, y0, y1, x0, x1 int, dy float32) {
	if y0 >= y1 || x0 >= x1 {
		return
	}
	top, atY, atX := p.x.Row(data, image, c, y0)[x0], y0, x0
	for y := y0; y < y1; y++ {
		row := p.x.Row(data, image, c, y)
		for x := x0; x < x1 && !until.Ended(min(task.LookSteps, x1-x)); x += task.LookSteps {
			for i, v := range row[x:min(x+task.LookSteps, x1)] {
				if v > top || v != v && top == top {
					top, atY, atX = v, y, x+i
				}
			}
		}
	}
	p.to.Row(out, image, c, atY)[atX] += dy
}

// lines is pixel for lines of channels.
func (p *maxPool) lines(until *task.Looks, out, data []float32, image, block, y0, y1, x0, x1 int, dy []float32) {
	if y0 >= y1 || x0 >= x1 || until.Ended((y1-y0)*(x1-x0)*layout.Lanes) {
		return
	}
	kernel.FirstMax(out[p.to.At(image, block, y0, x0):], data[p.x.At(image, block, y0, x0):], dy, y1-y0, x1-x0, p.x.Pitch, p.to.Pitch)
}
