package draw

import (
	"slices"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/ops/dim"
)

// leastBoxes is how many equal boxes in a row are drawn as one; of frames two are enough.
const leastBoxes = 3

// fold draws equal neighbours once, with their number.
func fold(items []*Item) []*Item {
	for _, i := range items {
		i.Items = fold(i.Items)
		for b := range i.Branches {
			i.Branches[b] = fold(i.Branches[b])
		}
	}
	var folded []*Item
	for from := 0; from < len(items); {
		to := from + 1
		for to < len(items) && foldable(items, from) && equal(items[from], items[to]) {
			to++
		}
		if to-from == 1 || items[from].Kind.isBox() && to-from < leastBoxes {
			folded = append(folded, items[from:to]...)
		} else {
			for _, copy := range items[from+1 : to] {
				items[from].absorb(copy)
			}
			folded = append(folded, items[from])
		}
		from = to
	}
	return folded
}

// foldable reports whether the item takes what its copies take, so that it stands for them.
func foldable(items []*Item, at int) bool {
	switch k := items[at].Kind; {
	case k == Frame && !items[at].Stage:
	case k.isBox() && k > Output && k < Closed:
	default:
		return false
	}
	return at > 0 && sameShape(items[at-1].shape, items[at].shape) || at+1 < len(items) && sameShape(items[at].shape, items[at+1].shape)
}

// equal reports whether two items would look the same and cost the same, whatever their paths.
func equal(a, b *Item) bool {
	return a.Kind == b.Kind && a.Text == b.Text && slices.Equal(a.Marks, b.Marks) && a.Call == b.Call && a.Stage == b.Stage &&
		a.Count == b.Count && len(a.Nodes) == len(b.Nodes) && sameCost(a.Cost, b.Cost) && sameShape(a.shape, b.shape) &&
		a.from == b.from && a.Times == b.Times && a.Kind != Head && a.sign == b.sign &&
		slices.EqualFunc(a.Items, b.Items, equal) &&
		slices.EqualFunc(a.Branches, b.Branches, func(x, y []*Item) bool { return slices.EqualFunc(x, y, equal) })
}

// absorb makes an item stand for an equal one too.
func (i *Item) absorb(copy *Item) {
	i.Count += copy.Count
	i.Nodes = append(i.Nodes, copy.Nodes...)
	i.value = copy.value
	i.at = append(i.at, copy.at...)
	i.refers(copy.changes, copy.behind)
	if copy.Label != i.first {
		i.Label = i.first + "–" + copy.Label
	}
	for k := range i.Items {
		i.Items[k].absorb(copy.Items[k])
	}
	for b := range i.Branches {
		for k := range i.Branches[b] {
			i.Branches[b][k].absorb(copy.Branches[b][k])
		}
	}
}

// closed draws the frames that are so deep within others as boxes.
func closed(items []*Item, depth int) []*Item {
	switch depth {
	case All:
		return items
	case Told:
		return differing(items)
	}
	for _, i := range items {
		switch {
		case i.Kind == Head:
			i.Items = closed(i.Items, depth)
		case i.Kind == Frame && (i.hasStage() || i.Optional || i.Times != ""):
			i.Items = closed(i.Items, depth)
		case i.Kind == Frame && depth == 0:
			i.shut()
		case i.Kind == Frame:
			i.Items = closed(i.Items, depth-1)
		}
		for b := range i.Branches {
			i.Branches[b] = closed(i.Branches[b], depth)
		}
	}
	return items
}

// hasStage reports whether a frame is around stages; it is always open then.
func (i *Item) hasStage() (found bool) {
	each(i.Items, func(in *Item) { found = found || in.Stage })
	return found
}

// shut makes a frame a box that stands for all that is in it.
func (i *Item) shut() {
	i.Kind = Closed
	if i.told != "" {
		i.Text = i.told
	}
	own, inner := i.Nodes, i.Items[0].sign
	i.Nodes = nil
	for copy := range i.Count {
		i.Nodes = append(i.Nodes, part(own, copy, i.Count)...)
		each(i.Items, func(in *Item) { i.Nodes = append(i.Nodes, part(in.Nodes, copy, i.Count)...) })
	}
	each(i.Items, func(in *Item) {
		n := dim.Int(in.Count / i.Count)
		i.Cost = i.Cost.Add(graph.Count{Params: in.Cost.Params.Mul(n), MACs: in.Cost.MACs.Mul(n), FLOPs: in.Cost.FLOPs.Mul(n)})
		inner = inner.with(in.sign)
		i.refers(in.changes, in.behind)
	})
	if !i.sign.tells() {
		i.sign = inner
	}
	i.Items = nil
}

// part is what of a list belongs to one of so many copies.
func part(list []string, copy, of int) []string {
	n := len(list) / of
	return list[copy*n : (copy+1)*n]
}

// tell is what the box of a closed group says: the block that it repeats, with its arguments where they
// are those of all, and how many times. A group of other things has its label, or its path.
func (i *Item) tell() string {
	first := i.Items[0]
	if first.Kind != Frame || first.Call == "" || slices.ContainsFunc(i.Items, func(in *Item) bool { return in.Kind != Frame || in.Call != first.Call }) {
		if i.Label != "" {
			return ""
		}
		return cut(i.Path, mostTitle)
	}
	text := first.Text
	if slices.ContainsFunc(i.Items, func(in *Item) bool { return in.Text != first.Text }) {
		text = first.Call
	}
	return strings.TrimSpace(text + " " + copies(len(i.Items)))
}

// showShapes writes the shapes of a series where height or width of images change, and behind
// frames; the shape that a series ends with is written behind what is around it.
func showShapes(items []*Item, before dim.Shape, top bool) {
	end := items[len(items)-1].shape
	for n, i := range items {
		if i.Kind == Head {
			continue
		}
		if len(i.shape) == 0 {
			if len(i.Items) > 0 {
				showShapes(i.Items, before, false)
			}
			continue
		}
		size := i.shape[min(2, len(i.shape)):]
		switch {
		case n == len(items)-1 || !top && sameShape(i.shape, end):
		case i.Kind == Input, i.Stage, !sameShape(before, size):
			i.Shape = graph.SizesOf(i.shape)
		}
		if len(i.Items) > 0 {
			showShapes(i.Items, before, false)
		}
		before = size
	}
}

func sameShape(a, b dim.Shape) bool { return slices.EqualFunc(a, b, same) }

func sameCost(a, b graph.Count) bool {
	return same(a.Params, b.Params) && same(a.MACs, b.MACs) && same(a.FLOPs, b.FLOPs)
}

// same reports whether two sizes are equal, or both not known.
func same(a, b dim.Size) bool { return a == b || (!a.Known() || !b.Known()) && dim.Equivalent(a, b) }

// unknown reports whether a shape has a size that is no number.
func unknown(s dim.Shape) bool {
	return slices.ContainsFunc(s, func(n dim.Size) bool { return !n.Known() })
}
