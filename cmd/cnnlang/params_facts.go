package main

import (
	"fmt"

	"cnnlang/interp"
)

// A factEntry is what a net states of itself, compared with what it is.
type factEntry struct {
	Fact  string `json:"fact"`
	Left  string `json:"left,omitempty"` // of a comparison
	Right string `json:"right,omitempty"`
	Holds bool   `json:"holds"`
	File  string `json:"file"`
	Line  int    `json:"line"`
}

func factsIn(n *interp.Net) []factEntry {
	list := []factEntry{}
	for _, f := range n.Facts() {
		list = append(list, factEntry{f.Text, f.Sides[0], f.Sides[1], f.Holds, f.Span.Start.Filename, f.Span.Start.Line})
	}
	return list
}

// facts shows what a net states of itself, and of what paper it is.
func (a *app) facts(f *paramsFlags, n *interp.Net) error {
	list := factsIn(n)
	g := grid{columns: columnsOf("fact", "here", "", "where")}
	if f.format.value == "csv" {
		g.columns = columnsOf("net", "fact", "left", "right", "holds", "file", "line")
		for _, e := range list {
			g.rows = append(g.rows, []any{n.Name, e.Fact, e.Left, e.Right, e.Holds, e.File, e.Line})
		}
		return a.csv(g)
	}
	agreed := 0
	for _, e := range list {
		verdict := "differs"
		if e.Holds {
			verdict = "agrees"
			agreed++
		}
		g.rows = append(g.rows, []any{e.Fact, e.Left, verdict, fmt.Sprintf("%s:%d", e.File, e.Line)})
	}
	fmt.Fprintf(a.stdout, "%s %s -> %s\n", n.Name, n.Graph.InputText(), n.Graph.OutputText())
	if n.Meta.Paper != "" {
		fmt.Fprintf(a.stdout, "%s\n", visible(n.Meta.Paper))
	}
	if n.Meta.Source != "" {
		fmt.Fprintf(a.stdout, "%s\n", visible(n.Meta.Source))
	}
	if len(list) == 0 {
		_, err := fmt.Fprintln(a.stdout, "\nno facts: it has no `expect`")
		return err
	}
	fmt.Fprintln(a.stdout)
	if err := a.grid(g, f.format.value); err != nil {
		return err
	}
	_, err := fmt.Fprintf(a.stdout, "\n%d of %d agree\n", agreed, len(list))
	return err
}
