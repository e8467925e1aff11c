// Package lint warns of what is allowed in a file but seldom meant: unused names, steps whose
// weights have no name of their own, a padding that does not do what its name says. It works
// on the syntax and the resolved names; nothing is applied, and no shape is known.
package lint

import (
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
)

// Check reports what is suspicious in the module's own declarations, in the order of the
// text. Its names must have been resolved without errors.
func Check(m *resolve.Module) diag.List {
	var list diag.List
	l := &linter{module: m, weighs: map[*ast.Block]bool{}, levels: map[*ast.Body]*level{}, params: map[*ast.Block]map[string]*ast.Param{}}
	l.report = func(d *diag.Diagnostic) {
		if len(list) < maxReported {
			list.Add(d)
		}
	}
	l.unused()
	for _, o := range m.Blocks() {
		if o.Block.Body == nil {
			continue
		}
		l.channelsLast(o.Block)
		l.windows(o.Block.Body)
		l.productDefaults(o.Block)
		l.looseRepeats(o.Block.Body)
	}
	l.unlabelled()
	list.Sort()
	return list
}

// maxReported limits the warnings of a file.
const maxReported = 200

type linter struct {
	module *resolve.Module
	report func(*diag.Diagnostic)
	weighs map[*ast.Block]bool // whether a block has weights, memoised
	levels map[*ast.Body]*level
	params map[*ast.Block]map[string]*ast.Param // by name
}

// owners are the primitives with weights of their own. A test in package interp compares them
// with the operations.
var owners = map[string]bool{
	"conv": true, "deconv": true, "linear": true, "bn": true, "layer_norm": true, "layer_scale": true,
}

// Owns reports whether a primitive has weights of its own.
func Owns(primitive string) bool { return owners[primitive] }

// heavy reports whether a block has weights. A block that is passed as an
// argument is not followed: most are activations.
func (l *linter) heavy(o *resolve.Object) bool {
	switch {
	case o == nil || o.Block == nil:
		return false
	case o.IsPrimitive():
		return owners[o.Name]
	}
	if known, ok := l.weighs[o.Block]; ok {
		return known
	}
	l.weighs[o.Block] = false // for a block that calls itself
	if o.Block.Preset != nil {
		base, _ := o.Module.LookupPath(o.Block.Preset.Ref().Path)
		l.weighs[o.Block] = l.heavy(base)
	} else if o.Block.Body != nil {
		ast.Walk(o.Block.Body, func(n ast.Node) bool {
			if c, ok := n.(*ast.Call); ok && l.heavy(callee(o.Module, c)) {
				l.weighs[o.Block] = true
			}
			return !l.weighs[o.Block]
		})
	}
	return l.weighs[o.Block]
}

// callee is the block that a call names, nil for a parameter.
func callee(m *resolve.Module, c *ast.Call) *resolve.Object {
	o, _ := m.LookupPath(c.Callee.Ref().Path)
	return o
}
