package prove

import (
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
			args = append(args, argument{p.Name, kind})
		case kind == "list" && !p.HasDefault && p.Elem == "float":
			args = append(args, argument{p.Name, "fractions"})
		case kind == "int" || kind == "float" || kind == "bool" || kind == "string" || kind == "dims" || kind == "pad" || kind == "tensor":
			args = append(args, argument{p.Name, kind})
		case p.HasDefault:
		case kind == "":
			reason = "the parameter " + p.Name + " has no type"
			args = append(args, argument{p.Name, kind})
		default:
			reason = "it depends on the " + kind + " " + p.Name
			args = append(args, argument{p.Name, kind})
		}
	}
	return open.Base, args, reason
}

// The ways a padding can be given. Explicit padding of any size covers valid.
var paddingModes = []ops.PaddingMode{ops.Explicit, ops.Half, ops.Same}

// startingPaths is one path for every choice of padding modes, nil where those are too
// many.
func startingPaths(args []argument) []*path {
	paths := []*path{newPath()}
	for _, a := range args {
		if a.kind != "pad" {
			continue
		}
		var more []*path
		for _, p := range paths {
			for _, mode := range paddingModes {
				q := p.clone()
				q.modes[a.name] = mode
				more = append(more, q)
			}
		}
		if paths = more; len(paths) > maxPaths {
			return nil
		}
	}
	return paths
}

// variables gives every open parameter and every name of the signature a
// variable, or what the path has put in its place.
func (p *path) variables(args []argument) (map[string]elab.Value, func(string) dim.Size) {
	values := map[string]elab.Value{}
	for _, a := range args {
		values[a.name] = p.value(a)
	}
	return values, p.size
}

// size is a size that the signature names.
func (p *path) size(name string) dim.Size { return p.whole(name, 1) }

func (p *path) whole(name string, low int64) dim.Size {
	return p.Size(dim.Variable{Name: name, Low: low})
}

func (p *path) value(a argument) elab.Value {
	switch a.kind {
	case "int":
		return p.whole(a.name, 0)
	case "float":
		return p.Size(dim.Real(a.name))
	case "bool":
		return elab.UnknownBool{Size: p.whole(a.name, 0)}
	case "string":
		return elab.UnknownString{Name: a.name}
	case "dims":
		return dim.Pair{H: p.whole(a.name+"[0]", 1), W: p.whole(a.name+"[1]", 1)}
	case "pad":
		if mode := p.modes[a.name]; mode != ops.Explicit {
			return ops.Padding{Mode: mode}
		}
		v := func(side string) dim.Size { return p.whole(a.name+"."+side, 0) }
		return ops.Padding{Top: v("top"), Bottom: v("bottom"), Left: v("left"), Right: v("right")}
	case "list":
		return elab.UnknownList{Name: a.name}
	case "fractions":
		return elab.UnknownList{Name: a.name, Fractions: true}
	case "block":
		return elab.UnknownBlock{Name: a.name}
	case "tensor":
		t := &elab.Tensor{}
		for _, axis := range dim.Letters() {
			t.Shape = append(t.Shape, p.whole(a.name+"."+axis, 1))
			t.Origins = append(t.Origins, &elab.Origin{Size: t.Shape[len(t.Shape)-1], Reason: a.name})
		}
		return t
	}
	panic("prove: a parameter of kind " + a.kind)
}

// given is the concrete value of an argument under an assignment.
func (a argument) given(assign map[string]int64, mode ops.PaddingMode) (elab.Value, bool) {
	size := func(name string) dim.Size { return dim.Int(int(assign[name])) }
	switch a.kind {
	case "int", "float":
		return size(a.name), true
	case "bool":
		return assign[a.name] == 1, true
	case "string":
		return a.name, true
	case "block":
		return elab.UnknownBlock{Name: a.name}, true // it is known by what is promised of it
	case "dims":
		return dim.Pair{H: size(a.name + "[0]"), W: size(a.name + "[1]")}, true
	case "pad":
		if mode != ops.Explicit {
			return ops.Padding{Mode: mode}, true
		}
		return ops.Padding{Top: size(a.name + ".top"), Bottom: size(a.name + ".bottom"), Left: size(a.name + ".left"), Right: size(a.name + ".right")}, true
	}
	return nil, false
}

// signatureNames lists the names that a block's signature binds.
func signatureNames(b *ast.Block) []string {
	if b.Sig == nil {
		return dim.Letters()
	}
	var names []string
	for _, d := range b.Sig.In {
		if r, ok := d.Size.(*ast.Ref); ok && len(r.Path) == 1 && r.Args == nil {
			names = append(names, r.Path[0].Text)
		}
	}
	return names
}
