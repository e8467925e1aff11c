package main

import (
	"context"

	"cnnlang/interp"
	"cnnlang/ops/tensor"
)

// measured builds a net within the memory of the machine, and calls measure with a session of so many threads
// and generated inputs.
func measured(ctx context.Context, n *interp.Net, opts interp.Options, measure func(*interp.Session, []tensor.Tensor) error) error {
	opts.MaxMemory = interp.UsableMemory(0, false)
	inputs, held, err := n.RandomInputs(ctx, opts, 0, 1)
	if err != nil {
		return err
	}
	opts.Held = held
	model, err := n.Build(ctx, opts)
	if err != nil {
		return err
	}
	defer model.Close()
	session := model.NewSession(opts.Threads)
	defer session.Close()
	return measure(session, inputs)
}
