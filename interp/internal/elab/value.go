package elab

import (
	"fmt"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/lang/ast"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// A Value is what an expression stands for: dim.Size (int and float), bool,
// string, dim.Pair (dims), ops.Padding (pad), []Value, *Closure (block),
// *Tensor, or wildcard.
type Value any

// wildcard is the value of `_`, which claims nothing.
type wildcard struct{}

// A Closure is a block with some of its arguments filled in, or a body passed
// in braces.
type Closure struct {
	Object *resolve.Object
	Args   map[string]bound
	Slot   *ast.Body // set for a body; Env is where its names live
	Env    *env
	given  source.Span // where arguments were filled in last
	passed source.Span // where it was first given for a parameter
	// signatures are what the parameters it was given for say of it.
	signatures []paramSignature
}

// A bound is an argument and where it was given.
type bound struct {
	value Value
	span  source.Span
	call  *ast.Args // what it is one of, nil where it is none of a call's
	expr  ast.Expr  // as it is written, nil where it is no expression
	env   *env      // the names known there
	// declared says that it is a size that a preset gives, which is a default.
	declared bool
}

// A Tensor is the value that flows through steps: its shape, the node that
// computes it, and for each axis where its size came from. A poisoned tensor
// stands for what could not be made; nothing is said about it again. A suspect
// one has a shape that is a guess after an error; nothing is said of its shape
// again. Many says that it is a list of tensors, its Items, which has no shape of its own and
// holds no lists.
type Tensor struct {
	Items    []Tensor
	Many     bool
	Shape    dim.Shape
	Node     *graph.Node
	Origins  []*Origin
	Suspect  bool
	Poisoned bool
	run      *run // of an item that stands for several, nil for one
}

// An Origin is the step that gave an axis its size, and what it was before.
type Origin struct {
	Span   source.Span
	Size   dim.Size
	Reason string // stride = 2
	Before *Origin
	Path   string     // of the step: layer1.0.conv1
	Call   string     // what the text calls it: conv
	Terms  []dim.Size // of branches that are joined, their sizes
	Parts  []*Origin  // and where these come from

	calls    *callSite // the blocks that it stands in, the innermost first
	argument bound     // that Reason names
}

var poison = Tensor{Poisoned: true}

// An env is the local names of a body, inside those of the bodies around it.
type env struct {
	up     *env
	values map[string]Value
	lets   map[string]ast.Expr // what a let says that a name stands for
	items  map[string]ast.Expr // the item of a list that it is where a let takes one apart
	row    *row                // of an iteration, the item of the list that it is for
	module *resolve.Module
	frame  *frame
}

// A frame is one instantiation of a block.
type frame struct {
	taps *taps       // nil where there is none
	net  bool        // of a net, rather than a block
	of   *Closure    // the block with its arguments, nil where there is none
	part *graph.Part // of an outline, the net's own or a block's
	rest Tensor      // the axes that `...` of its signature stands for
	// Of the values that its body names with indexes: where each was named, and the iteration
	// that the body is in.
	where   map[string]*place
	generic *generic

	// Of the stages in its body: base is the path of the body, as a prefix; own is what its text
	// reads and asked what its callers do; published is what those find among the taps. perhaps
	// are those that an unknown number or string names, and unsure says that others which are
	// read may be there and are not known.
	base      string
	own       reads
	asked     asked
	published []string
	perhaps   []string
	unsure    bool
}

// taps are values by name, and those that are known around a side head, or before a
// repeat.
type taps struct {
	of     map[string]Tensor
	around *taps
	// perhaps says that there may be no such values, or others: an unknown number of
	// iterations named them.
	perhaps bool
}

// name makes a value a tap.
func (f *frame) name(tap string, t Tensor) {
	if f.taps == nil || f.taps.perhaps {
		f.taps = &taps{around: f.taps}
	}
	if f.taps.of == nil {
		f.taps.of = map[string]Tensor{}
	}
	f.taps.of[tap] = t
}

// tap is a value by its name; perhaps says that nothing certain is known of it.
func (f *frame) tap(name string) (t Tensor, perhaps, ok bool) {
	for s := f.taps; s != nil; s = s.around {
		if t, ok := s.of[name]; ok {
			return t, s.perhaps, true
		}
	}
	return Tensor{}, false, false
}

func (e *env) inner() *env {
	return &env{up: e, values: map[string]Value{}, module: e.module, frame: e.frame}
}

func (e *env) lookup(name string) (Value, bool) {
	for ; e != nil; e = e.up {
		if v, ok := e.values[name]; ok {
			return v, true
		}
	}
	return nil, false
}

// typeName is what messages call the type of a value.
func typeName(v Value) string {
	switch v := v.(type) {
	case dim.Size:
		if v.Known() && !v.IsWhole() {
			return "float"
		}
		return "int"
	case bool:
		return "bool"
	case string, UnknownString:
		return "string"
	case dim.Pair:
		return "dims"
	case ops.Padding:
		return "pad"
	case []Value:
		return "list"
	case *Closure:
		return "block"
	case *Tensor:
		return "tensor"
	case wildcard:
		return "_"
	case UnknownBool:
		return "bool"
	case UnknownList, unknownTensors:
		return "list"
	case UnknownBlock:
		return "block"
	}
	panic("elab: unknown value")
}

// maxShown limits how much of a value is printed.
const maxShown = 200

// show prints a value as the language writes it, a long one with its end left
// out.
func show(v Value) string {
	var b strings.Builder
	write(&b, v)
	if b.Len() > maxShown {
		return strings.ToValidUTF8(b.String()[:maxShown], "") + "…"
	}
	return b.String()
}

// write prints a value; once there is enough, it prints no more.
func write(b *strings.Builder, v Value) {
	if b.Len() > maxShown {
		return
	}
	switch v := v.(type) {
	case dim.Size:
		b.WriteString(v.Decimal())
	case dim.Pair, bool:
		fmt.Fprint(b, v)
	case ops.Padding:
		b.WriteString(v.Written())
	case string:
		b.WriteString(`"` + v + `"`)
	case []Value:
		b.WriteByte('[')
		for i, x := range v {
			if i > 0 {
				b.WriteString(", ")
			}
			if write(b, x); b.Len() > maxShown {
				return
			}
		}
		b.WriteByte(']')
	case *Closure:
		b.WriteString(v.name())
	case *Tensor:
		b.WriteString(v.Shape.String())
	case wildcard:
		b.WriteByte('_')
	case UnknownBool:
		b.WriteString(v.Size.String())
	case UnknownString:
		b.WriteString(v.Name)
	case UnknownList:
		b.WriteString(v.Name)
	case UnknownBlock:
		b.WriteString(v.Name)
	case unknownTensors:
		b.WriteString("[…]")
	default:
		panic("elab: unknown value")
	}
}

func (c *Closure) name() string {
	if c.Slot != nil {
		return "{ … }"
	}
	return c.Object.Name
}
