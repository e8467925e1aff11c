package plan

import (
	"context"
	"fmt"

	"cnnlang/ops/exec/task"
)

// refilling is a task that packs all tensors again, once their numbers have changed.
func (p *Plan) refilling(list []*packing) task.Task {
	for _, s := range p.instructions {
		if !s.algorithm.Packs && len(s.params) > 0 {
			panic(fmt.Sprintf("plan: %s reads its tensors once, and they change", s.step()))
		}
	}
	var jobs []packJob
	for _, one := range list {
		jobs = append(jobs, one.jobs...)
	}
	return task.New(len(jobs), func(_ context.Context, part, _ int) { jobs[part].fill(jobs[part].dst) })
}
