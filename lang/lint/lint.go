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
	l := newLinter(m)
	l.unused()
	for _, o := range m.Blocks() {
		if o.Block.Body == nil {
			continue
		}
		l.channelsLast(o.Block)
		calls(o.Block.Body, func(r *ast.Ref) {
			l.evenHalf(r)
			l.foreignOrder(r)
			l.products(r)
		})
		l.productDefaults(o.Block)
		l.looseRepeats(o.Block.Body)
		l.emptyBeside(o.Block.Body)
	}
	for _, d := range m.File.Decls {
		l.neverEqual(d)
	}
	l.unlabelled()
	l.list.Sort()
	return l.list
}

// Habits finds calls in the style of other frameworks that are allowed here but mean
// something else. It does not need resolved names.
func Habits(m *resolve.Module) diag.List {
	l := newLinter(m)
	for _, o := range m.Blocks() {
		if o.Block.Body != nil {
			calls(o.Block.Body, func(r *ast.Ref) {
				l.foreignOrder(r)
				l.products(r)
			})
		}
	}
	return l.list
}

// calls visits what every call of a body calls.
func calls(b *ast.Body, visit func(*ast.Ref)) {
	ast.Walk(b, func(n ast.Node) bool {
		if c, ok := n.(*ast.Call); ok {
			visit(c.Callee.Ref())
		}
		return true
	})
}

// maxReported limits the warnings of a file.
const maxReported = 200

type linter struct {
	module *resolve.Module
	list   diag.List
	weighs map[*ast.Block]bool // whether a block has weights, memoised
	levels map[*ast.Body]*level
	params map[*ast.Block]map[string]*ast.Param // by name
	lets   map[*ast.Let]string                  // the types of their values
}

func newLinter(m *resolve.Module) *linter {
	return &linter{module: m, weighs: map[*ast.Block]bool{}, levels: map[*ast.Body]*level{}, params: map[*ast.Block]map[string]*ast.Param{}, lets: map[*ast.Let]string{}}
}

func (l *linter) report(d *diag.Diagnostic) {
	if len(l.list) < maxReported {
		l.list.Add(d)
	}
}

// owners are the primitives with weights of their own. A test in package interp compares them
// with the operations.
var owners = map[string]bool{
	"conv": true, "deconv": true, "linear": true, "bn": true, "layer_norm": true, "group_norm": true, "param": true, "prelu": true,
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
