package torch

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

func sizeOf(n int) any { return dim.Int(n) }

func isValue(f *graph.Formula, n int) bool { return f.Op == "" && f.Name == "" && f.Value == sizeOf(n) }

func shapeOf(n *graph.Node) string {
	parts := []string{"N"}
	for _, size := range n.Shape[1:] {
		parts = append(parts, strconv.Itoa(size))
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// attribute makes a module an attribute of the class under its path, and returns how forward
// reads it.
func (f *flow) attribute(c *cell, made *expr) *expr { return f.attributeOf(c, made, false) }

func (f *flow) attributeOf(c *cell, made *expr, isTensor bool) *expr {
	if f.inRepeat() {
		return f.numbered(c, made)
	}
	label := f.localOf(c)
	if m, again := f.modules[label]; again {
		return f.sameModule(m, c, made)
	}
	read := f.newAttribute(label, made, isTensor)
	f.modules[label] = module{of: c, made: made.String(), read: read}
	return read
}

// A module is what __init__ put under a path, for which step, and how forward reads it.
type module struct {
	of     *cell
	made   string
	filled string // how it is given its parts, of a row of steps with names
	read   *expr
}

const severalArguments = "the items of an `each` apply it with several arguments, and one module has one of each"

// sameModule is the module of a step that is applied to several items of a list. It has one set
// of tensors, and has to be built in one way.
func (f *flow) sameModule(m module, c *cell, made *expr) *expr {
	same := func(p, q *graph.Part) bool {
		return p.Kind == graph.Operation && q.Kind == graph.Operation && reflect.DeepEqual(p.Node.Op, q.Node.Op)
	}
	if m.made != made.String() && !slices.EqualFunc(m.of.parts, c.parts, same) {
		f.fail(severalArguments)
	}
	return m.read
}

func (f *flow) newAttribute(label string, made *expr, isTensor bool) *expr {
	f.claim(label)
	if isAttribute(label) {
		*f.init = append(*f.init, &stmt{target: self(label), value: made})
		return self(label)
	}
	at, add, dict := name("self"), "add_module", "_modules"
	segments := strings.Split(label, ".")
	for i, s := range segments[:len(segments)-1] {
		path := strings.Join(segments[:i+1], ".")
		if key := around + path; !f.labels.taken[key] {
			f.labels.taken[key] = true
			f.put(at, s, calling(dotted("nn.Module")), add, dict)
		}
		at = child(at, s)
	}
	if isTensor {
		add, dict = "register_parameter", "_parameters"
	}
	last := segments[len(segments)-1]
	f.put(at, last, made, add, dict)
	if isTensor && hidden(last) {
		return indexed(at.attr(dict), str(last))
	}
	return child(at, last)
}

// Before a path among the names that are taken: one of a module, and one that others have before a dot.
const within, around = "\x01", "\x00"

// claim gives a path to a module. Labels with dots can put others inside of it, where the class that
// it is of has no place for them.
func (f *flow) claim(path string) {
	clash := f.labels.taken[around+path]
	f.labels.taken[within+path] = true
	for i, c := range path {
		clash = clash || c == '.' && f.labels.taken[within+path[:i]]
	}
	if clash {
		f.fail("the path `" + path + "` and that of another step begin alike, so that one is inside of the other; give one of them another label")
	}
}

// child is how an attribute is read whose name may be any text.
func child(at *expr, n string) *expr {
	switch {
	case isAttribute(n):
		return dot(at, n)
	case hidden(n):
		return indexed(dot(at, "_modules"), str(n))
	}
	return calling(name("getattr"), at, str(n))
}

// hidden reports whether a module refuses a name, or would not find it by that.
func hidden(n string) bool { return n == "" || ofModules[n] || strings.HasPrefix(n, "_") }

// put gives a module a part by a name that is not Python's.
func (f *flow) put(at *expr, n string, made *expr, add, dict string) {
	if hidden(n) {
		*f.init = append(*f.init, &stmt{target: indexed(dot(at, dict), str(n)), value: made})
		return
	}
	if isAttribute(n) {
		*f.init = append(*f.init, &stmt{target: dot(at, n), value: made})
		return
	}
	*f.init = append(*f.init, &stmt{kind: do, value: at.method(add, str(n), made)})
}

// ownModule is a module without tensors, which has its label or what it does for a name.
func (f *flow) ownModule(u *use, kind string) *expr {
	made := u.module(true)
	if made == nil {
		f.fail("torch has no module of an operation")
		return name("None")
	}
	label := ""
	if !f.inRepeat() {
		label = f.localOf(u.cell)
	}
	if m, again := f.modules[label]; again && isAttribute(label) {
		return f.sameModule(m, u.cell, made)
	}
	if isAttribute(label) {
		f.claim(label)
		*f.init = append(*f.init, &stmt{target: self(label), value: made})
		f.modules[label] = module{of: u.cell, made: made.String(), read: self(label)}
		return self(label)
	}
	if at, ok := f.own[made.String()]; ok {
		return self(at)
	}
	at := f.labels.take(kind)
	f.own[made.String()] = at
	if made := (&stmt{target: self(at), value: made}); f.init == f.top {
		*f.init = append(*f.init, made)
	} else {
		f.stores = append(f.stores, made)
	}
	return self(at)
}

// open reports whether arguments of an operation are parameters of the class.
func (f *flow) open(u *use) bool {
	x := u.module(true)
	if x == nil {
		return false
	}
	for _, a := range x.args[1:] {
		if f.names(a) {
			return true
		}
	}
	return false
}

// channelsOut are the channels that come out of an operation, with no expression where that is
// not known.
func (u *use) channelsOut() term {
	var l leaf
	switch u.op().(type) {
	case *ops.Conv:
		l = u.leaf("out", func(o ops.Op) any { return o.(*ops.Conv).Out })
	case *ops.Deconv:
		l = u.leaf("out", func(o ops.Op) any { return o.(*ops.Deconv).Out })
	case *ops.Linear:
		l = u.leaf("out", func(o ops.Op) any { return o.(*ops.Linear).Out })
	case *ops.Slice:
		from, ok1 := u.term(u.formula(u.parts[0], "from"))
		to, ok2 := u.term(u.formula(u.parts[0], "to"))
		if t, ok := u.operation("-", []term{to, from}); ok1 && ok2 && ok {
			return t
		}
		return term{}
	case *ops.Reshape, *ops.Permute:
		return term{}
	case *ops.Flatten:
		for _, n := range u.in {
			for _, size := range n.Shape[2:] {
				if size != 1 {
					return term{}
				}
			}
		}
		return u.ch
	default:
		return u.ch
	}
	l.name = "out_channels"
	return term{u.resolve(l), l.values}
}

// channelsAfter is a number of channels that is known after a step: the one that is expected, if it
// is right, or the one that there always is.
func (s *scope) channelsAfter(t term, nodes []*graph.Node) term {
	values := make([]any, len(nodes))
	for i, n := range nodes {
		if n == nil || len(n.Shape) < 2 {
			return term{}
		}
		values[i] = channelsOf(n)
	}
	if t.x != nil && len(t.values) == len(values) && t.fits(values) {
		return t
	}
	if v, same := (leaf{values: values}).constant(); same {
		return term{literal(v), values}
	}
	return term{}
}
