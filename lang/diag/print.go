package diag

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"cnnlang/lang/source"
)

// Options are how diagnostics look on a terminal.
type Options struct {
	Color bool // escape sequences for colour; off for pipes and files
	Width int  // columns; source lines are cut to them; 0 means defaultWidth
	Max   int  // diagnostics printed before "and N more"; 0 means MostShown
}

// MostShown is how many diagnostics are printed by default.
const MostShown = 50

const (
	defaultWidth = 160
	narrowest    = 40 // of a source line, however narrow the terminal
	maxFrames    = 12 // of one instantiation trace
	maxPath      = 40 // of a step, in a trace
)

// Fprint writes the diagnostics in the order of the list, each with the source
// lines it is about, and a last line that counts them. files returns the file of
// a name, or nil if its text is not available; then only the place is named. No control
// character in the list or in a file reaches w.
func Fprint(w io.Writer, list List, files func(name string) *source.File, opts Options) error {
	if opts.Width <= 0 {
		opts.Width = defaultWidth
	}
	if opts.Max <= 0 {
		opts.Max = MostShown
	}
	p := &printer{w: bufio.NewWriter(w), files: files, opts: opts}
	for _, d := range choose(list, opts.Max) {
		p.diagnostic(d)
		p.line("")
	}
	if more := len(list) - opts.Max; more > 0 {
		p.line("and %d more", more)
	}
	if len(list) > 0 {
		p.line("%s", list.Summary())
	}
	return p.w.Flush()
}

// FprintShort writes one line for each diagnostic: file:line:column, severity,
// code and message.
func FprintShort(w io.Writer, list List) error {
	b := bufio.NewWriter(w)
	for _, d := range list {
		fmt.Fprintln(b, clean(d.String()))
	}
	return b.Flush()
}

// Summary counts errors and warnings: "2 errors, 1 warning"; "" for none.
func (l List) Summary() string {
	var parts []string
	for _, severity := range []Severity{Error, Warning, Note} {
		n := l.count(severity)
		if n == 1 {
			parts = append(parts, "1 "+string(severity))
		} else if n > 1 {
			parts = append(parts, fmt.Sprintf("%d %ss", n, severity))
		}
	}
	return strings.Join(parts, ", ")
}

func (l List) count(s Severity) (n int) {
	for _, d := range l {
		if d.Severity == s {
			n++
		}
	}
	return n
}

// choose returns at most n diagnostics in their order: it drops the last ones, and errors
// only when no warning is left.
func choose(list List, n int) List {
	if len(list) <= n {
		return list
	}
	errors := min(list.count(Error), n)
	others := n - errors
	var chosen List
	for _, d := range list {
		left := &others
		if d.Severity == Error {
			left = &errors
		}
		if *left > 0 {
			*left--
			chosen = append(chosen, d)
		}
	}
	return chosen
}

type printer struct {
	w       *bufio.Writer
	files   func(name string) *source.File
	opts    Options
	gutter  int  // width of the line numbers of the current diagnostic
	grouped bool // whether its numbers are grouped, as in 1_000_000
}

func (p *printer) line(format string, args ...any) {
	fmt.Fprintf(p.w, format+"\n", args...)
}

func (p *printer) diagnostic(d *Diagnostic) {
	d = p.asWritten(d)
	head := string(d.Severity)
	if d.Code != "" {
		head += "[" + string(d.Code) + "]"
	}
	p.line("%s%s", p.paint(severityStyle(d.Severity), head), p.paint(bold, ": "+clean(d.Message)))
	excerpts, lost := p.excerpts(d)
	p.gutter = 1
	for _, e := range excerpts {
		p.gutter = max(p.gutter, e.gutter())
	}
	if len(excerpts) == 0 && d.Span.IsValid() {
		p.arrow("-->", d.Span.Start)
		if d.Label != "" {
			p.note(clean(d.Label))
		}
	}
	for i, e := range excerpts {
		p.arrow([]string{"-->", ":::"}[min(i, 1)], e.at)
		p.excerpt(e)
	}
	for _, l := range lost {
		p.note(place(l.Span.Start) + ": " + clean(l.Text))
	}
	if len(excerpts) > 0 && (len(d.Notes)+len(d.Trace) > 0 || d.Progress != nil) {
		p.margin("")
	}
	for _, n := range d.Notes {
		p.note(Visible(n))
	}
	p.trace(d.Trace)
	p.progress(d.Progress)
	if d.Help != "" {
		p.line("%s%s", p.paint(help, "help"), p.paint(plain, ": "+strings.ReplaceAll(Visible(d.Help), "\n", "\n      ")))
	}
	p.repairs(d.Repairs)
}

// arrow writes the file, the line and the column.
func (p *printer) arrow(sign string, at source.Pos) {
	p.line("%*s%s %s", p.gutter, "", p.paint(frame, sign), place(at))
}

// note writes a note; further lines of its text are indented below.
func (p *printer) note(text string) {
	indent := strings.Repeat(" ", p.gutter+3)
	p.line("%*s %s %s", p.gutter, "", p.paint(frame, "="), strings.ReplaceAll(text, "\n", "\n"+indent))
}

// trace writes the instantiations as one aligned note, without the middle if there are
// many.
func (p *printer) trace(frames []Frame) {
	if len(frames) == 0 {
		return
	}
	shown, skipped := frames, max(len(frames)-maxFrames, 0)
	if skipped > 0 {
		shown = slices.Concat(frames[:maxFrames-3], frames[len(frames)-3:])
	}
	paths, calls := make([]string, len(shown)), make([]string, len(shown))
	pathWidth, callWidth := 0, 0
	for i, f := range shown {
		paths[i] = ending(clean(f.Path), maxPath)
		pathWidth = max(pathWidth, Width(paths[i]))
	}
	for i, f := range shown {
		calls[i] = clean(f.Call)
		if f.Path != "" { // a net has no path
			calls[i] = pad(paths[i], pathWidth) + "  " + calls[i]
		}
		callWidth = max(callWidth, Width(calls[i]))
	}
	var lines []string
	for i, f := range shown {
		if skipped > 0 && i == len(shown)-3 {
			lines = append(lines, fmt.Sprintf("… %d more …", skipped))
		}
		text := calls[i]
		if f.Span.IsValid() {
			text = pad(text, callWidth) + "  " + place(f.Span.Start)
		}
		lines = append(lines, "in "+text)
	}
	p.note(strings.Join(lines, "\n"))
}

// progress writes the steps that are right up to a mistake, on one line.
func (p *printer) progress(to *Progress) {
	if to == nil {
		return
	}
	var parts []string
	if to.Earlier > 0 {
		parts = append(parts, "…")
	}
	for _, r := range to.Steps {
		shape := strings.ReplaceAll(fmt.Sprint(r.Shape), " ", ", ")
		if p.grouped {
			shape = thousands(shape)
		}
		parts = append(parts, ending(clean(r.name()), maxPath)+" "+shape)
	}
	if to.At.Path != "" {
		parts = append(parts, ending(clean(to.At.name()), maxPath)+" ✗")
	}
	p.note("checked so far: " + strings.Join(parts, " → "))
}

// ending is a text or, where that is longer than n characters, its end.
func ending(text string, n int) string {
	runes := []rune(text)
	if len(runes) <= n {
		return text
	}
	return "…" + string(runes[len(runes)-n+1:])
}

func place(at source.Pos) string {
	return fmt.Sprintf("%s:%d:%d", clean(at.Filename), at.Line, at.Column)
}
