package draw

import (
	"cmp"
	"slices"

	"cnnlang/interp/graph"
)

// A tap leads from the item that makes a value to a merge elsewhere. Where both are on the spines of
// frames alone, it is an arc along the left side of the picture; anywhere else there is
// a box with its name in its place.

// linkTaps decides which taps are arcs.
func (d *Diagram) linkTaps() {
	makes, n := d.makers(), 0
	d.trunk(d.Items, func(i *Item) {
		for _, b := range i.Branches {
			if len(b) == 1 && b[0].Kind == Tap && makes[b[0].from] != nil && n < mostArcs {
				b[0].arc = true
				n++
			}
		}
	})
}

// mostArcs is how many taps are arcs: more could not be told apart.
const mostArcs = 300

// makers are the items on the spine by the value that they make, the outermost of each.
func (d *Diagram) makers() map[*graph.Node]*Item {
	makes := map[*graph.Node]*Item{}
	d.trunk(d.Items, func(i *Item) {
		if i.Kind != Tap && i.Kind != Head && i.value != nil && makes[i.value] == nil {
			makes[i.value] = i
		}
	})
	return makes
}

// trunk calls f for the items of a series and of the frames in it, the outer before the inner.
func (d *Diagram) trunk(items []*Item, f func(*Item)) {
	for _, i := range items {
		f(i)
		if i.Kind == Frame {
			d.trunk(i.Items, f)
		}
	}
}

// An arc is a tap with the places in the order of drawing between which it lies.
type arc struct {
	from, to *Item
	first    int
	last     int
	lane     int
}

// arcs lists the taps that are arcs, each in a lane in which no other lies beside it: the
// shorter, the nearer to the boxes.
func (d *Diagram) arcs() (list []*arc, lanes int) {
	makes := d.makers()
	at := map[*Item]int{}
	d.trunk(d.Items, func(i *Item) { at[i] = len(at) })
	d.trunk(d.Items, func(i *Item) {
		for _, b := range i.Branches {
			if len(b) == 1 && b[0].arc {
				from := makes[b[0].from]
				list = append(list, &arc{from: from, to: i, first: at[from], last: at[i]})
			}
		}
	})
	slices.SortStableFunc(list, func(a, b *arc) int { return cmp.Compare(a.last-a.first, b.last-b.first) })
	for n, a := range list {
		taken := map[int]bool{}
		for _, b := range list[:n] {
			if a.first <= b.last && b.first <= a.last {
				taken[b.lane] = true
			}
		}
		for taken[a.lane] {
			a.lane++
		}
		lanes = max(lanes, a.lane+1)
	}
	return list, lanes
}

// taps draws the arcs, in lanes left of x.
func (p *placer) taps(list []*arc, x float64) {
	used := map[*Item]int{}
	for _, a := range list {
		start, end := p.ends[a.from], p.merges[a.to]
		y := start.y + 5
		lane := x - arcGap*float64(a.lane+1)
		end.y += 4 * float64(used[a.to])
		used[a.to]++
		p.line(tapped, true, start, point{start.x, y}, point{lane, y}, point{lane, end.y}, end)
	}
}
