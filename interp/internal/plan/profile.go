package plan

import (
	"context"
	"slices"
	"time"

	"cnnlang/interp/graph"
	"cnnlang/ops/tensor"
)

// A InstructionTime is how long one instruction took.
type InstructionTime struct {
	Path      string // of the node, as in the graph
	Op        string
	Shape     tensor.Shape // of the result
	Algorithm string
	FLOPs     float64
	MACs      float64
	Bytes     int64 // of the inputs, the result, and the parameters before packing
	Took      time.Duration
	Least     time.Duration // the minimum over many profiles; 0 in one
}

// Profile computes like Run and returns how long each instruction took, in order. The
// workers are woken for each anew, so the sum is somewhat more than a run takes. For
// instructions that images take separately it sums over the images; unlike in a run, all
// workers work on each.
func (s *Session) Profile(ctx context.Context, inputs ...tensor.Tensor) ([]InstructionTime, error) {
	times := make([]InstructionTime, len(s.plan.instructions))
	for i, r := range s.plan.instructions {
		times[i] = s.plan.time(r)
	}
	err := s.run(ctx, inputs, func() error {
		if s.images != nil {
			for image := range s.images.count {
				s.images.enter(ctx, &s.images.shared, image)
				if err := s.profile(ctx, &s.images.shared, times); err != nil {
					return err
				}
				s.images.leave(ctx, &s.images.shared, image)
			}
		}
		return s.profile(ctx, &s.batch, times[s.plan.imageInstructions:])
	})
	return times, err
}

// profile runs the instructions of a binding one by one and adds how long each took.
func (s *Session) profile(ctx context.Context, b *binding, times []InstructionTime) error {
	from := 0
	for i, end := range b.ends {
		start := time.Now()
		if err := s.workers.Run(ctx, b.tasks[from:end]); err != nil {
			return err
		}
		times[i].Took += time.Since(start)
		from = end
	}
	return nil
}

// time fills in everything but the times.
func (p *Plan) time(s runnable) InstructionTime {
	size := s.size()
	for _, in := range s.in {
		size += in.size()
	}
	var count graph.Count
	if s.kind == compute {
		for _, n := range s.nodes {
			count = count.Add(n.Count())
		}
	}
	shape, times := slices.Clone(s.shape), 1
	if s.perImage {
		times = p.images()
		shape[0] = times
	}
	images := float64(shape[0])
	return InstructionTime{
		Path: s.step(), Op: s.describe(), Shape: shape, Algorithm: s.Prepared.Algorithm,
		FLOPs: count.FLOPs.Float() * images, MACs: count.MACs.Float() * images,
		Bytes: int64(times) * (bytes(size) + packedBytes([]*instruction{s.instruction})),
	}
}
