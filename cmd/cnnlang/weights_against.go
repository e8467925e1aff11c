package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"cnnlang/interp"
	"cnnlang/lang/diag"
)

// A candidate is a net that a file of weights may be for.
type candidate struct {
	Net     string           `json:"net"`
	Weights *fitted          `json:"weights,omitempty"`
	Set     string           `json:"set,omitempty"`
	Names   []renaming       `json:"names,omitempty"`
	Unclear *interp.Unclear  `json:"unclear,omitempty"`
	Differs *interp.FitError `json:"fit,omitempty"`
	Problem string           `json:"problem,omitempty"`
}

// A renaming is a row of a map of names.
type renaming struct {
	Here  string `json:"here"`
	There string `json:"there"`
}

// everything is the --against of all nets of the library.
const everything = "all"

// nets are those that a file of weights is to be compared with.
func (a *app) nets(f *weightsFlags) ([]*interp.Net, error) {
	s := &f.selection
	if f.against.value == everything {
		if s.net.given || s.set.given || s.shape.given {
			return nil, usage("--net, --set and --shape are for one net, and --against all is all of the library")
		}
		return interp.LibraryNets()
	}
	if !isFile(f.against.value) || s.net.given || s.set.given || s.shape.given {
		n, err := a.net(s, f.against.value, 0)
		return []*interp.Net{n}, err
	}
	p, err := a.program(f.against.value)
	if err != nil {
		return nil, err
	}
	nets, list, err := p.Check(interp.Options{})
	switch {
	case err != nil:
		return nil, err
	case list.HasErrors():
		return nil, &interp.ProgramError{Problems: list, Files: p.File}
	case len(nets) == 0:
		_, err := p.Net(interp.Options{})
		return nil, err
	}
	return nets, nil
}

// compareWeights prints what of the nets a file of weights fits.
func (a *app) compareWeights(ctx context.Context, f *weightsFlags, d weightsDocument, file *interp.TensorFile) error {
	nets, err := a.nets(f)
	if err != nil {
		return err
	}
	found, err := file.Against(ctx, nets)
	if err != nil {
		return err
	}
	if f.justMap {
		return a.printMap(found[0], f.set.value)
	}
	if f.against.value == everything {
		found = slices.DeleteFunc(found, func(c interp.Candidate) bool { return !c.Near() })
	}
	d.Tensors = nil // they are the list's
	for _, c := range found {
		d.Candidates = append(d.Candidates, candidateOf(c, d.File))
	}
	switch f.format.value {
	case "json":
		err = a.json(d)
	case tableFormats[0]:
		_, err = fmt.Fprintln(a.stdout, strings.Join(summary(d, found), "\n"))
	default:
		err = a.grid(candidateGrid(d.Candidates), f.format.value)
	}
	if err == nil && (len(found) == 0 || !found[0].Fits()) {
		return failed(exitProblems)
	}
	if err == nil {
		return a.tellStrange(ctx, d.File, file)
	}
	return err
}

// tellStrange warns of numbers in a file of weights that are not finite.
func (a *app) tellStrange(ctx context.Context, name string, file *interp.TensorFile) error {
	var in []string
	strange := int64(0)
	tensors := file.Tensors()
	err := file.Values(ctx, func(i int, v interp.NotFinite) {
		if v.NaN+v.Inf > 0 {
			strange += v.NaN + v.Inf
			in = append(in, tensors[i].Name)
		}
	})
	if err == nil && strange > 0 {
		a.tell("warning", fmt.Sprintf("%s has NaN or infinite numbers (%d) in %s; `cnnlang weights %[1]s` counts them by tensor", name, strange, firstOf(len(in), in[0])))
	}
	return err
}

// firstOf names the first of so many tensors.
func firstOf(n int, first string) string {
	if n == 1 {
		return visibleName(first)
	}
	return fmt.Sprintf("%s and %d more", visibleName(first), n-1)
}

func candidateOf(c interp.Candidate, file string) candidate {
	out := candidate{Net: c.Net.Name, Set: c.Set, Differs: c.Differs}
	if c.Problem != nil {
		out.Problem = plain(c.Problem)
	}
	if c.Fits() {
		out.Weights = &fitted{file, c.Fit.Names, c.Fit.Tensors, c.Fit.Sides, c.Fit.Notes, c.Fit.Differences}
	}
	out.Unclear = c.Unclear
	for _, r := range c.Renames {
		out.Names = append(out.Names, renaming{r.Here, r.There})
	}
	return out
}

func candidateGrid(list []candidate) grid {
	g := grid{columns: columnsOf("net", "fits", "names", "set", "differences")}
	for _, c := range list {
		row := []any{c.Net, c.Weights != nil, "", c.Set, 0}
		switch {
		case c.Weights != nil:
			row[2] = c.Weights.Names
		case c.Differs != nil:
			row[4] = c.Differs.Differences()
		default:
			row[4] = c.Problem
		}
		g.rows = append(g.rows, row)
	}
	return g
}

// mostLines is how long an answer may be.
const mostLines = 20

// summary says what fits, the nearest net first.
func summary(d weightsDocument, found []interp.Candidate) []string {
	lines := []string{fmt.Sprintf("%s: %s, %s", visibleName(d.File), visibleName(d.Format), counted(int64(d.Totals.Tensors), "tensor"))}
	if len(found) == 0 {
		return append(lines, "no net of the library is near")
	}
	best := found[0]
	lines = append(lines, strings.Replace(verdict(best), "near: ", "nearest: ", 1))
	switch {
	case best.Fits():
		for _, note := range best.Fit.Notes {
			lines = append(lines, "  "+visible(diag.Clip(note)))
		}
		for _, d := range best.Fit.Differences[:min(mostDifferences, len(best.Fit.Differences))] {
			lines = append(lines, "  "+visible(diag.Clip(d.String())))
		}
	case best.Problem != nil:
		if help := entryOf(best.Problem).Help; help != "" {
			lines = append(lines, "help: "+visible(help))
		}
	case best.Set != "":
	default:
		mine := best.Renames
		if best.Import != "" || best.Differs.Segment != nil {
			mine = nil // it is no text of the user's, or one that is better changed otherwise
		}
		if best.Differs.Note != "" {
			lines = append(lines, diag.Visible(best.Differs.Note))
		}
		lines = append(lines, differences(best.Differs, mine)...)
	}
	for _, c := range found[1:] {
		if best.Fits() && !c.Fits() && c.Set == "" {
			continue // no news when another net fits
		}
		if len(lines) < mostLines {
			lines = append(lines, verdict(c))
		}
		if apart := c.Net.Apart(best.Net); apart != "" && c.Fits() && len(lines) < mostLines {
			lines = append(lines, "  "+visible(diag.Clip(apart)))
		}
	}
	return lines
}

func allMatch(names int) string {
	if names == 1 {
		return "the one name matches"
	}
	return fmt.Sprintf("all %d names match", names)
}

// verdict is a line on one net.
func verdict(c interp.Candidate) string {
	switch {
	case c.Problem != nil:
		return c.Net.Name + ": " + visible(diag.Clip(plain(c.Problem)))
	case c.Fits():
		text := fmt.Sprintf("%s: %s", allMatch(c.Fit.Tensors), c.Net.Name)
		if c.Fit.Names != "" {
			text += ", by `names " + c.Fit.Names + "`"
		}
		if len(c.Fit.Sides) > 0 {
			text += ", with " + strings.Join(c.Fit.Sides, ", ")
		}
		if len(c.Fit.Differences) > 0 {
			text += ", whose settings are not all those of the file"
		}
		return text
	case c.Set != "":
		return fmt.Sprintf("%s: %s with --set %s", allMatch(c.Differs.Wanted), c.Net.Name, c.Set)
	case c.Renames != nil:
		return "the structure is that of " + c.Net.Name + ": all shapes match, the names are others"
	case c.Unclear != nil:
		return "the structure may be that of " + c.Net.Name + ": all shapes match, the names are others"
	case c.Differs.Rename != nil:
		return fmt.Sprintf("the names of %s match by one rule", c.Net.Name)
	}
	return strings.Replace(c.Differs.Title(), "the weights do not fit ", "near: ", 1)
}

// mapLines is a map of names to paste into the net, with so many rows at most.
func mapLines(rows []interp.Renaming, most int) []string {
	widest := 0
	for _, r := range rows {
		widest = max(widest, utf8.RuneCountInString(quoted(r.Here)))
	}
	lines := []string{"  names other {"}
	for i, r := range rows {
		if i == most && len(rows) > most+1 {
			lines = append(lines, fmt.Sprintf("    # and %d more rows: --map prints all", len(rows)-most))
			break
		}
		lines = append(lines, fmt.Sprintf("    %-*s = %s", widest, quoted(r.Here), quoted(r.There)))
	}
	return append(lines, "  }")
}

// printMap prints the map of names of a net and nothing else, for one of the library a text that
// fills it in, with these settings, and has the map.
func (a *app) printMap(c interp.Candidate, set []string) error {
	switch {
	case c.Fits():
		return usage("%s needs no map of names: the file fits as it is", c.Net.Name)
	case c.Renames == nil:
		if c.Problem != nil {
			return c.Problem
		}
		return c.Differs
	}
	lines := mapLines(c.Renames, len(c.Renames))
	if c.Import != "" {
		filled := c.Net.Name
		if len(set) > 0 {
			filled += "(" + strings.Join(set, ", ") + ")"
		}
		head := fmt.Sprintf("import %s { %s }\n\nnet mine = %s {", c.Import, c.Net.Name, filled)
		lines = append(append([]string{head}, lines...), "}")
	}
	_, err := fmt.Fprintln(a.stdout, strings.Join(lines, "\n"))
	return err
}

// quoted is a name as a string of the language.
func quoted(name string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `{`, `\{`, `}`, `\}`).Replace(diag.Visible(name)) + `"`
}

// differences are the first lines of what differs, with the map of names in place of them for a
// net that can have it, and what to do.
func differences(e *interp.FitError, rows []interp.Renaming) []string {
	const most = mostLines - 6
	split := func(notes []string) (lines []string) {
		for _, note := range notes {
			if note == "the file is "+e.File || note == e.Note {
				continue // the first lines say so
			}
			for _, line := range strings.Split(diag.Visible(note), "\n") {
				lines = append(lines, "  "+line)
			}
		}
		return lines
	}
	rest := split(e.Remarks())
	if help := e.Advice(); help != "" {
		rest = append(rest, "help: "+diag.Visible(help))
	}
	if len(rows) > 0 {
		head := "with this map in the net the file fits:"
		if e.Rules != nil {
			head = "or with this map in the net:"
		}
		const frame = 4 // the head, the braces and how many more
		return append(append(rest, head), mapLines(rows, max(1, mostLines-3-len(rest)-frame))...)
	}
	lines := split(e.Lists())
	if room := max(1, most-len(rest)); len(lines) > room {
		lines = append(lines[:room-1], "  … -o json has all of it")
	}
	return append(lines, rest...)
}
