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
	fmt.Fprintf(c.stdout, "\n%s %s\n", k.Kind, visible(k.Signature))
	c.proof(k)
}

// proof writes whether a block is proved, and under which conditions.
func (a *app) proof(k interp.Contract) {
	fmt.Fprintf(a.stdout, "  %s", k.Status)
	switch {
	case k.Reason != "":
		fmt.Fprintf(a.stdout, ": %s", visible(k.Reason))
	case k.Counterexample != "":
		fmt.Fprintf(a.stdout, ": it fails at %s", visible(k.Counterexample))
	case k.Cases > 1:
		fmt.Fprintf(a.stdout, ", %d cases", k.Cases)
	}
	fmt.Fprintln(a.stdout)
	a.clauses("requires", k.Requires)
	a.clauses("parameters", k.Parameters)
	if k.Without != "" {
		title := "parameters"
		if len(k.Parameters) > 0 {
			title = ""
		}
		fmt.Fprintf(a.stdout, "  %-11s%s\n", title, k.Without)
	}
}

// maxClauses limits how many clauses are printed for people.
const maxClauses = 12

func (a *app) clauses(title string, list []interp.Clause) {
	for i, clause := range list {
		if i == maxClauses {
			fmt.Fprintf(a.stdout, "  %-11s… and %d more; -o json has all\n", "", len(list)-i)
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
		fmt.Fprintf(a.stdout, "  %-11s%s%s\n", title, visible(clause.Text), visible(when))
		title = ""
	}
}
