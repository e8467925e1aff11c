package torch

import (
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// An activation is one without arguments: torch's module of it, and a method of tensors or a
// function that does the same.
type activation struct{ module, method, function string }

var activations = map[string]activation{
	"relu":       {"nn.ReLU", "relu", ""},
	"relu6":      {"nn.ReLU6", "", "relu6"},
	"hard_swish": {"nn.Hardswish", "", "hardswish"},
	"sigmoid":    {"nn.Sigmoid", "sigmoid", ""},
	"silu":       {"nn.SiLU", "", "silu"},
	"gelu":       {"nn.GELU", "", "gelu"},
	"tanh":       {"nn.Tanh", "tanh", ""},
	"softplus":   {"nn.Softplus", "", "softplus"},
	"mish":       {"nn.Mish", "", "mish"},
	"id":         {"nn.Identity", "", ""},
}

// differ reports whether the applications are not one operation.
func (u *use) differ() bool {
	return slices.ContainsFunc(u.parts, func(p *graph.Part) bool { return p.Node.Op.Name() != u.op().Name() })
}

// interchangeable reports whether the applications differ in nothing but which activation
// they are.
func (u *use) interchangeable() bool {
	if _, same := u.approximates(); !same {
		return false
	}
	return !slices.ContainsFunc(u.parts, func(p *graph.Part) bool { return activations[p.Node.Op.Name()].module == "" })
}

// activation is the module of an activation, which is a parameter where the text says so and the
// applications differ; nil where torch has none.
func (u *use) activation() *expr {
	switch o := u.op().(type) {
	case *ops.LeakyReLU:
		x := calling(dotted("nn.LeakyReLU"))
		u.option(x, "negative_slope", u.slope(), dim.Ratio(1, 100))
		return x
	case *ops.ELU:
		x := calling(dotted("nn.ELU"))
		u.option(x, "alpha", u.alpha(), one)
		return x
	case *ops.HardSigmoid:
		if o.Slope != dim.Ratio(1, 6) {
			return nil
		}
		return calling(dotted("nn.Hardsigmoid"))
	}
	if tanh, same := u.approximates(); !same {
		u.fail("gelu is approximate in some applications")
	} else if tanh {
		return calling(dotted("nn.GELU")).with("approximate", str("tanh"))
	}
	l := leaf{name: "act"}
	if u.parts[0].Names == u.rows[u.views[0].row].home {
		l.formula = u.parts[0].Callee
	}
	for _, p := range u.parts {
		l.values = append(l.values, activations[p.Node.Op.Name()].module)
	}
	if l.formula != nil {
		l.name = identifier(l.formula.Name)
	}
	return calling(u.resolve(l))
}

// approximates reports whether an operation is gelu by tanh, if all applications are or none.
func (u *use) approximates() (tanh, same bool) {
	n := 0
	for _, p := range u.parts {
		if g, ok := p.Node.Op.(*ops.Gelu); ok && g.Approximate {
			n++
		}
	}
	return n > 0, n == 0 || n == len(u.parts)
}

func (u *use) slope() leaf {
	return u.leaf("slope", func(o ops.Op) any {
		if h, ok := o.(*ops.HardSigmoid); ok {
			return h.Slope
		}
		return o.(*ops.LeakyReLU).Slope
	})
}

func (u *use) alpha() leaf { return u.leaf("alpha", func(o ops.Op) any { return o.(*ops.ELU).Alpha }) }

// activate passes a value through an activation.
func (f *flow) activate(u *use, x *expr) *expr {
	a := activations[u.op().Name()]
	if u.differ() {
		return calling(f.ownModule(u, "act"), x)
	}
	switch u.op().(type) {
	case *ops.LeakyReLU:
		return calling(f.functional("leaky_relu"), x, f.inForward(u.resolve(u.slope())))
	case *ops.ELU:
		return calling(f.functional("elu"), x, f.inForward(u.resolve(u.alpha())))
	case *ops.HardSigmoid:
		if v, same := u.slope().constant(); same && v == any(dim.Ratio(1, 6)) {
			return calling(f.functional("hardsigmoid"), x)
		}
		return op(op(x, "*", f.inForward(u.resolve(u.slope()))), "+", name("0.5")).method("clamp", number(0), number(1))
	}
	if tanh, same := u.approximates(); !same {
		f.fail("gelu is approximate in some applications")
	} else if tanh {
		return calling(f.functional("gelu"), x).with("approximate", str("tanh"))
	}
	switch {
	case a.method != "":
		return x.method(a.method)
	case a.function != "":
		return calling(f.functional(a.function), x)
	}
	return x
}
