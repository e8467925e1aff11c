package graph

import (
	"fmt"
	"strings"

	"cnnlang/lang/source"
)

// A Part is one step of the text as it was applied. The parts of a net are a series: each
// but a Tap and a Head takes the value of the part before it, the first one that of whatever
// is around it. Groups without a label, `if` and `repeat` are no parts: what they apply stands
// in the series around them.
//
//	add { | conv1: conv(…) -> relu      Merge add
//	      | downsample: { … } }           Branches: [Operation conv1, Operation 1], [Group downsample]
type Part struct {
	Kind PartKind
	// Path is that of the step, which its tensors begin with. A step with the empty label
	// has that of the body in which it stands.
	Path string
	Call string     // what the text calls it: conv, bottleneck, add; "" for a group
	Args []Argument // those that are given and are not its defaults, in the order of its parameters; values as texts
	Node *Node      // the one that holds its value
	// Parts are what a block, a group or a head consists of, in series; Branches those of a
	// merge. An empty branch passes on the value that the merge takes.
	Parts    []*Part
	Branches [][]*Part
	Stage    bool
	Side     *Side // the head that it belongs to, or is
	Span     source.Span
}

// A PartKind says what a part is.
type PartKind int

const (
	// Operation is a single operation, Node.
	Operation PartKind = iota
	// Block is a block of the text.
	Block
	// Group is steps in braces with a label.
	Group
	// Merge is an operation that joins Branches.
	Merge
	// Tap is a value from elsewhere, Node, with which the series goes on.
	Tap
	// Head is a side head. The series goes on with the value before it.
	Head
)

func (k PartKind) String() string {
	return [...]string{"operation", "block", "group", "merge", "tap", "head"}[k]
}

// Walk calls f for each part of a series, a part before those that it consists of.
func Walk(series []*Part, f func(*Part)) {
	for _, p := range series {
		f(p)
		Walk(p.Parts, f)
		for _, b := range p.Branches {
			Walk(b, f)
		}
	}
}

// Text is what the text calls a part, with its arguments: bottleneck(c=64, groups=32).
func (p *Part) Text() string {
	if len(p.Args) == 0 {
		return p.Call
	}
	args := make([]string, len(p.Args))
	for i, a := range p.Args {
		args[i] = fmt.Sprintf("%s=%v", a.Name, a.Value)
	}
	return p.Call + "(" + strings.Join(args, ", ") + ")"
}
