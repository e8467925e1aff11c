// Package namemap gives the tensors of a net the names that another publisher's files call
// them by, and says how their numbers lie there. The rows of a map decide, with the layout
// (layout.go) that says what the publisher's tools call the tensors of a layer and in which
// order they keep axes. It knows neither texts nor files: interp/internal/elab reads rows from a
// text, package interp reads files by the tables.
package namemap

import (
	"strings"

	"cnnlang/interp/graph"
)

// A Map is the rows of one publisher, in the order in which they are tried.
type Map struct {
	Name   string
	Layout *Layout
	Rows   []Row
}

// A Row gives a name, or all that begin with a prefix, another one.
type Row struct {
	Here Pattern
	// There makes the other name of what Here has captured; false for none, which has been
	// reported.
	There func(captures []string, count int) (string, bool)
	// Counter is "", or names the counter whose count the row takes: from 1 and in the order
	// of the net, for each text that Here of a row with this counter fits.
	Counter string
	// Axes are the file's axes in the net's order, nil for the layout's.
	Axes []int
}

// A Table is all tensors of a net, side heads included, with their names in files.
type Table struct {
	Map     *Map
	Tensors []Tensor
	own     map[string]int
	foreign map[string]int
	used    []bool // rows
}

// Own finds a tensor by its name in the net.
func (t *Table) Own(path string) (*Tensor, bool) { return t.at(t.own, path) }

// Foreign finds a tensor by its name in a file, with the layout's suffix or without.
func (t *Table) Foreign(name string) (*Tensor, bool) { return t.at(t.foreign, t.Map.Layout.Base(name)) }

func (t *Table) at(index map[string]int, name string) (*Tensor, bool) {
	i, ok := index[name]
	if !ok {
		return nil, false
	}
	return &t.Tensors[i], true
}

// Used reports whether a row has named any tensor.
func (t *Table) Used(row int) bool { return t.used[row] }

// Base is a file's name without the suffix that the layout passes over.
func (l *Layout) Base(name string) string { return strings.TrimSuffix(name, l.suffix) }

// A Problem is why a map does not give every tensor a name of its own.
type Problem struct {
	Kind       Kind
	Row, Other int // indices of rows, -1 for none
	Tensor     string
	Second     string      // another tensor
	Name       string      // in a file
	Shape      [2]int      // ranks: of the axes and of the tensor
	Unknown    *graph.Node // behind which the order of flattened maps is not known
}

// Kind is the class of a Problem.
type Kind int

// The kinds.
const (
	Collision    Kind = iota // Tensor, named by Row, and Second, named by Other, are both Name
	Ambiguous                // Row fits Tensor in two ways
	Unused                   // Row fits no tensor, or Other names all that it fits
	UnknownOrder             // Tensor reads flattened maps in an order that is not known
	WrongAxes                // the axes of Row do not fit Tensor
)

// Apply gives every tensor of a graph its name. work is told of everything done, in
// comparisons of a name with a row, and returns false to give up. A table is returned if
// there are no problems but rows that name nothing.
func (m *Map) Apply(g *graph.Graph, work func(n int) bool) (*Table, []Problem) {
	tensors := 0
	for _, n := range g.Nodes {
		tensors += len(n.Own())
	}
	a := &application{Map: m, work: work, index: newIndex(m.Rows), failed: map[int]bool{}, counts: map[string]map[string]int{},
		table: &Table{Map: m, own: make(map[string]int, tensors), foreign: make(map[string]int, tensors), used: make([]bool, len(m.Rows)), Tensors: make([]Tensor, 0, tensors)}}
	if m.Layout.last {
		a.order, a.beside = orders(g)
	}
	for _, n := range g.Nodes {
		for _, p := range n.Own() {
			if !a.tensor(n, p) {
				return nil, a.problems
			}
		}
	}
	if len(a.failed) > 0 || len(a.problems) > 0 {
		return nil, a.problems
	}
	a.unused()
	return a.table, a.problems
}

// An application is of one map to one graph.
type application struct {
	*Map
	table    *Table
	work     func(n int) bool
	order    map[*graph.Node]order
	beside   map[*graph.Node]*graph.Node
	index    index
	failed   map[int]bool              // rows that have been reported
	counts   map[string]map[string]int // by counter, of what rows have fitted
	problems []Problem
}

// perTensor is what a tensor takes besides comparisons: each map has a table of all of them.
const perTensor = 128

// mostProblems is how many are found of a map.
const mostProblems = 20

func (a *application) problem(p Problem) {
	if p.Row >= 0 && p.Kind != Unused {
		if a.failed[p.Row] {
			return
		}
		a.failed[p.Row] = true
	}
	a.problems = append(a.problems, p)
}

// tensor names one tensor; false gives up.
func (a *application) tensor(n *graph.Node, p graph.Param) bool {
	if !a.work(perTensor) {
		return false
	}
	row, captures, ok := a.find(p.Path)
	if !ok {
		return false
	}
	if row >= 0 && a.failed[row] {
		return len(a.problems) < mostProblems
	}
	leaf, step := p.Path, ""
	if module := n.Module(); module != "" && strings.HasPrefix(p.Path, module+".") {
		leaf, step = p.Path[len(module)+1:], module+"."
	} else if at := strings.LastIndexByte(p.Path, '.') + 1; n.Path != "" {
		leaf, step = p.Path[at:], p.Path[:at]
	}
	t := Tensor{Own: p, Side: n.Side, row: row, step: step, leaf: a.Layout.leaf(kindOf(n), leaf)}
	t.Absent = a.Layout.last && n.Op.Name() == "bn" && leaf == "weight"
	t.Name, ok = a.name(row, captures, step, leaf, kindOf(n))
	if !ok {
		a.failed[row] = true
		return len(a.failed) < mostProblems
	}
	a.arrange(&t, n, leaf)
	if i, taken := a.table.foreign[t.Name]; taken {
		a.problem(Problem{Kind: Collision, Row: row, Other: a.table.Tensors[i].row, Tensor: p.Path, Second: a.table.Tensors[i].Own.Path, Name: t.Name})
		return len(a.problems) < mostProblems
	}
	a.table.own[p.Path], a.table.foreign[t.Name] = len(a.table.Tensors), len(a.table.Tensors)
	a.table.Tensors = append(a.table.Tensors, t)
	return len(a.problems) < mostProblems
}

// find is the first row that fits a name, -1 for none, with what it captures.
func (a *application) find(name string) (row int, captures []string, ok bool) {
	row = a.index.plain(name)
	for _, i := range a.index.capturing {
		if row >= 0 && i > row {
			break
		}
		if !a.work(1) {
			return 0, nil, false
		}
		ways, found, ok := a.fits(i, name)
		if !ok {
			return 0, nil, false
		}
		if ways > 1 {
			a.problem(Problem{Kind: Ambiguous, Row: i, Other: -1, Tensor: name})
		}
		if ways > 0 {
			row, captures = i, found
			break
		}
	}
	if row >= 0 {
		a.table.used[row] = true
	}
	return row, captures, true
}

// fits compares a name with a row that captures; ok is false where that is too much work.
func (a *application) fits(row int, name string) (ways int, captures []string, ok bool) {
	p := &a.Rows[row].Here
	head, _, ok := p.cut(name)
	if !ok || p.outside(head) {
		return 0, nil, true
	}
	if !a.work(len(p.parts) * len(head)) {
		return 0, nil, false
	}
	ways, captures = p.fit(head)
	return ways, captures, true
}

// name is what a file calls a tensor of a step: where no row fits, the net's own path and
// the layout's leaf.
func (a *application) name(row int, captures []string, step, leaf, kind string) (string, bool) {
	there, rest := "", step
	if row >= 0 {
		r := &a.Rows[row]
		head, behind, _ := r.Here.cut(step + leaf)
		var ok bool
		if there, ok = r.There(captures, a.count(r.Counter, head)); !ok || !r.Here.Prefix {
			return there, ok
		}
		rest = strings.TrimSuffix(behind, leaf)
	}
	return there + strings.ReplaceAll(rest, ".", a.Layout.Between) + a.Layout.leaf(kind, leaf), true
}

// count is what a counter gives a text, the same each time.
func (a *application) count(counter, text string) int {
	if counter == "" {
		return 0
	}
	counts := a.counts[counter]
	if counts == nil {
		counts = map[string]int{}
		a.counts[counter] = counts
	}
	if counts[text] == 0 {
		counts[text] = len(counts) + 1
	}
	return counts[text]
}

// unused finds the rows that name no tensor, and for each a row before it that fits the same.
func (a *application) unused() {
	for i, used := range a.table.used {
		if used || len(a.problems) >= mostProblems {
			continue
		}
		p := Problem{Kind: Unused, Row: i, Other: -1}
		for _, t := range a.table.Tensors {
			if t.row < 0 || t.row >= i {
				continue
			}
			if fits, ok := a.fitsAny(i, t.Own.Path); !ok {
				return
			} else if fits {
				p.Other, p.Tensor = t.row, t.Own.Path
				break
			}
		}
		a.problems = append(a.problems, p)
	}
}

// fitsAny reports whether any row fits a name.
func (a *application) fitsAny(row int, name string) (fits, ok bool) {
	if !a.work(1) {
		return false, false
	}
	if text, plain := a.Rows[row].Here.plain(); plain {
		head, _, ok := a.Rows[row].Here.cut(name)
		return ok && head == text, true
	}
	ways, _, ok := a.fits(row, name)
	return ways > 0, ok
}
