package elab

import (
	"regexp"
	"slices"
	"strings"

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
	"checkpoint": {
		"file":    aFile,
		"url":     aFolder,
		"sha256":  aHash,
		"bytes":   aSize,
		"prepare": isPicture,
		"top1":    perCent,
	},
}

// made binds the arguments of a value and checks each; good is false where one was
// reported.
func (m *machine) made(c *Closure, at source.Span) (e *env, good bool) {
	e, good = m.bind(c, at)
	return e, m.checkParts(c, e) && good
}

// checkParts checks the arguments that are known.
func (m *machine) checkParts(c *Closure, e *env) (good bool) {
	good = true
	checks := madeValues[c.Object.Name]
	for _, p := range parameters(c.Object) {
		v, bound := e.values[p.Name.Text]
		if check := checks[p.Name.Text]; bound && check != nil {
			if want := check(v); want != "" {
				arg := c.Args[p.Name.Text]
				d := badPart(arg, c, p.Name.Text, want)
				d.DidYouMean(show(v), wordsIn.FindAllString(want, -1))
				m.failOver(d, arg.expr, arg.env)
				good = false
			}
		}
	}
	return good
}

// checkMade checks what was filled into a value, which may not be all that it needs;
// nothing where c is none.
func (m *machine) checkMade(c *Closure, at source.Span) bool {
	if c.Slot != nil || !c.Object.IsValue() || m.unknowns != nil { // a proof is of shapes
		return true
	}
	e, good := &env{module: c.Object.Module, frame: &frame{}, values: map[string]Value{}}, true
	for _, p := range parameters(c.Object) {
		if c.has(p.Name.Text) {
			v, ok := m.bindOne(c, p, e, at)
			e.values[p.Name.Text], good = v, good && ok
			if !ok {
				delete(e.values, p.Name.Text)
			}
		}
	}
	return m.checkParts(c, e) && good
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

// wordsIn are the words that a text offers, with their quotation marks.
var wordsIn = regexp.MustCompile(`"\w+"`)

func aFile(v Value) string {
	if v == "" {
		return "the name of a file"
	}
	return ""
}

func aFolder(v Value) string {
	if text := v.(string); text != "" && (!strings.HasPrefix(text, "https://") && !strings.HasPrefix(text, "http://") || !strings.HasSuffix(text, "/")) {
		return "the address of a folder, which begins with `https://` and ends with `/`"
	}
	return ""
}

// hashPrefix is how the hash of a file begins, or all of it.
var hashPrefix = regexp.MustCompile(`^[0-9a-f]{8,64}$`)

func aHash(v Value) string {
	if text := v.(string); text != "" && !hashPrefix.MatchString(text) {
		return "the first 8 to 64 digits of the hash, in lower case"
	}
	return ""
}

func aSize(v Value) string {
	if n, ok := v.(dim.Size).Int(); !ok || n < 0 {
		return "a number of bytes, or 0 where it is not known"
	}
	return ""
}

func perCent(v Value) string {
	if n := v.(dim.Size); n.Cmp(dim.Int(0)) < 0 || n.Cmp(dim.Int(100)) > 0 {
		return "a number up to 100, per cent, or 0 where it is not known"
	}
	return ""
}

func isPicture(v Value) string {
	if !isMade(v, "picture") {
		return aPicture
	}
	return ""
}

// isMade reports whether a value is one that the prelude declares under this name.
func isMade(v Value, name string) bool {
	c, ok := v.(*Closure)
	return ok && c.Slot == nil && c.Object.IsValue() && c.Object.Name == name
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
