package plan

import (
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/ops/dim"
	"cnnlang/ops/exec"
	"cnnlang/ops/exec/conv"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/tensor"
)

// The first instructions of a batch are run for one image after another, the rest for all
// together:
//
//	image 0 ── conv ── pool ── … ──┐
//	image 1 ── conv ── pool ── … ──┼── gather ── conv ── … ── linear
//	image 2 ── conv ── pool ── … ──┘
//
// Early values are large and their weights few: those of one image are still in the cache
// when they are read, those of a batch are not. And each thread has its own images, so none
// waits for another. Late weights are more than the values, and are read once for all
// images.

// separate makes all instructions before gatherAt compute one image, and inserts a gather
// where others read their values: the values of all images lie there one after another. A
// session copies them, so the gather is not run.
func (l *lowering) separate() {
	if l.gatherAt == 0 || l.graph.Images() == 1 {
		return
	}
	gathered := map[*instruction]*instruction{}
	l.rewrite(func(i *instruction) {
		if i.id < l.gatherAt || i.kind == input {
			i.shape, i.perImage = ofImages(i.shape, 1), true
			l.add(i)
			return
		}
		for k, in := range i.in {
			if !in.perImage {
				continue
			}
			if gathered[in] == nil {
				g := moving(gather, "gather", in, in.node().Shape, layout.Layout{})
				g.perImage = false
				gathered[in] = l.add(g)
			}
			i.in[k] = gathered[in]
		}
		l.add(i)
	})
}

// ofImages is the shape of so many images.
func ofImages(s tensor.Shape, images int) tensor.Shape {
	return append(tensor.Shape{images}, s[1:]...)
}

// gatherPoint is the node at which images are gathered: those before it are computed for
// each separately. It is 0 if all are computed together.
//
// It is the place at which an image takes the least time by estimate: a node before it
// reads its parameters for each image; a node after it reads them once, and may have a
// better algorithm, but its values come from beyond the caches.
func gatherPoint(g *graph.Graph) int {
	images := g.Images()
	if images == 1 {
		return 0
	}
	last := lastReads(newProgram(g), nil)
	ending := make([]int, len(g.Nodes)) // by node: the values it is the last to read
	for i, n := range g.Nodes {
		ending[last[i]] += n.Shape.Elements()
	}
	crossing := 0
	for _, n := range g.Inputs {
		crossing += n.Shape.Elements() - ending[n.ID]
	}
	time, best, end := 0, 0, 0
	for _, n := range g.Operations() {
		if !separable(n, images) {
			break
		}
		time += estimate(n, 1)*images - estimate(n, images) - conv.TimeToMove(images*values(n)) - startOverhead
		crossing += n.Shape.Elements() - ending[n.ID]
		if all := time + conv.TimeToMove(2*crossing); all < best {
			best, end = all, n.ID+1
		}
	}
	return end
}

// startOverhead is the time, in ns, for threads to begin and end an instruction together.
const startOverhead = 5000

// estimate is how long a node takes for so many images.
func estimate(n *graph.Node, images int) int {
	var in []tensor.Shape
	for _, m := range n.In {
		in = append(in, ofImages(m.Shape, images))
	}
	return exec.Algorithms(n.Op, in, ofImages(n.Shape, images), layout.F32)[0].Time
}

// values is how many numbers a node reads and writes for one image.
func values(n *graph.Node) int {
	sum := ofImages(n.Shape, 1).Elements()
	for _, in := range n.In {
		sum += ofImages(in.Shape, 1).Elements()
	}
	return sum
}

// separable reports whether a node computes each image of a batch independently.
func separable(n *graph.Node, images int) bool {
	var in []dim.Shape
	for _, m := range n.In {
		if m.Shape[0] != images {
			return false
		}
		in = append(in, dim.Shaped(ofImages(m.Shape, 1)...))
	}
	out, err := n.Op.Infer(dim.Numbers{}, in)
	return err == nil && n.Shape[0] == images && slices.EqualFunc(out, ofImages(n.Shape, 1), func(a dim.Size, b int) bool { return a == dim.Int(b) })
}
