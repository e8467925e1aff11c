// Package elab is the bridge from language to computation: it applies a net's
// definition to an input, checks every shape and claim on the way, and emits a
// graph in which every node has one known shape and every parameter its path.
//
// Nothing in it computes on pixels. A value that flows through steps is a Tensor,
// which has a shape and remembers the node that will compute it; expressions have
// Values (value.go). body.go walks the statements, call.go applies blocks and
// primitives, claims.go holds them to what they claim, path.go names their
// weights, and errors_*.go have every word said to the user.
package elab

import (
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/interp/train/recipe"
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
	"cnnlang/ops/dim"
)

// Options choose the instance of a net.
type Options struct {
	// Set gives parameters of the net values, over their defaults.
	Set []Setting
	// Shape is the input's, of a net with one; nil for the net's default at batch 1.
	Shape []int
	// Shapes are those of inputs by name.
	Shapes map[string][]int
	// Prepare is how pictures are prepared in place of what the net's meta says; nil for that.
	Prepare *Preparation
	// Origins asks for Result.Origins.
	Origins bool
	// Outline asks for Result.Outline.
	Outline bool
	// InSeries has the branches of lists one after the other in the series around them.
	InSeries bool
	// Facts asks for Result.Facts.
	Facts bool
	// Require asks for Result.Required.
	Require Conditions
	// Memory is what a run of the result takes, for facts about it; without it they do not apply.
	Memory func(*Result) (int64, error)
	// Recipe asks for Result.Recipe.
	Recipe *RecipeOptions
	// Budget is shared with other instantiations; nil is one of its own.
	Budget *Budget
}

// A Setting is name=value as given outside the program.
type Setting struct {
	Name  string
	Value ast.Expr
	Span  source.Span
}

// A Result is a net at one input size.
type Result struct {
	Graph *graph.Graph
	Meta  Meta
	// Unchecked are the facts that do not apply, as an option departed from the net's
	// own size or arguments.
	Unchecked Unchecked
	// Main and Sides are what the main path and the side heads weigh and cost.
	Main, Sides graph.Count
	// Sizes are those of the inputs that settings can give, by name.
	Sizes map[string]int
	// Names are the maps to the names of tensors in other publishers' files.
	Names []*Names
	// Origins has for each of the graph's steps where the axes of its value got
	// their sizes; nil unless the options ask for it.
	Origins [][]*Origin
	// Outline is the net's text as it was applied; nil unless the options ask for it.
	Outline []*graph.Part
	// Self is the net itself as a part, whose Parts are the outline; nil likewise.
	Self *graph.Part
	// Facts are what the net states of itself, compared with what it is at any size and
	// arguments; nil unless the options ask for them.
	Facts []Fact
	// Recipes are those that the net's text has, in the order of the text, that of what presets
	// fill in first.
	Recipes []StatedRecipe
	// Recipe is the one that Options.Recipe asks for, with everything that its text leaves out;
	// nil unless the options ask for one.
	Recipe *recipe.Recipe
	// Required are Options.Require, judged as facts are.
	Required []Fact
}

// maxReported is how many errors a net gets, and how many warnings; beyond it nobody
// reads them, and after the last error the net is given up.
const maxReported = 200

// Net instantiates a net. Where the list holds errors the result is nil, or has
// no graph.
func Net(o *resolve.Object, opts Options) (*Result, diag.List) {
	m := newMachine(o.Name, dim.Numbers{}, opts.Budget)
	result := m.net(o, opts)
	if list := m.found.List; list.HasErrors() {
		return nil, list
	}
	return result, m.found.List
}

func (m *machine) net(o *resolve.Object, opts Options) *Result {
	c, ok := m.closure(o, o.Span)
	if !ok {
		return nil
	}
	if c.Object.IsPrimitive() {
		m.fail(netOfOperation(o, c))
		return nil
	}
	if least(o) > MaxNodes {
		m.stop(tooManyNodes(o.Span, false))
		return nil
	}
	chain := presets(o)
	maps := m.nameMaps(chain)
	var e *env
	declared := c
	if c, ok = m.set(c, o, opts.Set); ok {
		e, ok = m.bind(c, o.Span)
	}
	if !ok {
		m.meta(chain, nil, nil) // for what is wrong with it
		m.trainings(chain, nil)
		return nil
	}
	meta, stated := m.meta(chain, e, opts.Prepare)
	trainings := m.trainings(chain, e)
	result := &Result{Meta: meta}
	inputs, ok := m.inputs(declared, c, e, opts)
	if !ok {
		return nil
	}
	result.Meta.Prepare.At = opts.Prepare.at(m.usualSize(stated["prepare"].by, c.Object.Block, e))
	for _, w := range result.Meta.Weights {
		if w.Prepare != nil {
			w.Prepare.At = m.usualSize(stated["weights"].by, c.Object.Block, e)
		}
	}
	same := m.same(c.Object, e, opts.Set)
	m.defaults, m.usual = m.defaults && same, m.usual && same
	m.trace = []calling{{Frame: diag.Frame{Call: "net " + describeNet(o, c, e), Span: o.Span}, object: c.Object}}
	x := m.entry(inputs, c.Object.Block)
	if opts.Outline {
		m.series, m.inSeries = &result.Outline, opts.InSeries
		result.Self = m.blockItself(c, e, nil)
		result.Self.Call = o.Name
	}
	out := m.applyBlock(c, e, newScope("", nil), x, o.Span)
	m.stretches = nil // facts are about the whole
	if out.Poisoned || out.Suspect || m.stopped {
		return nil
	}
	m.graph.Outputs = m.outputs(c.Object.Block.Sig, e, out)
	if opts.Outline {
		result.Self.Parts, result.Self.Node, result.Self.Channels = result.Outline, out.node(), m.channels(c, e)
	}
	if opts.Origins {
		result.Origins = m.origins
	}
	result.Graph, result.Sizes = m.graph, m.sizes
	result.Main, result.Sides = m.graph.Totals()
	m.fitMeta(result, stated, sizeStands(c, 1))
	m.recipes(result, trainings, opts.Recipe)
	m.expectations(chain, result, e, opts)
	m.applyNames(result, maps)
	result.Unchecked.Is = len(m.unchecked)
	return result
}

// presets lists the declarations from a net's name to the block that has a
// body, outermost first.
func presets(o *resolve.Object) []*resolve.Object {
	chain := []*resolve.Object{o}
	for o.Block.Preset != nil {
		next, _ := o.Module.LookupPath(o.Block.Preset.Ref().Path)
		if next == nil || next.Block == nil {
			break
		}
		chain, o = append(chain, next), next
	}
	return chain
}

// Runnable reports whether a net can be instantiated with these settings: whether every
// parameter has a default, an argument or one of them.
func Runnable(o *resolve.Object, settings []Setting) bool {
	open, _ := Open(o)
	for _, p := range open.Params {
		set := func(s Setting) bool { return s.Name == p.Name }
		if !p.HasDefault && !slices.ContainsFunc(settings, set) {
			return false
		}
	}
	return true // where the preset has no meaning, it cannot, but not for want of arguments
}

// set fills in parameters from outside the program.
func (m *machine) set(c *Closure, o *resolve.Object, settings []Setting) (*Closure, bool) {
	filled := c.open()
	params := parameters(c.Object)
	good := true
	for _, s := range settings {
		isSize := canGive(c.Object, s.Name)
		switch {
		case find(params, s.Name) == nil && !isSize:
			open := slices.DeleteFunc(slices.Clone(params), func(p *ast.Param) bool { return c.has(p.Name.Text) })
			m.fail(unknownSetting(s, o, c.Object, open))
			good = false
			continue
		case c.has(s.Name) && !isSize: // a size is a default
			m.fail(settingTaken(s, o, c))
			good = false
			continue
		}
		m.outside = true
		v, ok := m.eval(s.Value, &env{module: o.Module, frame: &frame{}})
		m.outside = false
		if !ok {
			good = false
			continue
		}
		filled.Args[s.Name] = bound{value: v, span: s.Value.Span(), expr: s.Value}
	}
	return filled, good
}

// same reports whether parameters are set to what they are by default.
func (m *machine) same(o *resolve.Object, e *env, settings []Setting) bool {
	for _, s := range settings {
		p := find(parameters(o), s.Name)
		if p == nil {
			continue // a size, which the input has compared
		}
		if !m.isDefault(p, e.values[s.Name], e) {
			return false
		}
	}
	return true
}
