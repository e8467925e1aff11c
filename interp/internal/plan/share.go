package plan

import (
	"fmt"
	"slices"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/exec/task"
)

// Instructions that have the same tensors, for several items of an `each`, and would pack them
// alike, have them packed once.
//
// What an algorithm packs follows from its name, its layouts, the op and the tensors. How high and
// wide the input is does not matter to convolutions, so that one head serves a whole pyramid.

// A sharing is the packed parameters of such instructions: the first fills them, and the others
// are given the same.
type sharing struct {
	*packed
	parts [][]float32
	first bool
	next  int
}

// Floats implements task.Memory. Where another instruction asks for something else after all, it
// has its own from there on.
func (s *sharing) Floats(n int, fill func(dst []float32)) []float32 {
	if s.first {
		s.parts = append(s.parts, s.packed.Floats(n, fill))
		return s.parts[len(s.parts)-1]
	}
	if s.next < len(s.parts) && len(s.parts[s.next]) == n {
		s.next++
		return s.parts[s.next-1]
	}
	s.next = len(s.parts)
	return s.packed.Floats(n, fill)
}

// sharedBy is the memory of an instruction that packs as key says, of which the first is in alike.
func (p *packed) sharedBy(key string, alike map[string]*sharing) task.Memory {
	switch first := alike[key]; {
	case key == "":
		return p
	case first == nil:
		alike[key] = &sharing{packed: p, first: true}
		return alike[key]
	default:
		return &sharing{packed: p, parts: first.parts}
	}
}

// packedAs tells instructions that pack alike from others; "" for one whose tensors no other has.
func (i *instruction) packedAs(shared map[string]bool) string {
	if !slices.ContainsFunc(i.params, func(p graph.Param) bool { return shared[p.Path] }) {
		return ""
	}
	var key strings.Builder
	fmt.Fprintln(&key, i.algorithm.Name, i.algorithm.Precision, i.algorithm.In, i.algorithm.Out, i.what)
	if i.op != nil {
		fmt.Fprintln(&key, graph.Describe(i.op))
	}
	for _, p := range i.params {
		fmt.Fprintf(&key, "%q %v\n", p.Path, p.Shape)
	}
	for _, in := range i.inShapes() {
		if _, isConv := i.op.(*ops.Conv); isConv {
			in = in[:2]
		}
		fmt.Fprintln(&key, in[1:])
	}
	return key.String()
}

// shared are the paths of the tensors that several instructions have.
func (p *Plan) shared() map[string]bool {
	shared := map[string]bool{}
	for k := range p.instructions {
		for _, t := range p.instructions[k].params {
			if t.Again {
				shared[t.Path] = true
			}
		}
	}
	return shared
}
