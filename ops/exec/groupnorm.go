package exec

import (
	"context"
	"math"

	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// A groupNorm normalises groups of channels by their mean and variance, in three tasks: the
// statistics of every channel, those of every group, and the result, which maps each channel:
//
//	(x - sub)*mul + add
//
// A mean is kept as two float32, so that little is lost where it is far larger than the deviation.
type groupNorm struct {
	images, channels, pixels int
	each                     int // channels of a group
	eps                      float64
	weight, bias             []float32 // nil for ones and zeros
	pitch                    int       // channels of an image in scratch, with those beyond the last
}

// A channelStats is scratch: of each channel the mean and the sum of squares of what is beside it,
// later what maps the channel.
type channelStats struct{ high, low, squares []float32 }

func (s channelStats) sub() []float32 { return s.high }
func (s channelStats) mul() []float32 { return s.low }
func (s channelStats) add() []float32 { return s.squares }

// groupNormed is an op that normalises groups of channels.
func (s *size) groupNormed(op ops.Grouper) []task.Algorithm {
	return s.packed(func(layout.Element) bool { return len(s.out) == 4 && s.out[3] <= mostPooled/layout.Lanes },
		func(in []layout.Value, out layout.Value, params []tensor.Tensor, m task.Memory) *task.Prepared {
			grid := out.Grid()
			return s.groupNorm(op, params, m, grid.Blocks*grid.Block).blocked(in[0], out)
		}, func(in []layout.Value, out layout.Value, params []tensor.Tensor, m task.Memory) *task.Prepared {
			return s.groupNorm(op, params, m, out.Shape[1]).plain(out.Shape)
		})
}

func (s *size) groupNorm(op ops.Grouper, params []tensor.Tensor, m task.Memory, pitch int) *groupNorm {
	shape := s.out
	groups, eps := op.Grouping(shape[1])
	g := &groupNorm{shape[0], shape[1], shape[2:].Elements(), shape[1] / groups, eps, nil, nil, pitch}
	for i, p := range op.Params([]dim.Shape{dim.Shaped(shape...)}) {
		values := s.each(m, tensorAt(params, i))
		if p.Leaf == "weight" {
			g.weight = values
		} else {
			g.bias = values
		}
	}
	return g
}

func (g *groupNorm) shared() int { return 3 * g.images * g.pitch }

func (g *groupNorm) stats(mem []float32) channelStats {
	n := g.images * g.pitch
	return channelStats{mem[:n], mem[n : 2*n], mem[2*n : 3*n]}
}

// set notes the mean and the squares of a channel, whose numbers less about have these sums.
func (g *groupNorm) set(s channelStats, at int, about float32, sum, squares float64) {
	beside := sum / float64(g.pixels)
	mean := float64(about) + beside
	s.high[at] = float32(mean)
	s.low[at] = float32(mean - float64(s.high[at]))
	s.squares[at] = float32(squares - beside*sum)
}

// combine is the task that makes the statistics of channels those of their groups, and of these
// what maps each channel.
func (g *groupNorm) combine(s channelStats) task.Task {
	groups := g.channels / g.each
	return task.Ranges(g.images*groups, max(1, task.Grain/(8*g.each)), func(from, to, _ int) {
		for i := from; i < to; i++ {
			first := i/groups*g.pitch + i%groups*g.each
			g.group(s, first, i%groups*g.each)
			for at := first + g.each; i%groups == groups-1 && at < (i/groups+1)*g.pitch; at++ {
				s.high[at], s.low[at], s.squares[at] = 0, 0, 0 // no channel
			}
		}
	})
}

func (g *groupNorm) group(s channelStats, first, channel int) {
	mean, squares := 0.0, 0.0
	for at := first; at < first+g.each; at++ {
		mean += (float64(s.high[at]) + float64(s.low[at])) / float64(g.each)
	}
	for at := first; at < first+g.each; at++ {
		d := float64(s.high[at]) + float64(s.low[at]) - mean
		squares += float64(s.squares[at]) + float64(g.pixels)*d*d
	}
	scale := 1 / math.Sqrt(squares/float64(g.each*g.pixels)+g.eps)
	sub := float32(mean)
	for k := range g.each {
		mul, add := scale, 0.0
		if g.weight != nil {
			mul *= float64(g.weight[channel+k])
		}
		if g.bias != nil {
			add = float64(g.bias[channel+k])
		}
		at := first + k
		s.sub()[at], s.mul()[at], s.add()[at] = sub, float32(mul), float32(add-(mean-float64(sub))*mul)
	}
}

// plain is the norm of a plain value.
func (g *groupNorm) plain(shape tensor.Shape) *task.Prepared {
	return &task.Prepared{Algorithm: "three-pass", Shared: g.shared(), Tasks: func(out tensor.Tensor, in []tensor.Tensor, mem task.Scratch) []task.Task {
		s := g.stats(mem.Shared)
		return []task.Task{
			task.LongRanges(g.images*g.channels, max(1, pooledPart/g.pixels), func(ctx context.Context, from, to, _ int) {
				until := task.Looks{Ctx: ctx}
				for c := from; c < to && !until.Over; c++ {
					g.channel(&until, s, c, in[0].Data[c*g.pixels:][:g.pixels])
				}
			}),
			g.combine(s),
			task.Planes(g.images*g.channels, g.pixels, func(c, first, end, _ int) {
				from, to := c*g.pixels+first, c*g.pixels+end
				mul := float64(s.mul()[c])
				kernel.Affine(out.Data[from:to], in[0].Data[from:to], mul, float64(s.add()[c])-float64(s.sub()[c])*mul)
			}),
		}
	}}
}

// channel are the statistics of a plain channel.
func (g *groupNorm) channel(until *task.Looks, s channelStats, c int, plane []float32) {
	total := 0.0
	for at := 0; at < len(plane) && !until.Ended(task.LookSteps); at += task.LookSteps {
		total += kernel.Sum(plane[at:min(at+task.LookSteps, len(plane))])
	}
	mean := float32(total / float64(g.pixels))
	sum, squares := 0.0, 0.0
	for at := 0; at < len(plane) && !until.Ended(task.LookSteps); at += task.LookSteps {
		for _, v := range plane[at:min(at+task.LookSteps, len(plane))] {
			d := float64(v) - float64(mean)
			sum += d
			squares += d * d
		}
	}
	g.set(s, c, mean, sum, squares)
}
