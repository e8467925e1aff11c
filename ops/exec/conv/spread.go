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
	phases  []*problem // row of phases by row; nil for pixels that see nothing and are 0
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
			if len(rows[i].taps) == 0 || len(columns[j].taps) == 0 {
				if e := d.Epilogue(); d.Bias || e.Norm != nil || e.Act != ops.None {
					return nil
				}
				s.phases, s.prepare = append(s.phases, nil), append(s.prepare, nil)
				continue
			}
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
	if input.Block == 0 {
		return nil
	}
	return []task.Algorithm{{
		Name: "spread", Precision: precision, In: []layout.Layout{input}, Out: layout.Blocked(element),
		Leads: true, Packs: true, Time: time, Prepare: s.prepared(d),
	}}
}

// add adds a phase, if an algorithm computes it.
func (s *spread) add(d *ops.Deconv, in, out tensor.Shape, rows, columns *convAxis, precision layout.Precision) (a algorithm, ok bool) {
	p := phaseOf(d, in, out, rows, columns)
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

func (s *spread) prepared(d *ops.Deconv) func(in []layout.Value, out layout.Value, params []tensor.Tensor, m task.Memory) *task.Prepared {
	return func(in []layout.Value, out layout.Value, params []tensor.Tensor, m task.Memory) *task.Prepared {
		if len(s.phases) == 1 {
			return s.prepare[0](s.phases[0], values{in, out, params, m})
		}
		r := &spreading{spread: s, to: out.Grid()}
		made := &task.Prepared{}
		shared := 0
		for i, p := range s.phases {
			r.at, r.grids = append(r.at, made.Shared), append(r.grids, layout.Grid{})
			r.phases = append(r.phases, nil)
			if p == nil {
				continue
			}
			v := layout.Value{Shape: p.out, Layout: layout.Blocked(s.element)}
			one := s.prepare[i](p, values{in, v, params, m})
			r.phases[i], r.grids[i] = one, v.Grid()
			made.Shared += task.RoundUp(v.Floats(), layout.Lanes)
			made.PerWorker, shared, made.Tables = max(made.PerWorker, one.PerWorker), max(shared, one.Shared), made.Tables+one.Tables
			made.Algorithm, r.together = "spread-"+one.Algorithm, one.Shared == 0 // which is so of all or none
		}
		r.spare = made.Shared
		made.Shared += shared
		made.Tasks = r.tasks
		return made
	}
}

// A spreading is a spread of prepared phases.
type spreading struct {
	*spread
	phases   []*task.Prepared
	grids    []layout.Grid // of their results
	at       []int         // where these lie in shared memory
	spare    int           // and what lies behind them
	together bool          // whether phases may be computed at the same time
	to       layout.Grid
}

func (r *spreading) tasks(out tensor.Tensor, in []tensor.Tensor, s task.Scratch) []task.Task {
	var list []task.Task
	results := make([][]float32, len(r.phases))
	for i, p := range r.phases {
		if p == nil {
			continue
		}
		results[i] = s.Shared[r.at[i]:]
		own := s
		own.Shared = s.Shared[r.spare:][:p.Shared]
		list = append(list, p.Tasks(tensor.Tensor{Shape: r.spread.phases[i].out, Data: results[i]}, in, own)...)
	}
	if r.together {
		list = []task.Task{task.Together(list...)}
	}
	return append(list, task.EachRow(&r.to, func(image, block, y, _ int) {
		row := r.to.Row(out.Data, image, block, y)
		for column := range r.across {
			i, apart := y%r.stride[0]*r.across+column, r.stride[1]*layout.Lanes
			if r.phases[i] == nil {
				for x := column * layout.Lanes; x < len(row); x += apart {
					clear(row[x:][:layout.Lanes])
				}
				continue
			}
			src, dst := r.grids[i].Row(results[i], image, block, y/r.stride[0]), row[column*layout.Lanes:]
			for x := 0; x < len(src); x += layout.Lanes {
				*(*[layout.Lanes]float32)(dst[x*r.stride[1]:]) = *(*[layout.Lanes]float32)(src[x:])
			}
		}
		r.to.ZeroHalo(out.Data, image, block, y)
	}))
}
