package plan

import (
	"cmp"
	"fmt"
	"slices"

	"pgregory.net/rapid"

	"cnnlang/ops"
	"cnnlang/ops/tensor"
)

// An element is one number of the value that an instruction computes, or without one a
// zero of a halo.
type element struct {
	of    *instruction
	index int
}

// namedRun runs the instructions on an arena of names: each checks that every element it
// reads has the name of the element it needs, with zeros around, and writes its own. It is
// independent of lifetimes and buffers. If images are separate, the first goes through
// their instructions.
func namedRun(t rapid.TB, p *program) {
	all, one := p.place()
	arenas := map[bool][]element{false: make([]element, all), true: make([]element, one)}
	contents := make([][]element, len(p.list)) // of each value
	numbers := make([]numbers, len(p.list))
	finds := func(reader string, i *instruction) {
		arena := arenas[i.perImage]
		for k, want := range contents[i.id] {
			if got := arena[numbers[i.id].elements[k]]; got != want {
				t.Fatalf("%s wants element %d of instruction %d: got %v of %v", reader, k, i.id, got.index, got.of)
			}
		}
		for _, at := range numbers[i.id].zeros {
			if got := arena[at]; got != (element{index: -1}) {
				t.Fatalf("%s wants a zero beside instruction %d at %d: got %v of %v", reader, i.id, at, got.index, got.of)
			}
		}
	}
	for _, i := range inOrder(p) {
		r, arena, mine := i.at, arenas[i.perImage], numbersOf(i)
		numbers[i.id] = mine
		if first, last := mine.ends(); r.Offset%line != 0 || r.Offset < 0 || r.Offset+r.Size > len(arena) || first < r.Offset || last >= r.Offset+r.Size {
			t.Fatalf("instruction %d of %v lies at %+v of %d", i.id, i.shape, r, len(arena))
		}
		for _, in := range i.in {
			finds(fmt.Sprint("instruction ", i.id), in)
		}
		if i.placing == view {
			contents[i.id] = moved(i, contents)
			finds("the view itself", i)
			continue
		}
		if i.kind != gather {
			mayShare(t, numbers, i)
		}
		contents[i.id] = make([]element, len(mine.elements))
		for k, at := range mine.elements {
			contents[i.id][k] = element{i, k}
			arena[at] = element{i, k}
		}
		for _, at := range mine.zeros {
			arena[at] = element{index: -1}
		}
	}
	for _, i := range p.shown {
		finds("the caller", i)
	}
}

// inOrder are the instructions in the order of a session.
func inOrder(p *program) []*instruction {
	when := func(i *instruction) int {
		switch {
		case i.perImage:
			return 0
		case i.kind == gather:
			return 1
		}
		return 2
	}
	return slices.SortedStableFunc(slices.Values(p.list), func(a, b *instruction) int { return cmp.Compare(when(a), when(b)) })
}

// numbers is where a value lies in the arena: its elements in the order of its shape,
// and the zeros around them.
type numbers struct{ elements, zeros []int }

// numbersOf implements layout.Layout independently.
func numbersOf(i *instruction) (n numbers) {
	layout, from := i.layout, i.at.Offset
	c, h, w := i.shape[1], 1, 1
	if len(i.shape) == 4 {
		h, w = i.shape[2], i.shape[3]
	}
	if layout.Plain() {
		for k := range i.shape.Elements() {
			n.elements = append(n.elements, from+k)
		}
		return n
	}
	rows, across := h+layout.HaloH, w+layout.HaloW
	front, blocks := (layout.HaloH*across+layout.HaloW)*layout.Block, (c+layout.Block-1)/layout.Block
	plane, stride := layout.Channel(tensor.Shape{1, 2 * layout.Block, h, w}, layout.Block), i.imageStride
	if stride == 0 {
		stride = blocks * plane
	}
	for image := range i.shape[0] {
		start := from + image*stride
		for k := range c * h * w {
			channel, y, x := k/(h*w), k/w%h, k%w
			n.elements = append(n.elements, start+front+channel/layout.Block*plane+(y*across+x)*layout.Block+channel%layout.Block)
		}
		for at := range front {
			n.zeros = append(n.zeros, start+at)
		}
		for k := range blocks * rows * across {
			block, y, x := k/(rows*across), k/across%rows, k%across
			for lane := range layout.Block {
				if y >= h || x >= w {
					n.zeros = append(n.zeros, start+front+block*plane+(y*across+x)*layout.Block+lane)
				}
			}
		}
	}
	return n
}

// ends are the first and the last number.
func (n numbers) ends() (first, last int) {
	all := slices.Concat(n.elements, n.zeros)
	return slices.Min(all), slices.Max(all)
}

// moved is the value of an instruction that only moves elements.
func moved(i *instruction, contents [][]element) []element {
	channels := func(in *instruction, image, from, to int) []element {
		c, pixels := in.shape[1], in.shape[2:].Elements()
		return contents[in.id][(image*c+from)*pixels : (image*c+to)*pixels]
	}
	var all []element
	switch op := i.op.(type) {
	case *ops.Concat:
		for image := range i.shape[0] {
			for _, in := range i.in {
				all = append(all, channels(in, image, 0, in.shape[1])...)
			}
		}
	case *ops.Slice:
		for image := range i.shape[0] {
			all = append(all, channels(i.in[0], image, op.From.MustInt(), op.To.MustInt())...)
		}
	default:
		all = contents[i.in[0].id]
	}
	return all
}

// mayShare checks that the result of i overlaps no input, except exactly one that its
// algorithm allows.
func mayShare(t rapid.TB, numbers []numbers, i *instruction) {
	out := map[int]bool{}
	for _, at := range numbers[i.id].elements {
		out[at] = true
	}
	shared := 0
	for k, in := range i.in {
		r := numbers[in.id].elements
		if !slices.ContainsFunc(r, func(at int) bool { return out[at] }) {
			continue
		}
		shared++
		over := i.algorithm.Overwrites
		allowed := slices.Contains(over, k) || k == len(i.in)-1 && slices.Contains(over, -1)
		if !allowed || !slices.Equal(r, numbers[i.id].elements) || !in.shape.Equal(i.shape) {
			t.Fatalf("instruction %d (%s) shares memory with its input %d", i.id, i.describe(), k)
		}
	}
	if shared > 1 {
		t.Fatalf("instruction %d (%s) shares memory with %d inputs", i.id, i.describe(), shared)
	}
}
