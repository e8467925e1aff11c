package main

import (
	"bytes"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"unicode/utf8"

	"cnnlang/interp"
)

// Rows are how results of many images are written, one after another.
type rows interface {
	head() error
	picture(answer interp.Answer, output runOutputs) error
	// problem is for an image that cannot be read.
	problem(name string, e errorEntry) error
}

// rows writes to standard output.
func (a *app) rows(f *runFlags, m *interp.Model) rows {
	switch f.format.value {
	case "csv":
		return csvRows{a.stdout, m, f.top.value, f.resumeAfter.given}
	case "jsonl":
		return jsonRows{a.stdout, m, f.top.value}
	}
	return textRows{a, m, f.top.value}
}

// Text is a table for each image, or a line if that is enough. Problems are on standard error.
type textRows struct {
	app   *app
	model *interp.Model
	top   int
}

func (textRows) head() error                      { return nil }
func (textRows) problem(string, errorEntry) error { return nil }

func (r textRows) picture(answer interp.Answer, all runOutputs) (err error) {
	w, d := r.app.stdout, all.Output
	name, found := visibleName(answer.Name), findingsOf(r.model, answer.Output, r.top)
	switch {
	case all.many:
		for _, o := range all.Outputs {
			if _, err = fmt.Fprintf(w, "%s: %v\n", name, o); err != nil {
				return err
			}
		}
	case found == nil:
		_, err = fmt.Fprintf(w, "%s: min %.6g, max %.6g, mean %.6g\n", name, d.Min, d.Max, d.Mean)
	case r.top == 1 || found.Top == nil:
		_, err = fmt.Fprintf(w, "%s: %s\n", name, found.brief(r.top))
	default:
		if _, err = fmt.Fprintf(w, "\n%s\n", name); err == nil {
			err = r.app.showResult(found)
		}
	}
	return err
}

// Comma-separated values have a line for each class of an image or its mask, or one for an image
// whose output has no classes.
type csvRows struct {
	w       io.Writer
	model   *interp.Model
	top     int
	resumed bool // after rows of an earlier run, so that they can be appended to them
}

// columns are the titles between the name of the picture and its error.
func (r csvRows) columns() []string {
	if len(r.model.Net.Graph.Outputs) > 1 {
		return []string{"name", "min", "max", "mean", "not_finite"}
	}
	switch r.model.Net.Kind() {
	case interp.ClassesOutput:
		return []string{"rank", "class", "name", "probability", "output"}
	case interp.MaskOutput:
		return []string{"rank", "class", "name", "colour", "share"}
	case interp.VectorOutput:
		return []string{"length", "norm", "min", "max", "mean", "not_finite"}
	}
	return []string{"min", "max", "mean", "not_finite"}
}

// line writes a line whose columns are those of the net's output.
func (r csvRows) line(name, problem string, fields ...string) error {
	return csvLine(r.w, slices.Concat([]string{name}, fields, []string{problem})...)
}

func (r csvRows) head() error {
	if r.resumed {
		return nil
	}
	return r.line("picture", "error", r.columns()...)
}

func (r csvRows) picture(answer interp.Answer, all runOutputs) error {
	var lines [][]string
	whole := all.Output.fields()
	f := findingsOf(r.model, answer.Output, r.top)
	switch {
	case all.many:
		for _, o := range all.Outputs {
			lines = append(lines, append([]string{o.Name}, o.fields()...))
		}
	case f == nil:
		lines = append(lines, whole)
	case f.Vector != nil:
		lines = append(lines, append([]string{strconv.Itoa(f.Vector.Length), digits(f.Vector.Norm)}, whole...))
	}
	for rank, s := range f.classes() {
		lines = append(lines, append([]string{strconv.Itoa(rank + 1)}, s...))
	}
	for _, fields := range lines {
		if err := r.line(answer.Name, "", fields...); err != nil {
			return err
		}
	}
	return nil
}

// fields are the columns of a summary.
func (d outputSummary) fields() []string {
	return []string{digits(d.Min), digits(d.Max), digits(d.Mean), strconv.Itoa(d.Strange)}
}

// classes are the columns of classes and masks after the rank.
func (f *findings) classes() (rows [][]string) {
	if f == nil {
		return nil
	}
	for _, s := range f.Top {
		rows = append(rows, []string{strconv.Itoa(s.Class), s.Name, digits(s.Probability), digits(s.Output)})
	}
	for _, c := range f.Mask {
		rows = append(rows, []string{strconv.Itoa(c.Class), c.Name, c.Colour, digits(c.Share)})
	}
	return rows
}

func (r csvRows) problem(name string, e errorEntry) error {
	return r.line(name, e.Message, make([]string, len(r.columns()))...)
}

// digits are those of a float32.
func digits(r real) string { return strconv.FormatFloat(float64(r), 'g', -1, 32) }

func csvLine(w io.Writer, fields ...string) error {
	c := csv.NewWriter(w)
	c.Write(fields) // its error is that of Flush
	c.Flush()
	return c.Error()
}

// JSON lines have an object for each image.
type jsonRows struct {
	w     io.Writer
	model *interp.Model
	top   int
}

// pictureDocument is cnnlang.picture/v1.
type pictureDocument struct {
	Schema   string           `json:"schema"`
	Picture  string           `json:"picture"`
	Bytes    string           `json:"picture_base64,omitempty"` // of a name that is not UTF-8
	Prepared *preparedImage   `json:"prepared,omitempty"`
	Beside   []besideDocument `json:"beside,omitempty"`
	*runOutputs
	*findings
	Error *pictureProblem `json:"error,omitempty"`
}

// A besideDocument is the image of another input of the net.
type besideDocument struct {
	Input    string         `json:"input"`
	Picture  string         `json:"picture"`
	Prepared *preparedImage `json:"prepared"`
}

type pictureProblem struct {
	Message  string `json:"message"`
	Help     string `json:"help,omitempty"`
	ExitCode int    `json:"exit_code"` // of the same image alone
}

func (jsonRows) head() error { return nil }

func (r jsonRows) picture(answer interp.Answer, d runOutputs) error {
	line := pictureDocument{Prepared: preparedOf(r.model.Net, answer.Prepared), runOutputs: &d, findings: findingsOf(r.model, answer.Output, r.top)}
	for i, p := range answer.Beside {
		line.Beside = append(line.Beside, besideDocument{r.model.Net.InputNames()[i+1], p.Name, preparedOf(r.model.Net, p)})
	}
	return jsonLine(r.w, named(line, answer.Name))
}

func (r jsonRows) problem(name string, e errorEntry) error {
	return jsonLine(r.w, named(pictureDocument{Error: &pictureProblem{e.Message, e.Help, e.ExitCode}}, name))
}

func named(d pictureDocument, name string) pictureDocument {
	d.Schema, d.Picture = "cnnlang.picture/v1", name
	if !utf8.ValidString(name) {
		d.Bytes = base64.StdEncoding.EncodeToString([]byte(name))
	}
	return d
}

// jsonLine writes a document on one line.
func jsonLine(w io.Writer, document any) error {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(document); err != nil {
		return err
	}
	_, err := w.Write(text.Bytes())
	return err
}
