package weights

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"cnnlang/interp/internal/weightfile"
)

// This file words how a file and a network differ, for all commands: what fits, what is missing,
// what is passed over, and what makes the file fit.

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
	case e.renamed():
		parts = append(parts, "all shapes match, the names are others")
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

// renamed reports whether the file has the network's structure under other names.
func (e *FitError) renamed() bool { return len(e.Rows) > 0 || e.Unclear != nil }

// Notes come between the title and the help; some have several lines.
func (e *FitError) Notes() []string { return append(e.Lists(), e.Remarks()...) }

// Lists are the notes on the tensors that differ.
func (e *FitError) Lists() []string {
	var notes []string
	switch {
	case e.Segment != nil:
		notes = append(notes, e.Segment.note(e.Wanted))
	case e.Rename != nil:
		notes = append(notes, e.renameNote())
	case e.renamed():
		notes = append(notes, e.rowsNote())
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
	return notes
}

// Remarks are the other notes: how the file was read, what is passed over, and what is known of
// the differences.
func (e *FitError) Remarks() []string {
	var notes []string
	switch {
	case e.Order != "":
		notes = append(notes, "the file has no names: its numbers are in the order of the layers, of each convolution the biases, [scales, means and variances of its norm,] weights")
	case len(e.Missing)+len(e.Unexpected) == 0:
		notes = append(notes, fmt.Sprintf("all %d names match", e.Wanted))
	}
	for _, s := range e.refused[:min(len(e.refused), shownPerGroup)] {
		notes = append(notes, s.why)
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
	case e.Set != "" && e.Background:
		return "add --set " + e.Set + "; files with one class more, as those of TF-Slim, have the background as their first"
	case e.Set != "":
		return "add --set " + e.Set
	case e.Rules != nil:
		return "add --rename '" + strings.Join(e.Rules, "' --rename '") + "'"
	case len(e.Rows) > 0:
		return fmt.Sprintf("`cnnlang weights %s --against %s --map` prints the map of names with which the file fits", weightfile.Shown(e.File), weightfile.Shown(e.Argument))
	case e.Unclear != nil:
		return "a .pth or .npz file written in the order of the net shows it; or write a map of `names` that begins with these"
	case e.Searched && len(e.Fits) == 0 && 2*len(e.Missing) > e.Wanted:
		return fmt.Sprintf("`cnnlang weights %s --against all` says which net of the library is nearest", weightfile.Shown(e.File))
	}
	return e.leaveOut()
}

// rowsNote shows what the net and the file call the same tensors.
func (e *FitError) rowsNote() string {
	if e.Unclear != nil && len(e.Rows) == 0 {
		return e.Unclear.String()
	}
	rows := make([][]string, min(len(e.Rows), shownPerGroup))
	for i := range rows {
		rows[i] = []string{weightfile.Shown(e.Rows[i].Here), "the file has " + weightfile.Shown(e.Rows[i].There)}
	}
	return fmt.Sprintf("the structure is that of the net, with other names: %d", len(e.Rows)) + columns(rows, len(e.Rows))
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
