package plan

import (
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// The first steps of a batch are taken by one image after another, the rest by all
// together:
//
//	image 0 ── conv ── pool ── … ──┐
//	image 1 ── conv ── pool ── … ──┼── gather ── conv ── … ── linear
//	image 2 ── conv ── pool ── … ──┘
//
// Early values are large and their weights few: those of one image are still in the
// cache when they are read, those of a batch are not. And each thread has images of its
// own and waits for nobody. Late weights are more than the values, and are read once for
// all images.

// A gather is where images meet: what it is given by each of them lies one after
// another in its result. A session puts it there, so it is no step.
type gather struct{ images int }

func (*gather) Name() string                   { return "gather" }
func (*gather) Params([]dim.Shape) []ops.Param { return nil }
func (*gather) Cost(_ []dim.Shape, _ dim.Shape) ops.Cost {
	return ops.Cost{MACs: dim.Int(0), FLOPs: dim.Int(0)}
}
func (*gather) Prepare([]tensor.Shape, tensor.Shape, []tensor.Tensor) ops.Prepared {
	panic("plan: images are gathered by the session")
}

// Infer gives the shape of the batch.
func (g *gather) Infer(_ dim.Facts, in []dim.Shape) (dim.Shape, error) {
	out := in[0].Clone()
	out[0] = dim.Int(g.images)
	return out, nil
}

// parted is a graph whose first nodes are of one image, up to gathers.
type parted struct {
	*graph.Graph
	to map[*graph.Node]*graph.Node // from the nodes of the graph that it is made of
}

// part puts gathers into g so that all nodes before end are of one image; for an end of 0
// it stays as it is.
func part(g *graph.Graph, end int) *parted {
	p := &parted{g, make(map[*graph.Node]*graph.Node, len(g.Nodes))}
	if end == 0 || g.Input.Shape[0] == 1 {
		for _, n := range g.Nodes {
			p.to[n] = n
		}
		return p
	}
	p.Graph = &graph.Graph{Name: g.Name}
	add := func(made graph.Node) *graph.Node {
		made.ID = len(p.Nodes)
		p.Nodes = append(p.Nodes, &made)
		return &made
	}
	gathered := map[*graph.Node]*graph.Node{}
	for _, n := range g.Nodes {
		made := *n
		made.In = nil
		if n.ID < end {
			made.Shape = of(n.Shape, 1)
		}
		for _, in := range n.In {
			if n.ID < end || in.ID >= end {
				made.In = append(made.In, p.to[in])
				continue
			}
			if gathered[in] == nil {
				op := &gather{images: in.Shape[0]}
				gathered[in] = add(graph.Node{Path: in.Path, Op: op, In: []*graph.Node{p.to[in]}, Shape: in.Shape, Side: in.Side, Origin: in.Origin})
			}
			made.In = append(made.In, gathered[in])
		}
		p.to[n] = add(made)
	}
	p.Input, p.Output = p.to[g.Input], p.to[g.Output]
	return p
}

// among are the nodes that nodes of g became.
func (p *parted) among(g map[*graph.Node]bool) map[*graph.Node]bool {
	set := make(map[*graph.Node]bool, len(g))
	for n := range g {
		set[p.to[n]] = true
	}
	return set
}

// from leads from the nodes of g where to leads from what they became.
func (p *parted) from(to map[*graph.Node]*graph.Node) map[*graph.Node]*graph.Node {
	whole := make(map[*graph.Node]*graph.Node, len(to))
	for n, made := range p.to {
		if to[made] != nil {
			whole[n] = to[made]
		}
	}
	return whole
}

// gathers reports whether images meet in a node.
func gathers(n *graph.Node) bool {
	_, ok := n.Op.(*gather)
	return ok
}

// each tells of every node whether it is of one image of so many.
func each(g *graph.Graph, images int) []bool {
	list := make([]bool, len(g.Nodes))
	list[0] = g.Nodes[0].Shape[0] < images
	for _, n := range g.Nodes[1:] {
		list[n.ID] = list[n.In[0].ID] && !gathers(n)
	}
	return list
}

// meeting is the node with which images come together: those before it are computed for
// each by itself. It is 0 where all are computed together.
//
// Of all places it is the one where an image takes the least time: a node before it reads
// its parameters for each image, one behind it reads them once, and perhaps knows a
// better algorithm, but its values come from beyond the caches.
func meeting(g *graph.Graph) int {
	images := g.Input.Shape[0]
	if images == 1 {
		return 0
	}
	last := lastReads(g, nil)
	ending := make([]int, len(g.Nodes)) // by node: what it is the last to read
	for i, n := range g.Nodes {
		ending[last[i]] += n.Shape.Elements()
	}
	crossing := g.Input.Shape.Elements() - ending[0]
	time, best, end := 0, 0, 0
	for _, n := range g.Nodes[1:] {
		if !separable(n, images) {
			break
		}
		time += estimate(n, 1)*images - estimate(n, images) - ops.EstimateMoved(images*values(n)) - stepOverhead
		crossing += n.Shape.Elements() - ending[n.ID]
		if all := time + ops.EstimateMoved(2*crossing); all < best {
			best, end = all, n.ID+1
		}
	}
	return end
}

// stepOverhead is how many ns it takes threads to begin and end a step together.
const stepOverhead = 5000

// estimate is how long a node takes for so many images.
func estimate(n *graph.Node, images int) int {
	var in []tensor.Shape
	for _, m := range n.In {
		in = append(in, of(m.Shape, images))
	}
	return ops.Estimate(n.Op, in, of(n.Shape, images))
}

// values is how many numbers of an image a node reads and writes.
func values(n *graph.Node) int {
	sum := of(n.Shape, 1).Elements()
	for _, in := range n.In {
		sum += of(in.Shape, 1).Elements()
	}
	return sum
}

// separable reports whether a node does to each image of a batch what it does to it alone.
func separable(n *graph.Node, images int) bool {
	var in []dim.Shape
	for _, m := range n.In {
		if m.Shape[0] != images {
			return false
		}
		in = append(in, dim.Shaped(of(m.Shape, 1)...))
	}
	out, err := n.Op.Infer(dim.Numbers{}, in)
	return err == nil && n.Shape[0] == images && slices.EqualFunc(out, of(n.Shape, 1), func(a dim.Size, b int) bool { return a == dim.Int(b) })
}
