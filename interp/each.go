package interp

import (
	"context"
	"io"
	"iter"

	"cnnlang/interp/picture"
	"cnnlang/ops/tensor"
)

// A Source is a picture that has not been read yet.
type Source struct {
	Name string
	// Open opens the picture; nil is for the file called Name. It is called a second time for
	// a picture so large that it has to be decoded alone.
	Open func() (io.ReadCloser, error)
	// Beside are the pictures of the net's other inputs, in their order, if it has several.
	Beside []Source
}

// Files are the pictures in files.
func Files(paths ...string) iter.Seq[Source] {
	return func(yield func(Source) bool) {
		for _, path := range paths {
			if !yield(Source{Name: path}) {
				return
			}
		}
	}
}

// An Answer is what a model computes for one picture. Its tensors may be kept.
type Answer struct {
	Name   string        // that of the source
	Output tensor.Tensor // [1, …], of several the first
	// Prepared is what was done to the picture, and Beside to those of the net's other inputs.
	Prepared picture.Prepared
	Beside   []picture.Prepared

	model  *Model
	values map[string]tensor.Tensor
}

// Classes are the k highest classes, highest first; none if the net is no classifier.
func (a Answer) Classes(k int) []Class {
	if a.model == nil || !a.model.Net.Classifies() {
		return nil
	}
	return a.model.Classes(a.Output, k)[0]
}

// Value returns an output, or a side head or the value of a step that Options.Values asked for,
// [1, …], by the names of Session.Value.
func (a Answer) Value(name string) (tensor.Tensor, bool) {
	if t, ok := a.values[name]; ok {
		return t, ok
	}
	if a.model == nil {
		return tensor.Tensor{}, false
	}
	i, ok := a.model.Net.Graph.OutputAt(name)
	return a.Output, ok && i == 0
}

// A PictureError says why one picture of many could not be read. Errors underneath are those
// of package picture and of the system.
type PictureError struct {
	Name string // that of the source
	Err  error
}

func (e *PictureError) Error() string { return e.Err.Error() }

// Unwrap returns the error underneath.
func (e *PictureError) Unwrap() error { return e.Err }

// Each computes any number of pictures, and returns the answers in their order:
//
//	for answer, err := range model.Each(ctx, interp.Files(paths...)) {
//		if err != nil {
//			log.Print(err)
//			continue
//		}
//		fmt.Println(answer.Name, answer.Classes(1))
//	}
//
// Of a net with several inputs a source is the picture of the first, and has those of the others
// beside it.
//
// A picture that cannot be read is an answer with a *PictureError, and the rest goes on.
// Any other error is the last answer: that of ctx, a *MemoryError, an *InputError, or one of
// the weights.
//
// Options.Threads pictures are read and computed at the same time, each on one thread, or
// fewer if Options.MaxMemory is short; each thread takes as many together as the model's
// batch has. At most a few more than that have been taken from pictures, on another
// goroutine, when their answers are returned, so memory does not depend on how many there
// are. A picture that needs more memory than there is for each of several at once is decoded
// alone; one that needs more than is left of MaxMemory is a *picture.LimitError.
func (m *Model) Each(ctx context.Context, pictures iter.Seq[Source]) iter.Seq2[Answer, error] {
	return func(yield func(Answer, error) bool) {
		s, err := m.newStream(ctx)
		if err != nil {
			yield(Answer{}, err)
			return
		}
		defer s.close()
		go s.feed(pictures)
		for {
			g, err := s.next(ctx)
			if err != nil {
				yield(Answer{}, err)
				return
			}
			if g == nil {
				return
			}
			for i, a := range g.answers {
				if !yield(a, g.problems[i]) {
					return
				}
			}
		}
	}
}
