package learn

import (
	"context"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/gradient"
	"cnnlang/interp/internal/pass"
	"cnnlang/interp/internal/plan"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// An Engine computes steps in float32, by a plan whose tensors are packed anew in every run.
type Engine struct {
	session *plan.Session
	to      pass.Map // from the nodes of the step to those of the plan
	memory  plan.Memory
	inputs  []tensor.Tensor
}

// NewEngine plans a step. The tensors change in place. affords may refuse the memory that it takes.
func NewEngine(s *gradient.Step, tensors plan.Source, workers *task.Workers, affords func(plan.Memory) error) (*Engine, error) {
	g, to := pass.Run(s.Graph, pass.Options{Exact: true})
	p, err := plan.New(g, tensors, plan.Options{Refill: true, Threads: workers.Count(), Affords: affords})
	if err != nil {
		return nil, err
	}
	e := &Engine{to: to, session: p.NewSession(workers), memory: p.Memory(workers.Count())}
	for _, n := range s.Inputs {
		e.inputs = append(e.inputs, tensor.Tensor{Shape: n.Shape})
	}
	return e, nil
}

// Run implements Backend.
func (e *Engine) Run(ctx context.Context, inputs [][]float32) error {
	return e.session.Run(ctx, e.given(inputs)...)
}

func (e *Engine) given(inputs [][]float32) []tensor.Tensor {
	for i, x := range inputs {
		e.inputs[i].Data = x
	}
	return e.inputs
}

// An OperationTime is how long an operation of a step took.
type OperationTime = plan.InstructionTime

// Profile computes like Run and returns how long each operation took, the packing of its tensors included.
func (e *Engine) Profile(ctx context.Context, inputs [][]float32) ([]OperationTime, error) {
	return e.session.Profile(ctx, e.given(inputs)...)
}

// Value implements Backend.
func (e *Engine) Value(n *graph.Node) []float32 {
	t, ok := e.session.At(e.to[n])
	if !ok {
		panic("learn: the step does not show " + n.Path)
	}
	return t.Data
}

// Memory is what the engine takes, beside the tensors and what the learner keeps of them.
func (e *Engine) Memory() plan.Memory { return e.memory }
