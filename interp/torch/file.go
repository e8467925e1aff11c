package torch

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"math"
	"slices"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/lang/source"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// A file is a net on its way to Python.
type file struct {
	net     *graph.Part
	graph   *graph.Graph
	in      map[*graph.Part]*graph.Node
	made    map[*graph.Node][]*graph.Part // the parts around what makes a value, and that itself
	tapped  map[*graph.Node]string        // values that are read by name, and what they are called
	taps    []inside                      // the parts that read them
	heads   []inside
	classes []*class // those that are called before those that call them
	rowOf   map[*graph.Part]*row
	classOf map[*graph.Part]*class
	indexOf map[*graph.Part]int // which row of its class a part is
	// sequential says of the groups of the text whether they are rows of steps.
	sequential map[source.Span]rowKind
	shapes     map[*graph.Part]string
	imports    map[string]bool
	lacks      []graph.Lacking
	changed    bool
}

// inside is a part with those around it.
type inside struct {
	part   *graph.Part
	around []*graph.Part
}

func newFile(net *graph.Part, g *graph.Graph) *file {
	f := &file{
		net: net, graph: g, in: map[*graph.Part]*graph.Node{}, made: map[*graph.Node][]*graph.Part{},
		tapped: map[*graph.Node]string{}, rowOf: map[*graph.Part]*row{}, classOf: map[*graph.Part]*class{}, indexOf: map[*graph.Part]int{},
		sequential: map[source.Span]rowKind{}, shapes: map[*graph.Part]string{}, imports: map[string]bool{},
	}
	f.in[net] = g.Input()
	f.follow(net.Parts, g.Input(), []*graph.Part{net})
	f.nameTapped()
	f.readEnds()
	f.findRows(net.Parts)
	f.findClasses(net)
	return f
}

// nameTapped gives each value that is read by name the name by which the text reads it where that is nearest to
// the net itself, or, where the text has none, that of an item of a list.
func (f *file) nameTapped() {
	far := func(t inside) int {
		if t.part.Names == nil { // an item
			return math.MaxInt
		}
		return len(t.around)
	}
	nearest := map[*graph.Node]int{}
	for _, t := range f.taps {
		n := t.part.Node
		if before, named := nearest[n]; !named || far(t) < before {
			nearest[n], f.tapped[n] = far(t), identifier(t.part.Call[strings.LastIndexAny(t.part.Call, ".@")+1:])
		}
	}
}

// follow notes what every part takes.
func (f *file) follow(series []*graph.Part, x *graph.Node, around []*graph.Part) *graph.Node {
	for _, p := range series {
		f.in[p] = x
		within := append(slices.Clip(around), p)
		switch p.Kind {
		case graph.Operation, graph.Merge:
			for _, b := range p.Branches {
				f.follow(b, x, within)
			}
			f.made[p.Node] = within
			if p.Kind == graph.Merge && len(p.Node.In) != len(p.Branches) { // one gives a list
				for _, n := range p.Node.In {
					f.taps = append(f.taps, inside{&graph.Part{Kind: graph.Tap, Call: "@item", Node: n}, within})
				}
			}
		case graph.Block, graph.Group:
			f.follow(p.Parts, x, within)
		case graph.Tap:
			f.taps = append(f.taps, inside{p, around})
		case graph.Head:
			f.follow(p.Parts, x, within)
			f.heads = append(f.heads, inside{p, around})
			continue
		}
		x = p.Node
	}
	return x
}

func groupKey(p *graph.Part) source.Span { return p.Span }

// findRows decides which groups are rows of steps, in all their applications.
func (f *file) findRows(series []*graph.Part) {
	graph.Walk(series, func(p *graph.Part) {
		if p.Kind != graph.Group {
			return
		}
		kind := f.rowOfSteps(p.Parts, p.Path, p.Node)
		if before, known := f.sequential[groupKey(p)]; known && before != kind {
			kind = notSequential
		}
		f.sequential[groupKey(p)] = kind
	})
}

// hasExtras reports whether values go in or out of a part beside its input and result.
func (f *file) hasExtras(p *graph.Part) bool {
	has := false
	graph.Walk(p.Parts, func(q *graph.Part) {
		has = has || q.Kind == graph.Tap || q.Kind == graph.Head || f.tapped[q.Node] != "" && q.Node != p.Node
	})
	return has
}

// rowOfSteps is how a body is written as nn.Sequential, if it can be.
func (f *file) rowOfSteps(series []*graph.Part, owner string, out *graph.Node) rowKind {
	list := f.flatten(series, owner, nil, nil)
	byNumberOnly, odd, names, learns := true, false, map[string]bool{}, false
	for i, q := range list {
		p := q.part
		label, _ := cutPath(p.Path, owner)
		if p.Kind == graph.Tap || p.Kind == graph.Head || p.Kind == graph.Merge || p.Node != out && f.tapped[p.Node] != "" {
			return notSequential
		}
		if p.Kind != graph.Operation && f.hasExtras(p) || p.Kind == graph.Operation && !hasModule(p, f.in[p]) {
			return notSequential
		}
		has := len(f.tensors(p)) > 0
		learns = learns || has
		if label != fmt.Sprint(i) && has {
			byNumberOnly = false
		}
		odd = odd || names[label] || strings.Contains(label, ".") || hidden(label)
		names[label] = true
	}
	switch {
	case !learns || len(list) == 0:
		return notSequential
	case byNumberOnly:
		return byNumber
	case odd:
		return notSequential
	}
	return byName
}

// tensors are those of a part.
func (f *file) tensors(p *graph.Part) (list []graph.Param) {
	if p.Kind == graph.Operation {
		return p.Node.Params
	}
	graph.Walk([]*graph.Part{p}, func(q *graph.Part) {
		if q.Kind == graph.Operation && len(list) == 0 {
			list = q.Node.Params
		}
	})
	return list
}

// hasModule reports whether torch has a module of an operation, with exactly what it does.
func hasModule(p *graph.Part, in *graph.Node) bool {
	switch o := p.Node.Op.(type) {
	case *ops.Conv, *ops.Linear, *ops.BatchNorm, *ops.LayerNorm, *ops.Activate, *ops.Gelu, *ops.LeakyReLU, *ops.ELU, *ops.PReLU, *ops.Identity, *ops.AvgPoolTo, *ops.GlobalAvgPool,
		*ops.Flatten, *ops.Dropout, *ops.DropPath, *ops.Softmax, *ops.GroupNorm, *ops.InstanceNorm:
		return true
	case *ops.Deconv:
		u := &use{parts: []*graph.Part{p}, in: []*graph.Node{in}}
		_, crop := u.deconvSides()
		return !crop
	case *ops.MaxPool, *ops.AvgPool:
		u := &use{parts: []*graph.Part{p}, in: []*graph.Node{in}}
		return u.windowOf() == even
	case *ops.LRN:
		return len(in.Shape) > 2
	case *ops.HardSigmoid:
		return o.Slope == dim.Ratio(1, 6)
	}
	return false
}

// findClasses makes the rows of the classes, those inside before those around them.
func (f *file) findClasses(net *graph.Part) {
	find := map[classKey]*class{}
	var walk func(series []*graph.Part, owner string)
	add := func(key classKey, p *graph.Part) {
		c := find[key]
		if c == nil {
			c = &class{file: f, key: key, net: p == net}
			find[key] = c
			f.classes = append(f.classes, c)
		}
		home := p
		if p.Kind == graph.Group {
			home = p.Names
		}
		r := &row{part: p, home: home, in: f.in[p], around: f.in[home]}
		c.rows = append(c.rows, r)
		f.rowOf[p] = r
	}
	walk = func(series []*graph.Part, owner string) {
		for _, p := range series {
			for _, b := range p.Branches {
				walk(b, owner)
			}
			inside := owner
			if p.Kind == graph.Block || p.Kind == graph.Group {
				inside = p.Path
			}
			walk(p.Parts, inside)
			switch {
			case p.Path == owner && (p.Kind == graph.Block || p.Kind == graph.Group):
			case p.Kind == graph.Block:
				add(classKey{declared: p.Declared, call: p.Call}, p)
			case p.Kind == graph.Group && f.sequential[groupKey(p)] == notSequential:
				add(classKey{declared: p.Span, call: "{"}, p)
			}
		}
	}
	walk(net.Parts, net.Path)
	add(classKey{call: "net"}, net)
	f.findExtras()
}

func lastOf(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }

// A tapOf is a tap and a part around it.
type tapOf struct{ tap, of *graph.Part }

// readsOfItems are the taps that read, of a module that is applied to several items of a list, what
// only for some of them is the input: it is taken beside that for all.
func (f *file) readsOfItems() map[tapOf]bool {
	items := map[string][]*graph.Part{} // the applications of a module, by its path
	taps := map[*graph.Part][]*graph.Part{}
	for _, t := range f.taps {
		for _, p := range t.around {
			if f.rowOf[p] == nil {
				continue
			}
			if len(taps[p]) == 0 {
				items[p.Path] = append(items[p.Path], p)
			}
			taps[p] = append(taps[p], t.part)
		}
	}
	reads := map[tapOf]bool{}
	for _, all := range items {
		for k := range taps[all[0]] {
			if slices.ContainsFunc(all, func(p *graph.Part) bool { return k < len(taps[p]) && taps[p][k].Node != f.in[p] }) {
				for _, p := range all {
					if k < len(taps[p]) {
						reads[tapOf{taps[p][k], p}] = true
					}
				}
			}
		}
	}
	return reads
}

// findExtras notes which values go in and out of modules beside their inputs and results.
func (f *file) findExtras() {
	unit := func(p *graph.Part) *row { return f.rowOf[p] }
	give := func(r *row, e extra) {
		if !slices.ContainsFunc(r.gives, func(o extra) bool { return o.node == e.node && o.side == e.side }) {
			r.gives = append(r.gives, e)
		}
	}
	reads := f.readsOfItems()
	for _, t := range f.taps {
		n := t.part.Node
		from := f.made[n]
		for _, p := range from {
			if r := unit(p); r != nil && !slices.Contains(t.around, p) && n != p.Node {
				give(r, extra{node: n, name: f.tapped[n]})
			}
		}
		for _, p := range t.around {
			r := unit(p)
			if r == nil || slices.Contains(from, p) || n == r.in && !reads[tapOf{t.part, p}] {
				continue
			}
			if !slices.ContainsFunc(r.takes, func(o extra) bool { return o.node == n }) {
				r.takes = append(r.takes, extra{node: n, name: f.tapped[n]})
			}
		}
	}
	for _, h := range f.heads {
		for _, p := range h.around {
			if r := unit(p); r != nil && p != f.net {
				give(r, extra{node: h.part.Node, name: identifier(lastOf(h.part.Path)), side: h.part.Side})
			}
		}
	}
	for _, r := range f.rowOf {
		r.inAt = inOrder(r.takes, r.part.Takes, r.in)
		r.resultAt = inOrder(r.gives, r.part.Gives, r.part.Node)
	}
	f.takeEnds()
}

// inOrder puts values into the order of a signature that has several, and what is none of them behind these; it
// gives them their names there. It returns how many come before main, which is beside them.
func inOrder(list []extra, signature []graph.Output, main *graph.Node) (before int) {
	place := func(n *graph.Node) int {
		if i := slices.IndexFunc(signature, func(o graph.Output) bool { return o.Node == n }); i >= 0 {
			return i
		}
		return len(signature)
	}
	slices.SortStableFunc(list, func(a, b extra) int {
		return cmp.Or(place(a.node)-place(b.node), a.node.ID-b.node.ID)
	})
	for i, e := range list {
		at := place(e.node)
		if at < len(signature) && signature[at].Name != "" {
			list[i].name = identifier(signature[at].Name)
		}
		if at < place(main) {
			before++
		}
	}
	return before
}

// shape says how a part is built, numbers left out: parts with one shape are written alike.
func (f *file) shape(p *graph.Part, owner string) string {
	var b strings.Builder
	label, _ := cutPath(p.Path, owner)
	fmt.Fprint(&b, p.Kind, p.Declared.Start.Offset, "(")
	inside := owner
	switch p.Kind {
	case graph.Block, graph.Group:
		if known, ok := f.shapes[p]; ok {
			return fmt.Sprint(p.Kind, label, known)
		}
		inside = p.Path
	case graph.Operation, graph.Merge:
		fmt.Fprint(&b, p.Node.Op.Name(), len(p.Node.Shape), len(f.in[p].Shape))
		if o, ok := p.Node.Op.(*ops.Resize); ok {
			fmt.Fprint(&b, o.Mode, o.AlignCorners)
		}
		if o, ok := p.Node.Op.(*ops.Border); ok {
			b.WriteString(o.Mode)
		}
		if _, ok := ops.WindowOf(p.Node.Op); ok {
			if _, isDeconv := p.Node.Op.(*ops.Deconv); !isDeconv {
				u := &use{parts: []*graph.Part{p}, in: []*graph.Node{f.in[p]}}
				form := u.windowOf()
				fmt.Fprint(&b, form)
				if form != even {
					fmt.Fprint(&b, poolOf(p.Node.Op))
				}
			}
		}
	case graph.Tap:
		fmt.Fprint(&b, p.Call)
	}
	for _, q := range p.Parts {
		b.WriteString(f.shape(q, inside))
	}
	for _, branch := range p.Branches {
		b.WriteByte('|')
		for _, q := range branch {
			b.WriteString(f.shape(q, owner))
		}
	}
	if r := f.rowOf[p]; r != nil {
		fmt.Fprint(&b, len(r.takes), len(r.gives))
	}
	sum := fmt.Sprintf("%x", sha256.Sum256([]byte(b.String())))
	if p.Kind == graph.Block || p.Kind == graph.Group {
		f.shapes[p] = sum
	}
	return fmt.Sprint(p.Kind, label, sum)
}
