package plan

import (
	"context"
	"time"

	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/tensor"
)

// A Choice is an algorithm for a step, and how long each that it was chosen from
// took.
type Choice struct {
	Path      string
	Algorithm string
	Took      map[string]time.Duration
}

// Tune measures for about d each every algorithm of every step that has several,
// and returns the fastest of each. Before each run the caches are filled with
// other things, as they are in a network.
func Tune(ctx context.Context, g *graph.Graph, workers *ops.Workers, d time.Duration) ([]Choice, error) {
	var all []Choice
	others := newCrowd()
	one := ops.NewWorkers(1)
	defer one.Close()
	parted := part(g, meeting(g)).Graph
	each := each(parted, g.Input.Shape[0])
	for _, n := range parted.Nodes[1:] {
		chooser, ok := n.Op.(ops.Chooser)
		if !ok {
			continue
		}
		workers := workers
		if each[n.ID] {
			workers = one // as an image has in a run
		}
		c := Choice{Path: n.Path, Took: map[string]time.Duration{}}
		for _, name := range chooser.Alternatives(n.InShapes(), n.Shape) {
			took, err := measure(ctx, n, chooser.Choose(name), workers, others, d)
			if err != nil {
				return nil, err
			}
			if best, ok := c.Took[c.Algorithm]; !ok || took < best {
				c.Algorithm = name
			}
			c.Took[name] = took
		}
		if c.Algorithm != "" {
			all = append(all, c)
		}
	}
	return all, nil
}

// zeros is the Memory of parameters that are only measured with.
type zeros struct{}

// Floats returns zeros.
func (zeros) Floats(n int, _ func([]float32)) []float32 { return make([]float32, n) }

// leastTunings is how often an algorithm is measured at least.
const leastTunings = 3

// measure returns the shortest time of an op on zeros.
func measure(ctx context.Context, n *graph.Node, op ops.Op, workers *ops.Workers, others crowd, d time.Duration) (time.Duration, error) {
	op = op.(ops.Packer).PackedIn(zeros{})
	blocker := op.(ops.Blocker)
	var values []ops.Value
	var in []tensor.Tensor
	for i, layout := range blocker.Blocked(n.InShapes(), n.Shape).In {
		shape := n.In[i].Shape
		values = append(values, ops.Value{Shape: shape, Layout: layout})
		in = append(in, tensor.Tensor{Shape: shape, Data: make([]float32, layout.Floats(shape))})
	}
	result := ops.Value{Shape: n.Shape, Layout: ops.Layout{Block: ops.Lanes}}
	out := tensor.Tensor{Shape: n.Shape, Data: make([]float32, result.Layout.Floats(n.Shape))}
	p := blocker.PrepareBlocked(values, result, make([]tensor.Tensor, len(n.Params)))
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

// A crowd is what fills the caches: more than the largest of them holds.
type crowd []float32

// TuneBytes is what Tune takes beside a step of the graph.
const TuneBytes = 64 << 20

const crowdFloats = TuneBytes / 4

// newCrowd writes to all of it: memory that was never written to is one page.
func newCrowd() crowd {
	c := make(crowd, crowdFloats)
	for i := range c {
		c[i] = 1
	}
	return c
}

// read reads one number of every line.
func (c crowd) read() (sum float32) {
	for i := 0; i < len(c); i += line {
		sum += c[i]
	}
	return sum
}
