package plan

import (
	"context"
	"time"

	"cnnlang/interp/graph"
	"cnnlang/ops/exec"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// A Choice is the algorithm for a step, and the time of each that it was chosen from.
type Choice struct {
	Path      string
	Algorithm string
	Took      map[string]time.Duration
}

// Tune measures every algorithm of every step that has several, for about d each, and
// returns the fastest of each. Before each run the caches are filled with other data, as
// they are in a network.
func Tune(ctx context.Context, g *graph.Graph, workers *task.Workers, d time.Duration) ([]Choice, error) {
	var all []Choice
	others := newEvictor()
	one := task.NewWorkers(1)
	defer one.Close()
	l := &lowering{program: newProgram(g), gatherAt: gatherPoint(g)}
	l.separate()
	for _, i := range l.list {
		if i.kind != compute {
			continue
		}
		workers := workers
		if i.perImage {
			workers = one // as for one image in a run
		}
		c := Choice{Path: i.step(), Took: map[string]time.Duration{}}
		for _, a := range exec.Tunable(i.op, i.inShapes(), i.shape) {
			took, err := i.measure(ctx, a, workers, others, d)
			if err != nil {
				return nil, err
			}
			if best, ok := c.Took[c.Algorithm]; !ok || took < best {
				c.Algorithm = a.Name
			}
			c.Took[a.Name] = took
		}
		if c.Algorithm != "" {
			all = append(all, c)
		}
	}
	return all, nil
}

// zeros is a Memory for measuring, which leaves parameters zero.
type zeros struct{}

func (zeros) Floats(n int, _ func([]float32)) []float32 { return make([]float32, n) }

// leastTunings is the least number of runs of an algorithm.
const leastTunings = 3

// measure returns the shortest time of an algorithm on zeros.
func (i *instruction) measure(ctx context.Context, a task.Algorithm, workers *task.Workers, others evictor, d time.Duration) (time.Duration, error) {
	var values []layout.Value
	var in []tensor.Tensor
	for k, l := range a.In {
		v := layout.Value{Shape: i.in[k].shape, Layout: l}
		values, in = append(values, v), append(in, tensor.Tensor{Shape: v.Shape, Data: make([]float32, v.Floats())})
	}
	result := layout.Value{Shape: i.shape, Layout: a.Out}
	out := tensor.Tensor{Shape: i.shape, Data: make([]float32, result.Floats())}
	p := a.Prepare(values, result, make([]tensor.Tensor, len(i.params)), zeros{})
	tasks := p.Bind(out, in, make([]float32, p.Scratch(workers.Count())), workers.Count())
	best := time.Duration(0)
	for i, begin := 0, time.Now(); i < leastTunings || time.Since(begin) < d; i++ {
		others.read()
		start := time.Now()
		if err := workers.Run(ctx, tasks); err != nil {
			return 0, err
		}
		if took := time.Since(start); i == 0 || took < best {
			best = took
		}
	}
	return best, nil
}

// An evictor fills the caches: it is larger than the largest of them.
type evictor []float32

// TuneBytes is the memory that Tune takes in addition to an instruction of the graph.
const TuneBytes = 64 << 20

const crowdFloats = TuneBytes / 4

// newEvictor writes to all of it: memory that was never written to is one page of zeros.
func newEvictor() evictor {
	c := make(evictor, crowdFloats)
	for i := range c {
		c[i] = 1
	}
	return c
}

// read reads one number of every line.
func (c evictor) read() (sum float32) {
	for i := 0; i < len(c); i += line {
		sum += c[i]
	}
	return sum
}
