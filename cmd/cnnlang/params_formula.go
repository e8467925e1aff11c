package main

import (
	"fmt"

	"cnnlang/interp"
)

// formulasOfBlock shows those of a block.
func (a *app) formulasOfBlock(f *paramsFlags, args []string) error {
	switch {
	case !f.formula:
		return usage("the counts of a block over unknown sizes are formulas").withHelp("add --formula to --block %s", f.block.value)
	case several(f.memory, f.tensors, f.formula, f.against.given) || f.require.given || f.batch.given || f.weights.weights.given || f.depth.given || f.columns.given:
		return usage("with --block there is --formula, and nothing else").withHelp("leave the other flags out, or ask for a net")
	}
	b, err := a.block(&f.selection, f.block.value, args)
	if err != nil {
		return err
	}
	formulas := b.Formulas()
	if f.format.value == "json" {
		return a.json(blockDocument{Schema: blockSchema, Block: b.Name, Signature: b.Signature, Unproved: b.Unproved, Formulas: &formulas})
	}
	return a.formulas(f, b.Name, formulas)
}

// formulas shows the counts of a net or block as formulas.
func (a *app) formulas(f *paramsFlags, name string, formulas interp.Formulas) error {
	counts := []struct {
		name string
		interp.Formula
	}{{"params", formulas.Params}, {"MACs", formulas.MACs}}
	if f.format.value == "csv" {
		g := grid{columns: columnsOf("net", "count", "formula", "when", "without")}
		for _, count := range counts {
			for _, c := range count.Clauses {
				g.rows = append(g.rows, []any{name, count.name, c.Text, c.When, ""})
			}
			if count.Without != "" {
				g.rows = append(g.rows, []any{name, count.name, "", "", count.Without})
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
