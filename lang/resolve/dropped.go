package resolve

import (
	"slices"

	"cnnlang/lang/ast"
)

// Dropped values: whether the value of a step is lost because another value starts.

// readers are what may read the value of a step besides the next step.
type readers struct {
	names []*ast.Name // from `as`
	other bool        // a side head reads it, or it is the value of a stage
}

func (r readers) any() bool { return r.other || len(r.names) > 0 }

// find adds the readers of the value of s. The value of a group, a condition or a repeat is
// that of its last step; one reader in any arm is enough.
func (c *checker) find(r *readers, s *ast.Step) {
	for _, claim := range s.Claims {
		r.names = append(r.names, claim.Names()...)
	}
	r.other = r.other || s.Stage || c.readsInto(s.Label)
	if s.Each {
		return // what is named in it ends with it
	}
	if s.Repeat != nil && s.Repeat.Step != nil {
		c.find(r, s.Repeat.Step)
	}
	for _, b := range s.Bodies() {
		c.findIn(r, b)
	}
}

func (c *checker) findIn(r *readers, b *ast.Body) {
	for _, st := range slices.Backward(b.Stmts) {
		switch {
		case st.Side != nil:
			r.other = r.other || c.takes(st.Side.Step)
		case st.Pipe != nil:
			c.find(r, st.Pipe.Steps[len(st.Pipe.Steps)-1])
			return
		}
	}
}

// passesOn reports whether a step consists of bodies without steps, which pass the value on
// as it is.
func passesOn(s *ast.Step) bool {
	bodies := s.Bodies()
	return len(bodies) > 0 && len(s.Claims) == 0 && !s.Stage && !slices.ContainsFunc(bodies, func(b *ast.Body) bool {
		return slices.ContainsFunc(b.Stmts, func(st *ast.Stmt) bool { return st.Pipe != nil })
	})
}

// starts reports whether a step starts from another value than the one before it: from a tap,
// or from what a source gives.
func (c *checker) starts(s *ast.Step) bool {
	if s.Each {
		return false // it reads how many items there are
	}
	if s.Tap != nil {
		first := s.Tap.Path[0].Text
		_, labelled := c.labels[first]
		return len(s.Tap.Path) == 1 && c.taps[first] != nil || len(s.Tap.Path) > 1 && labelled && c.heads[first] == nil
	}
	return c.sources[s.Call]
}

// isSource reports whether a block is a primitive, perhaps with arguments filled in, that reads
// of its input only how many images there are, as its signature [N] says.
func (o *Object) isSource() bool {
	for range maxPresets {
		if o == nil || o.Block == nil || o.Block.Preset == nil {
			break
		}
		o, _ = o.Module.LookupPath(o.Block.Preset.Ref().Path)
	}
	return o != nil && o.IsPrimitive() && o.Block.Sig != nil && len(o.Block.Sig.Input().Sizes) == 1 && o.Block.Sig.Input().Rest == nil
}

// maxPresets is more than a preset may be of others; those that are of each other never end.
const maxPresets = 100

// takes reports whether a step works on the value before it.
func (c *checker) takes(s *ast.Step) bool {
	switch {
	case s.Each:
		return true
	case s.Tap != nil || c.starts(s):
		return false
	case s.Repeat != nil && s.Repeat.Step != nil:
		return c.takes(s.Repeat.Step)
	case s.Group != nil || s.Repeat != nil:
		return slices.ContainsFunc(s.Bodies(), c.bodyTakes)
	case s.If != nil:
		last := s.If
		for last.ElIf != nil {
			last = last.ElIf
		}
		return last.Else == nil || slices.ContainsFunc(s.Bodies(), c.bodyTakes) // without else it may be the value itself
	case s.Call != nil && s.Call.Branches != nil:
		return slices.ContainsFunc(s.Call.Branches, func(b *ast.Branch) bool { return c.bodyTakes(b.Body) })
	}
	return true
}

// bodyTakes is takes for a body; an empty one passes the value on.
func (c *checker) bodyTakes(b *ast.Body) bool {
	for _, st := range b.Stmts {
		switch {
		case st.Side != nil && c.takes(st.Side.Step):
			return true
		case st.Pipe != nil:
			return c.takes(st.Pipe.Steps[0])
		}
	}
	return true
}
