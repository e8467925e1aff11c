package resolve

import (
	"slices"

	"cnnlang/lang/ast"
	"cnnlang/lang/source"
)

// An application is where a body, or a preset, names a block of the same module.
type application struct {
	at     source.Span
	of     *ast.Block
	preset bool
}

// circles finds blocks that apply themselves whatever their arguments are, so that no
// network can be made of them: on the way back to them there is no condition and no
// repeat, which may have no turns.
func (c *checker) circles() {
	w := circleWalk{checker: c, state: map[*ast.Block]int{}}
	for _, o := range c.module.order {
		if o.Block != nil && o.Module == c.module {
			w.from(o.Block)
		}
	}
}

// A circleWalk visits each block once.
type circleWalk struct {
	*checker
	state map[*ast.Block]int
	way   []application // to where the walk is
}

const (
	onTheWay = iota + 1
	walked
)

func (w *circleWalk) from(b *ast.Block) {
	if w.state[b] != 0 {
		return
	}
	w.state[b] = onTheWay
	for _, a := range w.always(b) {
		w.way = append(w.way, a)
		if w.state[a.of] == onTheWay && w.reported < maxReported {
			w.tell(w.ring(a.of))
		}
		w.from(a.of)
		w.way = w.way[:len(w.way)-1]
	}
	w.state[b] = walked
}

// tell reports a circle, but one of presets, which is reported already.
func (w *circleWalk) tell(ring []application) {
	if slices.ContainsFunc(ring, func(a application) bool { return !a.preset }) {
		w.report(blockCircle(ring))
	}
}

// ring is the applications from a block back to it.
func (w *circleWalk) ring(b *ast.Block) []application {
	from := len(w.way) - 1
	for from > 0 && w.way[from-1].of != b {
		from--
	}
	return slices.Clone(w.way[from:])
}

// always are the blocks of this module that a block applies each time. What stands in
// braces behind a call is an argument: whether it is applied is for that block to say.
func (c *checker) always(b *ast.Block) (list []application) {
	if o := c.module.preset(b); o != nil && o.Module == c.module {
		return []application{{b.Preset.Span(), o.Block, true}}
	}
	if b.Body == nil {
		return nil
	}
	own := ownNames(b)
	var look func(n ast.Node) bool
	look = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.If, *ast.Repeat, *ast.Let, *ast.Expect:
			return false
		case *ast.Branch:
			return n.Repeat == nil
		case *ast.Call:
			r := n.Callee.Ref()
			if o, _ := c.module.LookupPath(r.Path); o != nil && o.Block != nil && o.Module == c.module && !own[r.Path[0].Text] {
				list = append(list, application{n.Span(), o.Block, false})
			}
			for _, branch := range n.Branches {
				ast.Walk(branch, look)
			}
			return false
		}
		return true
	}
	ast.Walk(b.Body, look)
	return list
}

// ownNames are the parameters of a block and what it defines, which may be blocks that
// are given.
func ownNames(b *ast.Block) map[string]bool {
	own := map[string]bool{}
	if b.Params != nil {
		for _, p := range b.Params.List {
			own[p.Name.Text] = true
		}
	}
	ast.Walk(b.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Let:
			own[n.Name.Text] = true
		case *ast.RepeatHead:
			for _, v := range n.Vars {
				own[v.Text] = true
			}
		}
		return true
	})
	return own
}
