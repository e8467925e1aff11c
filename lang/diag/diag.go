// Package diag is how users are told about mistakes in a .cnn file: what a diagnostic is,
// the stable codes, and the printed forms.
package diag

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"cnnlang/lang/source"
)

// Severity says whether a diagnostic stops the program.
type Severity string

// The severities.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Note    Severity = "note"
)

// A Diagnostic is one thing wrong, at the tightest span, in the user's words:
// what was got, what was wanted, and what to do.
type Diagnostic struct {
	Code     Code
	Severity Severity
	Message  string // one line
	Span     source.Span
	Label    string  // the text at the caret, or ""
	Labels   []Label // other places that matter
	Notes    []string
	Trace    []Frame   // the instantiations on the way here, innermost first
	Progress *Progress // how far a net came, nil if that is not known or no help
	Help     string    // what to write instead, or ""
	// OfInput says that another input may cure the mistake, where the code alone does not.
	OfInput bool
	// Conflict is the sizes that disagree, nil if the mistake is of another kind.
	Conflict *Conflict
	// Correction is the edit that is evidently meant, nil if there is none or more than
	// one. It has not been tried.
	Correction *Repair
	// Repairs are alternative edits that cure the mistake, the likeliest first.
	Repairs []Repair
}

// A Conflict is two shapes that disagree on an axis, each size as the language
// writes it: what is wanted and what there is, or a first branch and another. A size that
// is not known is "".
type Conflict struct {
	Axis      int // from 0; -1 for their number
	Want, Got []string
}

// A Repair is edits after which the checker finds no mistake in the whole program.
type Repair struct {
	What  string // "pad the convolution"
	Edits []Edit // in the order of the text
	// Together says that the repairs of the other errors are needed as well.
	Together bool
	// Given is numbers that the edits leave out.
	Given []Given
}

// A Given is the number of input channels that the author wrote for an operation, which
// takes it from its input.
type Given struct {
	At       source.Span
	Op       string
	Channels int
}

// An Edit puts Text in place of a span.
type Edit struct {
	Span source.Span
	Text string
}

// A Label is a second place in the text and what it has to do with the mistake.
type Label struct {
	Span source.Span
	Text string
}

// A Frame is one instantiation: its path in the network, the call, and its line.
type Frame struct {
	Path string // layer2.0
	Call string // bottleneck(c = 128, stride = 2)
	Span source.Span
}

// A Progress is how far a net came before a mistake: the last steps whose shapes are
// right, in order, without those that keep the shape of their input.
type Progress struct {
	Earlier int // how many steps come before these
	Steps   []Reached
	At      Reached // the step that is wrong, without a shape; without a path, the net
}

// A Reached is a step and the shape of its value.
type Reached struct {
	Path  string // layer2.0
	Call  string // what the text calls it, "" for a group
	Shape []int
}

// name is the path; since a number alone says little, the call follows it.
func (r Reached) name() string {
	last := r.Path[strings.LastIndexByte(r.Path, '.')+1:]
	if r.Call == "" || strings.Trim(last, "0123456789") != "" {
		return r.Path
	}
	return r.Path + " " + r.Call
}

// New returns an error.
func New(code Code, span source.Span, format string, args ...any) *Diagnostic {
	return &Diagnostic{Code: code, Severity: code.Severity(), Span: span, Message: Clip(fmt.Sprintf(format, args...))}
}

// WithLabel sets the text at the caret.
func (d *Diagnostic) WithLabel(format string, args ...any) *Diagnostic {
	d.Label = Clip(fmt.Sprintf(format, args...))
	return d
}

// WithHelp says what to write instead.
func (d *Diagnostic) WithHelp(format string, args ...any) *Diagnostic {
	d.Help = Clip(fmt.Sprintf(format, args...))
	return d
}

// Correct sets the edit that is evidently meant.
func (d *Diagnostic) Correct(what string, edits ...Edit) *Diagnostic {
	d.Correction = &Repair{What: what, Edits: edits}
	return d
}

// Write is Correct for a text in place of the span of the diagnostic.
func (d *Diagnostic) Write(text string) *Diagnostic {
	if text == "" {
		return d.Correct("leave it out", Edit{Span: d.Span})
	}
	return d.Correct("write `"+strings.TrimSpace(text)+"`", Edit{d.Span, text})
}

// Names lists names of the language as messages quote them.
func Names(names []string) string { return "`" + strings.Join(names, "`, `") + "`" }

// WithNote adds a line of explanation.
func (d *Diagnostic) WithNote(format string, args ...any) *Diagnostic {
	d.Notes = append(d.Notes, Clip(fmt.Sprintf(format, args...)))
	return d
}

// At points at a second place.
func (d *Diagnostic) At(span source.Span, format string, args ...any) *Diagnostic {
	d.Labels = append(d.Labels, Label{span, Clip(fmt.Sprintf(format, args...))})
	return d
}

// Between sets the sizes that disagree.
func (d *Diagnostic) Between(axis int, want, got []string) *Diagnostic {
	d.Conflict = &Conflict{axis, want, got}
	return d
}

func (d *Diagnostic) String() string {
	p := d.Span.Start
	return fmt.Sprintf("%s:%d:%d: %s[%s]: %s", p.Filename, p.Line, p.Column, d.Severity, d.Code, d.Message)
}

// A List is diagnostics in the order they were found.
type List []*Diagnostic

// Add appends d unless the same kind of mistake was reported at the same place.
func (l *List) Add(d *Diagnostic) {
	if !slices.ContainsFunc(*l, func(e *Diagnostic) bool { return e.Code == d.Code && e.Span == d.Span }) {
		*l = append(*l, d)
	}
}

// AddAll appends every diagnostic of m as Add does.
func (l *List) AddAll(m List) {
	there := make(map[mistake]bool, len(*l)+len(m))
	for _, d := range *l {
		there[mistake{d.Code, d.Span}] = true
	}
	for _, d := range m {
		if k := (mistake{d.Code, d.Span}); !there[k] {
			there[k] = true
			*l = append(*l, d)
		}
	}
}

// Without returns the diagnostics of l at whose place m has none.
func (l List) Without(m List) List {
	told := make(map[source.Span]bool, len(m))
	for _, d := range m {
		told[d.Span] = true
	}
	return slices.DeleteFunc(slices.Clone(l), func(d *Diagnostic) bool { return told[d.Span] })
}

// Sort orders by file, place and code.
func (l List) Sort() {
	slices.SortStableFunc(l, func(d, e *Diagnostic) int {
		a, b := d.Span.Start, e.Span.Start
		return cmp.Or(cmp.Compare(a.Filename, b.Filename), cmp.Compare(a.Offset, b.Offset))
	})
}

// HasErrors reports whether any diagnostic is an error.
func (l List) HasErrors() bool {
	return slices.ContainsFunc(l, (*Diagnostic).isError)
}

func (d *Diagnostic) isError() bool { return d.Severity == Error }

// Err returns l as an error, nil if l holds no error.
func (l List) Err() error {
	if !l.HasErrors() {
		return nil
	}
	return &listError{l}
}

type listError struct{ list List }

func (e *listError) Error() string {
	first := e.list[slices.IndexFunc(e.list, (*Diagnostic).isError)].String()
	if n := len(e.list) - 1; n > 0 {
		return fmt.Sprintf("%s (and %d more)", first, n)
	}
	return first
}
