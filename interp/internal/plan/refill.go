package plan

import (
	"context"
	"fmt"

	"cnnlang/interp/internal/offheap"
	"cnnlang/ops/exec/task"
)

// Tensors that change between runs are packed in every run. Each instruction packs its own just before it computes, into memory
// that all instructions use in turn: packed tensors may be several times as large as they are (Winograd's four times), and no
// two instructions need theirs at one time. A plan that does so serves one session.

// refilling prepares the instructions that pack, and gives each the tasks that pack its tensors.
func (p *Plan) refilling(params Source, size int) error {
	for _, s := range p.instructions {
		if !s.algorithm.Packs && len(s.params) > 0 {
			panic(fmt.Sprintf("plan: %s reads its tensors once, and they change", s.step()))
		}
	}
	p.refill = map[*instruction][]task.Task{}
	data, free := offheap.Floats(size)
	list := p.prepareIn(&packed{turns: true, turn: data, free: []func(){free}})
	for _, one := range list {
		tensors, err := fetch(one.of, params)
		if err != nil {
			return err
		}
		copy(one.tensors, tensors)
		p.refill[one.of] = one.refill()
	}
	return nil
}

// refill is the tasks that pack the tensors of an instruction, as they are then.
func (one *packing) refill() []task.Task {
	return []task.Task{
		task.New(1, func(context.Context, int, int) {
			for _, forget := range one.stale {
				forget()
			}
		}),
		task.New(len(one.jobs), func(_ context.Context, part, _ int) { one.jobs[part].fill(one.jobs[part].dst) }),
	}
}
