package weights

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/ops/tensor"
)

// A FitError names every difference between the tensors of a file and those of
// a network. The lists are complete and in the order of the network or the
// file; Error shows the beginning of each block.
type FitError struct {
	Net        string      `json:"net"`
	Names      string      `json:"names,omitempty"` // the map by which the tensors are called; "" for the network's own names
	File       string      `json:"file"`
	Wanted     int         `json:"wanted"` // tensors of the network
	Missing    []Missing   `json:"missing,omitempty"`
	Unexpected []Entry     `json:"unexpected,omitempty"`
	Misshaped  []Misshaped `json:"misshaped,omitempty"`
	NotFloat   []Entry     `json:"not_float,omitempty"`
	// Over are tensors that the network does not have, which are passed over where it fits.
	Over    []Entry    `json:"passed_over,omitempty"`
	refused []*surplus // the Unexpected by modules
	// Order says why a file without names does not fit, whose numbers are in the order of a
	// net's layers; then there are no lists.
	Order string `json:"order,omitempty"`
	// Rename is the rule after which all names match, or nil.
	Rename *Rename `json:"rename,omitempty"`
	// Segment is one that the net's names have and the file's have not, where all names match
	// without it, or nil.
	Segment *Segment `json:"segment,omitempty"`
	// Read is how the file was read for this comparison, as in "took module. off all 267 names".
	Read []string `json:"read,omitempty"`
	// Layout is the order of axes in which all shapes would be right, as Keras has them, or "".
	Layout string `json:"layout,omitempty"`
	// Note and Help are added by the caller, such as the network that the file does fit and
	// how to run it. Both may be "".
	Note string `json:"note,omitempty"`
	Help string `json:"help,omitempty"`
	// Fits are the library networks that the file does fit.
	Fits []string `json:"-"`
}

// Missing is a tensor that the network requires and the file does not have.
type Missing struct {
	Name    string       `json:"name"`
	Shape   tensor.Shape `json:"shape"`
	Nearest string       `json:"nearest,omitempty"` // the name in the file that may be meant
}

// Misshaped is a tensor with another shape in the file.
type Misshaped struct {
	Name string       `json:"name"`
	File tensor.Shape `json:"file"`
	Net  tensor.Shape `json:"net"`
	// Axes are the file's axes in the net's order, where the sizes alone show which is which.
	Axes []int `json:"axes,omitempty"`
}

// turned is the one order of a file's axes in which a shape is the net's, nil where there is
// none or more than one.
func turned(file, net tensor.Shape) (axes []int) {
	if len(file) != len(net) {
		return nil
	}
	for _, size := range net {
		found := -1
		for at, other := range file {
			switch {
			case other != size || slices.Contains(axes, at):
			case found < 0:
				found = at
			case size != 1:
				return nil // either may be meant
			}
		}
		if found < 0 {
			return nil
		}
		axes = append(axes, found)
	}
	return axes
}

// Code is the code of the error: E0601 if names differ, E0602 if only shapes or types do.
func (e *FitError) Code() string {
	if len(e.Missing)+len(e.Unexpected) > 0 || e.Order != "" {
		return "E0601"
	}
	return "E0602"
}

// Differences counts them.
func (e *FitError) Differences() int {
	if e.Order != "" {
		return e.Wanted
	}
	return len(e.Missing) + len(e.Unexpected) + len(e.Misshaped) + len(e.NotFloat)
}

// Title says in one line how many tensors differ and in what.
func (e *FitError) Title() string {
	var parts []string
	switch {
	case e.Order != "":
		parts = append(parts, e.Order)
	case e.Segment != nil:
		parts = append(parts, fmt.Sprintf("its names have %s, the file's do not", e.Segment.labels()))
	case e.Rename != nil:
		parts = append(parts, "the names differ by one rule")
	default:
		ofAll := fmt.Sprintf("of %d tensors", e.Wanted)
		for _, c := range []struct {
			n             int
			of, one, many string
		}{
			{len(e.Missing), ofAll, "is missing", "are missing"},
			{len(e.Unexpected), "in the file", "is unexpected", "are unexpected"},
			{len(e.Misshaped), ofAll, "has another shape", "have another shape"},
			{len(e.NotFloat), ofAll, "is not a float", "are not floats"},
		} {
			if c.n == 1 {
				parts = append(parts, fmt.Sprintf("1 %s %s", c.of, c.one))
			} else if c.n > 1 {
				parts = append(parts, fmt.Sprintf("%d %s %s", c.n, c.of, c.many))
			}
		}
	}
	net := e.Net
	if e.Names != "" {
		net += " by `names " + e.Names + "`"
	}
	return fmt.Sprintf("the weights do not fit %s: %s", net, strings.Join(parts, ", "))
}

// Error is the whole message on several lines, without colours.
func (e *FitError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "error[%s]: %s\n", e.Code(), e.Title())
	for _, note := range e.Notes() {
		fmt.Fprintf(&b, "   = %s\n", strings.ReplaceAll(note, "\n", "\n       "))
	}
	if help := e.Advice(); help != "" {
		fmt.Fprintf(&b, "help: %s\n", help)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// Notes come between the title and the help; some have several lines.
func (e *FitError) Notes() []string {
	var notes []string
	switch {
	case e.Segment != nil:
		notes = append(notes, e.Segment.note(e.Wanted))
	case e.Rename != nil:
		notes = append(notes, e.renameNote())
	default:
		notes = grouped(notes, "missing", e.Missing, func(m Missing) (string, []string) {
			if m.Nearest == "" {
				return m.Name, []string{m.Name, m.Shape.String()}
			}
			return m.Name, []string{m.Name, m.Shape.String(), "the file has " + weightfile.Shown(m.Nearest)}
		})
		notes = grouped(notes, "unexpected", e.Unexpected, func(u Entry) (string, []string) {
			return u.Name, []string{weightfile.Shown(u.Name), u.Shape.String()}
		})
	}
	notes = grouped(notes, "of another shape", e.Misshaped, func(m Misshaped) (string, []string) {
		return m.Name, []string{m.Name, "file " + m.File.String(), "net " + m.Net.String()}
	})
	notes = grouped(notes, "not a float", e.NotFloat, func(u Entry) (string, []string) {
		return u.Name, []string{u.Name, "file " + u.DType, "want F32, F16, BF16 or F64"}
	})
	switch {
	case e.Order != "":
		notes = append(notes, "the file has no names: its numbers are in the order of the layers, of each convolution the biases, [scales, means and variances of its norm,] weights")
	case len(e.Missing)+len(e.Unexpected) == 0:
		notes = append(notes, fmt.Sprintf("all %d names match", e.Wanted))
	}
	if e.Segment == nil && e.Rename == nil && len(e.Missing) == 0 {
		for i, s := range e.refused {
			if i == 0 || s.why != "" && i < shownPerGroup {
				notes = append(notes, s.why)
			}
		}
	}
	notes = append(append(notes, "the file is "+e.File), e.Read...)
	if len(e.Over) > 0 {
		notes = append(notes, PassedOver(e.Over))
	}
	if at := slices.IndexFunc(e.Misshaped, func(m Misshaped) bool { return m.Axes != nil }); at >= 0 && e.Layout == "" {
		m := e.Misshaped[at]
		notes = append(notes, fmt.Sprintf("the axes of %s may stand in another order; a map whose row ends in them reads it so: `%q = %q %s`",
			m.Name, m.Name, m.Name, strings.ReplaceAll(fmt.Sprint(m.Axes), " ", ", ")))
	}
	if e.Layout != "" {
		notes = append(notes, "every shape is that of the order in which Keras keeps axes, channels last")
	}
	if e.Note != "" {
		notes = append(notes, e.Note)
	}
	return notes
}

// Advice is what to do, or "".
func (e *FitError) Advice() string {
	switch {
	case e.Help != "":
		return e.Help
	case e.Layout != "":
		return "if they are from there, add --layout " + e.Layout
	case e.Segment != nil:
		return e.Segment.advice()
	case e.Rename != nil:
		return "add " + e.Rename.flags(e.Unexpected)
	}
	return e.leaveOut()
}

func (e *FitError) renameNote() string {
	r := e.Rename
	var rule string
	switch {
	case r.Some:
		rule = fmt.Sprintf("some names in the file begin with %s; without it all match", weightfile.Shown(r.From))
	case r.Kind == "strip":
		rule = fmt.Sprintf("all names in the file begin with %s; without it they match", weightfile.Shown(r.From))
	case r.Kind == "add":
		rule = fmt.Sprintf("with %s before each name of the file they all match", weightfile.Shown(r.To))
	default:
		rule = fmt.Sprintf("where the file says %s the network says %s; with that all names match", weightfile.Shown(r.From), weightfile.Shown(r.To))
	}
	if r.Misshaped > 0 {
		rule += fmt.Sprintf("; shapes that would still differ: %d", r.Misshaped)
	}
	first := e.Missing[:min(len(e.Missing), shownPerGroup)]
	rows := make([][]string, len(first))
	for i, m := range first {
		for _, u := range e.Unexpected {
			if r.apply(u.Name) == m.Name {
				rows[i] = []string{weightfile.Shown(u.Name), "is wanted as " + m.Name}
				break
			}
		}
	}
	return rule + columns(rows, len(e.Missing))
}

// flags is the rule as the flags that change the names of a file, of which these are some.
func (r *Rename) flags(names []Entry) string {
	switch r.Kind {
	case "strip":
		return "--rename '" + r.From + "='"
	case "add":
		return "--rename '{x:path}=" + r.To + "{x}'"
	}
	var all []string
	for _, e := range names { // the segment may be the first of a name, the last, or between others
		parts := strings.Split(e.Name, ".")
		at := slices.Index(parts, r.From)
		flag := "{x:path}." + r.From + ".{y:path}={x}." + r.To + ".{y}"
		switch at {
		case -1:
			continue
		case 0:
			flag = r.From + ".=" + r.To + "."
		case len(parts) - 1:
			flag = "{x:path}." + r.From + "={x}." + r.To
		}
		if flag = "--rename '" + flag + "'"; !slices.Contains(all, flag) {
			all = append(all, flag)
		}
	}
	return strings.Join(all, " ")
}

const (
	shownPerGroup = 3
	shownGroups   = 4
)

// grouped adds a note for each of the first blocks that contain items, and one that counts
// the rest. row is an item's name and what is shown of it.
func grouped[T any](notes []string, what string, items []T, row func(T) (string, []string)) []string {
	blocks, in := groups(items, row, false)
	if len(blocks) > 2*shownGroups {
		// Many blocks with the same problem are grouped by stage.
		blocks, in = groups(items, row, true)
	}
	for i, block := range blocks {
		if i == shownGroups {
			rest := 0
			for _, b := range blocks[i:] {
				rest += len(in[b])
			}
			further := "1 further block"
			if n := len(blocks) - i; n > 1 {
				further = fmt.Sprintf("%d further blocks", n)
			}
			return append(notes, fmt.Sprintf("%s in %s: %d", what, further, rest))
		}
		members := in[block]
		rows := make([][]string, min(len(members), shownPerGroup))
		for j := range rows {
			_, rows[j] = row(members[j])
		}
		place := "at the top"
		if block != "" {
			place = "in " + weightfile.Shown(block)
		}
		notes = append(notes, fmt.Sprintf("%s %s: %d%s", what, place, len(members), columns(rows, len(members))))
	}
	return notes
}

// groups divides the items by block: their path without its last two segments, the step and
// its tensor, or with byStage the first segment.
func groups[T any](items []T, row func(T) (string, []string), byStage bool) ([]string, map[string][]T) {
	var order []string
	in := map[string][]T{}
	for _, item := range items {
		block, _ := row(item)
		for range 2 {
			block = block[:max(0, strings.LastIndexByte(block, '.'))]
		}
		if byStage {
			block, _, _ = strings.Cut(block, ".")
		}
		if _, ok := in[block]; !ok {
			order = append(order, block)
		}
		in[block] = append(in[block], item)
	}
	return order, in
}

// columns writes rows below each other, and how many of total are not among them.
func columns(rows [][]string, total int) string {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		b.WriteString("\n")
		for i, cell := range row {
			b.WriteString(cell)
			if i < len(row)-1 {
				b.WriteString(strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+3))
			}
		}
	}
	if more := total - len(rows); more > 0 {
		fmt.Fprintf(&b, "\nand %d more", more)
	}
	return b.String()
}
