package prove

import (
	"fmt"
	"maps"
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/elab"
	"cnnlang/lang/ast"
	"cnnlang/lang/resolve"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// An argument is a parameter that stands for any value of its type.
type argument struct {
	name string
	kind string // int, float, bool, string, dims, pad, tensor, list, fractions, block
	// shape is that of a tensor.
	shape *ast.Shape
}

// parametersOf lists the parameters that a block leaves open and that are
// unknown. Blocks and lists that have a default stand for that alone. reason
// says where there is a parameter that nothing is known of.
func parametersOf(o *resolve.Object) (base *resolve.Object, args []argument, reason string) {
	open, err := elab.Open(o)
	if err != "" {
		return nil, nil, err
	}
	for _, p := range open.Params {
		switch kind := p.Type; {
		case kind == "block" && !p.HasDefault, kind == "list" && !p.HasDefault && p.Elem == "int":
			args = append(args, argument{p.Name, kind, p.Shape})
		case kind == "list" && !p.HasDefault && p.Elem == "float":
			args = append(args, argument{name: p.Name, kind: "fractions"})
		case kind == "int" || kind == "float" || kind == "bool" || kind == "string" || kind == "dims" || kind == "pad" || kind == "tensor":
			args = append(args, argument{p.Name, kind, p.Shape})
		case p.HasDefault:
		case kind == "":
			reason = "the parameter " + p.Name + " has no type"
			args = append(args, argument{p.Name, kind, p.Shape})
		default:
			reason = "it depends on the " + kind + " " + p.Name
			args = append(args, argument{p.Name, kind, p.Shape})
		}
	}
	return open.Base, args, reason
}

// The ways a padding can be given. Explicit padding of any size covers valid.
var paddingModes = []ops.PaddingMode{ops.Explicit, ops.Half, ops.Same}

// startingCases is one case for every number of axes and every choice of padding modes, nil
// where those are too many.
func startingCases(b *ast.Block, args []argument) []*Case {
	var cases []*Case
	for _, rest := range restsOf(b) {
		p := newCase()
		p.rest = rest
		cases = append(cases, p)
	}
	for _, a := range args {
		var more []*Case
		for _, p := range cases {
			more = append(more, a.ways(p)...)
		}
		if cases = more; len(cases) > maxCases {
			return nil
		}
	}
	return cases
}

// ways are a case for every form that an argument can have: the modes of a padding, the numbers of
// axes of a tensor.
func (a argument) ways(p *Case) (list []*Case) {
	switch a.kind {
	case "pad":
		for _, mode := range paddingModes {
			q := p.clone()
			q.modes[a.name] = mode
			list = append(list, q)
		}
		return list
	case "tensor":
		for _, rank := range a.ranks() {
			q := p.clone()
			q.ranks[a.name] = rank
			list = append(list, q)
		}
		return list
	}
	return []*Case{p}
}

// ranks are the numbers of axes that a tensor can have.
func (a argument) ranks() (list []int) {
	n := len(a.shape.Sizes)
	for _, rank := range ranks {
		if a.shape.Rest != nil && rank >= n {
			list = append(list, rank)
		}
	}
	if list == nil {
		list = []int{n}
	}
	return list
}

// variables are the numbers that an argument is made of, and none for one that is made
// of others.
func (a argument) variables() (list []dim.Variable) {
	parts, low := []string{}, int64(0)
	switch a.kind {
	case "int", "bool":
		parts = []string{""}
	case "float":
		return []dim.Variable{dim.Real(a.name)}
	case "dims":
		parts, low = []string{"[0]", "[1]"}, 1
	case "pad":
		parts = []string{".bottom", ".left", ".right", ".top"}
	case "tensor":
		for i := range slices.Max(a.ranks()) {
			parts = append(parts, "."+dim.Axis(i).Letter())
		}
		low = 1
	}
	for i, part := range parts {
		v := dim.Variable{Name: a.name + part, Low: low}
		if name := a.binds(i); name != "" {
			v.Sense = &dim.Sense{Label: name, Kind: named{}}
		}
		list = append(list, v)
	}
	return list
}

// named is what a variable stands for that is a size of a tensor parameter to which its type
// gives a name.
type named struct{}

// binds is the name that the type of a tensor gives to an axis, "" for none.
func (a argument) binds(axis int) string {
	if a.kind != "tensor" || axis >= len(a.shape.Sizes) {
		return ""
	}
	name := bare(a.shape.Sizes[axis].Size)
	if name == "_" {
		return ""
	}
	return name
}

// of is the argument that is made of these numbers; ok is false for one that is made of
// others.
func (a argument) of(n []dim.Size, mode ops.PaddingMode) (v elab.Value, ok bool) {
	switch a.kind {
	case "int", "float":
		return n[0], true
	case "dims":
		return dim.Pair{H: n[0], W: n[1]}, true
	case "pad":
		if mode != ops.Explicit {
			return ops.Padding{Mode: mode}, true
		}
		return ops.Padding{Bottom: n[0], Left: n[1], Right: n[2], Top: n[3]}, true
	case "block": // it is known by its signature
		return elab.UnknownBlock{Name: a.name}, true
	}
	return nil, false
}

// variables gives every open parameter and every name of the signature a
// variable, or what the case has put in its place.
func (p *Case) variables(args []argument) (map[string]elab.Value, func(string) dim.Size) {
	values := map[string]elab.Value{}
	for _, a := range args {
		values[a.name] = p.value(a)
	}
	return values, p.size
}

// size is a size that the signature names.
func (p *Case) size(name string) dim.Size {
	v := dim.Variable{Name: name, Low: 1}
	switch {
	case elab.IsFreeAxis(name):
		v.Sense = &dim.Sense{Label: "_"}
	case isCount(p.exploration.base.Block, name):
		v.Low = 0
	}
	return p.Size(v)
}

func (p *Case) value(a argument) elab.Value {
	var sizes dim.Shape
	for _, x := range a.variables() {
		sizes = append(sizes, p.Size(x))
	}
	switch a.kind {
	case "bool":
		return elab.UnknownBool{Size: sizes[0]}
	case "string":
		return elab.UnknownString{Name: a.name}
	case "list", "fractions":
		return elab.UnknownList{Name: a.name, Fractions: a.kind == "fractions"}
	case "tensor":
		sizes = sizes[:p.ranks[a.name]]
		t := &elab.Tensor{Shape: sizes}
		for _, size := range sizes {
			t.Origins = append(t.Origins, &elab.Origin{Size: size, Reason: a.name})
		}
		if p.Sketch() {
			t.Node = &graph.Node{Path: a.name, Sizes: sizes}
		}
		return t
	}
	v, ok := a.of(sizes, p.modes[a.name])
	if !ok {
		panic("prove: a parameter of kind " + a.kind)
	}
	return v
}

// given is the concrete value of an argument under an assignment.
func (a argument) given(assign map[string]int64, mode ops.PaddingMode) (elab.Value, bool) {
	switch a.kind {
	case "bool":
		return assign[a.name] == 1, true
	case "string":
		return a.name, true
	}
	var sizes []dim.Size
	for _, x := range a.variables() {
		sizes = append(sizes, dim.Int(int(assign[x.Name])))
	}
	return a.of(sizes, mode)
}

// signatureNames lists the names that a block's signature binds.
func signatureNames(b *ast.Block) []string {
	if b.Sig == nil {
		return dim.Letters()
	}
	var names []string
	for _, p := range b.Sig.In {
		for _, d := range p.Shape.Sizes {
			if name := p.Binds(d); name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// isCount reports whether a signature binds a name to how many values a port stands for.
func isCount(b *ast.Block, name string) bool {
	return b.Sig != nil && b.Param(name) == nil && slices.ContainsFunc(b.Sig.In, func(p *ast.Port) bool { return p.Open() == name })
}

// freeNames are those of the variables that the input of a block is made of: what its signature
// binds, the sizes that it leaves open with `_`, and the axes that `...` stands for.
func (p *Case) freeNames() []string {
	b := p.exploration.base.Block
	list := append(signatureNames(b), p.restNames()...)
	if b.Sig == nil {
		return list
	}
	for _, p := range b.Sig.In {
		if name := p.Open(); name != "" && isCount(b, name) && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.exploration.variables)) {
		if elab.IsFreeAxis(name) {
			list = append(list, name)
		}
	}
	return list
}

// The shapes that there are: vectors [N, C] and maps [N, C, H, W].
var ranks = []int{2, 4}

// restsOf are the numbers of axes that `...` in a block's signature can stand for, those of
// vectors and of maps; without it that is none.
func restsOf(b *ast.Block) (list []int) {
	if b.Sig != nil && b.Sig.Input().Rest != nil {
		for _, rank := range ranks {
			if rank >= len(b.Sig.Input().Sizes) {
				list = append(list, rank-len(b.Sig.Input().Sizes))
			}
		}
	}
	if list == nil {
		list = []int{0}
	}
	return list
}

// restNames are names for the sizes of the axes that `...` stands for.
func (p *Case) restNames() []string { return restNames(p.exploration.base.Block, p.rest) }

func restNames(b *ast.Block, rest int) (list []string) {
	for i := range rest {
		axis := dim.Axis(len(b.Sig.Input().Sizes) + i)
		name := axis.Letter()
		if b.Param(name) != nil || b.Binds(name) {
			name = fmt.Sprintf("axis %d", int(axis)) // no name of the language's
		}
		list = append(list, name)
	}
	return list
}

// bare is the name that an expression consists of, "" for any other.
func bare(x ast.Expr) string {
	if r, ok := x.(*ast.Ref); ok && len(r.Path) == 1 && r.Args == nil {
		return r.Path[0].Text
	}
	return ""
}
