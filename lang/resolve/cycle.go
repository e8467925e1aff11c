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

// cycles finds blocks that apply themselves whatever their arguments are, so that no
// network can be made of them: on the way back to them there is no condition, and no
// repeat, which may have no iterations.
func (c *checker) cycles() {
	w := cycleWalk{checker: c, state: map[*ast.Block]int{}}
	for _, o := range c.module.order {
		if o.Block != nil && o.Module == c.module {
			w.from(o.Block)
		}
	}
}

// A cycleWalk visits each block once.
type cycleWalk struct {
	*checker
	state map[*ast.Block]int
	stack []application // that led to the block being visited
}

const (
	visiting = iota + 1
	visited
)

func (w *cycleWalk) from(b *ast.Block) {
	if w.state[b] != 0 {
		return
	}
	w.state[b] = visiting
	for _, a := range w.always(b) {
		w.stack = append(w.stack, a)
		if w.state[a.of] == visiting && w.reported < maxReported {
			w.tell(w.cycle(a.of))
		}
		w.from(a.of)
		w.stack = w.stack[:len(w.stack)-1]
	}
	w.state[b] = visited
}

// tell reports a cycle, except one of presets alone, which has been reported already.
func (w *cycleWalk) tell(cycle []application) {
	if slices.ContainsFunc(cycle, func(a application) bool { return !a.preset }) {
		w.report(blockCycle(cycle))
	}
}

// cycle is the applications that lead from a block back to it.
func (w *cycleWalk) cycle(b *ast.Block) []application {
	from := len(w.stack) - 1
	for from > 0 && w.stack[from-1].of != b {
		from--
	}
	return slices.Clone(w.stack[from:])
}

// always are the blocks of this module that a block applies each time. The body in
// braces after a call is an argument, which that block may or may not apply.
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

// ownNames are the parameters of a block and what it defines: any of them may be a block
// that is passed in.
func ownNames(b *ast.Block) map[string]bool {
	own := map[string]bool{}
	for _, p := range b.Params.All() {
		own[p.Name.Text] = true
	}
	ast.Walk(b.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Let:
			for _, name := range n.Pattern.All() {
				own[name.Text] = true
			}
		case *ast.RepeatHead:
			for _, name := range n.Names() {
				own[name.Text] = true
			}
		}
		return true
	})
	return own
}
