package structure

import "cnnlang/ops"

// A branch among others that only read values by name is better written before its merge,
//
//	up4: deconv(512, 2x2, stride=2) -> concat { | @enc4 | id }
//
// and so is one that leads to fewer pixels and back to as many beside the value itself, as the levels of
// a U-Net do: with all that lies below a level in a branch, four levels would be one in the other.

// inline writes the only branch of a merge that has steps before it, if that is how it is better
// written. s is the value that flows into the branches.
func (c *core) inline(m, s *vertex) bool {
	var e *edge
	direct := false // whether s itself is merged
	for _, branch := range m.in {
		switch {
		case branch.first != nil && e == nil && branch.from == s && s != nil:
			e = branch
		case branch.first != nil:
			return false
		default:
			direct = direct || branch.from == s
		}
	}
	if e == nil || m.node == nil || direct && !(e.down && e.up) {
		return false
	}
	flows := &vertex{gone: true} // the value at the end of the branch
	branches := make([]*edge, len(m.in))
	for i, branch := range m.in {
		if branches[i] = branch; branch == e {
			branches[i] = &edge{from: flows}
			continue
		}
		branch.gone = true
		branch.from.outs--
	}
	e.add(&item{node: m.node, branches: branches, source: flows})
	e.to, e.depth = m, max(e.depth, 1)
	c.known(m, e)
	return true
}

// isDown reports whether an operation makes fewer pixels.
func isDown(op ops.Op) bool {
	if _, up := op.(*ops.Deconv); up {
		return false
	}
	w, ok := ops.WindowOf(op)
	return ok && w.Stride.H.MustInt() > 1
}

// isUp reports whether an operation makes more pixels.
func isUp(op ops.Op) bool {
	switch op.(type) {
	case *ops.Deconv, *ops.Resize, *ops.PixelShuffle:
		return true
	}
	return false
}
