package gradient

import (
	"context"
	"math"

	"cnnlang/ops"
	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/rowwise"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// A gathering reads a value along some of its axes for each number of a result. Neighbouring
// axes that are all read, or all kept, are one.
type gathering struct {
	kept, read []axis // of the value
	count      int    // of what is read for a result
}

// An axis has so many numbers, which lie step apart.
type axis struct{ size, step int }

// gatheringOf is that of a value whose result has size 1 along the axes that are read.
func gatheringOf(value, result tensor.Shape) gathering {
	sizes, steps := rowwise.Together([]tensor.Shape{result}, value)
	g := gathering{count: 1}
	step := 1
	for i := len(sizes) - 1; i >= 0; i-- {
		a := axis{sizes[i], step}
		step *= sizes[i]
		if steps[0][i] == 0 {
			g.read, g.count = append(g.read, a), g.count*a.size
		} else {
			g.kept = append(g.kept, a)
		}
	}
	return g
}

// first is where the first number lies that is read for result i.
func (g *gathering) first(i int) (at int) {
	for _, a := range g.kept {
		at += i % a.size * a.step
		i /= a.size
	}
	return at
}

// through calls f for the runs that are read for a result: n numbers, step apart.
func (g *gathering) through(until *task.Looks, i int, f func(at, n, step int)) {
	first, run := g.first(i), axis{1, 1}
	var others []axis
	if len(g.read) > 0 {
		run, others = g.read[0], g.read[1:]
	}
	for k := range g.count / run.size {
		at := first
		for _, a := range others {
			at += k % a.size * a.step
			k /= a.size
		}
		for from := 0; from < run.size; from += task.LookSteps {
			n := min(task.LookSteps, run.size-from)
			if until.Ended(n) {
				return
			}
			f(at+from*run.step, n, run.step)
		}
	}
}

// axisSums are sums along axes.
func axisSums(op *ops.AxisSums, in tensor.Shape) *task.Prepared {
	out := append(tensor.Shape(nil), in...)
	for _, a := range op.Axes {
		out[a] = 1
	}
	g := gatheringOf(in, out)
	return &task.Prepared{Algorithm: "sums", Tasks: func(to tensor.Tensor, in []tensor.Tensor, _ task.Scratch) []task.Task {
		data := in[0].Data
		return []task.Task{eachOf(out.Elements(), g.count, func(until task.Looks, i int) {
			sum := 0.0
			g.through(&until, i, func(at, n, step int) {
				if step == 1 {
					sum += kernel.Sum(data[at : at+n])
					return
				}
				for k := range n {
					sum += float64(data[at+k*step])
				}
			})
			to.Data[i] = float32(sum)
		})}
	}}
}

// largest gives the gradient of a maximum to the largest numbers that it is of, in equal parts.
func largest(op *ops.ReduceMax, shape tensor.Shape) *task.Prepared {
	result := append(tensor.Shape(nil), shape...)
	for a := range result {
		if op.Reduces(a) {
			result[a] = 1
		}
	}
	g := gatheringOf(shape, result)
	return &task.Prepared{Algorithm: "share", Tasks: func(out tensor.Tensor, in []tensor.Tensor, _ task.Scratch) []task.Task {
		x := in[1].Data
		return []task.Task{eachOf(result.Elements(), 2*g.count, func(until task.Looks, i int) {
			top, equal := float32(math.Inf(-1)), 0
			g.through(&until, i, func(at, n, step int) {
				for k := range n {
					switch v := x[at+k*step]; {
					case v == top:
						equal++
					case v > top || v != v:
						top, equal = v, 1
					}
				}
			})
			share := float32(float64(in[0].Data[i]) / float64(max(equal, 1)))
			g.through(&until, i, func(at, n, step int) {
				for k := range n {
					out.Data[at+k*step] = 0
					if x[at+k*step] == top {
						out.Data[at+k*step] = share
					}
				}
			})
		})}
	}}
}

// imageSums are the sums over all images.
func imageSums(in tensor.Shape) *task.Prepared {
	n, each := in[0], in[1:].Elements()
	return &task.Prepared{Algorithm: "sums", Tasks: func(out tensor.Tensor, in []tensor.Tensor, _ task.Scratch) []task.Task {
		return []task.Task{task.LongRanges(task.CeilDiv(each, pixelBlock), max(1, someWork/(n*pixelBlock)), func(ctx context.Context, from, to, _ int) {
			until := task.Looks{Ctx: ctx}
			for i := from; i < to && !until.Over; i++ {
				var sums pixelSums
				part := out.Data[i*pixelBlock : min((i+1)*pixelBlock, each)]
				for image := 0; image < n && !until.Ended(len(part)); image++ {
					for k, v := range in[0].Data[image*each+i*pixelBlock:][:len(part)] {
						sums[k] += float64(v)
					}
				}
				for k := range part {
					part[k] = float32(sums[k])
				}
			}
		})}
	}}
}
