package elab

import (
	"slices"
	"strings"
	"unicode"

	"cnnlang/interp/graph"
	"cnnlang/lang/ast"
	"cnnlang/lang/source"
	"cnnlang/ops/dim"
)

// body applies statements in order to x.
func (m *machine) body(b *ast.Body, e *env, sc scope, x Tensor) Tensor {
	for _, st := range b.Stmts {
		if !m.step(st.Span()) {
			return poison
		}
		switch {
		case st.Let != nil:
			if !m.letStep(st.Let, e) {
				return poison // what follows may need the value
			}
		case st.Side != nil:
			m.sideHead(st.Side, e, sc, x)
		case st.Pipe != nil:
			for _, s := range st.Pipe.Steps {
				x = m.stepValue(s, e, sc, x)
			}
		}
	}
	return x
}

// stepValue applies one step to x and checks what is claimed of the result.
func (m *machine) stepValue(s *ast.Step, e *env, sc scope, x Tensor) Tensor {
	if !m.step(s.Span()) {
		return poison
	}
	label, labelled, ok := m.label(s, e)
	if !ok {
		return poison
	}
	if s.Each {
		x = m.each(s, e, sc, x, label, labelled)
	} else {
		x = m.applied(s, e, sc, x, label, labelled)
	}
	m.claims(s, e, sc, x, label)
	if m.values != nil && m.outermost() && !x.Poisoned && !x.Many {
		m.noteValue(s.Span().End.Offset, x.Shape)
	}
	return x
}

// applied is what a step makes of x.
func (m *machine) applied(s *ast.Step, e *env, sc scope, x Tensor, label string, labelled bool) Tensor {
	switch {
	case s.Call != nil:
		return m.call(s, e, sc, x, label, labelled)
	case s.Tap != nil:
		x, key := m.tap(s.Tap, e)
		if x.Many && len(x.Items) == 0 && !x.Poisoned {
			m.fail(readsNothing(s.Tap))
			return poison
		}
		path := ""
		if labelled && label != "" || s.Each {
			path = m.take(sc, s, label, labelled)
			m.begin(graph.Step{Path: path, Call: "@"}, s)(x)
		}
		m.partOf(graph.Part{Kind: graph.Tap, Path: path, Call: "@" + key, As: inText(s.Tap, e), Names: e.frame.part}, s)(x)
		return x
	case labelled && label != "" || s.Each:
		path := m.take(sc, s, label, labelled)
		done, noted := m.begin(graph.Step{Path: path}, s), m.partOf(graph.Part{Kind: graph.Group, Path: path, Names: e.frame.part}, s)
		leave := m.enterStep(s)
		x = m.group(s, e, newScope(path+".", m.generic), x)
		leave()
		done(x)
		noted(x)
		return x
	}
	return m.group(s, e, sc, x)
}

// noteValue keeps the shape that the step which ends at an offset has; nil for one
// that has several, in iterations of a repeat.
func (m *machine) noteValue(end int, shape dim.Shape) {
	if before, known := m.values[end]; known && !sameShape(before, shape) {
		shape = nil
	}
	m.values[end] = shape
}

// tap gives a named value, or that of a stage. A name that is known in the text may still have
// none, where the step that names it was not applied.
func (m *machine) tap(ref *ast.TapRef, e *env) (t Tensor, name string) {
	name, f := ref.Text(), e.frame
	if v, isLocal := e.lookup(name); isLocal && len(ref.Path) == 1 {
		if _, _, named := f.tap(name); !named || isTensor(v) {
			return m.localTensor(ref, v, e), name
		}
	}
	if list, perhaps, named := f.tap(name); named && !perhaps && list.hasRun() && len(ref.At) > 0 {
		return m.itemOfRun(list, ref, e), name
	}
	indexes, ok := m.indexesOf(ref.At, name, e)
	if !ok {
		return poison, name
	}
	if k := len(indexes) - 1; k >= 0 {
		list, _, isList := f.tap(name + written(indexes[:k]))
		if _, _, isItself := f.tap(name + written(indexes)); isList && !isItself {
			return m.item(list, ref, name+written(indexes[:k]), dim.Int(indexes[k])), name + written(indexes)
		}
	}
	name += written(indexes)
	key := name
	if len(ref.Path) > 1 {
		key = pathMark + name
	}
	t, perhaps, ok := f.tap(key)
	switch {
	case perhaps:
		m.unknowns.Beyond("the value `" + name + "`, named in a repeat of unknown length")
	case m.mayBeStage(f, ref): // or another one, by the same label
		m.unknowns.Beyond("whether an unknown number or string makes the stage `" + name + "`")
	case ok:
		return t, name
	case len(ref.At) > 0:
		m.missingIndex(ref, name, f)
	case len(m.indexed(f, name)) > 0: // reported where names are resolved
	case f.unsure && m.unknowns != nil:
		m.unknowns.Beyond("whether there is a stage `" + name + "`")
	case f.unsure: // what it may be a stage of has failed
	case len(ref.Path) > 1:
		m.fail(noStage(ref, m.stagesOf(f)))
	default:
		m.fail(tapNotMade(ref))
	}
	return poison, name
}

// group applies the steps that have no name of their own.
func (m *machine) group(s *ast.Step, e *env, sc scope, x Tensor) Tensor {
	switch {
	case s.If != nil:
		return m.ifStep(s.If, e, sc, x)
	case s.Repeat != nil:
		return m.repeated(s.Repeat.Head, e, func() Tensor { return m.repeat(s.Repeat, e, sc, x) })
	case s.Group != nil:
		return m.body(s.Group, e.inner(), sc, x)
	}
	panic("elab: step without content")
}

// label evaluates a step's label.
func (m *machine) label(s *ast.Step, e *env) (text string, labelled, ok bool) {
	switch {
	case s.Label == nil:
		return "", false, true
	case s.Label.Name != nil:
		return s.Label.Name.Text, true, true
	}
	v, ok := m.eval(s.Label.Text, e)
	if !ok {
		return "", true, false
	}
	text = v.(string)
	if !printable(text) || strings.Contains(text, `"`) {
		m.fail(badLabel(s.Label.Span(), text))
		return "", true, false
	}
	return text, true, true
}

// printable reports whether a text is shown as it is: a terminal obeys other characters, or
// hides them.
func printable(text string) bool {
	return !strings.ContainsFunc(text, func(c rune) bool { return !unicode.IsGraphic(c) })
}

func (m *machine) ifStep(f *ast.If, e *env, sc scope, x Tensor) Tensor {
	c, ok := m.evalBool(f.Cond, e)
	if !ok {
		m.unnamed(f, e)
		return poison
	}
	return m.choice(f, e, c, func() Tensor {
		defer m.inArm(f, e, c)()
		switch {
		case c:
			return m.body(f.Then, e.inner(), sc, x)
		case f.ElIf != nil:
			return m.ifStep(f.ElIf, e, sc, x)
		case f.Else != nil:
			return m.body(f.Else, e.inner(), sc, x)
		}
		return x
	})
}

func (m *machine) repeat(r *ast.Repeat, e *env, sc scope, x Tensor) Tensor {
	if m.unknowns != nil {
		v, ok := m.eval(r.Head.Count, e)
		switch v := v.(type) {
		case dim.Size:
			if ok && !v.Known() && r.Head.How != "in" {
				return m.unknownRepeat(&loop{repeat: r, n: v, env: e, scope: sc}, x)
			}
		case UnknownList:
			n, known := v.length(m.unknowns).Int()
			if known && 0 < n && n <= mostItems && (e.frame.asked.any() || e.frame.own.any()) { // for its stages
				return (&loop{machine: m, repeat: r, list: &v, env: e, scope: sc}).times(n, x)
			}
			return m.unknownRepeat(&loop{repeat: r, n: v.length(m.unknowns), list: &v, env: e, scope: sc}, x)
		}
	}
	sameIterations := m.sameIterations(r.Head)
	i := 0
	ok := m.iterations(r.Head, e, func(in *env, left int) bool {
		before, number := x, sc.next.next
		sameIterations.begin()
		m.place.of = r
		x = m.iteration(dim.Int(i), func() Tensor {
			if r.Body != nil {
				return m.body(r.Body, in, sc, x)
			}
			return m.stepValue(r.Step, in, sc, x)
		})
		if x.Poisoned || m.misfits(x) {
			return false
		}
		follow := sameIterations.follow(before, x, left)
		if follow {
			m.skip(sc, sameIterations.named, number, left)
			sc.next.next += left * (sc.next.next - number)
		}
		i++
		return !follow
	})
	if !ok || x.Poisoned {
		m.unnamed(r, e)
	}
	if !ok {
		return poison
	}
	return x
}

// iterations calls f once for each iteration of a repeat, with the loop's names bound and the
// number of iterations that are left after it, until it answers false. It reports false
// where the count has no value.
func (m *machine) iterations(h *ast.RepeatHead, e *env, f func(in *env, left int) bool) bool {
	v, ok := m.eval(h.Count, e)
	if !ok {
		return false
	}
	items, isList := v.([]Value)
	count := len(items)
	switch v := v.(type) {
	case UnknownList:
		m.unknowns.Beyond("branches for each item of the list " + v.Name)
		return false
	case unknownTensors:
		m.unfollowed("iterations for the items")
		return false
	}
	if n, isNumber := v.(dim.Size); isNumber && !n.Known() {
		if v, ok = m.fewIterations(n, h.Count.Span()); !ok {
			return false
		}
	}
	if n, isNumber := v.(dim.Size); isNumber {
		whole, ok := n.Int()
		switch {
		case !ok || whole < 0:
			m.failOver(badCount(h.Count.Span(), n), h.Count, e)
			return false
		case whole > MaxNodes:
			m.stop(tooManyIterations(h.Count.Span(), whole))
			return false
		case h.How == "in":
			m.fail(notListToRepeat(h, v))
			return false
		}
		m.followed(whole, h.Count.Span())
		count = whole
	} else if !isList || h.How == "of" {
		m.fail(notCount(h.Count.Span(), v))
		return false
	}
	m.soMany(count)
	for i := range count {
		if !m.step(h.Span()) {
			return false
		}
		var item Value
		if isList {
			item = items[i]
		}
		in, leave, ok := m.enterIteration(h, e, dim.Int(i), item)
		further := ok && f(in, count-1-i)
		leave()
		switch {
		case !ok:
			return false
		case !further:
			return true
		}
	}
	return true
}

// enterIteration makes an iteration the place of what follows, with the names that it
// binds: of the i-th item, or with none of i alone. ok is false where the item has no
// values for them.
func (m *machine) enterIteration(h *ast.RepeatHead, e *env, i dim.Size, item Value) (in *env, leave func(), ok bool) {
	in = e.inner()
	before := m.place
	m.place = &place{up: before, span: h.Span(), iteration: anyIteration}
	if n, known := i.Int(); known {
		m.place.iteration = n
	}
	if h.Index != nil && !h.Index.Skips() {
		in.values[h.Index.Text] = i
	}
	if item == nil {
		item = i
	}
	ok = h.Each == nil || m.bindNames(h.Each, item, in, h.Count, e, i)
	if m.series == nil {
		return in, func() { m.place = before }, ok
	}
	around := m.around
	m.around = append(slices.Clip(around), m.iterationOf(h, e, m.place.iteration))
	return in, func() { m.place, m.around = before, around }, ok
}

// enter and leave count how deep blocks call blocks, and names stand for names: chain
// says of what sort these are, "" where it is a call.
func (m *machine) enter(span source.Span, chain string) bool {
	m.depth++
	switch {
	case m.depth <= MaxDepth:
	case chain != "":
		m.stop(tooDeepNames(span, chain))
	default:
		m.stop(tooDeepCalls(span, m.cycle()))
	}
	return !m.stopped
}

func (m *machine) leave() { m.depth-- }

// cycle is the blocks from the innermost call back to the call of the same block
// before, "" where there is none.
func (m *machine) cycle() string {
	var names []string
	for i := len(m.trace) - 1; i >= 0; i-- {
		if m.trace[i].block == nil {
			return ""
		}
		names = append(names, "`"+m.trace[i].block.Object.Name+"`")
		if len(names) > 1 && names[0] == names[len(names)-1] {
			slices.Reverse(names)
			return strings.Join(names, " calls ")
		}
	}
	return ""
}
