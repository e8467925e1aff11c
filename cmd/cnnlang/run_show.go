package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"cnnlang/ops"
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
	Files     []writtenValue `json:"files,omitempty"`
	Threads   int            `json:"threads"`
	Precision string         `json:"precision"`
	Seconds   runSeconds     `json:"seconds"`
}

type weightsOrigin struct {
	File string  `json:"file,omitempty"`
	Seed *uint64 `json:"seed,omitempty"` // of generated weights
}

// String says it in words.
func (w weightsOrigin) String() string {
	if w.Seed != nil {
		return fmt.Sprintf("weights generated from seed %d", *w.Seed)
	}
	return "weights from " + w.File
}

type runSeconds struct {
	Prepare float64 `json:"prepare"` // to read, check and pack
	Run     float64 `json:"run"`
}

// An outputSummary says what an output holds.
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
func (a *app) show(f *runFlags, r *runResult) error {
	out := r.session.Output()
	d := runDocument{
		Schema: "cnnlang.run/v2", Net: r.net.Name, Input: r.net.Graph.Input.Shape,
		Weights: f.origin.document(), Output: summarize(out), Files: r.written,
		Threads: r.threads, Seconds: runSeconds{r.prepared.Seconds(), r.ran.Seconds()},
		Precision: f.precision.String(),
	}
	if r.classifies() {
		d.Results = r.classes(out, f.top.value)
	}
	if f.format.value == "json" {
		return a.json(d)
	}
	if isTerminal(a.stderr) {
		fmt.Fprintf(a.stderr, "prepared in %.2f s, ran in %.3f s on %d threads\n", d.Seconds.Prepare, d.Seconds.Run, d.Threads)
	}
	return a.showText(d)
}

func (a *app) showText(d runDocument) error {
	origin := ""
	if d.Weights.Seed != nil {
		origin = ", " + d.Weights.String()
	}
	if d.Precision != ops.F32.String() {
		origin += ", " + d.Precision
	}
	fmt.Fprintf(a.stdout, "%s %v -> %v%s\n", d.Net, tensor.Shape(d.Input), tensor.Shape(d.Output.Shape), origin)
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

// classifies reports whether the output is scores of classes. A normalised
// vector is a place in a space, not a list of scores.
func (r *runResult) classifies() bool {
	out := r.net.Graph.Output
	return len(out.Shape) == 2 && (out.Op == nil || out.Op.Name() != "l2_normalize")
}

// classes ranks the classes of every image, equal ones by their number.
func (r *runResult) classes(out tensor.Tensor, top int) []imageResult {
	images, classes := out.Shape[0], out.Shape[1]
	names := r.net.Meta.Classes
	if len(names) != classes {
		names = nil
	}
	op := r.net.Graph.Output.Op
	already := op != nil && op.Name() == "softmax"
	var results []imageResult
	for i := range images {
		scores := out.Data[i*classes : (i+1)*classes]
		chances := softmax(scores)
		result := imageResult{Top: []classScore{}}
		if i < len(r.images) {
			result.Image = r.images[i]
		}
		for _, class := range ranked(scores, top) {
			s := classScore{Class: class, Probability: real(chances[class]), Output: real(scores[class])}
			if already {
				s.Probability = s.Output
			}
			if names != nil {
				s.Name = names[class]
			}
			result.Top = append(result.Top, s)
		}
		results = append(results, result)
	}
	return results
}

// ranked lists the indices of the highest scores, highest first. What is no
// number comes last.
func ranked(scores []float32, top int) []int {
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	return order[:min(top, len(order))]
}

// softmax returns exp(x) / sum of exp(x), computed so that nothing overflows.
func softmax(scores []float32) []float64 {
	highest := math.Inf(-1)
	for _, x := range scores {
		highest = max(highest, float64(x))
	}
	out := make([]float64, len(scores))
	sum := 0.0
	for i, x := range scores {
		out[i] = math.Exp(float64(x) - highest)
		sum += out[i]
	}
	for i := range out {
		out[i] /= sum
	}
	return out
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
