package main

import (
	"fmt"
	"math"
	"slices"

	"cnnlang/interp"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/tensor"
)

// runDocument is cnnlang.run/v2.
type runDocument struct {
	Schema    string         `json:"schema"`
	Net       string         `json:"net"`
	Input     []int          `json:"input"`
	Weights   weightsOrigin  `json:"weights"`
	Output    outputSummary  `json:"output"`
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

// An outputSummary summarises an output.
type outputSummary struct {
	Shape   []int `json:"shape"`
	Min     real  `json:"min"`
	Max     real  `json:"max"`
	Mean    real  `json:"mean"`
	Strange int   `json:"not_finite"` // elements that are NaN or infinite
}

// An imageResult is the highest classes of one image.
type imageResult struct {
	Image string       `json:"image,omitempty"`
	Top   []classScore `json:"top"`
}

type classScore struct {
	Class       int    `json:"class"`
	Name        string `json:"name,omitempty"`
	Probability real   `json:"probability"`
	Output      real   `json:"output"`
}

// show writes the result.
func (a *app) show(f *runFlags, d runDocument) error {
	if f.format.value == "json" {
		return a.json(d)
	}
	if isTerminal(a.stderr) {
		fmt.Fprintf(a.stderr, "prepared in %.2f s, ran in %.3f s on %d threads\n", d.Seconds.Prepare, d.Seconds.Run, d.Threads)
	}
	return a.showText(d)
}

func (a *app) showText(d runDocument) error {
	fmt.Fprintln(a.stdout, headline(d))
	if d.Results == nil {
		fmt.Fprintf(a.stdout, "min %.6g, max %.6g, mean %.6g\n", d.Output.Min, d.Output.Max, d.Output.Mean)
	}
	for i, result := range d.Results {
		fmt.Fprintln(a.stdout)
		switch {
		case result.Image != "":
			fmt.Fprintln(a.stdout, visibleName(result.Image))
		case len(d.Results) > 1:
			fmt.Fprintf(a.stdout, "image %d of the batch, from 0\n", i)
		}
		if err := a.grid(scoreGrid(result.Top), "table"); err != nil {
			return err
		}
	}
	if d.Output.Strange > 0 {
		fmt.Fprintf(a.stderr, "warning: %d elements of the output are not finite numbers\n", d.Output.Strange)
	}
	return nil
}

// headline says of which net the results are, and with what it ran.
func headline(d runDocument) string {
	origin := ""
	if d.Weights.Seed != nil || d.Weights.Names != "" {
		origin = ", " + visibleName(d.Weights.String())
	}
	if d.Precision != layout.F32.String() {
		origin += ", " + d.Precision
	}
	return fmt.Sprintf("%s %v -> %v%s", d.Net, tensor.Shape(d.Input), tensor.Shape(d.Output.Shape), origin)
}

func scoreGrid(top []classScore) grid {
	g := grid{columns: []column{{"class", true}, {"probability", true}, {"output", true}}}
	named := slices.ContainsFunc(top, func(s classScore) bool { return s.Name != "" })
	if named {
		g.columns = append(g.columns, column{"name", false})
	}
	for _, s := range top {
		row := []any{s.Class, fmt.Sprintf("%.2f %%", 100*float64(s.Probability)), fmt.Sprintf("%.5g", float64(s.Output))}
		if named {
			row = append(row, s.Name)
		}
		g.rows = append(g.rows, row)
	}
	return g
}

// classesOf are the highest classes of every image.
func classesOf(m *interp.Model, out tensor.Tensor, images []string, top int) []imageResult {
	var results []imageResult
	for i, classes := range m.Classes(out, top) {
		result := imageResult{Top: []classScore{}}
		if i < len(images) {
			result.Image = images[i]
		}
		for _, c := range classes {
			result.Top = append(result.Top, classScore{c.Index, c.Name, real(c.Probability), real(c.Score)})
		}
		results = append(results, result)
	}
	return results
}

func summarize(t tensor.Tensor) outputSummary {
	s := outputSummary{Shape: t.Shape, Min: real(math.Inf(1)), Max: real(math.Inf(-1))}
	sum := 0.0
	for _, x := range t.Data {
		v := float64(x)
		if math.IsNaN(v) || math.IsInf(v, 0) {
			s.Strange++
		}
		s.Min, s.Max = real(min(float64(s.Min), v)), real(max(float64(s.Max), v))
		sum += v
	}
	s.Mean = real(sum / float64(len(t.Data)))
	return s
}
