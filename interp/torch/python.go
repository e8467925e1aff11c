package torch

import (
	"strconv"
	"strings"
)

// An expr is a Python expression. Its layout is in layout.go.
type expr struct {
	kind exprKind
	text string   // a name, a number, an operator, an attribute
	args []*expr  // operands; of a call what is called and its arguments
	keys []string // the keywords of the last arguments of a call
}

type exprKind int

const (
	atom      exprKind = iota // a name or number, text
	quoted                    // a string, text
	formatted                 // f"text{args[0]}"
	infix                     // args[0] text args[1]
	prefix                    // text args[0]
	choice                    // args[0] if args[1] else args[2]
	call                      // args[0](args[1:]...)
	attribute                 // args[0].text
	index                     // args[0][args[1:]...]
	span                      // args[0]:args[1], in an index
	tuple                     // (args...)
	list                      // [args...]
	each                      // [args[0] for text in range(args[1])]
	spread                    // *args[0]
)

func name(text string) *expr       { return &expr{kind: atom, text: text} }
func number(n int) *expr           { return name(strconv.Itoa(n)) }
func str(text string) *expr        { return &expr{kind: quoted, text: text} }
func dot(x *expr, a string) *expr  { return &expr{kind: attribute, text: a, args: []*expr{x}} }
func self(a string) *expr          { return dot(name("self"), a) }
func listOf(items ...*expr) *expr  { return &expr{kind: list, args: items} }
func tupleOf(items ...*expr) *expr { return &expr{kind: tuple, args: items} }
func op(l *expr, text string, r *expr) *expr {
	return &expr{kind: infix, text: text, args: []*expr{l, r}}
}

// calling is f(args...).
func calling(f *expr, args ...*expr) *expr {
	return &expr{kind: call, args: append([]*expr{f}, args...)}
}

// dotted is a name with dots: nn.Conv2d.
func dotted(text string) *expr {
	parts := strings.Split(text, ".")
	x := name(parts[0])
	for _, p := range parts[1:] {
		x = dot(x, p)
	}
	return x
}

// with adds a keyword argument to a call.
func (x *expr) with(key string, value *expr) *expr {
	x.args, x.keys = append(x.args, value), append(x.keys, key)
	return x
}

// method is x.name(args...).
func (x *expr) method(name string, args ...*expr) *expr { return calling(dot(x, name), args...) }

// binding strengths, loosest first.
const (
	looseChoice = iota
	looseOr
	looseAnd
	looseNot
	looseCompare
	looseSum
	looseProduct
	looseSign
	loosePower
	tight
)

var strengths = map[string]int{
	"or": looseOr, "and": looseAnd, "+": looseSum, "-": looseSum, "*": looseProduct, "/": looseProduct,
	"//": looseProduct, "%": looseProduct, "**": loosePower,
}

func (x *expr) strength() int {
	switch x.kind {
	case choice:
		return looseChoice
	case infix:
		if s, ok := strengths[x.text]; ok {
			return s
		}
		return looseCompare
	case prefix:
		if x.text == "not " {
			return looseNot
		}
		return looseSign
	case atom:
		if strings.HasPrefix(x.text, "-") {
			return looseSign
		}
	}
	return tight
}

// in is x as an operand that binds at least so strongly.
func (x *expr) in(strength int) string {
	if x.strength() < strength {
		return "(" + x.String() + ")"
	}
	return x.String()
}

// String is the expression on one line.
func (x *expr) String() string {
	switch x.kind {
	case atom:
		return x.text
	case quoted:
		return quote(x.text)
	case formatted:
		text := quote(strings.NewReplacer("{", "{{", "}", "}}").Replace(x.text))
		return "f" + text[:len(text)-1] + "{" + x.args[0].String() + `}"`
	case infix:
		s := x.strength()
		left, right := s, s+1
		if s == looseCompare {
			left = s + 1
		}
		if s == loosePower {
			left, right = tight, looseSign
			return x.args[0].in(left) + hug(x) + x.args[1].in(right)
		}
		return x.args[0].in(left) + " " + x.text + " " + x.args[1].in(right)
	case prefix:
		if x.text == "not " {
			return x.text + x.args[0].in(looseNot)
		}
		return x.text + x.args[0].in(looseSign)
	case choice:
		return x.args[0].in(looseOr) + " if " + x.args[1].in(looseOr) + " else " + x.args[2].in(looseChoice)
	case attribute:
		if x.args[0].kind == atom && x.args[0].text[0] <= '9' {
			return "(" + x.args[0].text + ")." + x.text
		}
		return x.args[0].in(tight) + "." + x.text
	case call:
		return x.args[0].in(tight) + "(" + strings.Join(x.arguments(), ", ") + ")"
	case index:
		return x.args[0].in(tight) + "[" + strings.Join(written(x.args[1:]), ", ") + "]"
	case span:
		return slice(x.args[0], x.args[1])
	case tuple:
		if len(x.args) == 1 {
			return "(" + x.args[0].String() + ",)"
		}
		return "(" + strings.Join(written(x.args), ", ") + ")"
	case list:
		return "[" + strings.Join(written(x.args), ", ") + "]"
	case each:
		return "[" + x.args[0].String() + " for " + x.text + " in range(" + x.args[1].String() + ")]"
	case spread:
		return "*" + x.args[0].in(tight)
	}
	panic("torch: unknown expression")
}

// hug is the power operator, which black writes without blanks between names and numbers.
func hug(x *expr) string {
	if x.args[0].kind == atom && x.args[1].kind == atom {
		return "**"
	}
	return " ** "
}

// slice is from:to; black sets its colon apart where a side is more than a name or number.
func slice(from, to *expr) string {
	simple := func(x *expr) bool { return x == nil || x.kind == atom }
	text := func(x *expr) string {
		if x == nil {
			return ""
		}
		return x.String()
	}
	if simple(from) && simple(to) {
		return text(from) + ":" + text(to)
	}
	return strings.TrimSpace(text(from) + " : " + text(to))
}

func written(list []*expr) []string {
	texts := make([]string, len(list))
	for i, x := range list {
		texts[i] = x.String()
	}
	return texts
}

// arguments are those of a call, as they are written.
func (x *expr) arguments() []string {
	texts := written(x.args[1:])
	first := len(texts) - len(x.keys)
	for i, key := range x.keys {
		texts[first+i] = key + "=" + texts[first+i]
	}
	return texts
}

// quote is a string literal of ASCII characters, whatever is in it.
func quote(text string) string {
	s := strconv.QuoteToASCII(text)
	if !strings.Contains(s, `\"`) || strings.ContainsAny(text, "'\\") {
		return s
	}
	return "'" + strings.ReplaceAll(s[1:len(s)-1], `\"`, `"`) + "'" // as black prefers
}

// is reports whether an expression is this word.
func (x *expr) is(text string) bool { return x.kind == atom && x.text == text }

// uses reports whether a name occurs in an expression.
func (x *expr) uses(name string) bool {
	if x == nil {
		return false
	}
	if x.kind == atom && x.text == name {
		return true
	}
	for _, a := range x.args {
		if a.uses(name) {
			return true
		}
	}
	return false
}
