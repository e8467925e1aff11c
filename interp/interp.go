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
// Load does three things, which can also be done separately: [Open] reads a [Program] and
// resolves its names, [Program.Net] applies one of its nets to an input size, which gives
// a [Net] with its graph, its facts and its counts, and [Net.Build] packs the weights.
// [Model.Each] is for many pictures: a loop over their answers. A [Session] is for one goroutine: its runs allocate nothing, and it shows side heads and
// the values of steps. A net with several inputs or outputs has a name for each: [Session.RunNamed],
// [Model.RunNamed] and [Session.Value] go by them.
//
// Tools that work on the text itself, as editors do, keep it in a [Workspace], which
// checks, proves and repairs it, and does so again after an edit.
//
// Errors have types: what is wrong with a text is a [*ProgramError], which holds the
// diagnostics with their places; a file of weights that does not fit is a [*FitError], and
// names that choose no map of a net or too many are an [*UnknownNamesError] or a
// [*NamesError], and a file that has the net behind several prefixes is a [*PrefixError]; a model that is too large is a [*MemoryError]. A name that means nothing is an
// [*UnknownNetError], a [*NoNetError] or a [*SelectionError], an input that does not
// fit an [*InputError].
package interp

import (
	"cnnlang/interp/picture"
	"context"
	"errors"
)

// Load makes a net ready to run. A name that ends in .cnn or holds a path separator is a
// file, and one that ends in .safetensors a file of weights that holds its net; any other is a net of the library. Load returns soon after ctx has ended, with its
// error. Close the model after use.
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

// Options say which net to use at which size, and how it is built and run. Only Weights has
// no default, except for a net that a file of weights holds, which has those.
type Options struct {
	// Net selects a net of a file that declares several.
	Net string
	// Set gives values to parameters and sizes of the net, in place of their defaults.
	Set Settings
	// Prepare says how pictures are prepared, in place of the net's meta and of what it says of
	// the file of weights.
	Prepare Preparation
	// Upright turns pictures as their EXIF orientation says; otherwise they are taken as they are
	// stored, as most authors' code does, and counted by Sideways unless that is nil.
	Upright  bool
	Sideways *picture.Sideways
	// Prepared, if not nil, is told what ReadImages and ReadImage do to each picture.
	Prepared func(picture.Prepared)
	// Labels name the classes, in place of what the file of weights or the net's meta says.
	Labels Labels
	// As says what the output is, in place of what Net.Kind concludes.
	As OutputKind
	// Shape is the shape of the input; nil is the net's own, with Batch images (0 is one).
	Shape []int
	Batch int
	// Shapes are those of a net's inputs by name, where it has several.
	Shapes map[string][]int
	// Input is the name of the input that ReadImages, ReadArray and RandomInput make, of several.
	Input string

	Weights Weights
	// Values are what sessions return beside the output: side heads by name, which are not
	// computed otherwise, and steps by path.
	Values []string
	// Precision is what values between steps are rounded to.
	Precision Precision
	// Emulate computes a precision in plain Go, slowly, where the processor has no kernels
	// for it, instead of refusing it.
	Emulate bool
	// Threads is how many threads pack weights, run each session, and share the pictures of
	// Model.Each; 0 is one for each core.
	Threads int
	// Sessions is how many calls of Model.Run compute at the same time, each with threads
	// and memory of its own; further calls wait. 0 is one.
	Sessions int
	// MaxMemory is the most memory, in bytes, that the model may need together with Held,
	// which the caller already uses, for example for the input. A model that needs more is
	// refused before anything is allocated; 0 is no limit.
	MaxMemory, Held int64
	// Afforded, if not nil, is called with the model's memory needs before the memory is
	// allocated, unless the model is refused.
	Afforded func(Memory)
	// Tuning chooses algorithms; with nil they are chosen by estimates.
	Tuning *Tuning
	// Cache is a folder for packed parameters; the next start with the same parameters maps
	// them into memory. "" is none.
	Cache string
}

// errNoContext is the error of a nil context.
var errNoContext = errors.New("interp: the context is nil; pass context.Background() if you have none")

// ended is the error of a context that is nil or has ended.
func ended(ctx context.Context) error {
	if ctx == nil {
		return errNoContext
	}
	return ctx.Err()
}
