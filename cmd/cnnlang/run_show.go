package main

import (
	"fmt"

	"cnnlang/interp"
	"cnnlang/interp/rows"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/tensor"
)

// runDocument is cnnlang.run/v2.
type runDocument struct {
	Schema string `json:"schema"`
	Net    string `json:"net"`
	ends   string // its inputs and outputs in words
	runInputs
	Weights weightsOrigin `json:"weights"`
	rows.Outputs
	Results   []imageResult  `json:"results,omitempty"` // for an output [N, C] of classes
	Labels    string         `json:"labels,omitempty"`  // where their names come from, if not from the net's meta
	Files     []writtenValue `json:"files,omitempty"`
	Threads   int            `json:"threads"`
	Precision string         `json:"precision"`
	Seconds   runSeconds     `json:"seconds"`
}

type weightsOrigin struct {
	File string  `json:"file,omitempty"`
	Seed *uint64 `json:"seed,omitempty"` // of generated weights
	// Names is the map of the net that calls the tensors so, absent for its own names.
	Names string `json:"names,omitempty"`
	// Notes are about how a file was read, and Differences what it says otherwise than the net.
	Notes       []string            `json:"notes,omitempty"`
	Differences []interp.Difference `json:"differences,omitempty"`
}

// String is for people.
func (w weightsOrigin) String() string {
	text := "weights from " + w.File
	if w.Seed != nil {
		text = fmt.Sprintf("weights generated from seed %d", *w.Seed)
	}
	if w.Names != "" {
		text += " by `names " + w.Names + "`"
	}
	return text
}

type runSeconds struct {
	Prepare float64 `json:"prepare"` // to read, check and pack
	Run     float64 `json:"run"`
}

// show writes the result.
func (a *app) show(f *runFlags, d runDocument, drawings map[target]*drawing) error {
	if f.format.value == "json" {
		return a.json(d)
	}
	if isTerminal(a.stderr) {
		fmt.Fprintf(a.stderr, "prepared in %.2f s, ran in %.3f s on %s\n", d.Seconds.Prepare, d.Seconds.Run, counted(int64(d.Threads), "thread"))
	}
	if d.Prepared != nil {
		a.tell("note", d.Prepared.note)
	}
	for i, w := range d.Files {
		if drawn := drawings[f.output.value[i]]; drawn != nil {
			a.tell("note", drawn.note(w.File, w.Picture))
		}
	}
	return a.showText(d)
}

func (a *app) showText(d runDocument) error {
	fmt.Fprintln(a.stdout, headline(d))
	for _, o := range eachOutput(d.Outputs) {
		fmt.Fprintln(a.stdout, outputLine(o))
	}
	if d.Results == nil && eachOutput(d.Outputs) == nil {
		fmt.Fprintf(a.stdout, "min %.6g, max %.6g, mean %.6g\n", d.Output.Min, d.Output.Max, d.Output.Mean)
	}
	for _, w := range d.Files {
		if w.What != "output" {
			fmt.Fprintf(a.stdout, "%s %v: min %.6g, max %.6g\n", visibleName(w.Name), tensor.Shape(w.Shape), w.Min, w.Max)
		}
		if p := w.Picture; p != nil && p.Mask != nil && (w.What != "output" || d.Output.Kind != interp.MaskOutput) {
			if err := a.grid(maskGrid(p.Mask, resultWidth()), "table"); err != nil {
				return err
			}
		}
	}
	for i, result := range d.Results {
		fmt.Fprintln(a.stdout)
		switch {
		case result.Image != "":
			fmt.Fprintln(a.stdout, visibleName(result.Image))
		case len(d.Results) > 1:
			fmt.Fprintf(a.stdout, "image %d of the batch, from 0\n", i)
		}
		if err := a.showResult(result.Findings); err != nil {
			return err
		}
	}
	if n := d.Strange(); n > 0 {
		fmt.Fprintf(a.stderr, "warning: %d elements of the output are not finite numbers\n", n)
	}
	return nil
}

// headline says of which net the results are, and with what it ran.
func headline(d runDocument) string {
	origin := ""
	if d.Weights.Seed == nil && d.Weights.Names != "" {
		origin = ", " + visibleName(d.Weights.String())
	}
	if d.Precision != layout.F32.String() {
		origin += ", " + d.Precision
	}
	head := d.Net + " " + d.ends + origin
	if d.Weights.Seed != nil {
		head += "\n" + d.Weights.meaningless()
	}
	return head
}

// meaningless says what generated weights are good for.
func (w weightsOrigin) meaningless() string { return w.String() + ": the answer means nothing" }
