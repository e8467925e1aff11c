package interp

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"sync"

	"cnnlang/interp/internal/elab"
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/parse"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
)

// A Fact is what a net states of itself with `expect`, or what Net.Require asks: its Text, the Sides
// of a comparison as they are at this size and with these arguments, and whether it Holds.
type Fact = elab.Fact

// Facts are what the net states of itself, whether it applies at this size and with these arguments
// or not.
func (n *Net) Facts() []Fact { return n.facts() }

// Conditions are facts that are asked for from outside, with commas between them, in the words of
// `expect`: `params <= 30M, memory <= 100MiB`.
type Conditions struct {
	Text string
	// Name is what diagnostics call the text, "conditions" if empty.
	Name string
}

// maxConditions limits the conditions of one text.
const maxConditions = 32

// Err is a *ProgramError if the text is not conditions. What they name can only be found with a net.
func (c Conditions) Err() error {
	_, _, err := c.parse()
	return err
}

func (c Conditions) parse() ([]ast.Expr, *source.File, error) {
	file := source.NewFile(cmp.Or(c.Name, "conditions"), c.Text)
	conditions, list := parse.Values(file)
	switch {
	case list.HasErrors():
	case len(conditions) == 0:
		list.Add(diag.New(diag.Syntax, file.Span(0, len(c.Text)), "there is no condition").WithHelp("write one, as in `params <= 30M`"))
	case len(conditions) > maxConditions:
		list.Add(diag.New(diag.Syntax, conditions[maxConditions].Span(), "more than %d conditions", maxConditions).WithHelp("join some by `and`"))
	}
	if list.HasErrors() {
		if percent.MatchString(c.Text) {
			list[0].WithHelp("shares are numbers from 0 to 1: write 0.9 for 90 %%")
		}
		return nil, nil, &ProgramError{list, func(string) *source.File { return file }}
	}
	return conditions, file, nil
}

// percent finds a share in the unit that conditions do not have.
var percent = regexp.MustCompile(`[0-9] *%`)

// Require judges conditions as `expect` is judged, but that `memory` is that of a model with these
// options (their Threads and Precision), and one session. Its error is a *ProgramError about the text.
func (n *Net) Require(ctx context.Context, c Conditions, opts Options) ([]Fact, error) {
	conditions, file, err := c.parse()
	if err != nil {
		return nil, err
	}
	var list diag.List
	for _, x := range conditions {
		resolve.CheckFact(n.object.Module, x, func(d *diag.Diagnostic) {
			if list.Add(d); d.Correction == nil {
				d.WithHelp("conditions are of %s, and `shape(label)`", diag.Names(resolve.Facts))
			}
		})
	}
	if list.HasErrors() {
		return nil, &ProgramError{list, n.program.filesWith(file)}
	}
	var problem error
	r, list := n.again(elab.Options{
		Require: elab.Conditions{Conditions: conditions, Source: file},
		Memory: func(*elab.Result) (int64, error) {
			m, err := n.Memory(ctx, opts)
			problem = err
			return m.Total(), err
		},
	})
	switch {
	case problem != nil:
		return nil, problem
	case r == nil:
		return nil, &ProgramError{list, n.program.filesWith(append(n.set, file)...)}
	case len(r.Required) < len(conditions):
		return nil, fmt.Errorf("interp: %s: not all conditions could be judged", n.Name)
	}
	return r.Required, nil
}

// planned tells what a run of a result takes, before there is a net.
func (p *Program) planned(o *resolve.Object, opts Options) func(*elab.Result) (int64, error) {
	return func(r *elab.Result) (int64, error) {
		n := &Net{Name: o.Name, Graph: r.Graph, Meta: r.Meta, Main: r.Main, Sides: r.Sides, result: r, program: p, object: o}
		m, err := n.Memory(context.Background(), opts)
		return m.Total(), err
	}
}

// remembered asks once: what it is asked about is the same net each time.
func remembered(memory func(*elab.Result) (int64, error)) func(*elab.Result) (int64, error) {
	var once sync.Once
	var bytes int64
	err := errors.New("interp: not planned")
	return func(r *elab.Result) (int64, error) {
		once.Do(func() { bytes, err = memory(r) })
		return bytes, err
	}
}
