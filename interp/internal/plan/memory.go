package plan

import "cnnlang/interp/graph"

// Values share one arena; those of one image of a batch share another, one for each worker.
// Images are gathered when all instructions of one are done, so gathered values live until
// then, and their memory is in use before the first instruction of the batch.
//
// A value lives from the instruction that writes it to the last one that reads it, both
// included; two values that live at the same time do not overlap:
//
//	float32
//	   ▲      ┌─────────────┐
//	   │      │    conv1    │ ┌───────────┐
//	   │ ┌────┴────┬────────┴─┤   conv3   │     a column is what
//	   │ │  input  │  conv2   │           │     is live at once
//	   └─┴─────────┴──────────┴───────────┴──▶ instruction
//
// Values that are one memory form a buffer and get one place: an alias with what it is an
// alias of, and a result that an op writes over an input that nobody reads afterwards.
// Buffers also lie in buffers: the channels of a concatenation are its inputs one after
// another, so the inputs are computed where they go, and a slice is a part of what it is
// cut from. With several images this holds for blocked values, which may have gaps between
// images, and not for plain ones; and only a channel that begins a block can begin such a
// part. The means of all pixels may lie after the planes, written by the convolution.
// Aliases and such concatenations, slices and means are views; they are not run.

// line is the number of float32 in a cache line of 64 bytes. Every buffer begins on a line
// and fills whole ones.
//
// In a blocked layout the zeros above a plane are those below the one before it, so an
// image of a value that lies in another begins with zeros of its neighbour. Both write the
// same.
const line = 16

// A Range is a part of an arena, in float32.
type Range struct{ Offset, Size int }

// memory is where in an arena the value of an instruction lies.
type memory struct {
	at          Range // including the gaps between its images
	imageStride int   // from an image to the next, 0 if they follow one another
	placing     placing
}

// placing is how a value got its memory.
type placing int

const (
	fresh   placing = iota
	inPlace         // over an input read for the last time
	view            // a part of an existing value
)

// place decides where the values of a program lie and returns the sizes of the arena and of
// the arena for one image. Shown values live to the end.
func (p *program) place() (arena, perImage int) {
	a := allocator{slots: make([]slot, len(p.list))}
	last := lastReads(p, p.shown)
	for _, i := range p.list {
		if i.kind == gather {
			last[i.in[0].id] = len(p.list)
		}
	}
	for k, i := range p.list {
		a.slots[k], i.placing = a.allocate(i)
		a.slots[k].buffer.extend(last[k])
	}
	arena, _ = place(a.roots(false))
	perImage, _ = place(a.roots(true))
	for k, i := range p.list {
		root, at := a.slots[k].root()
		if !a.together(i) {
			i.imageStride = root.image
		}
		i.at = Range{root.offset + at, i.value().Floats()}
	}
	return arena, perImage
}

// lastReads gives for each instruction the last one that reads its value: itself if there
// is none, one after the end if the value is shown.
func lastReads(p *program, shown map[*graph.Node]*instruction) []int {
	last := make([]int, len(p.list))
	for k, i := range p.list {
		last[k] = k
		for _, in := range i.in {
			last[in.id] = k
		}
	}
	for _, i := range shown {
		last[i.id] = len(p.list)
	}
	return last
}

func roundUp(n int) int { return (n + line - 1) / line * line }
