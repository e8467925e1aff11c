package torch

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// An interpreter runs __init__ of the classes of a file, as far as it makes tensors. It knows
// Python and torch's modules, and nothing of graphs.
type interpreter struct {
	t       *testing.T
	classes map[string]*class
}

// A mod is a module: its own tensors, then its parts, in order.
type mod struct {
	names   []string
	tensors map[string][]int
	parts   map[string]*mod
	attrs   map[string]any
}

func newMod() *mod {
	return &mod{tensors: map[string][]int{}, parts: map[string]*mod{}, attrs: map[string]any{}}
}

func (m *mod) set(n string, v any) {
	switch v := v.(type) {
	case *mod:
		if m.parts[n] == nil {
			m.names = append(m.names, n)
		}
		m.parts[n] = v
	case tensorOf:
		m.tensors[n] = v
	default:
		m.attrs[n] = v
	}
}

// A tensorOf is nn.Parameter of this shape.
type tensorOf []int

// state lists the tensors below a module.
func (m *mod) state(prefix string, to map[string]string) {
	for n, shape := range m.tensors {
		to[prefix+n] = fmt.Sprint(shape)
	}
	for _, n := range m.names {
		m.parts[n].state(prefix+n+".", to)
	}
}

func (in *interpreter) make(c *class, args []any, keys map[string]any) *mod {
	env := map[string]any{}
	for i, p := range c.params {
		switch v, given := keys[p.name]; {
		case i < len(args):
			env[p.name] = args[i]
		case given:
			env[p.name] = v
		case p.def != nil:
			env[p.name] = in.eval(literal(p.def), nil)
		default:
			in.t.Fatalf("%s is called without %s", c.name, p.name)
		}
	}
	if len(args) > len(c.params) {
		in.t.Fatalf("%s is called with too many arguments", c.name)
	}
	m := newMod()
	env["self"] = m
	in.run(c.body.init, env)
	if c.body.sequential {
		for i, x := range in.items(c.body.items, env) {
			m.set(strconv.Itoa(i), x)
		}
	}
	return m
}

func (in *interpreter) run(list []*stmt, env map[string]any) {
	for _, s := range list {
		switch s.kind {
		case assign:
			v := in.eval(s.value, env)
			switch target := s.target; target.kind {
			case atom:
				env[target.text] = v
			case attribute:
				in.eval(target.args[0], env).(*mod).set(target.text, v)
			case index: // self._modules["type"]
				in.eval(target.args[0].args[0], env).(*mod).set(target.args[1].text, v)
			}
		case more:
			env[s.target.text] = append(env[s.target.text].([]any), in.items(s.value.args, env)...)
		case do:
			in.call(s.value, env)
		case branch:
			if in.eval(s.value, env) == true {
				in.run(s.body, env)
			} else {
				in.run(s.orelse, env)
			}
		case loop:
			for i := range in.eval(s.value.args[1], env).(int) {
				env[s.index] = i
				in.run(s.body, env)
			}
		}
	}
}

func (in *interpreter) items(list []*expr, env map[string]any) (items []any) {
	for _, x := range list {
		if x.kind == spread {
			items = append(items, in.eval(x.args[0], env).([]any)...)
			continue
		}
		items = append(items, in.eval(x, env))
	}
	return items
}

func (in *interpreter) eval(x *expr, env map[string]any) any {
	switch x.kind {
	case atom:
		switch x.text {
		case "True", "False":
			return x.text == "True"
		case "None":
			return nil
		}
		if n, err := strconv.Atoi(x.text); err == nil {
			return n
		}
		if f, err := strconv.ParseFloat(x.text, 64); err == nil {
			return f
		}
		if v, ok := env[x.text]; ok {
			return v
		}
		if in.classes[x.text] != nil {
			return x.text
		}
		in.t.Fatalf("%s is not defined", x.text)
	case quoted:
		return x.text
	case formatted:
		return x.text + fmt.Sprint(in.eval(x.args[0], env))
	case tuple, list:
		return in.items(x.args, env)
	case each:
		var all []any
		for i := range in.eval(x.args[1], env).(int) {
			env[x.text] = i
			all = append(all, in.eval(x.args[0], env))
		}
		return all
	case choice:
		if in.eval(x.args[1], env) == true {
			return in.eval(x.args[0], env)
		}
		return in.eval(x.args[2], env)
	case prefix:
		switch v := in.eval(x.args[0], env).(type) {
		case bool:
			return !v
		case int:
			return -v
		}
	case infix:
		return in.infix(x, env)
	case attribute:
		if text := x.String(); strings.HasPrefix(text, "nn.") {
			return text
		}
		if m, ok := in.eval(x.args[0], env).(*mod); ok {
			if m.parts[x.text] == nil {
				in.t.Fatalf("no part %s", x)
			}
			return m.parts[x.text]
		}
	case index:
		return in.eval(x.args[0].args[0], env).(*mod).parts[x.args[1].text]
	case call:
		return in.call(x, env)
	}
	in.t.Fatalf("cannot evaluate %s", x)
	return nil
}

func (in *interpreter) infix(x *expr, env map[string]any) any {
	a := in.eval(x.args[0], env)
	if b, ok := a.(bool); ok {
		if b == (x.text == "or") {
			return b
		}
		return in.eval(x.args[1], env)
	}
	b := in.eval(x.args[1], env)
	if x.text == "==" || x.text == "!=" {
		return (fmt.Sprint(a) == fmt.Sprint(b)) == (x.text == "==")
	}
	l, ok1 := a.(int)
	r, ok2 := b.(int)
	if !ok1 || !ok2 {
		in.t.Fatalf("cannot evaluate %s of %v and %v", x, a, b)
	}
	switch x.text {
	case "+":
		return l + r
	case "-":
		return l - r
	case "*":
		return l * r
	case "//":
		q := l / r
		if l%r != 0 && (l < 0) != (r < 0) {
			q--
		}
		return q
	case "%":
		return ((l % r) + r) % r
	case "**":
		p := 1
		for range r {
			p *= l
		}
		return p
	case "<":
		return l < r
	case ">":
		return l > r
	case "<=":
		return l <= r
	case ">=":
		return l >= r
	}
	in.t.Fatalf("cannot evaluate %s", x)
	return nil
}

func (in *interpreter) call(x *expr, env map[string]any) any {
	callee := x.args[0]
	positional := x.args[1 : len(x.args)-len(x.keys)]
	args, keys := in.items(positional, env), map[string]any{}
	for i, k := range x.keys {
		keys[k] = in.eval(x.args[len(x.args)-len(x.keys)+i], env)
	}
	if callee.kind == attribute && (callee.text == "add_module" || callee.text == "register_parameter") {
		in.eval(callee.args[0], env).(*mod).set(args[0].(string), args[1])
		return nil
	}
	if callee.kind == attribute && callee.text == "append" {
		list := callee.args[0].text
		env[list] = append(env[list].([]any), args...)
		return nil
	}
	n := callee.String()
	if v, bound := env[n]; bound {
		n = v.(string) // a class as an argument
	}
	switch {
	case in.classes[n] != nil:
		return in.make(in.classes[n], args, keys)
	case n == "getattr":
		return args[0].(*mod).parts[args[1].(string)]
	case n == "without":
		delete(args[0].(*mod).tensors, args[1].(string))
		return args[0]
	case n == "max" || n == "min":
		a, b := args[0].(int), args[1].(int)
		return map[bool]int{true: max(a, b), false: min(a, b)}[n == "max"]
	case n == "OrderedDict":
		return args[0]
	case n == "nn.Parameter":
		return args[0]
	case n == "torch.zeros" || n == "torch.ones":
		return tensorOf(ints(args))
	case n == "torch.full":
		return tensorOf(ints(args[0].([]any)))
	}
	return in.module(n, args, keys)
}

func ints(args []any) (list []int) {
	for _, a := range args {
		list = append(list, a.(int))
	}
	return list
}

// module makes one of torch's modules, whose tensors are as its documentation says.
func (in *interpreter) module(n string, args []any, keys map[string]any) *mod {
	m := newMod()
	biased := keys["bias"] != false
	switch n {
	case "nn.Sequential":
		if len(args) == 1 {
			if pairs, ok := args[0].([]any); ok {
				for _, p := range pairs {
					m.set(p.([]any)[0].(string), p.([]any)[1])
				}
				return m
			}
		}
		for i, a := range args {
			m.set(strconv.Itoa(i), a)
		}
	case "nn.Module":
	case "nn.Conv2d", "SameConv2d", "PaddedConv2d":
		groups := 1
		if g, ok := keys["groups"]; ok {
			groups = g.(int)
		}
		m.set("weight", tensorOf(append([]int{args[1].(int), args[0].(int) / groups}, pairOfInts(args[2])...)))
		if biased {
			m.set("bias", tensorOf{args[1].(int)})
		}
	case "nn.ConvTranspose2d":
		groups := 1
		if g, ok := keys["groups"]; ok {
			groups = g.(int)
		}
		m.set("weight", tensorOf(append([]int{args[0].(int), args[1].(int) / groups}, pairOfInts(args[2])...)))
		if biased {
			m.set("bias", tensorOf{args[1].(int)})
		}
	case "nn.Linear", "ChannelLinear":
		m.set("weight", tensorOf{args[1].(int), args[0].(int)})
		if biased {
			m.set("bias", tensorOf{args[1].(int)})
		}
	case "nn.BatchNorm1d", "nn.BatchNorm2d", "nn.GroupNorm", "nn.InstanceNorm2d":
		c := args[len(args)-1].(int)
		if affine, said := keys["affine"]; said && affine == true || !said && n != "nn.InstanceNorm2d" {
			m.set("weight", tensorOf{c})
			m.set("bias", tensorOf{c})
		}
		if strings.HasPrefix(n, "nn.BatchNorm") {
			m.set("running_mean", tensorOf{c})
			m.set("running_var", tensorOf{c})
		}
	case "nn.LayerNorm", "ChannelNorm":
		m.set("weight", tensorOf{args[0].(int)})
		m.set("bias", tensorOf{args[0].(int)})
	case "nn.PReLU":
		m.set("weight", tensorOf(append(ints(args), 1)[:1]))
	case "nn.ReLU", "nn.ReLU6", "nn.Sigmoid", "nn.SiLU", "nn.GELU", "nn.Tanh", "nn.Softplus", "nn.Mish", "nn.Hardswish", "nn.Hardsigmoid",
		"nn.LeakyReLU", "nn.ELU", "nn.Identity", "nn.MaxPool2d", "nn.AvgPool2d", "nn.AdaptiveAvgPool2d", "nn.Flatten", "nn.Dropout", "DropPath",
		"nn.Softmax", "nn.LocalResponseNorm":
	default:
		in.t.Fatalf("torch has no %s", n)
	}
	return m
}

func pairOfInts(v any) []int {
	if n, ok := v.(int); ok {
		return []int{n, n}
	}
	return ints(v.([]any))
}

// stateOf are the tensors that a file's net has, by their names, with their shapes.
func stateOf(t *testing.T, f *file) map[string]string {
	t.Helper()
	in := &interpreter{t, map[string]*class{}}
	for _, c := range f.classes {
		in.classes[c.name] = c
	}
	state := map[string]string{}
	in.make(f.classes[len(f.classes)-1], nil, nil).state("", state)
	return state
}
