package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/ops/dim"
)

const requireUsage = "conditions for CI, as in 'params <= 30M, memory <= 100MiB' or 'top1 >= 0.97', with exit code 1 if one does not hold"

// A boundEntry says whether a condition of --require holds, and which rows cost most if it is
// exceeded.
type boundEntry struct {
	Bound    string     `json:"bound"`
	Quantity string     `json:"quantity,omitempty"` // what it is about, and what that is
	Value    *int       `json:"value"`
	Holds    bool       `json:"holds"`
	Rows     []boundRow `json:"rows,omitempty"`

	net   string
	sides [2]string
}

type boundRow struct {
	Path  string `json:"path"`
	Value *int   `json:"value"`
}

// judge finds out which conditions hold for a net.
func (f *paramsFlags) judge(ctx context.Context, n *interp.Net) error {
	c := interp.Conditions{Text: f.require.value, Name: requireName}
	list, err := n.Require(ctx, c, interp.Options{Threads: f.threads.value[0], Precision: f.precision.value[0]})
	if err != nil {
		return err
	}
	for _, fact := range list {
		e := boundEntry{Bound: fact.Text, Quantity: fact.Quantity, Holds: fact.Holds, net: n.Name, sides: fact.Sides}
		if e.Quantity != "" {
			e.Value = integer(fact.Value)
		}
		if !e.Holds && !fact.Least {
			e.Rows = costliest(n, f.depth.value, e.Quantity)
		}
		f.judged[n] = append(f.judged[n], e)
		if !e.Holds {
			f.broken = append(f.broken, e)
		}
	}
	return nil
}

// costs are what rows add to the quantities of conditions, of side heads for those that end in _side.
var costs = map[string]func(*rowFacts) dim.Size{
	"params":      func(m *rowFacts) dim.Size { return m.Params },
	"macs":        func(m *rowFacts) dim.Size { return m.MACs },
	"flops":       func(m *rowFacts) dim.Size { return m.FLOPs },
	"activations": func(m *rowFacts) dim.Size { return m.activations },
	"memory":      func(m *rowFacts) dim.Size { return m.bytes.Weights.Add(m.bytes.Values) },
}

// costliest are the rows that add most to a quantity.
func costliest(n *interp.Net, depth int, quantity string) (list []boundRow) {
	const shown = 3
	name, side := strings.CutSuffix(quantity, "_side")
	of, known := costs[name]
	if !known {
		return nil
	}
	rows, _, _ := factsOf(n, n.Graph.Rows(depth))
	rows = slices.DeleteFunc(rows, func(m *rowFacts) bool { return m.Side != side || of(m).Float() == 0 })
	slices.SortStableFunc(rows, func(a, b *rowFacts) int { return cmp.Compare(of(b).Float(), of(a).Float()) })
	for _, m := range rows[:min(shown, len(rows))] {
		list = append(list, boundRow{pathOf(m.Row), integer(of(m))})
	}
	return list
}

// pathOf is a row's path, which says of a side head whose it is.
func pathOf(r graph.Row) string {
	if r.Side {
		return sidePath(r)
	}
	return r.Path
}

// tellBroken writes the bounds that do not hold.
func (a *app) tellBroken(broken []boundEntry) error {
	if len(broken) == 0 {
		return nil
	}
	for _, e := range broken {
		var rows []string
		for _, r := range e.Rows {
			rows = append(rows, r.Path+" "+e.amount(r.Value))
		}
		help := ""
		if len(rows) > 0 {
			help = "most of it: " + strings.Join(rows, ", ")
		}
		if e.Quantity == "memory" && help != "" {
			help = "rows with the most weights and values: " + strings.Join(rows, ", ")
		}
		problem := fmt.Sprintf("%s: `%s` does not hold", e.net, visible(e.Bound))
		switch {
		case e.Quantity != "":
			problem += fmt.Sprintf(": %s is %s", e.Quantity, e.amount(e.Value))
		case e.sides[0] != "":
			problem += fmt.Sprintf(": left is %s, right is %s", visible(e.sides[0]), visible(e.sides[1]))
		}
		a.message(problem, help)
	}
	return failed(exitProblems)
}

// amount is a count or a number of bytes for people.
func (e boundEntry) amount(n *int) string {
	switch {
	case n == nil:
		return outOfRange
	case e.Quantity == "memory":
		return interp.Bytes(int64(*n))
	}
	return grouped(dim.Int(*n))
}
