package main

import (
	"bytes"
	"context"
	"slices"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/interp/npy"
	"cnnlang/interp/rows"
	"cnnlang/ops/tensor"
)

// A writtenValue is a value that was written to a file.
type writtenValue struct {
	Name  string `json:"name"` // of an output or a side head, or the path of a step
	What  string `json:"what"` // output, side or step
	Shape []int  `json:"shape"`
	Min   real   `json:"min"`
	Max   real   `json:"max"`
	File  string `json:"file"`

	Picture *drawnPicture `json:"picture,omitempty"`
}

// values are the names of what is to be written beside the output.
func (f *runFlags) values() (names []string) {
	for _, t := range f.output.value {
		if t.name != "" {
			names = append(names, t.name)
		}
	}
	return names
}

// writeValues writes every value that was asked for. As for `cnnlang why`, "output" is the
// step of that name or the net's output.
func (a *app) writeValues(ctx context.Context, f *runFlags, n *interp.Net, session *interp.Session, drawings map[target]*drawing, images []string) (written []writtenValue, err error) {
	for _, t := range f.output.value {
		what, name, value := "output", n.OutputNames()[0], session.Output()
		if t.name != "" {
			what, name = kindOf(n.Graph, t.name), t.name
			value, _ = session.Value(name)
		}
		s := rows.Summarize(value)
		w := writtenValue{Name: name, What: what, Shape: value.Shape, Min: s.Min, Max: s.Max, File: t.file}
		if len(images) > 0 {
			w.File = t.of(images[0])
		}
		if w.Picture, err = a.writeTarget(ctx, t, drawings[t], w.File, images, value); err != nil {
			return nil, err
		}
		written = append(written, w)
	}
	return written, nil
}

// writeTarget writes one value. An interrupt waits for it.
func (a *app) writeTarget(ctx context.Context, t target, d *drawing, file string, images []string, value tensor.Tensor) (p *drawnPicture, err error) {
	switch {
	case t.perImage():
		a.writing.Lock()
		defer a.writing.Unlock()
		return fileSink{t, d}.write(images[0], value)
	case d == nil:
		return nil, a.writeArray(ctx, file, value)
	}
	var content bytes.Buffer
	if p, err = d.encode(&content, value); err != nil {
		return nil, err
	}
	a.writing.Lock()
	defer a.writing.Unlock()
	return p, writeWhole(file, content.Bytes())
}

// singles checks that what has one image for each file gets one.
func (f *runFlags) singles(batch int, images []string) error {
	for _, image := range images {
		if err := f.apartFor(image); err != nil {
			return err
		}
	}
	for _, t := range f.output.value {
		switch {
		case t.perImage() && len(images) == 0:
			return usage("%s: {name} is the name of an image, and the input is none", t.file)
		case t.isPicture() && !t.perImage() && batch > 1:
			return usage("%v is of %d images, and %s is one picture", t, batch, t.file).withHelp("write an array, or name images and write `--output 'out/{name}.png'`")
		}
	}
	return nil
}

// kindOf is what a name stands for.
func kindOf(g *graph.Graph, name string) string {
	if _, isOutput := g.OutputAt(name); isOutput {
		return "output"
	}
	if slices.ContainsFunc(g.Sides, func(s *graph.Side) bool { return s.Name == name }) {
		return "side"
	}
	if _, isStep := g.At(name); isStep {
		return "step"
	}
	return "output"
}

// writeArray writes a .npy file. An interrupt waits for it, and takes away what is written
// so far.
func (a *app) writeArray(ctx context.Context, path string, t tensor.Tensor) error {
	a.writing.Lock()
	defer a.writing.Unlock()
	return npy.Write(ctx, path, t)
}
