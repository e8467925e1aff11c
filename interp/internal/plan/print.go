package plan

import (
	"fmt"
	"io"

	"cnnlang/interp/graph"
)

// Print writes the plan as a table, one line for each step: the op and its
// algorithm, where its result lies in the arena (that of one image, where a line before
// says so) and how much scratch it borrows with this many threads, both counted in
// float32. An in-place step says so, and one whose result is a part of a batch how far
// its images lie from each other.
//
//	step  path   op                     algorithm          arena      scratch
//	1     conv1  conv(…) + norm + relu  gemm-generic-4x8   [0:802816]  1152
func Print(w io.Writer, p *Plan, threads int) error {
	m := p.Memory(threads)
	rows := [][]string{{fmt.Sprintf("%s: %d bytes of weights, %d of activations, %d of scratch for %d threads",
		p.graph.Name, m.Weights, m.Activations, m.Scratch, threads)}}
	if p.imageSteps > 0 {
		rows = append(rows, []string{fmt.Sprintf("steps 1 to %d are taken by each of %d images", p.imageSteps, p.images())})
	}
	rows = append(rows, []string{"step", "path", "op", "algorithm", "arena", "scratch"},
		[]string{"0", "", "input", "copy", p.where(p.lowered.Input), "0"})
	for i, s := range p.steps {
		rows = append(rows, []string{fmt.Sprint(i + 1), s.Node.Path, graph.Describe(s.Node.Op),
			s.Prepared.Algorithm(), p.where(s.Node), fmt.Sprint(s.Prepared.Scratch(threads))})
	}
	return graph.Columns(w, rows)
}

// where says which part of the arena a node's result is.
func (p *Plan) where(n *graph.Node) string {
	r := p.layout.ranges[n.ID]
	place := fmt.Sprintf("[%d:%d]", r.Offset, r.Offset+r.Size)
	if apart := p.layout.apart[n.ID]; apart > 0 {
		place += fmt.Sprintf(" by %d", apart)
	}
	if p.layout.how[n.ID] == inPlace {
		place += " in place"
	}
	return place
}
