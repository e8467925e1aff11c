package diag

import (
	"encoding/json"
	"io"

	"cnnlang/lang/source"
)

// Schema names the form of a Report. Within a version, fields may be added but never
// changed or removed; docs/json.md describes them.
const Schema = "cnnlang.check/v2"

// A Report is diagnostics for programs.
type Report struct {
	Schema      string  `json:"schema"`
	Diagnostics []Entry `json:"diagnostics"` // [] for none
}

// An Entry is one diagnostic. Empty parts are left out.
type Entry struct {
	Code     Code     `json:"code"`
	Severity Severity `json:"severity"`
	Message  string   `json:"message"`
	Place
	Label  string       `json:"label,omitempty"`
	Labels []LabelEntry `json:"labels,omitempty"`
	Notes  []string     `json:"notes,omitempty"`
	Trace  []FrameEntry `json:"trace,omitempty"`
	// Checked are the shapes that were right up to the mistake.
	Checked *CheckedEntry `json:"checked_so_far,omitempty"`
	Help    string        `json:"help,omitempty"`
	// Repairs are alternatives, each of which leaves a program without errors.
	Repairs []RepairEntry `json:"repairs,omitempty"`
}

// A RepairEntry is edits that belong together.
type RepairEntry struct {
	What string `json:"what"`
	// Together says that the first repairs of the other errors are needed as well.
	Together bool        `json:"together,omitempty"`
	Edits    []EditEntry `json:"edits"`
}

// An EditEntry puts text in place of the bytes from start up to, not including,
// end.
type EditEntry struct {
	File  string `json:"file"`
	Start int    `json:"start"`
	End   int    `json:"end"`
	Text  string `json:"text"`
}

// A Place is a span: lines and columns count from 1, columns in characters, and
// the end is the first place after it. A diagnostic about no place has none.
type Place struct {
	File      string `json:"file,omitempty"`
	Line      int    `json:"line,omitempty"`
	Column    int    `json:"column,omitempty"`
	EndLine   int    `json:"end_line,omitempty"`
	EndColumn int    `json:"end_column,omitempty"`
}

// A LabelEntry is a second place and what it has to do with the mistake.
type LabelEntry struct {
	Place
	Text string `json:"text"`
}

// A FrameEntry is one instantiation on the way to the place, innermost first.
type FrameEntry struct {
	Path string `json:"path,omitempty"`
	Call string `json:"call"`
	Place
}

// A CheckedEntry is the last steps that are right before one that is not, in order,
// without those that keep the shape of their input.
type CheckedEntry struct {
	Earlier int            `json:"earlier,omitempty"` // how many there are before
	Steps   []ReachedEntry `json:"steps"`
	At      *ReachedEntry  `json:"at,omitempty"` // the step that is wrong, without a shape
}

// A ReachedEntry is a step and the shape of its value.
type ReachedEntry struct {
	Path  string `json:"path"`
	Call  string `json:"call,omitempty"`
	Shape []int  `json:"shape,omitempty"`
}

// NewReport returns the list as a report.
func NewReport(list List) Report {
	r := Report{Schema: Schema, Diagnostics: []Entry{}}
	for _, d := range list {
		e := Entry{
			Code: d.Code, Severity: d.Severity, Message: d.Message, Place: placeOf(d.Span),
			Label: d.Label, Notes: d.Notes, Checked: d.Progress.entry(), Help: d.Help,
		}
		for _, l := range d.Labels {
			e.Labels = append(e.Labels, LabelEntry{placeOf(l.Span), l.Text})
		}
		for _, f := range d.Trace {
			e.Trace = append(e.Trace, FrameEntry{f.Path, f.Call, placeOf(f.Span)})
		}
		for _, fix := range d.Repairs {
			e.Repairs = append(e.Repairs, fix.Entry())
		}
		r.Diagnostics = append(r.Diagnostics, e)
	}
	return r
}

func (p *Progress) entry() *CheckedEntry {
	if p == nil {
		return nil
	}
	e := &CheckedEntry{Earlier: p.Earlier, Steps: []ReachedEntry{}}
	for _, r := range p.Steps {
		e.Steps = append(e.Steps, ReachedEntry(r))
	}
	if p.At.Path != "" {
		at := ReachedEntry(p.At)
		e.At = &at
	}
	return e
}

// Entry is the repair for programs.
func (r Repair) Entry() RepairEntry {
	entry := RepairEntry{What: r.What, Together: r.Together}
	for _, e := range r.Edits {
		at := e.Span
		entry.Edits = append(entry.Edits, EditEntry{at.Start.Filename, at.Start.Offset, at.End.Offset, e.Text})
	}
	return entry
}

// FprintJSON writes the list as an indented Report.
func FprintJSON(w io.Writer, list List) error {
	return encode(w, NewReport(list))
}

func encode(w io.Writer, document any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false) // arrows and comparisons stay readable
	enc.SetIndent("", "  ")
	return enc.Encode(document)
}

func placeOf(s source.Span) Place {
	if !s.IsValid() {
		return Place{}
	}
	end := s.End
	if !end.IsValid() {
		end = s.Start
	}
	return Place{s.Start.Filename, s.Start.Line, s.Start.Column, end.Line, end.Column}
}
