package plan

import (
	"fmt"
	"io"
	"strings"

	"cnnlang/interp/graph"
)

// Print writes the plan as a table, one line for each instruction: the op and its algorithm,
// where its result lies in the arena (in that of one image, if a line before says so) and
// how much scratch it needs with this many threads, both counted in float32. A result that
// overwrites an input is marked, and a result that is a part of a larger one shows its image
// stride.
//
//	id  path   op                     algorithm          arena      scratch
//	1   conv1  conv(…) + norm + relu  gemm-generic-4x8   [0:802816]  1152
func Print(w io.Writer, p *Plan, threads int) error {
	m := p.Memory(threads)
	rows := [][]string{{fmt.Sprintf("%s: %d bytes of weights, %d of activations, %d of scratch for %d threads",
		p.graph.Name, m.Weights, m.Activations, m.Scratch, threads)}}
	if p.imageInstructions > 0 {
		rows = append(rows, []string{fmt.Sprintf("instructions 1 to %d run for each of %d images", p.imageInstructions, p.images())})
	}
	rows = append(rows, []string{"id", "path", "op", "algorithm", "arena", "scratch"})
	for _, i := range p.program.inputs() {
		name := ""
		if len(p.graph.Inputs) > 1 {
			name = i.step()
		}
		rows = append(rows, []string{"0", name, "input", "copy", i.memory.String(), "0"})
	}
	for i, s := range p.instructions {
		rows = append(rows, []string{fmt.Sprint(i + 1), s.step(), s.describe(),
			s.Prepared.Algorithm, s.memory.String(), fmt.Sprint(s.Prepared.Scratch(threads))})
	}
	return graph.Columns(w, rows)
}

func (m memory) String() string {
	text := fmt.Sprintf("[%d:%d]", m.at.Offset, m.at.Offset+m.at.Size)
	if m.imageStride > 0 {
		text += fmt.Sprintf(" by %d", m.imageStride)
	}
	if m.placing == inPlace {
		text += " in place"
	}
	return text
}

// print writes a program as a table, one line for each instruction: what it does, its
// algorithm, and the layout of its value.
func (p *program) print(w io.Writer) error {
	rows := [][]string{{"id", "path", "op", "algorithm", "layout", "shape", "in"}}
	for _, i := range p.list {
		var in []string
		for _, one := range i.in {
			in = append(in, fmt.Sprint(one.id))
		}
		rows = append(rows, []string{fmt.Sprint(i.id), i.step(), i.describe(), i.algorithm.Name, i.layout.String(), fmt.Sprint(i.shape), strings.Join(in, " ")})
	}
	return graph.Columns(w, rows)
}
