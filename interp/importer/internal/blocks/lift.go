package blocks

import "slices"

// lift gives combinators the labels of their only branch with tensors:
//
//	add { | id | "block2-1": { f: … } } -> relu     "block2-1": { add { | id | f: … } -> relu }
//
// The paths are the same, and what belongs together stands together. It is done where the tensors in
// the group have labels, since numbers would change.
func lift(root *body) {
	root.each(func(b *body) {
		for i := 0; i < len(*b); i++ {
			s := (*b)[i]
			at := s.only()
			if at < 0 {
				continue
			}
			label := s.branches[at][0].label
			s.branches[at] = s.branches[at][0].body
			n := 1
			for s.name == "add" && i+n < len(*b) && (*b)[i+n].is(activations...) && !(*b)[i+n:].counted() {
				n++
			}
			b.gather(i, n)
			(*b)[i].label, (*b)[i].made = label, false
		}
	})
}

// only is the branch that alone has tensors, if it is a group with a label whose tensors have labels;
// otherwise -1.
func (s *step) only() int {
	if !s.combines() || s.as != "" {
		return -1
	}
	at := -1
	for i, branch := range s.branches {
		switch {
		case !branch.learns():
			continue
		case at >= 0:
			return -1
		}
		if at = i; len(branch) != 1 || branch[0].kind != group || branch[0].label == "" || branch[0].as != "" || branch[0].body.unnamed() > 0 {
			return -1
		}
	}
	return at
}

// learns reports whether a body has tensors.
func (b body) learns() bool {
	found := false
	b.all(func(s *step) {
		found = found || s.block != nil || s.kind == apply && s.node != nil && len(s.branches) == 0 && len(s.node.Params) > 0
	})
	return found
}

// counted reports whether steps with tensors are called by their place among these.
func (b body) counted() bool {
	return slices.ContainsFunc(b, func(s *step) bool { return s.label == "" && body{s}.unnamed() > 0 })
}
