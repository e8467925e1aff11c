package plan

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

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
	var table strings.Builder
	m := p.Memory(threads)
	t := tabwriter.NewWriter(&table, 0, 8, 2, ' ', 0)
	fmt.Fprintf(t, "%s: %d bytes of weights, %d of activations, %d of scratch for %d threads\n",
		p.graph.Name, m.Weights, m.Activations, m.Scratch, threads)
	if p.imageSteps > 0 {
		fmt.Fprintf(t, "steps 1 to %d are taken by each of %d images\n", p.imageSteps, p.images())
	}
	fmt.Fprintf(t, "step\tpath\top\talgorithm\tarena\tscratch\n")
	fmt.Fprintf(t, "0\t\tinput\tcopy\t%s\t0\n", p.where(p.lowered.Input))
	for i, s := range p.steps {
		fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%s\t%d\n", i+1, s.Node.Path, graph.Describe(s.Node.Op),
			s.Prepared.Algorithm(), p.where(s.Node), s.Prepared.Scratch(threads))
	}
	t.Flush()
	for row := range strings.Lines(table.String()) {
		if _, err := fmt.Fprintln(w, strings.TrimRight(row, " \n")); err != nil {
			return err
		}
	}
	return nil
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
