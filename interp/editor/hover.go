package editor

import (
	"fmt"
	"strings"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
)

// A Hover is what is said of a place, in Markdown.
type Hover struct {
	Span source.Span
	Text string
}

// Hover says what the name at an offset means and what the step there gives in a net.
func (v *View) Hover(net string, offset int) (h Hover, ok bool) {
	var paragraphs []string
	u, named := v.use(offset)
	if named {
		h.Span = u.At
		paragraphs = append(paragraphs, v.meaning(u)...)
	}
	if parts := v.partsAt(v.net(net), offset); len(parts) > 0 && (!named || isStep(u)) {
		if !named {
			h.Span = parts[0].Span
		}
		paragraphs = append(paragraphs, about(v.net(net), parts))
	}
	h.Text = strings.Join(paragraphs, "\n\n")
	return h, h.Text != ""
}

// isStep reports whether a name is about a step as a whole, and not about one of its arguments.
func isStep(u resolve.Use) bool {
	switch u.Kind {
	case resolve.Declared, resolve.Label, resolve.Tap:
		return true
	}
	return false
}

func (v *View) meaning(u resolve.Use) (paragraphs []string) {
	code := func(text string) string { return "```cnn\n" + text + "\n```" }
	switch u.Kind {
	case resolve.Declared:
		switch o := u.Object; {
		case o.Block != nil:
			d := interp.Describe(o)
			paragraphs = append(paragraphs, code(d.Signature))
			if d.Base != "" {
				paragraphs = append(paragraphs, code(d.Base))
			}
			if doc := strings.TrimSpace(d.Doc); doc != "" {
				paragraphs = append(paragraphs, doc)
			}
			if k, known := v.contracts[o.Name]; known && o.Module == v.Program.Main {
				paragraphs = append(paragraphs, contract(k))
			}
		case o.Let != nil:
			paragraphs = append(paragraphs, code(o.Module.File.Source.OneLine(o.Let.Span())))
		case o.Namespace != nil:
			text := "the declarations of `" + o.Namespace.Name() + "`: "
			paragraphs = append(paragraphs, text+diag.Names(o.Namespace.Exported()))
		}
	case resolve.Parameter, resolve.Argument:
		if u.Param == nil {
			return append(paragraphs, "`"+v.text(u.At)+"`: a size of the input of `"+u.Object.Name+"`")
		}
		text := u.Param.Name.Text
		if file := v.fileOf(u); file != nil {
			text = file.OneLine(u.Param.Span())
		}
		paragraphs = append(paragraphs, code(text))
		if u.Kind == resolve.Argument {
			paragraphs = append(paragraphs, "a parameter of `"+u.Object.Name+"`")
		} else {
			paragraphs = append(paragraphs, "a parameter")
		}
	case resolve.Size:
		paragraphs = append(paragraphs, "`"+v.text(u.At)+"`: a size of the input")
	case resolve.Local, resolve.Tap:
		paragraphs = append(paragraphs, code(strings.TrimSpace(v.Source.Line(u.Def.Start.Line))))
	}
	return paragraphs
}

// fileOf is the text in which a parameter is declared.
func (v *View) fileOf(u resolve.Use) *source.File { return v.Program.File(u.Def.Start.Filename) }

func (v *View) text(s source.Span) string { return v.Source.Text[s.Start.Offset:s.End.Offset] }

func contract(k interp.Contract) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s", k.Status)
	if k.Reason != "" {
		fmt.Fprintf(&b, ": %s", k.Reason)
	}
	for _, c := range k.Requires {
		fmt.Fprintf(&b, "\n- requires `%s`%s", c.Text, when(c))
	}
	for _, c := range k.Parameters {
		fmt.Fprintf(&b, "\n- parameters `%s`%s", c.Text, when(c))
	}
	return b.String()
}

func when(c interp.Clause) string {
	if c.When == "" {
		return ""
	}
	return " when " + c.When
}

// about is what parts of one step give in a net.
func about(n *interp.Net, parts []*graph.Part) string {
	var b strings.Builder
	fmt.Fprintf(&b, "in `%s`", n.Name)
	if len(parts) > 1 {
		fmt.Fprintf(&b, ", where it is applied %d times", len(parts))
	}
	b.WriteString("\n\n| | output | parameters | MACs |\n|---|---|---:|---:|")
	const most = 12
	for i, p := range parts {
		if i == most {
			fmt.Fprintf(&b, "\n| and %d more | | | |", len(parts)-most)
			break
		}
		c := count(p)
		path := p.Path
		if path == "" {
			path = n.Name
		}
		fmt.Fprintf(&b, "\n| `%s` | `%v` | %s | %s |", path, p.Node.Shape, grouped(c.Params.String()), grouped(c.MACs.String()))
	}
	return b.String()
}

// count is the sum over the operations of a part.
func count(p *graph.Part) (c graph.Count) {
	seen := map[*graph.Node]bool{}
	graph.Walk([]*graph.Part{p}, func(p *graph.Part) {
		if p.Node != nil && (p.Kind == graph.Operation || p.Kind == graph.Merge) && !seen[p.Node] {
			seen[p.Node] = true
			c = c.Add(p.Node.Count())
		}
	})
	return c
}

func grouped(digits string) string {
	if strings.Trim(digits, "0123456789") != "" {
		return digits
	}
	return diag.Grouped(digits)
}
