package plan

import (
	"cnnlang/interp/graph"
	"cnnlang/ops/exec/layout"
)

// passes lower a graph to instructions with an algorithm and a layout each. Every one changes
// a program into another that computes the same values, in this order:
//
//	image ─ convert ─ conv ─ maxpool ─ … ─ gap ─ convert ─ flatten ─ linear
//	 nchw     1c+3x3   16c     16c+1x1      16c    nchw      nchw     nchw
//
// Each is in a file of its own.
var passes = []struct {
	name string
	run  func(l *lowering)
}{
	{"separate", (*lowering).separate}, // the first instructions of a batch, for each image
	{"choose", (*lowering).choose},     // algorithms and layouts
	{"halo", (*lowering).halo},         // zeros around values, as their readers want
	{"join", (*lowering).join},         // fuse depthwise with 1x1 convolutions
	{"stack", (*lowering).stack},       // fuse 1x1 convolutions that read the same value
	{"squeeze", (*lowering).squeeze},   // fuse global pools into their input
	{"convert", (*lowering).convert},   // conversions where layouts differ
}

// A lowering is a program being lowered, and the inputs of the passes.
type lowering struct {
	*program
	asked      map[*graph.Node]bool // nodes whose values are needed in plain layout
	algorithms map[string]string    // chosen for some steps, by path
	precision  layout.Precision
	gatherAt   int // the node at which the images of a batch are gathered, 0 for none
}

// lower runs the passes on a graph.
func lower(g *graph.Graph, opts Options) *program {
	l := &lowering{newProgram(g), pinned(g, opts), opts.Algorithms, opts.Precision, opts.gatherPoint(g)}
	for _, p := range passes {
		p.run(l)
	}
	return l.program
}

// shows reports whether the value of an instruction was asked for.
func (l *lowering) shows(i *instruction) bool {
	for _, n := range i.nodes {
		if l.asked[n] && l.of[n] == i {
			return true
		}
	}
	return false
}

// readers counts how often each value is read.
func (p *program) readers() map[*instruction]int {
	count := make(map[*instruction]int, len(p.list))
	for _, i := range p.list {
		for _, in := range i.in {
			count[in]++
		}
	}
	return count
}
