// Package shapes writes the shapes of values as comments at the ends of the lines that make
// them: `# [N, 256, 56, 56]` in a net, `# [N, 4*c, H, W]` in a block. It replaces and
// removes comments that are only such a shape; a line with any other comment is left alone.
package shapes

import (
	"fmt"
	"slices"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/source"
)

// Annotate returns the text of a file with the shapes of its steps: from blocks, by the
// offset where a step ends, if they are known for all inputs, else from graphs. A step that
// has several shapes, in several nets or calls of its block, gets no comment.
func Annotate(file *ast.File, graphs []*graph.Graph, blocks map[int][]string) string {
	text := file.Source.Text
	if len(graphs) == 0 && len(blocks) == 0 {
		return text
	}
	found := shapesOf(file.Source.Name, graphs)
	for end, sizes := range blocks {
		if sizes[0] == "N" {
			found[end] = []string{"[" + strings.Join(sizes, ", ") + "]"}
		}
	}
	ends := lineEnds(file)
	names := namesByLine(file)
	var edits []diag.Edit
	for line := 1; line <= file.Source.Lines(); line++ {
		if step := ends[line]; step != nil {
			if e, ok := edit(file.Source, line, step, found, names[line]); ok {
				edits = append(edits, e)
			}
		}
	}
	edited, ok := diag.Apply(text, edits)
	if !ok {
		panic("shapes: edits of several lines overlap")
	}
	return edited
}

// shapesOf are the distinct shapes of the steps that end at each offset of a file.
func shapesOf(name string, graphs []*graph.Graph) map[int][]string {
	found := map[int][]string{}
	for _, g := range graphs {
		for _, s := range g.Steps {
			if s.Node == nil || s.Items != nil || s.Span.Start.Filename != name {
				continue
			}
			end := s.Span.End.Offset
			if shape := written(s.Node); !slices.Contains(found[end], shape) {
				found[end] = append(found[end], shape)
			}
		}
	}
	return found
}

func written(n *graph.Node) string {
	text := "[N"
	for _, d := range n.Shape[1:] {
		text += fmt.Sprint(", ", d)
	}
	return text + "]"
}

// lineEnds finds the step that makes the value at the end of each line: the last of the
// outermost pipeline that ends there and is no longer than the line.
func lineEnds(file *ast.File) map[int]*ast.Step {
	ends := map[int]*ast.Step{}
	ast.Walk(file, func(n ast.Node) bool {
		p, ok := n.(*ast.Pipeline)
		if !ok {
			return true
		}
		last := p.Steps[len(p.Steps)-1]
		at := last.Span()
		if at.Start.Line != at.End.Line {
			return true
		}
		if before := ends[at.End.Line]; before == nil || before.Span().End.Offset < at.End.Offset {
			ends[at.End.Line] = last
		}
		return true
	})
	return ends
}

// maker is the step that makes the value of a step: the last inside a group or repeat, nil
// if that is not one step.
func maker(s *ast.Step) *ast.Step {
	var body *ast.Body
	switch {
	case s.Label != nil && s.Label.Name != nil, s.Call != nil:
		return s
	case s.Repeat != nil && s.Repeat.Step != nil:
		return maker(s.Repeat.Step)
	case s.Repeat != nil:
		body = s.Repeat.Body
	case s.Group != nil:
		body = s.Group
	}
	if body == nil || len(body.Stmts) == 0 {
		return nil
	}
	last := body.Stmts[len(body.Stmts)-1].Pipe
	if last == nil {
		return nil
	}
	return maker(last.Steps[len(last.Steps)-1])
}

// edit is the change at the end of a line. A step that states its shape needs no comment.
func edit(f *source.File, line int, step *ast.Step, found map[int][]string, names map[string]bool) (e diag.Edit, ok bool) {
	start := step.Span().End.Offset
	end := f.LineStart(line) + len(f.Line(line))
	rest := strings.TrimSpace(f.Text[start:end])
	if rest != "" && !own(rest, names) {
		return e, false
	}
	comment := ""
	if m := maker(step); m != nil && !states(step) {
		if list := found[m.Span().End.Offset]; len(list) == 1 {
			comment = "# " + list[0]
		}
	}
	switch {
	case rest == comment:
		return e, false
	case comment == "":
		return diag.Edit{Span: f.Span(start, end)}, true
	case rest == "":
		return diag.Edit{Span: f.Span(start, end), Text: "   " + comment}, true
	}
	at := start + strings.IndexByte(f.Text[start:end], '#')
	return diag.Edit{Span: f.Span(at, end), Text: comment}, true
}

// states reports whether the text itself claims the shape.
func states(s *ast.Step) bool {
	return slices.ContainsFunc(s.Claims, func(c *ast.Claim) bool { return c.Is != nil })
}
