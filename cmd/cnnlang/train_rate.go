package main

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"cnnlang/interp/atomicfile"
	"cnnlang/interp/train"
	"cnnlang/interp/train/curves"
)

// findRate looks for a rate, and writes nothing but the curves.
func (a *app) findRate(ctx context.Context, f *trainFlags, o *train.Options) error {
	o.Recipe.HeadEpochs = 0 // what is looked for is the rate of all that learns
	t, err := train.New(*o)
	if err != nil {
		return err
	}
	defer t.Close()
	c := counter{app: a, name: o.Net.Name + ": range test"}
	found, err := t.FindRate(ctx, func(step, steps int) { c.total = steps; c.show(step) })
	a.progress("")
	if err != nil {
		return err
	}
	if f.curves.given && len(found.Rates) > 0 {
		file := f.curves.value
		a.writing.Lock()
		defer a.writing.Unlock()
		if err := unwritten(file, atomicfile.Write(file, func(w io.Writer) error {
			return curves.RangeSVG(w, "Range test of "+o.Net.Name, found.Rates, found.Losses, found.Suggested)
		})); err != nil {
			return err
		}
	}
	if found.Suggested == 0 {
		return &train.MisfitError{Problem: fmt.Sprintf("the loss does not fall in %s at growing rates: look at the pictures, their classes and the loss", plural(len(found.Rates), "step", "steps"))}
	}
	a.tell("note", "a tenth of the rate with the smallest loss in a range test; --curves FILE draws it")
	_, err = fmt.Fprintf(a.stdout, "--lr %s\n", strconv.FormatFloat(found.Suggested, 'g', 2, 64))
	return err
}
