// Package rows writes what a net computes for many pictures, one after another: as lines of JSON or as
// comma-separated values. They are those of `cnnlang run`, and docs/json.md describes them.
package rows

import (
	"bytes"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"unicode/utf8"

	"cnnlang/interp"
)

// A Problem says why there is no result of a picture.
type Problem struct {
	Message  string `json:"message"`
	Help     string `json:"help,omitempty"`
	ExitCode int    `json:"exit_code"` // of the same picture alone
}

// CSV has a line for each class of a picture or its mask, or one for a picture whose output has no
// classes.
type CSV struct {
	W       io.Writer
	Model   *interp.Model
	Top     int  // how many classes
	Resumed bool // after rows of an earlier run, so that they can be appended to them
}

// columns are the titles between the name of the picture and its error.
func (r CSV) columns() []string {
	if len(r.Model.Net.Graph.Outputs) > 1 {
		return []string{"name", "min", "max", "mean", "not_finite"}
	}
	switch r.Model.Net.Kind() {
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
func (r CSV) line(name, problem string, fields ...string) error {
	c := csv.NewWriter(r.W)
	c.Write(slices.Concat([]string{name}, fields, []string{problem})) // its error is that of Flush
	c.Flush()
	return c.Error()
}

// Head writes the titles.
func (r CSV) Head() error {
	if r.Resumed {
		return nil
	}
	return r.line("picture", "error", r.columns()...)
}

// Picture writes the lines of a picture.
func (r CSV) Picture(answer interp.Answer, all Outputs) error {
	var lines [][]string
	whole := all.Output.fields()
	f := Find(r.Model, answer.Output, r.Top)
	switch {
	case all.Several:
		for _, o := range all.Outputs {
			lines = append(lines, append([]string{o.Name}, o.fields()...))
		}
	case f == nil:
		lines = append(lines, whole)
	case f.Vector != nil:
		lines = append(lines, append([]string{strconv.Itoa(f.Vector.Length), digits(f.Vector.Norm)}, whole...))
	}
	for rank, s := range f.fields() {
		lines = append(lines, append([]string{strconv.Itoa(rank + 1)}, s...))
	}
	for _, fields := range lines {
		if err := r.line(answer.Name, "", fields...); err != nil {
			return err
		}
	}
	return nil
}

// Problem writes the line of a picture without a result.
func (r CSV) Problem(name string, p Problem) error {
	return r.line(name, p.Message, make([]string, len(r.columns()))...)
}

// JSON has an object for each picture, on a line.
type JSON struct {
	W     io.Writer
	Model *interp.Model
	Top   int // how many classes
}

// document is cnnlang.picture/v1.
type document struct {
	Schema   string    `json:"schema"`
	Picture  string    `json:"picture"`
	Bytes    string    `json:"picture_base64,omitempty"` // of a name that is not UTF-8
	Prepared *Prepared `json:"prepared,omitempty"`
	Beside   []beside  `json:"beside,omitempty"`
	*Outputs
	*Findings
	Error *Problem `json:"error,omitempty"`
}

// beside is the picture of another input of the net.
type beside struct {
	Input    string    `json:"input"`
	Picture  string    `json:"picture"`
	Prepared *Prepared `json:"prepared"`
}

// Head writes nothing.
func (JSON) Head() error { return nil }

// Picture writes the line of a picture.
func (r JSON) Picture(answer interp.Answer, all Outputs) error {
	n := r.Model.Net
	d := document{Prepared: PreparedOf(n, answer.Prepared), Outputs: &all, Findings: Find(r.Model, answer.Output, r.Top)}
	for i, p := range answer.Beside {
		d.Beside = append(d.Beside, beside{n.InputNames()[i+1], p.Name, PreparedOf(n, p)})
	}
	return Line(r.W, named(d, answer.Name))
}

// Problem writes the line of a picture without a result.
func (r JSON) Problem(name string, p Problem) error {
	return Line(r.W, named(document{Error: &p}, name))
}

func named(d document, name string) document {
	d.Schema, d.Picture = "cnnlang.picture/v1", name
	if !utf8.ValidString(name) {
		d.Bytes = base64.StdEncoding.EncodeToString([]byte(name))
	}
	return d
}

// Line writes a document in JSON on one line.
func Line(w io.Writer, document any) error {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(document); err != nil {
		return err
	}
	_, err := w.Write(text.Bytes())
	return err
}
