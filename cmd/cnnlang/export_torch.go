package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

	"cnnlang/interp"
	"cnnlang/interp/atomicfile"
	"cnnlang/interp/torch"
)

// exportTorch writes the net as a Python file.
func (a *app) exportTorch(_ context.Context, f *exportFlags, n *interp.Net, d *exportDocument) error {
	source := torchNet(n)
	source.Notes = pictureNotes(n)
	source.From = filepath.Base(n.MainFile())
	source.Again = func(parameter string, value int) *torch.Net {
		if other := n.With(parameter, value); other != nil {
			return torchNet(other)
		}
		return nil
	}
	text, class, err := torch.Write(*source)
	if err != nil {
		return err
	}
	a.writing.Lock()
	defer a.writing.Unlock()
	err = atomicfile.Write(f.output.value, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
	if err != nil {
		return unwritten(f.output.value, err)
	}
	d.said = "class " + class
	return d.wrote(f.output.value)
}

func torchNet(n *interp.Net) *torch.Net {
	return &torch.Net{Self: n.Self(), Graph: n.Graph}
}

// pictureNotes say how pictures are prepared, in words.
func pictureNotes(n *interp.Net) []string {
	if !n.Meta.Prepare.Stated || n.TakesPictures() != nil {
		return nil
	}
	p := n.Preprocess()
	size := fmt.Sprintf("%dx%d", n.Graph.Input().Shape[2], n.Graph.Input().Shape[3])
	how := map[string]string{"short": "the shorter side %d, %s, the middle " + size, "squash": "squashed to %d, %s, the middle " + size, "pad": "the longer side %d, %s, padded to " + size}[p.Fit]
	return []string{
		fmt.Sprintf("Pictures: "+how+",", p.Resize[0], p.Interpolation),
		fmt.Sprintf("%s from 0 to %v, then (x - %v) / %v.", p.Order, p.Scale, decimals(p.Mean), decimals(p.Std)),
	}
}

// decimals are numbers as Python writes them.
func decimals(list []float32) string {
	text := ""
	for i, x := range list {
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprint(x)
	}
	return "[" + text + "]"
}
