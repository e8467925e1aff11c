package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"cnnlang/interp/atomicfile"
	"cnnlang/interp/train"
	"cnnlang/interp/train/curves"
	"cnnlang/interp/train/events"
)

// spares checks that nothing is written over: what somebody has trained for hours, the least of all.
func (f *trainFlags) spares(argument string) error {
	out := f.output.value
	if f.findRate {
		return f.distinct(argument, "")
	}
	if filepath.Ext(out) != ".safetensors" {
		return usage("--output %s: weights are written as safetensors", out).withHelp("name a file that ends in .safetensors")
	}
	state := train.StateOf(out)
	if err := f.distinct(argument, state); err != nil || f.resume {
		return err
	}
	if _, err := os.Lstat(state); err == nil {
		return &takenError{state, fmt.Sprintf("a training is there already; `cnnlang train --output %s --resume` goes on with it; to begin anew remove it and %[1]s, or name another file", shellQuoted(out))}
	}
	for _, file := range []string{out, f.log.value} {
		if info, err := os.Lstat(file); file != "" && err == nil && !(info.Mode().IsRegular() && info.Size() == 0) && info.Mode().Type()&os.ModeCharDevice == 0 {
			return &takenError{file, "is there already, and is left as it is; remove it, or name another file"}
		}
	}
	if _, err := os.Stat(filepath.Dir(out)); err != nil {
		return unwritten(out, err)
	}
	return nil
}

// distinct checks that no file that is written is another one of the command line.
func (f *trainFlags) distinct(argument, state string) error {
	type named struct{ what, file string }
	written := []named{{"the weights", f.output.value}, {"the state", state}, {"the features", f.features.value}, {"the log", f.log.value}, {"the curves", f.curves.value}}
	read := []named{{"the weights to begin with", f.weights.value}, {"the names of the classes", f.dataFlags.classes.value}}
	if isFile(argument) {
		read = append(read, named{"the net", argument})
	}
	for i, w := range written {
		if w.file == "" {
			continue
		}
		for _, other := range append(read, written[:i]...) {
			if other.file != "" && sameFile(w.file, other.file) {
				return usage("%s would be written over %s, %s", w.what, other.what, other.file).withHelp("name another file")
			}
		}
	}
	return nil
}

// sameFile reports whether two names are of one file, be it one that is yet to be written.
func sameFile(a, b string) bool {
	if filepath.Clean(a) == filepath.Clean(b) {
		return true
	}
	x, err := os.Stat(a)
	y, wrong := os.Stat(b)
	return err == nil && wrong == nil && os.SameFile(x, y)
}

// A drawnCurves is the picture of a training.
type drawnCurves struct{ run curves.Run }

// open opens the log, and begins the curves.
func (v *trainView) open(ctx context.Context) (err error) {
	name := v.flags.log.value
	if v.flags.curves.given {
		v.drawn = &drawnCurves{curves.Run{Name: v.start.Net}}
		if log, err := events.ReadFile(ctx, name); v.flags.resume && name != "" && err == nil {
			v.drawn.run = curves.Of(log, v.start.Net)
		}
	}
	if name != "" {
		if v.log, err = events.Append(name); err != nil {
			return unwritten(name, err)
		}
	}
	return nil
}

// draw draws the curves anew.
func (v *trainView) draw(e *events.Epoch) {
	if v.drawn == nil {
		return
	}
	one := curves.Of(&events.Log{Epochs: []events.Epoch{*e}}, "")
	records := v.drawn.run.Records
	for len(records) > 0 && records[len(records)-1].Epoch >= float64(e.Epoch) {
		records = records[:len(records)-1]
	}
	v.drawn.run.Records = append(records, one.Records...)
	if v.drawn.run.Empty() {
		return
	}
	v.app.writing.Lock()
	defer v.app.writing.Unlock()
	file := v.flags.curves.value
	v.failed(unwritten(file, atomicfile.Write(file, func(w io.Writer) error {
		return curves.SVG(w, "Training of "+v.start.Net, []curves.Run{v.drawn.run})
	})))
}
