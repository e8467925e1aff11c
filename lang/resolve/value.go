package resolve

import (
	"maps"
	"sync"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
)

// With is a module of no file, which knows the names that m knows and, of those that it does
// not, the ones that other exports.
func (m *Module) With(other *Module) *Module {
	both := &Module{File: m.File, Prelude: m.Prelude, names: maps.Clone(m.names)}
	both.sorted = sync.OnceValue(both.sortNames)
	for _, name := range other.Exported() {
		if _, known := m.Lookup(name); !known {
			both.names[name] = other.names[name]
		}
	}
	return both
}

// CheckValue reports the unknown names of an expression that is given outside of any file.
func CheckValue(m *Module, x ast.Expr, report func(*diag.Diagnostic)) {
	checkGiven(m, x, false, report)
}

// CheckFact reports those of a fact, which knows what `expect` knows.
func CheckFact(m *Module, x ast.Expr, report func(*diag.Diagnostic)) { checkGiven(m, x, true, report) }

func checkGiven(m *Module, x ast.Expr, fact bool, report func(*diag.Diagnostic)) {
	c := &checker{module: m, taps: map[string]*tap{}, inExpect: fact}
	c.report = func(d *diag.Diagnostic) {
		c.reported++
		report(d)
	}
	c.expr(x, &scope{})
}

// CheckSettings reports the unknown names of a recipe that is given outside of any file.
func CheckSettings(m *Module, items []*ast.Setting, report func(*diag.Diagnostic)) {
	c := &checker{module: m, taps: map[string]*tap{}}
	c.report = func(d *diag.Diagnostic) {
		c.reported++
		report(d)
	}
	c.train(&ast.Train{Items: items}, &scope{})
}
