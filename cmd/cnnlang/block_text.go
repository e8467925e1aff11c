package main

import (
	"fmt"
	"io"
	"strings"

	"cnnlang/interp"
	"cnnlang/interp/graph"
)

// A sketchTable is the steps of a block, what is within others further to the right.
type sketchTable struct {
	heading string
	rows    [][]string
}

func sketchText(b *interp.Block) *sketchTable {
	t := &sketchTable{heading: b.Signature}
	for _, n := range b.Sketch.Inputs {
		t.row("", n.Path, n)
	}
	t.series(b.Sketch.Parts, "")
	return t
}

func (t *sketchTable) print(w io.Writer) error {
	if _, err := fmt.Fprintf(w, "%s\n\n", visible(t.heading)); err != nil {
		return err
	}
	return graph.Columns(w, append([][]string{{"step", "shape"}}, t.rows...))
}

func (t *sketchTable) row(indent, text string, n *graph.Node) {
	shape := ""
	if n != nil {
		shape = "[" + strings.Join(sizeTexts(n), ", ") + "]"
	}
	t.rows = append(t.rows, []string{indent + visible(text), visible(shape)})
}

func (t *sketchTable) series(parts []*graph.Part, indent string) {
	const deeper = "  "
	for _, p := range parts {
		switch p.Kind {
		case graph.Choice:
			t.choice(p, indent, "if "+p.Call)
			continue
		case graph.Repeat:
			t.row(indent, "repeat "+p.Call, p.Node)
		default:
			t.row(indent, stepText(p), p.Node)
		}
		t.series(p.Parts, indent+deeper)
		for _, branch := range p.Branches {
			t.rows = append(t.rows, []string{indent + deeper + "|", ""})
			t.series(branch, indent+deeper+deeper)
		}
	}
}

// choice writes the ways of an `if`, each that has steps.
func (t *sketchTable) choice(p *graph.Part, indent, title string) {
	for n, branch := range p.Branches {
		switch {
		case len(branch) == 0:
			continue
		case p.Call == "":
			title = "case"
		case n == 1 && len(p.Branches[0]) == 0:
			title = "if not (" + p.Call + ")"
		case n == 1 && len(branch) == 1 && branch[0].Kind == graph.Choice:
			t.choice(branch[0], indent, "else if "+branch[0].Call)
			continue
		case n == 1:
			title = "else"
		}
		t.row(indent, title, nil)
		t.series(branch, indent+"  ")
	}
}

// stepText is a step with its label, as it is written.
func stepText(p *graph.Part) string {
	if p.Kind == graph.Head {
		return "side " + p.Side.Name
	}
	label, text := *p.Label, p.Text()
	switch {
	case text == "":
		return label
	case label == "":
		return text
	}
	return label + ": " + text
}
