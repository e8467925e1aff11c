package importer

import (
	"context"
	"fmt"
	"math"
	"strings"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/internal/mapped"
	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weights"
)

// A parameter of the text, and where its numbers are.
type parameter struct {
	graph.Param
	from flat.Tensor // nothing where the file has none
}

// A Renamed is a tensor that the text calls otherwise than the file.
type Renamed struct {
	Path string `json:"path"` // in the text
	Name string `json:"name"` // in the file, "" where it was computed from several
}

// Names are what the file calls the tensors of the text, in its order.
func (i *Imported) Names() (all []Renamed) {
	for _, t := range i.tensors {
		if t.from.Read != nil {
			all = append(all, Renamed{t.Path, t.from.Name})
		}
	}
	return all
}

// Written says what was written of the weights.
type Written struct {
	Tensors int
	// NotFinite is how many numbers are NaN or infinite, and In the first tensor that has one.
	NotFinite int64
	In        string
}

// WriteWeights writes the weights as a safetensors file, one tensor after the other, with the text
// beside them, so that the file runs by itself. It appears whole or not at all. Its errors are
// *Refused where the file has no numbers for a tensor, *interp.WeightsError, and that of ctx once
// it has ended. progress, if not nil, is called with the bytes written so far, of all.
func (i *Imported) WriteWeights(ctx context.Context, path string, progress func(done, all int64)) (Written, error) {
	if err := i.complete(); err != nil {
		return Written{}, err
	}
	about, err := i.Net.Carried(interp.Labels{})
	if err != nil {
		return Written{}, err
	}
	w := Written{Tensors: len(i.tensors)}
	all, done := int64(0), int64(0)
	var sources []weights.Source
	for _, t := range i.tensors {
		var overflowed int64
		s := weights.Rounded(t.Path, t.Shape, "", &overflowed, func() ([]float32, error) { return w.read(t) })
		s.Done = func() {
			if done += s.Size(); progress != nil {
				progress(done, all)
			}
		}
		all += s.Size()
		sources = append(sources, s)
	}
	err = weights.Write(ctx, path, sources, about, i.Unchanged)
	return w, err
}

// complete refuses a net of which numbers are missing.
func (i *Imported) complete() error {
	r := &Refused{Path: i.files[0].Path()}
	for _, t := range i.tensors {
		if t.from.Read == nil {
			r.Problems = append(r.Problems, Problem{Where: "tensor " + weightfile.Shown(t.Path), Got: fmt.Sprintf("the file has no numbers %v for it", t.Shape)})
		}
	}
	switch len(r.Problems) {
	case 0:
		return nil
	case len(i.tensors):
		can := ""
		for _, f := range formats {
			if f.weights != "" && strings.HasPrefix(i.Format, f.weights) {
				can = "name the file that has them behind it, as in `cnnlang import " + f.example + "`"
			}
		}
		r.Problems = []Problem{{Got: "it has no numbers for any tensor", Can: can}}
	}
	return r
}

// read reads a tensor, and counts what is not finite.
func (w *Written) read(t parameter) ([]float32, error) {
	data, err := t.from.Read()
	if err != nil {
		return nil, err
	}
	return data, mapped.Guard(func() error {
		for _, x := range data {
			if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
				if w.NotFinite++; w.In == "" {
					w.In = t.Path
				}
			}
		}
		return nil
	})
}
