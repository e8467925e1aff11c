// Package chart draws nets as balls over two of their quantities, such as accuracy over
// multiply-accumulates, with a third as the balls' area, in SVG:
//
//	balls ──front──▶ those no other beats ──scales──▶ places ──labels──▶ SVG
//
// It knows numbers and names, and nothing of networks.
package chart

// A Unit says what a quantity is counted in.
type Unit int

// The units.
const (
	Count   Unit = iota // of parameters or operations
	Bytes               // of memory
	Time                // in milliseconds
	PerCent             // a share
)

// An Axis is a quantity.
type Axis struct {
	Name string // in small letters, as it stands within a sentence
	Unit Unit
	More bool // whether more of it is better
}

// A Ball is a net.
type Ball struct {
	Name string // no two balls have the same
	X, Y float64
	Area float64 // at least 0
}

// A Chart is what is drawn.
type Chart struct {
	Title string
	X, Y  Axis
	Area  Axis // without a name all balls have the same area
	Balls []Ball
	Notes []string // sentences below it
}

// Front says of each ball whether no other beats it: is at least as good by both axes, and
// better by one.
func (c *Chart) Front() []bool {
	points := make([]Point, len(c.Balls))
	for i, b := range c.Balls {
		points[i] = Point{b.X, b.Y}
	}
	return Front(points, c.X.More, c.Y.More)
}
