package gradient

import (
	"context"

	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// An Axis says of what pixels of the input each pixel of a result is a weighed sum, along one axis.
type Axis struct {
	all int // how often any pixel counts
	// Pixel i of the input counts in results at[k] with weights[k], from first[i] to first[i+1]; or if
	// at is nil, in results k from first[i] to end[i] with the weight of the result.
	first, end []int
	at         []int
	weights    []float64
}

// Windows is an axis along which each result is the sum of the pixels [from, to) of its window by
// a number. Neither end of a window lies before that of the one before.
func Windows(in, out int, window func(i int) (from, to int, by float64)) *Axis {
	a := &Axis{first: make([]int, in), end: make([]int, in), weights: make([]float64, out)}
	first, end := 0, 0
	for x := range in {
		for ; end < out; end++ { // windows that begin at x or before
			from, _, by := window(end)
			if from > x {
				break
			}
			a.weights[end] = 1 / by
		}
		for ; first < end; first++ { // those that end behind it
			if _, to, _ := window(first); to > x {
				break
			}
		}
		a.first[x], a.end[x] = first, end
		a.all += end - first
	}
	return a
}

// Weighed is an axis along which result i is the sum of the pixels at[i*taps:] with these weights; 1 where
// there are none.
func Weighed(in, taps int, at []int, weights []float32) *Axis {
	a := &Axis{all: len(at), first: make([]int, in+1), at: make([]int, len(at)), weights: make([]float64, len(at))}
	for _, x := range at {
		a.first[x+1]++
	}
	for x := range in {
		a.first[x+1] += a.first[x]
	}
	next := append([]int(nil), a.first...)
	for k, x := range at {
		a.at[next[x]], a.weights[next[x]] = k/taps, 1
		if weights != nil {
			a.weights[next[x]] = float64(weights[k])
		}
		next[x]++
	}
	return a
}

// through are the results that pixel x counts in: their range, of a.at if there is one.
func (a *Axis) through(x int) (from, to int) {
	if a.at == nil {
		return a.first[x], a.end[x]
	}
	return a.first[x], a.first[x+1]
}

func (a *Axis) result(k int) int {
	if a.at == nil {
		return k
	}
	return a.at[k]
}

// tables is what an axis takes, in bytes.
func (a *Axis) tables() int64 {
	return 8 * int64(len(a.first)+len(a.end)+len(a.at)+len(a.weights))
}

// Adjoint makes of the gradient of a result, whose rows and columns are weighed sums, that of the
// input: row by row, first the rows, in float64, then the columns.
func Adjoint(in, out tensor.Shape, rows, columns *Axis) []task.Algorithm {
	s := size{[]tensor.Shape{in}, out}
	prepare := func(c call) *task.Prepared {
		w := &weighed{from: c.in[0].Grid(), to: c.out.Grid(), rows: rows, columns: columns}
		width := w.from.W * w.from.Line
		return &task.Prepared{Algorithm: "transposed", PerWorker: width, Tables: rows.tables() + columns.tables(),
			Tasks: func(out tensor.Tensor, in []tensor.Tensor, s task.Scratch) []task.Task {
				return []task.Task{eachRow(&w.to, w.work(), func(until task.Looks, image, block, y, worker int) {
					row := s.Of(worker)
					w.sum(&until, row, in[0].Data, image, block, y)
					dst := w.to.Row(out.Data, image, block, y)
					if w.to.Line == 1 {
						w.spread(&until, dst, row)
					} else {
						w.spreadLines(&until, dst, row)
					}
					w.to.ZeroHalo(out.Data, image, block, y)
				})}
			}}
	}
	return append(s.blocked(true, prepare), s.plain(prepare)...)
}

// eachRow is work on every row of a value, each of so many steps.
func eachRow(g *layout.Grid, steps int, do func(until task.Looks, image, block, y, worker int)) task.Task {
	return task.LongRanges(g.N*g.Blocks*g.H, max(1, someWork/max(1, steps)), func(ctx context.Context, first, end, worker int) {
		for i := first; i < end && ctx.Err() == nil; i++ {
			plane := i / g.H
			do(task.Looks{Ctx: ctx}, plane/g.Blocks, plane%g.Blocks, i%g.H, worker)
		}
	})
}

type weighed struct {
	from, to      layout.Grid
	rows, columns *Axis
}

// work is about how many numbers a row of the result is made of.
func (w *weighed) work() int {
	return w.from.W*w.from.Line*w.rows.all/w.to.H + w.columns.all*w.to.Line
}

// sum is the weighed sum of the rows of the gradient that row y counts in.
func (w *weighed) sum(until *task.Looks, row, data []float32, image, block, y int) {
	first, end := w.rows.through(y)
	for at := 0; at < len(row) && !until.Over; at += pixelBlock {
		var sums pixelSums
		part := row[at:min(at+pixelBlock, len(row))]
		for k := first; k < end && !until.Ended(len(part)); k++ {
			weight := w.rows.weights[k]
			for i, v := range w.from.Row(data, image, block, w.rows.result(k))[at:][:len(part)] {
				sums[i] += weight * float64(v)
			}
		}
		for i := range part {
			part[i] = float32(sums[i])
		}
	}
}

// spread gives every pixel the weighed sum of the columns that it counts in.
func (w *weighed) spread(until *task.Looks, dst, row []float32) {
	for x := range dst {
		sum := 0.0
		first, end := w.columns.through(x)
		for k := first; k < end && !until.Ended(1); k++ {
			sum += w.columns.weights[k] * float64(row[w.columns.result(k)])
		}
		dst[x] = float32(sum)
	}
}

// spreadLines is spread for lines of channels.
func (w *weighed) spreadLines(until *task.Looks, dst, row []float32) {
	for x := range w.to.W {
		var sums [layout.Lanes]float64
		first, end := w.columns.through(x)
		for k := first; k < end && !until.Ended(layout.Lanes); k++ {
			weight := w.columns.weights[k]
			line := (*[layout.Lanes]float32)(row[w.columns.result(k)*layout.Lanes:])
			for i, v := range line {
				sums[i] += weight * float64(v)
			}
		}
		line := (*[layout.Lanes]float32)(dst[x*layout.Lanes:])
		for i, v := range sums {
			line[i] = float32(v)
		}
	}
}
