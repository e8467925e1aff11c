package main

import (
	"context"

	"cnnlang/interp/npy"
	"cnnlang/ops/tensor"
)

// A writtenValue is a value that was written to a file.
type writtenValue struct {
	Name  string `json:"name"` // output, the name of a side head, or the path of a step
	What  string `json:"what"` // output, side or step
	Shape []int  `json:"shape"`
	File  string `json:"file"`
}

// writeValues writes the values of --output.
func (a *app) writeValues(ctx context.Context, f *runFlags, r *runResult) error {
	for _, t := range f.output.value {
		what, name, value := "output", "output", r.session.Output()
		if t.name != "" {
			var isSide, isStep bool
			what, name = "side", t.name
			if value, isSide = r.session.Side(t.name); !isSide {
				what = "step"
				if value, isStep = r.session.At(t.name); !isStep {
					panic("cnnlang: the session lacks " + t.name)
				}
			}
		}
		r.written = append(r.written, writtenValue{name, what, value.Shape, t.file})
		if err := a.writeArray(ctx, t.file, value); err != nil {
			return err
		}
	}
	return nil
}

// writeArray writes a .npy file. An interrupt waits for it, and takes away what is written
// so far.
func (a *app) writeArray(ctx context.Context, path string, t tensor.Tensor) error {
	a.writing.Lock()
	defer a.writing.Unlock()
	return npy.Write(ctx, path, t)
}
