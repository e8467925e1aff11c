package draw

import "cnnlang/ops/dim"

// A scene is what is drawn, in order, with everything in its place: x to the right, y down.
type scene struct {
	width, height float64
	frames        []frame
	edges         []edge
	boxes         []box
	texts         []text
}

type point struct{ x, y float64 }

// A rect is a rectangle by its upper left corner.
type rect struct{ x, y, w, h float64 }

// overlaps reports whether two rectangles have an area in common.
func (r rect) overlaps(s rect) bool {
	return r.x < s.x+s.w && s.x < r.x+r.w && r.y < s.y+s.h && s.y < r.y+r.h
}

// A box is a box, a circle or a bar.
type box struct {
	rect
	item *Item
	of   int // how many stand within one of what is around it
}

type frame struct {
	rect
	item *Item
	of   int
	deep int // frames around it
}

// An edge is a line with right angles; an arrow has a head at its end.
type edge struct {
	points []point
	arrow  bool
	kind   edgeKind
}

type edgeKind int

const (
	plain edgeKind = iota
	shortcut
	tapped
)

type text struct {
	point
	text, class string
}

// total is what a picture's boxes cost together.
func (s *scene) total() (params dim.Size) {
	for _, b := range s.boxes {
		params = params.Add(b.item.Cost.Params.Mul(dim.Int(b.item.Count)))
	}
	return params
}
