package prove

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/elab"
	"cnnlang/ops"
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
	ins, outs := math.MaxInt, math.MaxInt
	for _, r := range v.Results {
		if len(r.sketch.Inputs) == 0 || slices.Contains(r.sketch.Outputs, nil) {
			return s, false
		}
		all = append(all, stretch{r.sketch.Parts, &view{Case: r.of}})
		ins, outs = min(ins, len(r.sketch.Inputs)), min(outs, len(r.sketch.Outputs))
	}
	if len(all) == 0 {
		return s, false
	}
	nth := func(n int, of func(graph.Sketch) []*graph.Node) (list []held) {
		for i, r := range v.Results {
			list = append(list, held{of(r.sketch)[n], all[i].of})
		}
		return list
	}
	for n := range ins {
		s.Inputs = append(s.Inputs, k.node(nth(n, func(s graph.Sketch) []*graph.Node { return s.Inputs }), nil))
	}
	s.Parts = k.series(all)
	for n := range outs {
		s.Outputs = append(s.Outputs, &graph.Node{Sizes: k.shape(nth(n, func(s graph.Sketch) []*graph.Node { return s.Outputs }))})
	}
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
	if p.Kind == graph.Tap && slices.ContainsFunc(all, func(s stop) bool { return s.Call != p.Call }) {
		p.Call = indexRead.ReplaceAllString(p.Call, "[_]")
	}
	p.Node = k.node(values(all), p.Args)
	p.Args = k.arguments(all)
	return []*graph.Part{&p}
}

// indexRead is the index of a value that is read.
var indexRead = regexp.MustCompile(`\[\d+\]`)

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
	k.indices = append(k.indices, index)
	series := k.series(iterations)
	k.indices = k.indices[:len(k.indices)-1]
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
		n = &graph.Node{Path: general.Path, Side: general.Side, Origin: general.Origin, Sizes: k.shape(all)}
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

// operation is an operation with what its numbers are in all cases.
func (k *sketcher) operation(all []held, written []graph.Argument) ops.Op {
	args := map[string]any{}
	for i, a := range graph.Arguments(all[0].Op) {
		text := "_"
		for _, w := range written {
			if w.Name == a.Name {
				text = w.Value.(elab.Written).Text
			}
		}
		number := func(of func(any) dim.Size) dim.Size {
			var sizes []dim.Size
			for _, one := range all {
				sizes = append(sizes, of(graph.Arguments(one.Op)[i].Value))
			}
			return k.agreed(all, text, sizes)
		}
		switch v := a.Value.(type) {
		case dim.Size:
			args[a.Name] = number(func(v any) dim.Size { return v.(dim.Size) })
		case dim.Pair:
			args[a.Name] = dim.Pair{H: number(func(v any) dim.Size { return v.(dim.Pair).H }), W: number(func(v any) dim.Size { return v.(dim.Pair).W })}
		default:
			args[a.Name] = v
		}
	}
	op, err := ops.New(all[0].Op.Name(), args)
	if err != nil {
		panic("prove: " + err.Error())
	}
	return op
}

// arguments are those of a call, as texts.
func (k *sketcher) arguments(all []stop) (list []graph.Argument) {
	for i, a := range all[0].Args {
		text := k.equalText(all, i, a.Value.(elab.Written).Text)
		value := func(s stop) elab.Value {
			if i < len(s.Args) {
				return s.Args[i].Value.(elab.Written).Value
			}
			return nil
		}
		var sizes []dim.Size
		var of []held
		for _, s := range all {
			if n, isNumber := value(s).(dim.Size); isNumber {
				sizes, of = append(sizes, n), append(of, held{of: s.of})
			}
		}
		if len(sizes) == len(all) {
			text = k.agreed(of, text, sizes).Decimal()
		}
		list = append(list, graph.Argument{Name: a.Name, Value: text})
	}
	return list
}

// equalText is a flag, a padding or a size along both axes that is one in all cases, or else the text.
func (k *sketcher) equalText(all []stop, i int, text string) string {
	first := ""
	for n, s := range all {
		if i >= len(s.Args) {
			return text
		}
		one := ""
		switch v := s.Args[i].Value.(elab.Written).Value.(type) {
		case bool:
			one = fmt.Sprint(v)
		case dim.Pair:
			if v.H.Known() && v.W.Known() {
				one = v.String()
			}
		case ops.Padding:
			if v.Mode != ops.Explicit || v.Top.Known() && v.Bottom.Known() && v.Left.Known() && v.Right.Known() {
				one = v.Written()
			}
		}
		if n == 0 {
			first = one
		}
		if one == "" || one != first {
			return text
		}
	}
	return first
}

// shape is that of a value in all cases.
func (k *sketcher) shape(all []held) (shape dim.Shape) {
	for axis := range all[0].Sizes {
		var sizes []dim.Size
		for _, one := range all {
			if len(one.Sizes) != len(all[0].Sizes) {
				sizes = append(sizes, dim.Invalid())
				continue
			}
			sizes = append(sizes, one.Sizes[axis])
		}
		shape = append(shape, k.agreed(all, "_", sizes))
	}
	return shape
}

// agreed is a size that all cases have, or what stands for it, which is its text in the program.
func (k *sketcher) agreed(all []held, text string, found []dim.Size) dim.Size {
	sizes := make([]dim.Size, len(all))
	order := make([]int, len(all))
	for i, size := range found {
		sizes[i], order[i] = k.plain(size), i
	}
	if !slices.ContainsFunc(sizes, func(size dim.Size) bool { return !size.IsValid() }) {
		slices.SortStableFunc(order, func(a, b int) int { return all[a].of.supposed() - all[b].of.supposed() })
		for _, g := range order[:min(len(order), 8)] {
			if k.inWords(sizes[g]) && k.stands(sizes[g], sizes, all) {
				return found[g].InOthers() // with the bounds that its case knows
			}
		}
	}
	if text == "_" {
		k.unsaid++
		return dim.Variable{Name: fmt.Sprint("unsaid ", k.unsaid), Low: 1, Sense: &dim.Sense{Label: "_", Kind: graph.Unsaid{}}}.Size()
	}
	if k.said[text] == (dim.Size{}) {
		k.said[text] = dim.Variable{Name: "as written " + text, Low: 1, Sense: &dim.Sense{Label: text, Kind: graph.Unsaid{}}}.Size()
	}
	return k.said[text]
}

// stands reports whether a size is that of all cases.
func (k *sketcher) stands(size dim.Size, sizes []dim.Size, all []held) bool {
	for i, other := range sizes {
		if k.work += 1 + len(all[i].of.values); k.work > mostSketchWork {
			return false
		}
		if !dim.Equivalent(k.plain(all[i].of.put(size)), other) {
			return false
		}
	}
	return true
}

// plain is a size in the block's own variables as they are by themselves, in which iterations are
// called by their letter.
func (k *sketcher) plain(size dim.Size) dim.Size {
	size = k.unbounded(size.InOthers())
	by := map[string]dim.Size{}
	for _, x := range size.Vars() {
		if isIteration(x) {
			by[x.Name] = dim.Variable{Name: iterationOf + x.String(), Sense: &dim.Sense{Label: x.String()}}.Size()
		}
	}
	if len(by) == 0 {
		return size
	}
	return size.SubstituteAll(by)
}

const iterationOf = "the iteration of "

func isIteration(x dim.Variable) bool { return strings.HasPrefix(x.Name, iterationOf) }

// inWords reports whether a size can be said in the block's own words, and those of the repeats
// around.
func (k *sketcher) inWords(size dim.Size) bool {
	return !slices.ContainsFunc(size.Vars(), func(x dim.Variable) bool {
		if isIteration(x) {
			return !slices.Contains(k.indices, x.String())
		}
		return !inItsOwnWords(x.Size())
	})
}
