package main

import (
	"context"

	"cnnlang/interp/npy"
	"cnnlang/ops/tensor"
)

// A sink makes one or several files of a value of many images, which it gets in order.
type sink interface {
	take(name string, value tensor.Tensor) error // value is [1, …]
	finish(ctx context.Context) error
	abandon() // after finish it does nothing
}

// sinkOf is what a target of --output asks for.
func sinkOf(t target) (sink, error) {
	rows, err := npy.Create(t.file)
	return arraySink{rows}, err
}

// An arraySink writes a .npy file, a row for each image.
type arraySink struct{ rows *npy.Rows }

func (s arraySink) take(_ string, value tensor.Tensor) error { return s.rows.Append(value) }
func (s arraySink) finish(ctx context.Context) error         { return s.rows.Close(ctx) }
func (s arraySink) abandon()                                 { s.rows.Abandon() }
