package elab

import (
	"slices"

	"cnnlang/lang/diag"
	"cnnlang/lang/source"
	"cnnlang/ops/dim"
)

// Values that the prelude declares: like a block with its arguments, but without a
// signature. Their arguments are checked where they are filled in.

// madeValues are the values that the prelude declares, and for each parameter what its
// argument must be besides having its type: want is "" where it is.
var madeValues = map[string]map[string]func(v Value) (want string){
	"picture": {
		"resize":        pixels,
		"fit":           oneOf("short", "squash", "pad"),
		"mean":          perChannel,
		"std":           allPositive,
		"scale":         oneOf(dim.Int(1), dim.Int(255)),
		"order":         oneOf("rgb", "bgr"),
		"interpolation": oneOf("bilinear", "bicubic", "nearest", "box"),
	},
}

// made binds the arguments of a value and checks each; good is false where one was
// reported.
func (m *machine) made(c *Closure, at source.Span) (e *env, good bool) {
	e, good = m.bind(c, at)
	checks := madeValues[c.Object.Name]
	for _, p := range parameters(c.Object) {
		v, bound := e.values[p.Name.Text]
		if check := checks[p.Name.Text]; bound && check != nil {
			if want := check(v); want != "" {
				arg := c.Args[p.Name.Text]
				m.failOver(badPart(arg, c, p.Name.Text, want), arg.expr, arg.env)
				good = false
			}
		}
	}
	return e, good
}

// checkMade checks what was filled into a value, nothing where c is none.
func (m *machine) checkMade(c *Closure, at source.Span) bool {
	if c.Slot != nil || !c.Object.IsValue() || m.unknowns != nil { // a proof is of shapes
		return true
	}
	_, good := m.made(c, at)
	return good
}

// oneOf wants one of some values.
func oneOf(values ...Value) func(Value) string {
	return func(v Value) string {
		if slices.Contains(values, v) {
			return ""
		}
		want := ""
		for i, w := range values {
			switch {
			case i > 0 && i == len(values)-1:
				want += " or "
			case i > 0:
				want += ", "
			}
			want += show(w)
		}
		return want
	}
}

// maxPixels is the largest side of a picture.
const maxPixels = 1 << 16

func pixels(v Value) string {
	p := v.(dim.Pair)
	h, ok1 := p.H.Int()
	w, ok2 := p.W.Int()
	if !ok1 || !ok2 || h < 0 || w < 0 || h > maxPixels || w > maxPixels || (h == 0) != (w == 0) {
		return "a number of pixels from 1 to 65536, or 0 for the net's own size"
	}
	return ""
}

func perChannel(v Value) string {
	if n := len(v.([]Value)); n != 1 && n != 3 {
		return "a list of 1 or 3 numbers, one for each channel"
	}
	return ""
}

const positive = "a list of positive numbers"

func allPositive(v Value) string {
	if want := perChannel(v); want != "" {
		return want
	}
	for _, x := range v.([]Value) {
		if x.(dim.Size).Cmp(dim.Int(0)) <= 0 {
			return positive
		}
	}
	return ""
}

// badPart is about an argument of a value that has its type and yet cannot be.
func badPart(arg bound, c *Closure, name, want string) *diag.Diagnostic {
	d := diag.New(diag.BadValue, arg.span, "`%s` of `%s` must be %s, got %s", name, c.Object.Name, want, show(arg.value))
	switch name {
	case "std":
		if want == positive {
			return d.WithHelp("pixels are divided by `std`; leave it out, or write 1, where they are not to be")
		}
		fallthrough
	case "mean":
		return d.WithHelp("one number for each channel, as in `[0.485, 0.456, 0.406]`, or one for all, as in `[0.5]`")
	}
	return d
}
