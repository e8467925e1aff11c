package main

import (
	"fmt"

	"cnnlang/interp"
)

// contract prints what is proved about a block.
func (c *checker) contract(k interp.Contract) {
	c.proved = append(c.proved, k)
	if !c.text {
		return
	}
	fmt.Fprintf(c.stdout, "\n%s %s\n  %s", k.Kind, visible(k.Signature), k.Status)
	switch {
	case k.Reason != "":
		fmt.Fprintf(c.stdout, ": %s", visible(k.Reason))
	case k.Counterexample != "":
		fmt.Fprintf(c.stdout, ": it fails at %s", visible(k.Counterexample))
	case k.Cases > 1:
		fmt.Fprintf(c.stdout, ", %d cases", k.Cases)
	}
	fmt.Fprintln(c.stdout)
	c.clauses("requires", k.Requires)
	c.clauses("parameters", k.Parameters)
	if k.Without != "" {
		title := "parameters"
		if len(k.Parameters) > 0 {
			title = ""
		}
		fmt.Fprintf(c.stdout, "  %-11s%s\n", title, k.Without)
	}
}

// maxClauses limits how many clauses are printed for people.
const maxClauses = 12

func (c *checker) clauses(title string, list []interp.Clause) {
	for i, clause := range list {
		if i == maxClauses {
			fmt.Fprintf(c.stdout, "  %-11s… and %d more; -o json has all\n", "", len(list)-i)
			return
		}
		when := ""
		switch clause.When {
		case "":
		case interp.SomeCases:
			when = "   in some cases"
		default:
			when = "   when " + clause.When
		}
		fmt.Fprintf(c.stdout, "  %-11s%s%s\n", title, visible(clause.Text), visible(when))
		title = ""
	}
}
