package prove

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/lang/ast"
	"cnnlang/ops/dim"
)

// A sketcher puts the sketches of a block's cases together. They are made by the same text, so
// a step of one is that of another where both begin at one place. An `if` that all cases
// take one way is no part; of a repeat whose length is unknown, iterations are put together like
// cases. A size is said where one case has it and all others have it too with what they put
// in place of variables; elsewhere the text of the argument stands for it, or _.
type sketcher struct {
	*Verdict
	nodes   map[*graph.Node]*graph.Node // of the cases, and what they are together
	said    map[string]dim.Size         // what stands for sizes, by its text
	unsaid  int
	indices []string // of the repeats around
	labels  []labelled
	loose   []string // those of them that may have more iterations than were followed
	work    int
}

// mostSketchWork limits how many sizes are compared.
const mostSketchWork = 300_000

// A view is a case, in iterations of certain numbers of the repeats around. A stretch is a series
// of one, a stop a step, and held a value.
type (
	view struct {
		*Case
		at map[string]dim.Size
	}
	stretch struct {
		parts []*graph.Part
		of    *view
	}
	stop struct {
		*graph.Part
		of *view
	}
	held struct {
		*graph.Node
		of *view
	}
)

// supposed is how much a view supposes.
func (v *view) supposed() int { return v.chosen() + len(v.at) }

// put is what a size is in a view.
func (v *view) put(size dim.Size) dim.Size { return size.SubstituteAll(v.values).SubstituteAll(v.at) }

// in is a view in the iteration of this number of a repeat with this index.
func (v *view) in(index string, number dim.Size) *view {
	if !number.Known() {
		return v
	}
	at := map[string]dim.Size{iterationOf + index: number}
	maps.Copy(at, v.at)
	return &view{v.Case, at}
}

// Sketch is what all cases have in common; ok is false where there are none. The prover must have
// been asked for it.
func (v *Verdict) Sketch() (s graph.Sketch, ok bool) {
	k := &sketcher{Verdict: v, nodes: map[*graph.Node]*graph.Node{}, said: map[string]dim.Size{}}
	var all []stretch
	for _, r := range v.Results {
		if len(r.sketch.Inputs) == 0 || slices.Contains(r.sketch.Outputs, nil) {
			return s, false
		}
		all = append(all, stretch{r.sketch.Parts, &view{Case: r.of}})
	}
	if len(all) == 0 {
		return s, false
	}
	var in, out []*ast.Port
	if sig := v.base.Block.Sig; sig != nil {
		in, out = sig.In, sig.Out
	}
	values := func(of func(graph.Sketch) []*graph.Node) (list [][]held) {
		for i, r := range v.Results {
			var one []held
			for _, n := range of(r.sketch) {
				one = append(one, held{n, all[i].of})
			}
			list = append(list, one)
		}
		return list
	}
	s.Inputs = k.ends(in, values(func(s graph.Sketch) []*graph.Node { return s.Inputs }), func(one []held) *graph.Node { return k.node(one, nil) })
	s.Parts = k.series(all)
	s.Outputs = k.ends(out, values(func(s graph.Sketch) []*graph.Node { return s.Outputs }), func(one []held) *graph.Node {
		return &graph.Node{Sizes: k.shape(one)}
	})
	return s, true
}

// series puts together what several cases apply at one place.
func (k *sketcher) series(list []stretch) (parts []*graph.Part) {
	type place struct{ offset, nth int } // branches of a list begin at one place
	var at []place
	steps := map[place][]stop{}
	for _, one := range list {
		nth := map[int]int{}
		for _, p := range one.parts {
			here := place{p.Span.Start.Offset, nth[p.Span.Start.Offset]}
			nth[here.offset]++
			if steps[here] == nil {
				at = append(at, here)
			}
			steps[here] = append(steps[here], stop{p, one.of})
		}
	}
	slices.SortFunc(at, func(a, b place) int { return cmp.Or(a.offset-b.offset, a.nth-b.nth) })
	for _, here := range at {
		parts = append(parts, k.either(steps[here])...)
	}
	return parts
}

// either puts the steps at one place of the text together; where they call different things, they
// are ways to go.
func (k *sketcher) either(all []stop) []*graph.Part {
	type calling struct {
		kind graph.PartKind
		call string
	}
	of := func(s stop) calling {
		if s.Kind == graph.Tap { // of a stage it may have an index
			return calling{kind: s.Kind}
		}
		return calling{s.Kind, s.Call}
	}
	var order []calling
	kinds := map[calling][]stop{}
	for _, s := range all {
		if kinds[of(s)] == nil {
			order = append(order, of(s))
		}
		kinds[of(s)] = append(kinds[of(s)], s)
	}
	if len(order) == 1 {
		return k.step(all)
	}
	p := &graph.Part{Kind: graph.Choice, Span: all[0].Span, Side: all[0].Side, Node: &graph.Node{Sizes: k.shape(values(all))}}
	for _, one := range order {
		p.Branches = append(p.Branches, k.step(kinds[one]))
	}
	return []*graph.Part{p}
}

func values(all []stop) (list []held) {
	for _, s := range all {
		if s.Node != nil {
			list = append(list, held{s.Node, s.of})
		}
	}
	return list
}

// step puts steps together that call the same.
func (k *sketcher) step(all []stop) []*graph.Part {
	general := slices.MinFunc(all, func(a, b stop) int { return a.of.supposed() - b.of.supposed() })
	p := *general.Part
	switch p.Kind {
	case graph.Choice:
		return k.choice(&p, all)
	case graph.Repeat:
		return k.repeat(&p, all)
	}
	outer := k.labels
	k.label(&p, all)
	var inner []stretch
	branches := len(p.Branches)
	for _, s := range all {
		inner = append(inner, stretch{s.Parts, s.of})
		branches = min(branches, len(s.Branches))
	}
	p.Parts, p.Branches = k.series(inner), nil
	for b := range branches {
		var one []stretch
		for _, s := range all {
			one = append(one, stretch{s.Branches[b], s.of})
		}
		p.Branches = append(p.Branches, k.series(one))
	}
	if p.Kind == graph.Tap {
		k.tap(&p, all)
	} else {
		p.Node = k.node(values(all), p.Args)
	}
	p.Args, k.labels = k.arguments(all), outer
	return []*graph.Part{&p}
}

// tap says what a tap reads. Where that differs from case to case, as by the index of a repeat, it has the
// index that the text has, and the sizes that are those of all.
func (k *sketcher) tap(p *graph.Part, all []stop) {
	read, made, sizes := map[string]bool{}, map[*graph.Node]bool{}, values(all)
	for _, s := range all {
		read[s.Call] = true
	}
	for _, x := range sizes {
		made[k.nodes[x.Node]] = true
	}
	if len(read) > 1 && p.As != "" {
		p.Call = p.As
	}
	if len(read) <= 1 && len(made) <= 1 {
		p.Node = k.node(sizes, nil)
		return
	}
	from := cmp.Or(k.nodes[p.Node], p.Node)
	p.Node = &graph.Node{Sizes: k.shape(sizes), In: []*graph.Node{from}}
}

func (k *sketcher) choice(p *graph.Part, all []stop) []*graph.Part {
	ways := make([][]stretch, len(p.Branches))
	for _, s := range all {
		for w, taken := range s.Branches {
			if taken != nil {
				ways[w] = append(ways[w], stretch{taken, s.of})
			}
		}
	}
	p.Branches, p.Node = nil, &graph.Node{Sizes: k.shape(values(all))}
	empty, never := true, false
	for _, way := range ways {
		series := k.series(way)
		empty, never = empty && len(series) == 0, never || way == nil
		p.Branches = append(p.Branches, series)
	}
	switch {
	case never:
		return slices.Concat(p.Branches...)
	case empty:
		return nil
	}
	return []*graph.Part{p}
}

func (k *sketcher) repeat(p *graph.Part, all []stop) []*graph.Part {
	same, optional, count := true, true, p.Args[0].Value.(string)
	index := strings.TrimSuffix(strings.Fields(p.Call)[0], ",")
	var iterations []stretch
	for _, s := range all {
		same = same && s.Times == p.Times
		optional = optional && (s.Times == "0" || s.Times == "1")
		for i, one := range s.Branches {
			iterations = append(iterations, stretch{one, s.of.in(index, s.Args[1+i].Value.(dim.Size))})
		}
	}
	if same && fmt.Sprint(len(p.Branches)) == p.Times { // known
		var parts []*graph.Part
		for i := range p.Branches {
			var one []stretch
			for _, s := range all {
				one = append(one, stretch{s.Branches[i], s.of})
			}
			parts = append(parts, k.series(one)...)
		}
		return parts
	}
	indices, loose := k.indices, k.loose
	if k.indices = append(k.indices, index); !optional {
		k.loose = append(k.loose, index)
	}
	series := k.series(iterations)
	k.indices, k.loose = indices, loose
	p.Branches, p.Args, p.Node = nil, nil, &graph.Node{Sizes: k.shape(values(all))}
	switch {
	case len(series) == 0:
		return nil
	case optional:
		p.Kind, p.Call, p.Branches = graph.Choice, "repeat "+count, [][]*graph.Part{series, nil}
		if condition, is := strings.CutSuffix(strings.TrimPrefix(count, "if "), " then 1 else 0"); is {
			p.Call = condition
		}
		return []*graph.Part{p}
	case !same:
		p.Times = count
	}
	p.Parts = series
	return []*graph.Part{p}
}

// node is what the values of several cases are together.
func (k *sketcher) node(all []held, args []graph.Argument) *graph.Node {
	if len(all) == 0 {
		return &graph.Node{}
	}
	general := slices.MinFunc(all, func(a, b held) int { return a.of.supposed() - b.of.supposed() })
	n := k.nodes[general.Node]
	if n == nil {
		n = &graph.Node{Path: k.path(general.Path), Side: general.Side, Origin: general.Origin, Sizes: k.shape(all)}
		if general.Op != nil {
			n.Op = k.operation(all, args)
		}
		for _, in := range general.In {
			n.In = append(n.In, cmp.Or(k.nodes[in], in))
		}
	}
	for _, one := range all {
		k.nodes[one.Node] = n
	}
	return n
}
