// Package interp runs the networks of .cnn files, and answers questions about them.
//
// To run one, load it with its weights and hand it pictures or arrays. A [Model] serves
// any number of goroutines:
//
//	model, err := interp.Load(ctx, "resnet50", interp.Options{
//		Weights: interp.WeightsFile("resnet50.safetensors"),
//	})
//	if err != nil {
//		return err
//	}
//	defer model.Close()
//	classes, err := model.Classify(ctx, photo, 5)
//
// Load is three steps, each of which can be had by itself: [Open] reads a [Program] and
// resolves its names, [Program.Net] applies one of its nets to an input size, which gives
// a [Net] with its graph, its facts and its counts, and [Net.Build] packs the weights.
// A [Session] is for one goroutine: its runs allocate nothing, and it shows side heads and
// the values of steps.
//
// Tools that work on the text itself, as editors do, keep it in a [Workspace], which
// checks, proves and repairs it, and does so again after an edit.
//
// Errors have types: what is wrong with a text is a [*ProgramError], which holds the
// diagnostics with their places; a file of weights that does not fit is a [*FitError]; a model
// that is too large is a [*MemoryError]. A name that means nothing is an
// [*UnknownNetError], a [*NoNetError] or a [*SelectionError], an input that does not
// fit an [*InputError].
package interp

import (
	"context"
	"errors"
)

// Load makes a net ready to run. A name that ends in .cnn or holds a path separator is a
// file, any other a net of the library. It stops soon after ctx has ended, with its error.
// Close the model after use.
func Load(ctx context.Context, nameOrPath string, opts Options) (*Model, error) {
	p, err := Open(nameOrPath)
	if err != nil {
		return nil, err
	}
	n, err := p.Net(opts)
	if err != nil {
		return nil, err
	}
	return n.Build(ctx, opts)
}

// Options say which net is meant at which size, and with what it is made and run. Only
// Weights has no default.
type Options struct {
	// Net is the one to take from a file that declares several.
	Net string
	// Set gives parameters of the net values, over their defaults.
	Set Settings
	// Shape is the input's, nil for the net's own; then Batch is how many images it is
	// for, 0 for one.
	Shape []int
	Batch int

	Weights Weights
	// Values are what sessions show beside the output: side heads by name, which are
	// not computed else, and steps by path, as the text defines them.
	Values []string
	// Precision is what values between steps are rounded to.
	Precision Precision
	// Emulate computes a precision in plain Go, slowly, where the processor has no
	// kernels for it, rather than refuse.
	Emulate bool
	// Threads is how many threads pack weights, and run each session; 0 is one for each
	// core.
	Threads int
	// Sessions is how many calls of Model.Run compute at once, each on threads and in
	// memory of its own, while others wait; 0 is one.
	Sessions int
	// MaxMemory refuses, before anything is allocated, a model that needs more
	// bytes than this, with those that the caller holds, as its input; 0 allows all.
	MaxMemory, Held int64
	// Afforded, where it is not nil, hears of what a model takes that is not refused,
	// before it does.
	Afforded func(Memory)
	// Tuning chooses algorithms; nil leaves that to what is known of the machine.
	Tuning *Tuning
	// Cache is a folder in which packed parameters are kept, so that the next
	// start with the same ones maps them into memory; "" for none.
	Cache string
}

// errNoContext is the error of a nil context.
var errNoContext = errors.New("interp: the context is nil; pass context.Background() where there is none")

// ended is the error of a context that is nil or has ended.
func ended(ctx context.Context) error {
	if ctx == nil {
		return errNoContext
	}
	return ctx.Err()
}
