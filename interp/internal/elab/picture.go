package elab

import (
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
	"cnnlang/ops/dim"
)

// A Picture says how pictures become the input of a net, as `picture` of the prelude
// documents it.
type Picture struct {
	// Resize is the height and the width that pictures get, as Fit says, for an input of
	// the size At; 0 and 0 is the size of the input. At another size of the input they
	// are in proportion.
	Resize [2]int
	// At is the height and the width of the net's input by default, 0 and 0 where it has
	// none.
	At            [2]int
	Fit           string    // "short", "squash" or "pad"
	Mean, Std     []float64 // one for each channel, or one for all
	Scale         float64   // what the full brightness becomes: 1 or 255
	Order         string    // "rgb" or "bgr"
	Interpolation string
	Stated        bool // whether the net says so, or this is what is left of `picture` without arguments
}

// Size is the height and the width that pictures get for an input of the size h x w: Resize
// in proportion, halves rounded up, and at least 1. 0 stays 0.
func (p Picture) Size(h, w int) (size [2]int) {
	for axis, input := range [2]int{h, w} {
		size[axis] = p.Resize[axis]
		if at := p.At[axis]; size[axis] > 0 && at > 0 && input != at {
			size[axis] = max(1, (2*size[axis]*input+at)/(2*at))
		}
	}
	return size
}

// unstated is a picture without arguments; a test compares it with the prelude's.
var unstated = Picture{Fit: "short", Mean: []float64{0}, Std: []float64{1}, Scale: 1, Order: "rgb", Interpolation: "bilinear"}

// A Preparation is an expression from outside the program that is a picture, with the names
// of a module.
type Preparation struct {
	Value  ast.Expr
	Module *resolve.Module
	At     [2]int // the height and the width of the input that it is for; 0 are those that it has by default
}

// at is the size that the preparation is for, the usual one where it does not say so.
func (p *Preparation) at(usual [2]int) [2]int {
	if p == nil || p.At == [2]int{} {
		return usual
	}
	return p.At
}

// prepare reads how pictures are prepared for a net from outside the program.
func (m *machine) prepare(p *Preparation, o *resolve.Object, meta *Meta, items metaItems) {
	v, ok := m.eval(p.Value, &env{module: p.Module, frame: &frame{}})
	if !ok {
		return
	}
	if meta.Prepare, ok = m.picture(v); !ok {
		m.fail(diag.New(diag.WrongType, p.Value.Span(), "this must be %s, got %s", aPicture, described(v)))
		return
	}
	items["prepare"] = metaItem{p.Value.Span(), v, o, true}
}

// aPicture is what is wanted where something else is given.
const aPicture = "a picture, such as `imagenet` of std.prepare or `picture(…)`"

// picture is what a value says of pictures; ok is false where it is none.
func (m *machine) picture(v Value) (p Picture, ok bool) {
	if !isMade(v, "picture") {
		return p, false
	}
	c := v.(*Closure)
	e, good := m.made(c, c.Object.Span)
	if !good {
		return p, false
	}
	size := e.values["resize"].(dim.Pair)
	return Picture{
		Resize: [2]int{size.H.MustInt(), size.W.MustInt()},
		Fit:    e.values["fit"].(string),
		Mean:   floats(e.values["mean"]), Std: floats(e.values["std"]),
		Scale:         e.values["scale"].(dim.Size).Float(),
		Order:         e.values["order"].(string),
		Interpolation: e.values["interpolation"].(string),
		Stated:        true,
	}, true
}

func floats(v Value) []float64 {
	var list []float64
	for _, x := range v.([]Value) {
		list = append(list, x.(dim.Size).Float())
	}
	return list
}
