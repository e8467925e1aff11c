package conv

import (
	"slices"

	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// A spread is a transposed convolution of blocked values. Each phase is a convolution, computed by
// an algorithm of the table into memory of its own; then their pixels are put where they belong:
//
//	phase 0, 0: a b      phase 0, 1: c d         a c b d
//	phase 1, 0: e f      phase 1, 1: g h    ->   e g f h
type spread struct {
	element layout.Element
	phases  []*problem // row of phases by row
	across  int        // phases in a row of them
	stride  [2]int
	prepare []func(p *problem, v values) *task.Prepared
}

// mostSpread is the most phases that are computed so: the fewer pixels they have, the less a
// convolution of each is worth.
const mostSpread = 16

// spreads lists the transposed convolution of blocks of float32, and in that precision of bfloat16,
// where an algorithm for each of its phases fits.
func spreads(d *ops.Deconv, in []tensor.Shape, out tensor.Shape, precision layout.Precision) (list []task.Algorithm) {
	if d.Epilogue().Add || min(d.Stride.H.MustInt(), out[2])*min(d.Stride.W.MustInt(), out[3]) > mostSpread {
		return nil
	}
	if precision == layout.BF16 {
		list = spreadIn(d, in[0], out, layout.BF16, layout.BFloat16)
	}
	return append(list, spreadIn(d, in[0], out, layout.F32, layout.Float32)...)
}

// spreadIn is the transposed convolution of blocks of such elements, if it fits.
func spreadIn(d *ops.Deconv, in, out tensor.Shape, precision layout.Precision, element layout.Element) []task.Algorithm {
	rows, columns := axesOf(d, in, out, dim.Height), axesOf(d, in, out, dim.Width)
	s := spread{element: element, across: len(columns), stride: [2]int{d.Stride.H.MustInt(), d.Stride.W.MustInt()}}
	var input layout.Layout
	time := 0
	for i := range rows {
		for j := range columns {
			a, ok := s.add(d, in, out, &rows[i], &columns[j], precision)
			if !ok {
				return nil
			}
			p := s.phases[len(s.phases)-1]
			want := a.wants(p)
			if input.Block == 0 {
				input = want
			}
			input.HaloH, input.HaloW = max(input.HaloH, want.HaloH), max(input.HaloW, want.HaloW)
			time += a.estimate(p)
		}
	}
	return []task.Algorithm{{
		Name: "spread", Precision: precision, In: []layout.Layout{input}, Out: layout.Blocked(element),
		Leads: true, Packs: true, Time: time, Prepare: s.prepared(d),
	}}
}

// add adds a phase, if an algorithm computes it.
func (s *spread) add(d *ops.Deconv, in, out tensor.Shape, rows, columns *convAxis, precision layout.Precision) (a algorithm, ok bool) {
	if len(rows.taps) == 0 || len(columns.taps) == 0 {
		return a, false // no weights
	}
	p := &problem{x: in, out: tensor.Shape{out[0], out[1], rows.n, columns.n}, channels: in[1], filters: out[1],
		groups: d.Groups.MustInt(), act: d.Epilogue().Act, bias: d.Bias,
		h: rows.window(in[2]), w: columns.window(in[3])}
	p.pack = func(v values) *packing { return phasePacking(d, p, rows, columns, v) }
	names := []string{"depthwise", "direct"}
	if precision == layout.BF16 {
		names = []string{"bf16 depthwise", "bf16"}
	}
	for _, a := range algorithms {
		if slices.Contains(names, a.name) && p.channels >= leastChannels && a.fits(p) {
			s.phases, s.prepare = append(s.phases, p), append(s.prepare, a.prepare)
			return a, true
		}
	}
	return a, false
}

// window is a phase as the window of a convolution: its last tap is the first that it sees.
func (a *convAxis) window(in int) window {
	last := a.taps[len(a.taps)-1]
	w := window{k: len(a.taps), stride: 1, dilation: 1, in: in, out: a.n, before: -last.offset}
	if w.k > 1 {
		w.dilation = a.taps[w.k-2].offset - last.offset
	}
	return w
}

// phasePacking has the filters of a phase in the order of a convolution's: [out][C/groups][kh][kw].
func phasePacking(d *ops.Deconv, p *problem, rows, columns *convAxis, v values) *packing {
	return newPacking(v.memory, p.filters, p.act, func() *filters {
		f := *fold(v.params, p.filters, d.Bias, d.Epilogue())
		place, weight := weightAt(d, p.x), f.weight
		f.weight = make([]float32, 0, p.filters*p.each()*p.taps())
		for o := range p.filters {
			for c := range p.each() {
				for _, row := range slices.Backward(rows.taps) {
					for _, column := range slices.Backward(columns.taps) {
						f.weight = append(f.weight, weight[place(o, c, row.k, column.k)])
					}
				}
			}
		}
		return &f
	})
}

func (s *spread) prepared(d *ops.Deconv) func(in []layout.Value, out layout.Value, params []tensor.Tensor, m task.Memory) *task.Prepared {
	return func(in []layout.Value, out layout.Value, params []tensor.Tensor, m task.Memory) *task.Prepared {
		if len(s.phases) == 1 {
			return s.prepare[0](s.phases[0], values{in, out, params, m})
		}
		r := &spreading{spread: s, to: out.Grid()}
		made := &task.Prepared{}
		shared := 0
		for i, p := range s.phases {
			v := layout.Value{Shape: p.out, Layout: layout.Blocked(s.element)}
			one := s.prepare[i](p, values{in, v, params, m})
			r.phases, r.grids, r.at = append(r.phases, one), append(r.grids, v.Grid()), append(r.at, made.Shared)
			made.Shared += task.RoundUp(v.Floats(), layout.Lanes)
			made.PerWorker, shared, made.Tables = max(made.PerWorker, one.PerWorker), max(shared, one.Shared), made.Tables+one.Tables
		}
		r.spare = made.Shared
		made.Shared += shared
		made.Algorithm, made.Tasks = "spread-"+r.phases[0].Algorithm, r.tasks
		return made
	}
}

// A spreading is a spread of prepared phases.
type spreading struct {
	*spread
	phases []*task.Prepared
	grids  []layout.Grid // of their results
	at     []int         // where these lie in shared memory
	spare  int           // and what lies behind them
	to     layout.Grid
}

func (r *spreading) tasks(out tensor.Tensor, in []tensor.Tensor, s task.Scratch) []task.Task {
	var list []task.Task
	results := make([][]float32, len(r.phases))
	for i, p := range r.phases {
		results[i] = s.Shared[r.at[i]:]
		own := s
		own.Shared = s.Shared[r.spare:][:p.Shared]
		list = append(list, p.Tasks(tensor.Tensor{Shape: r.spread.phases[i].out, Data: results[i]}, in, own)...)
	}
	if r.phases[0].Shared == 0 { // which is so of all or none
		list = []task.Task{task.Together(list...)}
	}
	return append(list, task.EachRow(&r.to, func(image, block, y, _ int) {
		row := r.to.Row(out.Data, image, block, y)
		for column := range r.across {
			i := y%r.stride[0]*r.across + column
			src := r.grids[i].Row(results[i], image, block, y/r.stride[0])
			dst := row[column*layout.Lanes:]
			for x := 0; x < len(src); x += layout.Lanes {
				*(*[layout.Lanes]float32)(dst[x*r.stride[1]:]) = *(*[layout.Lanes]float32)(src[x:])
			}
		}
		r.to.ZeroHalo(out.Data, image, block, y)
	}))
}
