package graph

import (
	"fmt"
	"strings"

	"cnnlang/lang/source"
)

// A Part is one step of the text as it was applied, or in the sketch of a block, whose sizes are
// unknown, as it is written. The parts of a net are a series: each
// but a Tap and a Head takes the value of the part before it, the first one that of whatever
// is around it. Groups without a label, and but for sketches `if` and `repeat`, are no parts: what
// they apply stands in the series around them.
//
//	add { | conv1: conv(…) -> relu      Merge add
//	      | downsample: { … } }           Branches: [Operation conv1, Operation 1], [Group downsample]
type Part struct {
	Kind PartKind
	// Path is that of the step, which its tensors begin with. A step with the empty label
	// has that of the body in which it stands.
	Path string
	// Label is that of a sketch, as the text writes it: fuse.{i}.{j}, or "" for a number. It is nil in
	// an outline of a net, where a path has it.
	Label *string
	Call  string     // what the text calls it: conv, bottleneck, add; "" for a group
	Args  []Argument // those that are given and are not its defaults, in the order of its parameters; values as texts
	// Defaults are the other parameters, but for those of a sketch.
	Defaults []Argument
	Node     *Node // the one that holds its value
	// Parts are what a block, a group or a head consists of, in series; Branches those of a
	// merge or a list. An empty branch passes on the value that the merge takes.
	Parts    []*Part
	Branches [][]*Part
	As       string // what the text calls a list, or its values: [a, b]; of a tap in a sketch, how it reads it: @y[i-1]
	Times    string
	// Names is the block or net whose names the formulas of the part speak of.
	Names *Part
	// Given are the parameters of what is called, all of them, and Around the conditions and
	// repeats that it stands in, within its series, from outside to inside. Ways are those of
	// each of Branches: its place in the text, and which iteration of its repeat it is.
	Given  []Parameter
	Around []Around
	Ways   []Around
	// Callee is the parameter that the text calls, nil where it calls something by its own name.
	Callee *Formula
	// Of a block: where it is declared, the names of its input's axes, "" for one without, none for
	// a list, and what it claims of its channels in its own names, nil where that is nothing.
	Declared source.Span
	Axes     []string
	Channels *Formula
	// Signature is that of a block, as it is written.
	Signature string
	// Takes and Gives are the values of a block that takes or gives several, in the order of its
	// signature, with what that calls them, "" for nothing.
	Takes, Gives []Output
	Stage        bool
	Closed       bool  // a block of a sketch that is not entered
	Side         *Side // the head that it belongs to, or is
	Span         source.Span
}

// A Sketch is the outline of a block with the values that it takes and gives. Of a list whose
// length differs from case to case they are as many as all cases have.
type Sketch struct {
	Parts           []*Part
	Inputs, Outputs []*Node
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
	// List is the values that Branches end with, kept apart; Node holds the last of them, which is
	// none of its own.
	List
	// Tap is a value from elsewhere, Node, with which the series goes on.
	Tap
	// Head is a side head. The series goes on with the value before it.
	Head
	// Choice is an `if`, of a sketch alone: Call is its condition, and Branches are what is applied
	// where it holds and where it does not.
	Choice
	// Repeat is a repeat, of a sketch alone: Call is how often or over what, Times how often,
	// and Parts one iteration, which stands for all. Of a single case Branches are its iterations.
	Repeat
)

func (k PartKind) String() string {
	return [...]string{"operation", "block", "group", "merge", "list", "tap", "head", "choice", "repeat"}[k]
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
		switch {
		case a.Name == "", a.Value == any(a.Name): // by position, or what stands for itself in a sketch
			args[i] = fmt.Sprint(a.Value)
		default:
			args[i] = fmt.Sprintf("%s=%v", a.Name, a.Value)
		}
	}
	return p.Call + "(" + strings.Join(args, ", ") + ")"
}
