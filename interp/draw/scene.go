package draw

// A scene is what is drawn, in order, with everything in its place: x to the right, y down.
type scene struct {
	width, height float64
	left          float64 // where the network begins: what is written above and below it may be wider
	frames        []frame
	edges         []edge
	boxes         []box
	texts         []text
}

type point struct{ x, y float64 }

// A rect is a rectangle by its upper left corner.
type rect struct{ x, y, w, h float64 }

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
