package plan

import (
	"context"
	"fmt"

	"cnnlang/ops/exec/task"
)

// refilling are tasks that pack all tensors again, once their numbers have changed.
func (p *Plan) refilling(list []*packing) []task.Task {
	for _, s := range p.instructions {
		if !s.algorithm.Packs && len(s.params) > 0 {
			panic(fmt.Sprintf("plan: %s reads its tensors once, and they change", s.step()))
		}
	}
	var jobs []packJob
	for _, one := range list {
		jobs = append(jobs, one.jobs...)
	}
	stale := p.packed.stale
	return []task.Task{
		task.New(1, func(context.Context, int, int) {
			for _, forget := range stale {
				forget()
			}
		}),
		task.New(len(jobs), func(_ context.Context, part, _ int) { jobs[part].fill(jobs[part].dst) }),
	}
}
