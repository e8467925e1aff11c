package tree

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"cnnlang/interp/internal/calls"
	"cnnlang/lang/format"
	"cnnlang/lang/parse"
	"cnnlang/lang/source"
)

// columns is how long a line may get.
const columns = 96

// Text writes a file.
func Text(f *File) string {
	var b strings.Builder
	comment(&b, f.Comment)
	if len(f.Comment) > 0 {
		b.WriteByte('\n')
	}
	for _, block := range f.Blocks {
		comment(&b, block.Comment)
		b.WriteString(block.text())
		b.WriteByte('\n')
	}
	b.WriteString(f.Net.text())
	return format.Format(source.NewFile(f.Net.Name, b.String()))
}

func comment(b *strings.Builder, lines []string) {
	for _, line := range lines {
		b.WriteString("# " + line + "\n")
	}
}

func (b *Block) text() string {
	head := "block " + b.Name
	if len(b.Params) > 0 {
		params := make([]string, len(b.Params))
		for i, p := range b.Params {
			params[i] = p.text()
		}
		head += "(" + strings.Join(params, ", ") + ")"
	}
	return heading(head, b.In+" -> "+b.Out, b.Where) + b.Body.text() + "}\n"
}

// heading puts a signature behind what is declared, and an opening brace, on as many lines as that
// takes.
func heading(head, signature string, where []string) string {
	switch short := len(head)+len(signature)+3 <= columns; {
	case where != nil:
		if !short {
			head += "\n"
		}
		return head + " " + signature + "\nwhere " + strings.Join(where, ", ") + "\n{\n"
	case short:
		return head + " " + signature + " {\n"
	}
	return head + "\n" + signature + "\n{\n"
}

func (p Param) text() string {
	text := p.Name
	if p.Type != "" {
		text += ": " + p.Type
	}
	if p.Default != "" {
		text += " = " + p.Default
	}
	return text
}

func (n *Net) text() string {
	text := heading("net "+n.Name, n.In+" -> "+n.Out, nil)
	if len(n.Meta) > 0 {
		text += "meta {\n" + strings.Join(n.Meta, "\n") + "\n}\n"
	}
	text += n.Body.text()
	for _, fact := range n.Expect {
		text += "expect " + fact + "\n"
	}
	return text + "}\n"
}

// text is the lines of a body.
func (b Body) text() string {
	var text strings.Builder
	for _, line := range lines(b) {
		text.WriteString(line + "\n")
	}
	return text.String()
}

// text is a step, on several lines where it holds as much.
func (s *Step) text() string {
	text := s.Do.text()
	switch {
	case s.Label != "":
		text = labelled(s.Label) + ": " + text
	case s.Empty:
		text = `"": ` + text
	}
	if side, ok := s.Do.(*Side); ok {
		text = "side " + text
		if side.Name != "" {
			text += " as " + side.Name
		}
	}
	if s.As != "" {
		text += " as " + s.As
	}
	return text
}

var word = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// IsWord reports whether a name can be written without quotes.
func IsWord(name string) bool {
	return word.MatchString(name) && !slices.Contains(parse.Keywords, name)
}

// Label is a path as a label has it.
func Label(path string) string {
	quoted := calls.Quoted(path)
	return quoted[1 : len(quoted)-1]
}

func labelled(label string) string {
	if IsWord(label) {
		return label
	}
	return `"` + label + `"`
}

func (a *Apply) text() string {
	text := a.call()
	if len(a.Branches) == 0 {
		return text
	}
	return text + " " + a.branches()
}

// branches writes them on one line if they are short.
func (a *Apply) branches() string {
	short, width := true, 0
	texts := make([][]string, len(a.Branches))
	for i, b := range a.Branches {
		if texts[i] = shortened(b); len(b) == 0 {
			texts[i] = []string{"id"}
		}
		short = short && a.Heads == nil && len(texts[i]) == 1 && !strings.Contains(texts[i][0], "\n")
		width += len(texts[i][0]) + 3
	}
	var b strings.Builder
	b.WriteString("{")
	between := "\n"
	if short && width <= shortBraces {
		between = " "
	}
	for i, body := range texts {
		bar := "| "
		if a.Heads != nil && a.Heads[i] != "" {
			bar = "repeat " + a.Heads[i] + " | "
		}
		b.WriteString(between + bar + strings.Join(body, "\n"))
	}
	return b.String() + between + "}"
}

// braced writes a body in braces, on one line if it is short.
func braced(b Body) string {
	all := shortened(b)
	switch {
	case len(all) == 0:
		return "{}"
	case len(all) == 1 && len(all[0]) <= shortBraces && !strings.Contains(all[0], "\n"):
		return "{ " + all[0] + " }"
	}
	return "{\n" + strings.Join(all, "\n") + "\n}"
}

// shortened are the lines of a body within braces or behind a bar, one for a few short steps without
// names.
func shortened(b Body) []string {
	all := lines(b)
	for _, s := range b {
		if isRead(s) || s.As != "" || s.Label != "" {
			return all
		}
	}
	if one := strings.Join(all, " -> "); len(one) <= shortRow && !strings.Contains(one, "\n") {
		return []string{one}
	}
	return all
}

// shortRow is how long steps of several lines may be on one.
const shortRow = 60

// shortBraces is how much may stand in braces on one line.
const shortBraces = 76

func (g *Group) text() string { return braced(g.Body) }

func (r *Read) text() string { return "@" + r.Name }

func (r *Repeat) text() string {
	text := "repeat "
	switch {
	case r.Var != "" && strings.HasPrefix(r.Count, "["):
		text += r.Var + " in " + r.Count
	case r.Var != "":
		text += r.Var + " of " + r.Count
	default:
		text += r.Count
	}
	if len(r.Body) == 1 {
		if a, ok := r.Body[0].Do.(*Apply); ok && len(a.Branches) == 0 {
			return text + " " + r.Body[0].text()
		}
	}
	return text + " " + braced(r.Body)
}

func (i *If) text() string {
	text := fmt.Sprintf("if %s %s", i.Cond, braced(i.Then))
	if len(i.Else) > 0 {
		text += " else " + braced(i.Else)
	}
	return text
}

func (s *Side) text() string {
	if len(s.Body) == 1 {
		if step := s.Body[0]; step.Label == "" && !step.Empty && step.As == "" {
			return step.text()
		}
	}
	return braced(s.Body)
}
