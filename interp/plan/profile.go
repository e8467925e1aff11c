package plan

import (
	"context"
	"time"

	"cnnlang/interp/graph"
	"cnnlang/ops/tensor"
)

// A StepTime is how long one step took.
type StepTime struct {
	Path      string // of the node, as in the graph
	Op        string
	Shape     tensor.Shape // of the result
	Algorithm string
	FLOPs     float64
	MACs      float64
	Bytes     int64 // of the inputs, the result, and the parameters as they come
	Took      time.Duration
}

// Profile computes like Run and returns how long each step took, in order. The
// workers start each step anew, so the sum is somewhat more than a run takes.
func (s *Session) Profile(ctx context.Context, input tensor.Tensor) ([]StepTime, error) {
	var times []StepTime
	err := s.run(input, func() error {
		from := 0
		for i, step := range s.plan.steps {
			start := time.Now()
			if err := s.workers.Run(ctx, s.tasks[from:s.ends[i]]); err != nil {
				return err
			}
			times = append(times, s.plan.timed(step, time.Since(start)))
			from = s.ends[i]
		}
		return nil
	})
	return times, err
}

// timed describes a step.
func (p *Plan) timed(step Step, took time.Duration) StepTime {
	n := step.Node
	size := p.lowered.size(n)
	for _, in := range n.In {
		size += p.lowered.size(in)
	}
	count, images := n.Count(), float64(n.Shape[0])
	return StepTime{
		Path: n.Path, Op: graph.Describe(n.Op), Shape: n.Shape, Algorithm: step.Prepared.Algorithm(),
		FLOPs: count.FLOPs.Float() * images, MACs: count.MACs.Float() * images, Bytes: bytes(size) + p.lowered.weightBytes([]*graph.Node{n}), Took: took,
	}
}
