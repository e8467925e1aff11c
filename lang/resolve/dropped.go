package resolve

import (
	"slices"

	"cnnlang/lang/ast"
)

// Whether what a step makes is lost where another value starts.

// tapped reports whether the value of a step is read by a side head in it or can be
// read later by name. That of a group is the value of its last step.
func tapped(s *ast.Step) bool {
	for _, claim := range s.Claims {
		if claim.As != nil {
			return true
		}
	}
	if s.Group == nil || s.Stage {
		return s.Stage
	}
	for _, st := range slices.Backward(s.Group.Stmts) {
		switch {
		case st.Side != nil && takes(st.Side.Step):
			return true
		case st.Pipe != nil:
			return tapped(st.Pipe.Steps[len(st.Pipe.Steps)-1])
		}
	}
	return false
}

// passesOn reports whether a step is a group without steps, which leaves the value
// before it as it is.
func passesOn(s *ast.Step) bool {
	return s.Group != nil && len(s.Claims) == 0 && !s.Stage &&
		!slices.ContainsFunc(s.Group.Stmts, func(st *ast.Stmt) bool { return st.Pipe != nil })
}

// takes reports whether a step works on the value before it, which one that starts
// with a tap does not.
func takes(s *ast.Step) bool {
	switch {
	case s.Tap != nil:
		return false
	case s.Group != nil:
		return bodyTakes(s.Group)
	case s.Repeat != nil && s.Repeat.Body != nil:
		return bodyTakes(s.Repeat.Body)
	case s.Repeat != nil:
		return takes(s.Repeat.Step)
	case s.Call != nil && s.Call.Branches != nil:
		return slices.ContainsFunc(s.Call.Branches, func(b *ast.Branch) bool { return bodyTakes(b.Body) })
	}
	return true
}

// bodyTakes is takes for a body; an empty one passes the value on.
func bodyTakes(b *ast.Body) bool {
	for _, st := range b.Stmts {
		switch {
		case st.Side != nil && takes(st.Side.Step):
			return true
		case st.Pipe != nil:
			return takes(st.Pipe.Steps[0])
		}
	}
	return true
}
