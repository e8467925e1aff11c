// Package pictures computes pictures with networks of cnnlang on Apache Beam: a model is loaded once for each worker
// process, pictures of a bundle are computed together on all its threads, and one that cannot be read is a [Bad]
// beside the results, with its reason.
//
//	names := pictures.Match(s, "gs://bucket/photos/*.jpg")
//	results, bad := pictures.Compute(s, pictures.Options{Net: "gs://bucket/flowers.safetensors"}, names)
package pictures

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"cnnlang/interp"
	"cnnlang/interp/picture"
	"cnnlang/interp/rows"
)

func init() {
	register.DoFn5x1[context.Context, beam.Window, string, func(Result), func(Bad), error](&computeFn{})
	register.Emitter1[Result]()
	register.Emitter1[Bad]()
	beam.RegisterType(reflect.TypeFor[Result]())
	beam.RegisterType(reflect.TypeFor[Bad]())
}

// A Result is what the net says of a picture.
type Result struct {
	Picture string
	Row     string  // whole lines, as `cnnlang run` writes them
	Values  []Value // those of Options.Values
}

// A Value is the output of the net, or one of its steps, for a picture.
type Value struct {
	Name  string
	Shape []int64 // [1, …]
	Data  []float32
}

// A Bad is a picture that could not be read, and why.
type Bad struct {
	Picture string
	Message string
	Row     string // a whole line, as `cnnlang run` writes it
}

// Compute computes pictures by their names: PCollection<string> → PCollection<Result>, PCollection<Bad>. Names are those
// of files that Beam reads; the collection is in the global window.
func Compute(s beam.Scope, o Options, names beam.PCollection) (results, bad beam.PCollection) {
	return beam.ParDo2(s.Scope("pictures.Compute"), &computeFn{Options: o.usual()}, names)
}

// Check loads the model as a worker would, and gives it back: what is wrong with the options is known before a
// pipeline starts.
func Check(ctx context.Context, o Options) error {
	m, err := acquire(ctx, o.usual())
	if err == nil {
		m.release()
	}
	return err
}

// Head is what stands before the rows of a file.
func Head(ctx context.Context, o Options) (string, error) {
	m, err := acquire(ctx, o.usual())
	if err != nil {
		return "", err
	}
	defer m.release()
	var text bytes.Buffer
	err = m.rows(&text).Head()
	return text.String(), err
}

// A rowWriter is one of the formats of package rows.
type rowWriter interface {
	Head() error
	Picture(interp.Answer, rows.Outputs) error
	Problem(name string, p rows.Problem) error
}

func (m *model) rows(to *bytes.Buffer) rowWriter {
	if m.options.Format == CSV {
		return rows.CSV{W: to, Model: m.Model, Top: m.options.Top}
	}
	return rows.JSON{W: to, Model: m.Model, Top: m.options.Top}
}

var (
	computed = beam.NewCounter("cnnlang", Computed)
	unread   = beam.NewCounter("cnnlang", Unread)
	strange  = beam.NewCounter("cnnlang", NotFinite)
)

// The names of the counters, of the namespace cnnlang.
const (
	Computed  = "pictures"            // those with a result
	Unread    = "bad_pictures"        // those that could not be read
	NotFinite = "not_finite_pictures" // those with numbers in their output that are not finite
)

// A computeFn is the DoFn of Compute.
type computeFn struct {
	Options Options

	model   *model
	names   []string // of the unit that is not full yet
	waiting []*unit  // those whose answers have not gone out, oldest first
}

// Setup takes a share of the model of this process.
func (f *computeFn) Setup(ctx context.Context) (err error) {
	f.model, err = acquire(ctx, f.Options)
	return err
}

// Teardown gives it back.
func (f *computeFn) Teardown() error {
	if f.model != nil {
		f.model.release()
		f.model = nil
	}
	return nil
}

// StartBundle forgets what a bundle that failed has left.
func (f *computeFn) StartBundle(context.Context, func(Result), func(Bad)) error {
	f.names, f.waiting = nil, nil
	return nil
}

// ProcessElement hands a picture to the threads, and takes the answers of those before it.
func (f *computeFn) ProcessElement(ctx context.Context, w beam.Window, name string, good func(Result), bad func(Bad)) error {
	if _, global := w.(window.GlobalWindow); !global {
		// What goes out at the end of a bundle has no other window.
		return fmt.Errorf("pictures.Compute: got the window %v, want the global one: apply windows to the results", w)
	}
	if f.names = append(f.names, name); len(f.names) < f.Options.Batch {
		return nil
	}
	return f.flush(ctx, f.model.window, good, bad)
}

// FinishBundle takes the answers of all pictures of the bundle.
func (f *computeFn) FinishBundle(ctx context.Context, good func(Result), bad func(Bad)) error {
	return f.flush(ctx, 0, good, bad)
}

// flush hands in the pictures that are there, and lets out answers until no more than so many units are waiting.
func (f *computeFn) flush(ctx context.Context, most int, good func(Result), bad func(Bad)) error {
	if len(f.names) > 0 {
		u, err := f.model.submit(ctx, f.names)
		if err != nil {
			return err
		}
		f.names, f.waiting = nil, append(f.waiting, u)
	}
	for len(f.waiting) > most {
		u := f.waiting[0]
		f.waiting = f.waiting[1:]
		if err := f.model.wait(ctx, u); err != nil {
			return err
		}
		for i, name := range u.names {
			if err := f.emit(ctx, name, u.answers[i], u.problems[i], good, bad); err != nil {
				return err
			}
		}
	}
	return nil
}

// emit lets out the answer of a picture.
func (f *computeFn) emit(ctx context.Context, name string, answer interp.Answer, problem error, good func(Result), bad func(Bad)) error {
	var text bytes.Buffer
	to := f.model.rows(&text)
	if problem != nil {
		p := problemOf(problem)
		if err := to.Problem(name, p); err != nil {
			return err
		}
		unread.Inc(ctx, 1)
		bad(Bad{name, p.Message, text.String()})
		return nil
	}
	outputs := rows.OutputsOf(f.model.Net, answer.Output, answer.Value, nil)
	if err := to.Picture(answer, outputs); err != nil {
		return err
	}
	if outputs.Strange() > 0 {
		strange.Inc(ctx, 1)
	}
	r := Result{Picture: name, Row: text.String()}
	for _, name := range f.Options.Values {
		value, ok := answer.Value(name)
		if !ok && name == theOutput {
			value = answer.Output
		}
		v := Value{Name: name, Data: value.Data}
		for _, n := range value.Shape {
			v.Shape = append(v.Shape, int64(n))
		}
		r.Values = append(r.Values, v)
	}
	computed.Inc(ctx, 1)
	good(r)
	return nil
}

// problemOf says why a picture could not be read, as `cnnlang run` does.
func problemOf(err error) rows.Problem {
	var (
		large *picture.LimitError
		file  *fs.PathError
		p     rows.Problem
	)
	p.Message = strings.TrimPrefix(err.Error(), "picture: ")
	switch {
	case errors.As(err, &large):
		p.ExitCode = 4
	default:
		p.ExitCode = 3
	}
	if errors.As(err, &file) {
		p.Message = file.Path + ": " + file.Err.Error()
		if errors.Is(err, fs.ErrNotExist) {
			p.Message = file.Path + ": no such file"
		}
	}
	return p
}
