package elab

import (
	"cnnlang/lang/ast"
	"cnnlang/lang/resolve"
)

// A sizer counts the operations that a block makes at least, from the text
// alone, so that blocks which double from call to call are refused before
// anything is made. What a condition or an unknown count decides counts for
// nothing. Counts saturate just above MaxNodes.
//
// They are kept with the blocks: a file may have as many nets as lines, and each stand
// on all blocks before it.
type sizer struct {
	active map[*ast.Block]bool // being counted; one that calls itself counts for nothing
}

// least is how many operations a block makes at least.
func least(o *resolve.Object) int {
	return (&sizer{map[*ast.Block]bool{}}).block(o)
}

const tooMany = MaxNodes + 1

func (s *sizer) block(o *resolve.Object) int {
	b := o.Block
	if n := o.Least.Load(); n > 0 {
		return int(n) - 1
	}
	if s.active[b] {
		return 0
	}
	s.active[b] = true
	defer delete(s.active, b)
	n := 0
	switch {
	case b.Preset != nil:
		n = s.callee(b.Preset.Ref(), o.Module)
	case o.IsPrimitive():
		n = 1
	case b.Body != nil:
		n = s.body(b.Body, o.Module)
	}
	o.Least.Store(int32(n) + 1)
	return n
}

func (s *sizer) callee(r *ast.Ref, module *resolve.Module) int {
	o, _ := module.LookupPath(r.Path)
	if o == nil || o.Block == nil {
		return 0
	}
	return s.block(o)
}

func (s *sizer) body(b *ast.Body, module *resolve.Module) int {
	n := 0
	for _, st := range b.Stmts {
		if st.Pipe == nil {
			continue
		}
		for _, step := range st.Pipe.Steps {
			n = min(n+s.step(step, module), tooMany)
		}
	}
	return n
}

func (s *sizer) step(st *ast.Step, module *resolve.Module) int {
	switch {
	case st.Group != nil:
		return s.body(st.Group, module)
	case st.Repeat != nil && st.Repeat.Body != nil:
		return times(st.Repeat.Head, s.body(st.Repeat.Body, module))
	case st.Repeat != nil:
		return times(st.Repeat.Head, s.step(st.Repeat.Step, module))
	case st.Call == nil:
		return 0
	}
	n := s.callee(st.Call.Callee.Ref(), module)
	for _, b := range st.Call.Branches {
		one := s.body(b.Body, module)
		if b.Repeat != nil {
			one = times(b.Repeat, one)
		}
		n = min(n+one, tooMany)
	}
	return n
}

// times multiplies by a count that is written as a number.
func times(h *ast.RepeatHead, n int) int {
	literal, ok := h.Count.(*ast.Number)
	if !ok || h.How == "in" {
		return 0
	}
	size, ok := parseNumber(literal.Text)
	count, whole := size.Int()
	if !ok || !whole || count < 0 || count > MaxNodes {
		return 0 // reported, with its place, when it is evaluated
	}
	if count > 0 && n > tooMany/count {
		return tooMany
	}
	return min(n*count, tooMany)
}
