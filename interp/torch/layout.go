package torch

import "strings"

// width is how long a line may be; a longer one is broken as black breaks it.
const width = 88

// A writer writes lines of Python.
type writer struct {
	strings.Builder
	depth int
}

func (w *writer) line(text string) {
	if text != "" {
		w.WriteString(strings.Repeat("    ", w.depth))
	}
	w.WriteString(text + "\n")
}

// in writes what f writes one level deeper.
func (w *writer) in(f func()) {
	w.depth++
	f()
	w.depth--
}

func (w *writer) fits(text string) bool { return 4*w.depth+len(text) <= width }

// put writes an expression between what is before and after it: in a line, or where that is
// too long with what is in its last brackets below.
func (w *writer) put(before string, x *expr, after string) {
	if line := before + x.String() + after; w.fits(line) {
		w.line(line)
		return
	}
	switch x.kind {
	case call:
		w.line(before + x.args[0].in(tight) + "(")
		w.items(x.args[1:], x.keys, false)
		w.line(")" + after)
	case list, tuple:
		open, shut := "[", "]"
		if x.kind == tuple {
			open, shut = "(", ")"
		}
		w.line(before + open)
		w.items(x.args, nil, true)
		w.line(shut + after)
	case each:
		w.line(before + "[")
		w.in(func() {
			w.put("", x.args[0], "")
			w.line("for " + x.text + " in range(" + x.args[1].String() + ")")
		})
		w.line("]" + after)
	case spread:
		w.put(before+"*", x.args[0], after)
	default:
		w.parenthesised(before, x, after)
	}
}

// items writes what is between brackets, each item on a line of its own where they do not all
// fit into one or apart says so.
func (w *writer) items(args []*expr, keys []string, apart bool) {
	w.depth++
	defer func() { w.depth-- }()
	key := func(i int) string {
		if k := i - (len(args) - len(keys)); k >= 0 {
			return keys[k] + "="
		}
		return ""
	}
	texts := make([]string, len(args))
	for i, x := range args {
		texts[i] = key(i) + x.String()
	}
	if line := strings.Join(texts, ", "); w.fits(line) && (!apart || len(args) < 2) {
		w.line(line)
		return
	}
	if len(args) == 1 {
		w.put(key(0), args[0], "")
		return
	}
	for i, x := range args {
		w.put(key(i), x, ",")
	}
}

// parenthesised writes operators and their operands in parentheses.
func (w *writer) parenthesised(before string, x *expr, after string) {
	w.line(before + "(")
	w.in(func() {
		if w.fits(x.String()) {
			w.line(x.String())
			return
		}
		w.operands(x, "")
	})
	w.line(")" + after)
}

// operands writes the operands of one strength below each other.
func (w *writer) operands(x *expr, before string) {
	if x.kind != infix {
		w.line(before + x.String())
		return
	}
	left := x.args[0]
	if left.kind == infix && left.strength() == x.strength() {
		w.operands(left, before)
	} else {
		w.line(before + left.in(x.strength()))
	}
	w.line(x.text + " " + x.args[1].in(x.strength()+1))
}

// signature writes the first line of a function.
func (w *writer) signature(name string, params []string) {
	line := "def " + name + "(" + strings.Join(params, ", ") + "):"
	if w.fits(line) {
		w.line(line)
		return
	}
	w.line("def " + name + "(")
	w.in(func() {
		if inner := strings.Join(params, ", "); w.fits(inner) {
			w.line(inner)
			return
		}
		for _, p := range params {
			w.line(p + ",")
		}
	})
	w.line("):")
}
