package elab

import (
	"slices"

	"cnnlang/lang/ast"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
	"cnnlang/ops/dim"
)

// Conditions are facts that are asked for from outside of the program. They know the names of the
// net's file.
type Conditions struct {
	Conditions []ast.Expr
	Source     *source.File // in which they are
}

// quantities are the numbers that facts are about.
type quantities struct {
	of     *Result
	memory func(*Result) (int64, error)
	known  map[string]dim.Size
}

// in puts those that a condition names among the values. It reports false if one is not to be
// known.
func (q *quantities) in(cond ast.Expr, values map[string]Value) bool {
	if q.known == nil {
		r := q.of
		q.known = map[string]dim.Size{
			"params": r.Main.Params, "macs": r.Main.MACs, "flops": r.Main.FLOPs,
			"params_side": r.Sides.Params, "macs_side": r.Sides.MACs, "flops_side": r.Sides.FLOPs,
			"outputs": dim.Int(len(r.Graph.Outputs) + len(r.Graph.Sides)), "activations": dim.Int(int(r.Graph.Activations())),
		}
	}
	for _, name := range factsNamed(cond) {
		if _, known := q.known[name]; !known && !q.plan() {
			return false
		}
		values[name] = q.known[name]
	}
	return true
}

// plan finds out how much memory a run takes, which costs more than counting.
func (q *quantities) plan() bool {
	if q.memory == nil {
		return false
	}
	bytes, err := q.memory(q.of)
	if err == nil {
		q.known["memory"] = dim.Int(int(bytes))
	}
	return err == nil
}

// factsNamed are the names in an expression that only facts know, in its order.
func factsNamed(x ast.Expr) (names []string) {
	ast.Walk(x, func(x ast.Node) bool {
		r, ok := x.(*ast.Ref)
		if !ok || len(r.Path) > 1 {
			return true
		}
		if name := r.Path[0].Text; slices.Contains(resolve.Facts, name) {
			names = append(names, name)
		}
		return r.Path[0].Text != "shape" // its argument is a label
	})
	return names
}

// quantityIn is the first of them, and what it is.
func quantityIn(x ast.Expr, e *env) (name string, value dim.Size) {
	names := factsNamed(x)
	if len(names) == 0 {
		return "", value
	}
	value, _ = e.values[names[0]].(dim.Size)
	return names[0], value
}
