package main

import (
	"fmt"

	"cnnlang/interp"
)

// formulas shows the counts of a net as formulas.
func (a *app) formulas(f *paramsFlags, n *interp.Net) error {
	formulas := n.Formulas()
	counts := []struct {
		name string
		interp.Formula
	}{{"params", formulas.Params}, {"MACs", formulas.MACs}}
	if f.format.value == "csv" {
		g := grid{columns: columnsOf("net", "count", "formula", "when", "without")}
		for _, count := range counts {
			for _, c := range count.Clauses {
				g.rows = append(g.rows, []any{n.Name, count.name, c.Text, c.When, ""})
			}
			if count.Without != "" {
				g.rows = append(g.rows, []any{n.Name, count.name, "", "", count.Without})
			}
		}
		return a.csv(g)
	}
	line := "%-8s%s%s\n"
	if f.format.value == "md" {
		line = "- %s: %s%s\n"
	}
	text := visible(formulas.Signature) + "\n\n"
	for _, count := range counts {
		for _, c := range count.Clauses {
			when := ""
			if c.When != "" {
				when = "   when " + c.When
			}
			text += fmt.Sprintf(line, count.name, visible(c.Text), visible(when))
		}
		if count.Without != "" {
			text += fmt.Sprintf(line, count.name, visible(count.Without), "")
		}
	}
	return a.prose(text)
}
