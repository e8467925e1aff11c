package elab

import (
	"maps"

	"cnnlang/interp/graph"
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/source"
	"cnnlang/ops/dim"
)

// Limits on what a program may ask of the checker, far above any published
// network: a hit is an error that names the limit.
const (
	MaxNodes = 30_000
	MaxSteps = 1_000_000 // evaluations of expressions and applications of steps
	MaxDepth = 64
)

// A Budget is what instantiations may take together: the operations they make and
// the steps they evaluate. They take from it what they use.
type Budget struct{ Nodes, Steps int }

// NewBudget returns the limits of one net, which several may share.
func NewBudget() *Budget { return &Budget{Nodes: MaxNodes, Steps: MaxSteps} }

// Spent reports whether nothing more can be made.
func (b *Budget) Spent() bool { return b.Nodes < 0 || b.Steps < 0 }

// A machine applies blocks to values. It is one instantiation of one net: at
// known sizes it emits a graph, and whatever it has to say goes to report.
type machine struct {
	facts dim.Facts
	graph *graph.Graph
	// unknowns are the facts where sizes may be variables; then no graph is made,
	// and count sums what its nodes would weigh and cost.
	unknowns Unknowns
	count    graph.Count
	found    diag.Collector
	report   func(*diag.Diagnostic) // to found, if nothing is made apart
	// said are the places an error has been reported at, by code: one cause, one
	// message, however often it is instantiated.
	said map[cause]bool
	// blamed are the values, by where they are written, that an error has been put down to.
	blamed map[source.Span]bool
	// defaults says that the net stands at its default sizes and arguments, where
	// facts in plain numbers apply; unchecked are the claims that were left alone.
	// others says that the defaults are those of a preset, of which a body knows nothing.
	// usual says that it does but for the number of images.
	defaults  bool
	usual     bool
	sizes     map[string]int // of the inputs, that settings can give
	others    bool
	unchecked map[*ast.Claim]bool

	// outside says that what is evaluated came from outside the program, so that
	// nobody has resolved its names yet.
	outside bool
	// shapeOf answers shape(label) while facts are checked, nil before.
	shapeOf func(path string) (Value, bool)

	reads map[*ast.Block]reads // by the text of blocks
	// indexing says which repeats name values with indexes, as far as that was asked.
	indexing map[*ast.Repeat]bool
	lets     map[*ast.Let]Value // top-level values, nil for one that has none
	origins  [][]*Origin        // of the values of the graph's steps
	series   *[]*graph.Part     // the parts of the body that is being applied, nil where nobody asks
	inSeries bool               // and whether the branches of lists are in it
	rounds   *graph.Part        // the repeat whose iterations are being applied, of a sketch
	around   []graph.Around     // the conditions and repeats around the step in that body
	trace    []calling
	calls    *callSite              // the same blocks, as origins keep them
	place    *place                 // of the step that is being made
	registry *registry              // the tensors and steps of the graph by their names
	inItem   *item                  // of the `each` around the step that is being made, or nil
	side     *graph.Side            // the side head being made, or nil
	heads    map[string]source.Span // the side heads by name
	// Among unknowns, in place of the registry:
	steps, tensors naming
	generic        *generic            // the iteration that stands for all, or nil
	generics       []dim.Variable      // the numbers of those that did
	stages         []string            // the paths of the first ones
	leafless       bool                // whether a tensor has the path of a step alone
	flat           map[string]named    // blocks that are parameters, called with the empty label
	labels         map[string]dim.Size // the unknown numbers in labels, as they are written
	itemSizes      map[string]itemSize // of lists of unknown length that flow in
	values         map[int]dim.Shape   // Unknowns.Steps
	// stretches are how far the application came, and failing is the step whose
	// error is being reported, where one alone is at fault.
	stretches []stretch
	failing   diag.Reached

	budget  *Budget
	among   bool // whether others have taken from the budget before
	depth   int
	stopped bool // a limit was hit; everything returns at once
}

// newMachine is a machine for one instantiation. What it finds is in found.
func newMachine(name string, facts dim.Facts, budget *Budget) *machine {
	if budget == nil {
		budget = NewBudget()
	}
	m := &machine{
		found:     diag.Collector{Most: maxReported},
		budget:    budget,
		among:     budget.Nodes < MaxNodes,
		facts:     facts,
		graph:     &graph.Graph{Name: name},
		said:      map[cause]bool{},
		blamed:    map[source.Span]bool{},
		lets:      map[*ast.Let]Value{},
		registry:  newRegistry(nil),
		heads:     map[string]source.Span{},
		steps:     naming{what: "steps", given: map[string]named{}},
		tensors:   naming{what: "tensors", given: map[string]named{}},
		unchecked: map[*ast.Claim]bool{},
	}
	m.report = func(d *diag.Diagnostic) {
		m.found.Add(d)
		m.stopped = m.stopped || m.found.Full(diag.Error)
	}
	return m
}

type cause struct {
	code diag.Code
	span source.Span
}

// fail reports an error with the chain of instantiations that led to it.
func (m *machine) fail(d *diag.Diagnostic) {
	if m.stopped && !d.Code.IsLimit() {
		return
	}
	key := cause{d.Code, d.Span}
	if m.said[key] {
		return
	}
	m.said[key] = true
	for i := len(m.trace) - 1; i >= 0; i-- {
		d.Trace = append(d.Trace, m.trace[i].told())
	}
	m.tellProgress(d)
	m.report(d)
}

// apartFrom does something of which it reports only what is to be told.
func (m *machine) apartFrom(told func(*diag.Diagnostic) bool, do func()) {
	report, said := m.report, maps.Clone(m.said)
	m.report = func(d *diag.Diagnostic) {
		if told(d) {
			report(d)
		}
	}
	do()
	m.report, m.said = report, said
}

// stop reports a limit and ends the instantiation.
func (m *machine) stop(d *diag.Diagnostic) {
	if !m.stopped {
		m.fail(d)
		m.stopped = true
	}
}

// step counts work; it reports false once too much has been done.
func (m *machine) step(span source.Span) bool {
	m.budget.Steps--
	if m.budget.Steps < 0 {
		m.stop(tooManySteps(span, m.among))
	}
	if m.unknowns != nil && m.unknowns.Stopped() {
		m.stopped = true
	}
	return !m.stopped
}

// charPerStep is how many characters of a weight path take as much as a step.
const charPerStep = 32

// take gives a step its path. Long ones take more of the budget: there may be as
// many as there are operations.
func (m *machine) take(sc scope, s *ast.Step, label string, labelled bool) string {
	path := sc.take(label, labelled, m.numberOf)
	if labelled && label != "" {
		m.differs(sc, label, s)
	}
	m.budget.Steps -= len(path) / charPerStep
	return path
}

// node adds an operation to the graph.
func (m *machine) node(n *graph.Node) *graph.Node {
	if m.budget.Nodes--; m.budget.Nodes < 0 {
		m.stop(tooManyNodes(n.Origin, m.among))
		return n
	}
	n.ID = len(m.graph.Nodes)
	n.Side = m.side
	m.graph.Nodes = append(m.graph.Nodes, n)
	return n
}
