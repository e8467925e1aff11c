package main

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"cnnlang/interp"
	"cnnlang/interp/rows"
	"cnnlang/ops/tensor"
)

// An imageResult is what the output says of one image.
type imageResult struct {
	Image string `json:"image,omitempty"`
	*rows.Findings
}

// resultsOf are the findings for every image, nil where the kind of the output tells none.
func resultsOf(m *interp.Model, out tensor.Tensor, images []string, top int) (results []imageResult) {
	if kind := m.Net.Kind(); kind == interp.ValuesOutput || kind == interp.PictureOutput {
		return nil
	}
	for i := range out.Shape[0] {
		result := imageResult{Findings: rows.Find(m, rowOf(out, i), top)}
		if i < len(images) {
			result.Image = images[i]
		}
		results = append(results, result)
	}
	return results
}

// rowOf is the value of one image, which is not copied.
func rowOf(t tensor.Tensor, i int) tensor.Tensor {
	size := t.Shape[1:].Elements()
	return tensor.From(t.Data[i*size:(i+1)*size], append([]int{1}, t.Shape[1:]...)...)
}

// vectorLine is for people, with as many numbers as fit into so many columns, 0 for any:
// 128 numbers of norm 1: 0.0123 -0.0456 …
func vectorLine(v *rows.Vector, width int) string {
	line := fmt.Sprintf("%d numbers of norm %.6g:", v.Length, float64(v.Norm))
	for i, x := range v.First {
		more := ""
		if i+1 < v.Length {
			more = " …"
		}
		next := fmt.Sprintf("%s %.4g", line, float64(x))
		if width > 0 && utf8.RuneCountInString(next+more) > width {
			return line + " …"
		}
		line = next
	}
	if v.Length > len(v.First) {
		line += " …"
	}
	return line
}

// showResult writes the findings for people.
func (a *app) showResult(f *rows.Findings) error {
	switch {
	case f.Vector != nil:
		_, err := fmt.Fprintln(a.stdout, vectorLine(f.Vector, resultWidth()))
		return err
	case f.Mask != nil:
		return a.grid(maskGrid(f.Mask, resultWidth()), "table")
	case resultWidth() > 0:
		_, err := fmt.Fprintln(a.stdout, strings.Join(scoreLines(f.Top, resultWidth()), "\n"))
		return err
	}
	return a.grid(scoreGrid(f.Top), "table")
}

// brief is the result on a line, the highest classes of a mask.
func brief(f *rows.Findings, top int) string {
	var parts []string
	switch {
	case f.Vector != nil:
		return vectorLine(f.Vector, 0)
	case f.Mask != nil:
		for _, c := range f.Mask[:min(top, len(f.Mask))] {
			parts = append(parts, fmt.Sprintf("%.2f %% %s", 100*float64(c.Share), calledOf(c.Class, c.Name)))
		}
		if more := len(f.Mask) - top; more > 0 {
			parts = append(parts, fmt.Sprintf("%d more", more))
		}
	case f.Top != nil:
		for _, s := range f.Top {
			parts = append(parts, fmt.Sprintf("%s, %.2f %%", calledOf(s.Class, s.Name), 100*float64(s.Probability)))
		}
	}
	return strings.Join(parts, "; ")
}

// calledOf is a class by its number and name.
func calledOf(class int, name string) string {
	return strings.TrimSpace(fmt.Sprint(class, " ", visibleName(name)))
}

func scoreGrid(top []rows.Class) grid {
	g := grid{columns: []column{{"class", true}, {"probability", true}, {"output", true}}}
	named := slices.ContainsFunc(top, func(s rows.Class) bool { return s.Name != "" })
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
