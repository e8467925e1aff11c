package main

import (
	"fmt"

	"cnnlang/interp"
	"cnnlang/interp/rows"
)

// A rowWriter writes results of many images, one after another.
type rowWriter interface {
	Head() error
	Picture(answer interp.Answer, output rows.Outputs) error
	// Problem is for an image that cannot be read.
	Problem(name string, p rows.Problem) error
}

// rows writes to standard output.
func (a *app) rows(f *runFlags, m *interp.Model) rowWriter {
	switch f.format.value {
	case "csv":
		return rows.CSV{W: a.stdout, Model: m, Top: f.top.value, Resumed: f.resumeAfter.given}
	case "jsonl":
		return rows.JSON{W: a.stdout, Model: m, Top: f.top.value}
	}
	return textRows{a, m, f.top.value}
}

// Text is a table for each image, or a line if that is enough. Problems are on standard error.
type textRows struct {
	app   *app
	model *interp.Model
	top   int
}

func (textRows) Head() error                        { return nil }
func (textRows) Problem(string, rows.Problem) error { return nil }

func (r textRows) Picture(answer interp.Answer, all rows.Outputs) (err error) {
	w, d := r.app.stdout, all.Output
	name, found := visibleName(answer.Name), rows.Find(r.model, answer.Output, r.top)
	switch {
	case all.Several:
		for _, o := range all.Outputs {
			if _, err = fmt.Fprintf(w, "%s: %s\n", name, outputLine(o)); err != nil {
				return err
			}
		}
	case found == nil:
		_, err = fmt.Fprintf(w, "%s: min %.6g, max %.6g, mean %.6g\n", name, d.Min, d.Max, d.Mean)
	case r.top == 1 || found.Top == nil:
		_, err = fmt.Fprintf(w, "%s: %s\n", name, brief(found, r.top))
	default:
		if _, err = fmt.Fprintf(w, "\n%s\n", name); err == nil {
			err = r.app.showResult(found)
		}
	}
	return err
}
