package draw

import (
	"cnnlang/interp/graph"
	"cnnlang/lang/source"
	"cnnlang/ops/dim"
)

// An Item is one thing of a series in a picture.
type Item struct {
	Kind Kind
	// Text is what stands in it, or the title of a frame; Marks are what a box has with it.
	Text  string
	Marks []string
	// Label is the frame's, "" where the text gives it none; of copies, that of the first and the last.
	Label string
	// Call is the block that a frame is, by the name it is called by; "" for a group.
	Call  string
	Stage bool
	// Path is the first path that it stands for, Nodes are those of all its operations, those
	// of all its copies one after the other.
	Path  string
	Nodes []string
	// Count is how many equal ones it stands for, and Cost is that of one. A frame that is
	// open has the cost of what is not drawn in it, mostly none.
	Count int
	Cost  graph.Count
	// Times is how often the repeat that a frame is, is made, "" for a number of copies; Optional
	// says that what is in a frame is made in some cases alone, and Text in which.
	Times    string
	Optional bool
	// Shape is written where it changes, "" elsewhere.
	Shape string

	Items    []*Item   // of a frame or a head
	Branches [][]*Item // of a merge

	at              []source.Pos // where the text has each copy of a frame, nothing for what is made here
	told            string       // what a group says in place of its text when it is closed, "" for that
	marked          bool         // whether the picture is of a difference; then its sign and the numbers of changes
	sign            Sign
	changes, behind []int
	list            bool   // whether it is a list, which nothing has joined yet
	written         bool   // whether sizes of it are texts of a sketch, which the title of its block explains
	passes          bool   // whether it passes its value on, and nothing else
	first           string // the label of the first copy
	shape           dim.Shape
	value           *graph.Node // of the first copy
	from            *graph.Node // of a tap, of one that reads a list its last value
	last            *graph.Node // of a list, its last value
	arc             bool        // whether a tap is drawn as an arc
}

// A Kind says what an item looks like, and what colour it has.
type Kind int

const (
	Input     Kind = iota // the net's input
	Output                // its output
	Pointwise             // a convolution of 1x1
	Conv                  // any other
	Depthwise             // or grouped
	Linear                // a fully connected layer
	Pool                  // of any kind
	Act                   // an activation
	Norm                  // a normalisation
	Other                 // any other operation
	Closed                // a frame drawn as a box
	Frame                 // a block or a group
	Circle                // a merge of equal shapes
	Bar                   // a concatenation
	Tap                   // a value from elsewhere
	Head                  // a side head
)

var kindNames = [...]string{"input", "output", "pointwise", "conv", "depthwise", "linear", "pool", "act", "norm", "other",
	"closed", "frame", "merge", "concat", "tap", "head"}

func (k Kind) String() string { return kindNames[k] }

// isBox reports whether an item is a box with text.
func (k Kind) isBox() bool { return k <= Closed || k == Tap }

// isDrawn reports whether an item is a box, a circle or a bar, and not a frame around some.
func (i *Item) isDrawn() bool { return i.Kind != Frame && i.Kind != Head }

// takes reports whether an operation that follows may be drawn in the same box.
func (i *Item) takes(next Kind, name string) bool {
	if name == "flatten" || name == "dropout" || name == "drop path" {
		return i.Kind.isBox() && i.Kind > Output && i.Kind < Closed
	}
	switch i.Kind {
	case Pointwise, Conv, Depthwise, Linear:
		return next == Norm || next == Act
	case Norm:
		return next == Act && len(i.Marks) == 0
	}
	return false
}

// copies writes how often an item is made, of which so many stand together.
func (i *Item) copies(of int) string {
	if i.Times != "" {
		return "×" + i.Times
	}
	return copies(of)
}

// lists reports whether an item gives a list, which has no one shape.
func (i *Item) lists() bool {
	return i.list || i.Kind == Frame && len(i.Items) > 0 && i.Items[len(i.Items)-1].lists()
}

func (i *Item) merges() bool { return i.Kind == Circle || i.Kind == Bar }

// each calls f for an item and all in it.
func each(items []*Item, f func(*Item)) {
	for _, i := range items {
		f(i)
		each(i.Items, f)
		for _, b := range i.Branches {
			each(b, f)
		}
	}
}
