package tree

import (
	"slices"
	"strings"

	"cnnlang/interp/internal/calls"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// call writes what is applied, with its arguments.
func (a *Apply) call() string {
	args := make([]calls.Arg, len(a.Args))
	for i, arg := range a.Args {
		if args[i] = (calls.Arg{Name: arg.Name, Value: arg.Expr}); arg.Expr == "" {
			args[i].Value = calls.Written(arg.Value)
		}
	}
	if a.Block != nil {
		return a.Block.call(args)
	}
	if a.half() {
		at := slices.IndexFunc(args, func(arg calls.Arg) bool { return arg.Name == "pad" })
		args[at].Value = "half"
	}
	return calls.Call(a.Name, args)
}

// call writes a call of the block: arguments without a default by position, the others by name
// where they differ from it.
func (b *Block) call(args []calls.Arg) string {
	var texts []string
	for _, arg := range args {
		at := slices.IndexFunc(b.Params, func(p Param) bool { return p.Name == arg.Name })
		switch {
		case at >= 0 && b.Params[at].Default == "":
			texts = append(texts, arg.Value)
		case at < 0 || b.Params[at].Default != arg.Value:
			texts = append(texts, arg.Name+"="+arg.Value)
		}
	}
	if len(texts) == 0 {
		return b.Name
	}
	return b.Name + "(" + strings.Join(texts, ", ") + ")"
}

// arg is the value of an argument, nil where it is an expression.
func (a *Apply) arg(name string) any {
	for _, arg := range a.Args {
		if arg.Name == name && arg.Expr == "" {
			return arg.Value
		}
	}
	return nil
}

// half reports whether the padding of a convolution is what is called so: of an odd kernel, half
// of it on every side.
func (a *Apply) half() bool {
	if a.Name != "conv" && a.Name != "deconv" {
		return false
	}
	k, known := a.arg("k").(dim.Pair)
	pad, given := a.arg("pad").(ops.Padding)
	if !known || !given || pad.Mode != ops.Explicit {
		return false
	}
	half := func(before, after, k dim.Size) bool {
		n, whole := k.Int()
		return whole && n%2 == 1 && before == dim.Int(int(n/2)) && after == before
	}
	one := dim.Square(dim.Int(1))
	return k != one && half(pad.Top, pad.Bottom, k.H) && half(pad.Left, pad.Right, k.W)
}
