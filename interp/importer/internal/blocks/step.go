package blocks

import (
	"strconv"

	"cnnlang/interp/graph"
	"cnnlang/interp/importer/internal/tree"
)

// A body is steps in a row.
type body []*step

// A step is a step of the net with everything written out: where a block is called, its arguments
// are values.
type step struct {
	kind  kind
	known string // head, once it was asked for
	label string
	// called is the label of a step in a file without groups, where labels are no part of the shape.
	called string
	empty  bool // the label is written though it is empty
	// numbered says that the step is a segment of paths by its place, as an operation without a
	// label is. Of groups only those that are: others add nothing to paths.
	numbered bool
	// made says of a group that it was put together here, and that nothing is lost where it is taken
	// apart again.
	made bool
	// tried says of a combinator that it was grouped once.
	tried bool
	as    string
	node  *graph.Node // whose value it is; nil for none in particular
	in    *graph.Node // what it is applied to; nil where that is not known

	name     string // of an operation, a combinator, a value that is read, a head
	block    *block // that is called
	args     []arg
	branches []body
	heads    []string
	body     body // of a group, a repeat, a head
	count    int  // of a repeat
	counter  string
}

type kind int

const (
	apply kind = iota // an operation, a combinator or a block
	group
	read
	repeat
	side
)

type arg struct {
	name  string
	value any
}

// steps makes steps of a tree. in is what flows into them, nil where that is not known. In a branch a label is no
// place: it stands behind the path of the body around the combinator, a number behind the branch's.
func steps(from tree.Body, in *graph.Node, branch bool) body {
	var b body
	for i, s := range from {
		n := &step{label: s.Label, empty: s.Empty, as: s.As, node: s.Node, in: in}
		switch do := s.Do.(type) {
		case *tree.Apply:
			n.name, n.heads = do.Name, do.Heads
			if s.Node != nil && len(do.Branches) == 0 && len(s.Node.In) == 1 {
				n.in = s.Node.In[0]
			}
			for _, a := range do.Args {
				n.args = append(n.args, arg{a.Name, a.Value})
			}
			for _, branch := range do.Branches {
				n.branches = append(n.branches, steps(branch, n.in, true))
			}
		case *tree.Group:
			n.kind, n.body = group, steps(do.Body, in, false)
		case *tree.Read:
			n.kind, n.name = read, do.Name
		case *tree.Repeat:
			n.kind, n.counter, n.body = repeat, do.Var, steps(do.Body, in, false)
			n.count, _ = strconv.Atoi(do.Count)
		case *tree.Side:
			n.kind, n.name, n.body = side, do.Name, steps(do.Body, in, false)
		}
		if n.label != "" && n.kind != side && !branch && n.label == strconv.Itoa(b.numbers()) {
			n.label, n.numbered = "", true
		}
		b = append(b, n)
		in = after(n, from, i)
	}
	return b
}

// begins is the value that flows into a body, nil where that cannot be told.
func begins(b tree.Body) *graph.Node {
	for _, s := range b {
		switch do := s.Do.(type) {
		case *tree.Apply:
			if len(do.Branches) == 0 && s.Node != nil && len(s.Node.In) == 1 {
				return s.Node.In[0]
			}
			for _, branch := range do.Branches {
				if len(branch) > 0 {
					return begins(branch)
				}
			}
			return nil
		case *tree.Group:
			if len(do.Body) > 0 {
				return begins(do.Body)
			}
			return s.Node
		case *tree.Repeat:
			return begins(do.Body)
		case *tree.Read:
			return nil
		}
	}
	return nil
}

// after is the value that flows on behind a step.
func after(n *step, from tree.Body, i int) *graph.Node {
	switch {
	case n.kind == side:
		return n.in
	case from[i].Node != nil:
		return from[i].Node
	case (n.kind == group || n.kind == repeat) && len(n.body) > 0:
		return n.body[len(n.body)-1].node
	case n.kind == group || n.kind == repeat || n.kind == apply && n.name == "id":
		return n.in
	}
	return nil
}

// numbers is how many numbers the steps of a body use up in paths.
func (b body) numbers() int {
	n := 0
	for _, s := range b {
		n += s.numbers()
	}
	return n
}

func (s *step) numbers() int {
	switch {
	case s.kind == read && s.label == "":
		return 0
	case s.kind == side:
		return 0
	case s.empty && s.kind == group:
		return s.body.numbers()
	case s.empty && s.block != nil:
		return s.block.numbers
	case s.kind == group && s.label == "" && !s.numbered:
		return s.body.numbers()
	case s.kind == repeat && s.label == "" && !s.numbered:
		return s.count * s.body.numbers()
	}
	return 1
}

// all calls visit for every step of a body, those that hold others before them.
func (b body) all(visit func(*step)) {
	for _, s := range b {
		visit(s)
		for _, branch := range s.branches {
			branch.all(visit)
		}
		s.body.all(visit)
	}
}

// size is how many operations, combinators and calls a body has.
func (b body) size() int {
	n := 0
	b.all(func(s *step) {
		if s.kind == apply {
			n++
		}
	})
	return n
}

// channels is the number of channels of a value, 0 where it is not known.
func channels(n *graph.Node) int {
	if n == nil || len(n.Shape) < 2 {
		return 0
	}
	return n.Shape[1]
}
