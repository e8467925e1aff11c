package torch

import (
	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// A use is an operation in all views of a scope: its parts and the values that they take.
type use struct {
	*scope
	cell  *cell
	parts []*graph.Part
	in    []*graph.Node
	ch    term // the channels that come in, with no expression where that is not known
}

func (u *use) op() ops.Op { return u.parts[0].Node.Op }

// leaf is an argument in all views, and how the text computes it.
func (u *use) leaf(argument string, of func(o ops.Op) any) leaf {
	l := leaf{name: identifier(argument)}
	for _, p := range u.parts {
		l.values = append(l.values, of(p.Node.Op))
	}
	l.formula = u.formula(u.parts[0], argument)
	return l
}

// list is an argument that is a list, a leaf for each of its items; not where one is longer than
// another.
func (u *use) list(argument string, of func(o ops.Op) []dim.Size) (list []leaf, ok bool) {
	formula := u.formula(u.parts[0], argument)
	for i := range of(u.op()) {
		l := leaf{name: "size"}
		for _, p := range u.parts {
			sizes := of(p.Node.Op)
			if len(sizes) != len(of(u.op())) {
				return nil, false
			}
			l.values = append(l.values, sizes[i])
		}
		if formula != nil && formula.Op == "list" && i < len(formula.Of) {
			l.formula = formula.Of[i]
		}
		list = append(list, l)
	}
	return list, true
}

// formula is how the text computes an argument, in the names of the class's block.
func (s *scope) formula(p *graph.Part, argument string) *graph.Formula {
	for _, g := range p.Given {
		if g.Name == argument {
			return s.lift(g.Formula, p.Names, 0)
		}
	}
	return nil
}

// lift writes a formula of the names of one block in those of the class, where that block
// is applied with the empty label in it. It is that of one view.
func (s *scope) lift(f *graph.Formula, from *graph.Part, view int) *graph.Formula {
	home := s.rows[s.views[view].row].home
	for depth := 0; f != nil && from != home; depth++ {
		if from == nil || depth > 64 {
			return constantOf(f)
		}
		left := 256
		f = substitute(f, from.Given, &left)
		from = from.Names
	}
	return f
}

// constantOf is a formula that is but its value, nil for others.
func constantOf(f *graph.Formula) *graph.Formula {
	if f.Op == "" {
		return &graph.Formula{Value: f.Value}
	}
	left := 256
	return substitute(f, nil, &left)
}

// substitute replaces names by what they are given as, or by their values.
func substitute(f *graph.Formula, given []graph.Parameter, left *int) *graph.Formula {
	if *left--; *left < 0 || f == nil {
		return nil
	}
	if f.Op == "" {
		for _, g := range given {
			if g.Name == f.Name && f.Name != "" && g.Formula != nil {
				return g.Formula
			}
		}
		if f.Value == nil {
			return nil
		}
		return &graph.Formula{Value: f.Value}
	}
	made := &graph.Formula{Op: f.Op, Of: make([]*graph.Formula, len(f.Of))}
	for i, o := range f.Of {
		if made.Of[i] = substitute(o, given, left); made.Of[i] == nil {
			return nil
		}
	}
	return made
}

// channels is how many come in, as an argument.
func (u *use) channels() *expr {
	l := leaf{name: "channels"}
	for _, n := range u.in {
		l.values = append(l.values, channelsOf(n))
	}
	return u.carried(l, u.ch)
}

// carried is a number of channels that is known by what was done before.
func (s *scope) carried(l leaf, ch term) *expr {
	if ch.x != nil && ch.fits(l.values) {
		s.use(ch.x)
		return ch.x
	}
	return s.resolve(l)
}

func pairOf(p dim.Pair) any { return plain(p) }

// option adds a keyword argument unless it has its default everywhere.
func (u *use) option(x *expr, key string, l leaf, def any) {
	if v, same := l.constant(); !same || v != plain(def) {
		x.with(key, u.resolve(l))
	}
}

var one, zero = any(dim.Int(1)), any(dim.Int(0))

// window is how an operation with a window is written: padded alike on both sides, as TensorFlow
// does, or with sides of its own.
type window int

const (
	even window = iota
	likeTensorFlow
	uneven
)

// windowOf is one for all views. Padding that depends on the size of the image is computed from
// it, unless it is always the same on both sides.
func (u *use) windowOf() window {
	found, same := even, true
	for i, p := range u.parts {
		w, _ := ops.WindowOf(p.Node.Op)
		s, k := padded(p.Node.Op, u.in[i]), [2]int{w.K.H.MustInt(), w.K.W.MustInt()}
		odd := func(k, d dim.Size) bool { return (k.MustInt()-1)*d.MustInt()%2 == 0 }
		switch fixed := w.Pad.Mode != ops.Same; {
		case !fixed && w.Stride == (dim.Pair{H: dim.Int(1), W: dim.Int(1)}) && odd(w.K.H, w.Dilation.H) && odd(w.K.W, w.Dilation.W):
			// alike on both sides, whatever the size
		case !fixed:
			found = max(found, likeTensorFlow)
		default:
			same = false
		}
		_, isConv := p.Node.Op.(*ops.Conv)
		if w.Pad.Mode != ops.Same && (s[0] != s[1] || s[2] != s[3] || !isConv && (2*s[0] > k[1] || 2*s[2] > k[0])) {
			found = max(found, uneven)
		}
	}
	if found == likeTensorFlow && !same {
		return uneven
	}
	return found
}

// padded is the padding of an operation.
func padded(o ops.Op, in *graph.Node) sides {
	w, _ := ops.WindowOf(o)
	if d, ok := o.(*ops.Deconv); ok && d.Pad.Mode == ops.Same {
		top, left := d.Crop(dim.Height), d.Crop(dim.Width)
		over := func(a dim.Axis) int { return d.Reach(a).MustInt() - d.Stride.Along(a).MustInt() }
		return sides{left, over(dim.Width) - left, top, over(dim.Height) - top}
	}
	top, bottom := w.Pad.Around(dim.Height, in.Shape[2], w.K.H.MustInt(), w.Stride.H.MustInt(), w.Dilation.H.MustInt())
	left, right := w.Pad.Around(dim.Width, in.Shape[3], w.K.W.MustInt(), w.Stride.W.MustInt(), w.Dilation.W.MustInt())
	return sides{left, right, top, bottom}
}

// padding is an argument, of sides that are alike.
func (u *use) padding() leaf {
	l := leaf{name: "padding", formula: u.formula(u.parts[0], "pad")}
	for i, p := range u.parts {
		s := padded(p.Node.Op, u.in[i])
		l.values = append(l.values, plain(dim.Pair{H: dim.Int(s[2]), W: dim.Int(s[0])}))
	}
	return l
}

// pad adds padding to a call.
func (u *use) pad(x *expr, k leaf) {
	l := u.padding()
	v, same := l.constant()
	if same && v == zero {
		return
	}
	if t, ok := u.scope.padding(l.formula, k); ok && t.fits(l.values) && u.scope.names(t.x) {
		u.scope.use(t.x)
		x.with("padding", t.x)
		return
	}
	x.with("padding", u.resolve(l))
}

// sidesOf is uneven padding as an argument.
func (u *use) sidesOf() *expr {
	l := leaf{name: "padding"}
	for i, p := range u.parts {
		l.values = append(l.values, padded(p.Node.Op, u.in[i]))
	}
	return u.resolve(l)
}

// module is the module that holds the tensors of an operation, or with any does what it does; nil
// where torch has none.
func (u *use) module(anyOp bool) *expr {
	if x := u.learned(); x != nil || !anyOp {
		return x
	}
	switch o := u.op().(type) {
	case *ops.Activate, *ops.Gelu, *ops.Identity, *ops.LeakyReLU, *ops.ELU, *ops.HardSigmoid:
		return u.activation()
	case *ops.MaxPool, *ops.AvgPool:
		if u.windowOf() != even {
			return nil
		}
		return u.pool(map[string]string{"maxpool": "nn.MaxPool2d", "avgpool": "nn.AvgPool2d"}[o.Name()], nil)
	case *ops.AvgPoolTo:
		k := u.leaf("k", func(o ops.Op) any { return pairOf(o.(*ops.AvgPoolTo).K) })
		return calling(dotted("nn.AdaptiveAvgPool2d"), u.resolve(k))
	case *ops.GlobalAvgPool:
		return calling(dotted("nn.AdaptiveAvgPool2d"), number(1))
	case *ops.Flatten:
		return calling(dotted("nn.Flatten"))
	case *ops.Dropout:
		return calling(dotted("nn.Dropout"), u.resolve(u.leaf("p", func(o ops.Op) any { return o.(*ops.Dropout).P })))
	case *ops.DropPath:
		if u.always() {
			return calling(dotted("nn.Identity"))
		}
		return calling(dotted(u.helper("DropPath")), u.resolve(u.dropped()))
	case *ops.Softmax:
		return calling(dotted("nn.Softmax"), u.softmaxAxis())
	case *ops.GroupNorm, *ops.InstanceNorm:
		return u.groupNorm()
	case *ops.LRN:
		if len(u.in[0].Shape) < 3 {
			return nil
		}
		return u.lrn("nn.LocalResponseNorm", nil)
	}
	return nil
}

func (u *use) softmaxAxis() *expr {
	return u.resolve(u.leaf("axis", func(o ops.Op) any { return o.(*ops.Softmax).Axis }))
}

// learned is the module of an operation with tensors, nil for others.
func (u *use) learned() *expr {
	switch u.op().(type) {
	case *ops.Conv:
		return u.conv()
	case *ops.Deconv:
		k := u.leaf("k", func(o ops.Op) any { return pairOf(o.(*ops.Deconv).K) })
		x := calling(dotted("nn.ConvTranspose2d"), u.channels(), u.resolve(u.leaf("out", func(o ops.Op) any { return o.(*ops.Deconv).Out })), u.resolve(k))
		u.option(x, "stride", u.leaf("stride", func(o ops.Op) any { return pairOf(o.(*ops.Deconv).Stride) }), one)
		if _, crop := u.deconvSides(); !crop {
			u.pad(x, k)
		}
		u.option(x, "output_padding", u.leaf("output_pad", func(o ops.Op) any { return pairOf(o.(*ops.Deconv).OutputPad) }), zero)
		u.option(x, "dilation", u.leaf("dilation", func(o ops.Op) any { return pairOf(o.(*ops.Deconv).Dilation) }), one)
		u.option(x, "groups", u.leaf("groups", func(o ops.Op) any { return o.(*ops.Deconv).Groups }), one)
		u.option(x, "bias", u.leaf("bias", func(o ops.Op) any { return o.(*ops.Deconv).Bias }), true)
		return x
	case *ops.Linear:
		form := "nn.Linear"
		if len(u.in[0].Shape) > 2 {
			form = u.helper("ChannelLinear")
		}
		x := calling(dotted(form), u.channels(), u.resolve(u.leaf("out", func(o ops.Op) any { return o.(*ops.Linear).Out })))
		u.option(x, "bias", u.leaf("bias", func(o ops.Op) any { return o.(*ops.Linear).Bias }), true)
		return x
	case *ops.PReLU:
		x := calling(dotted("nn.PReLU"))
		l := leaf{name: "num_parameters"}
		for i, p := range u.parts {
			v := one
			if p.Node.Op.(*ops.PReLU).PerChannel {
				v = channelsOf(u.in[i])
			}
			l.values = append(l.values, v)
		}
		if v, same := l.constant(); !same || v != one {
			x.args = append(x.args, u.carried(l, u.ch))
		}
		return x
	case *ops.BatchNorm:
		form := "nn.BatchNorm2d"
		if len(u.in[0].Shape) == 2 {
			form = "nn.BatchNorm1d"
		}
		x := calling(dotted(form), u.channels())
		u.option(x, "eps", u.leaf("eps", func(o ops.Op) any { return o.(*ops.BatchNorm).Eps }), dim.Ratio(1, 100_000))
		return u.affine(x, u.leaf("scale", func(o ops.Op) any { return o.(*ops.BatchNorm).Scale }),
			u.leaf("shift", func(o ops.Op) any { return o.(*ops.BatchNorm).Shift }), true)
	case *ops.GroupNorm, *ops.InstanceNorm:
		if len(u.parts[0].Node.Params) == 0 {
			return nil
		}
		return u.groupNorm()
	case *ops.LayerNorm:
		form := "nn.LayerNorm"
		if len(u.in[0].Shape) > 2 {
			form = u.helper("ChannelNorm")
		}
		x := calling(dotted(form), u.channels())
		u.option(x, "eps", u.leaf("eps", func(o ops.Op) any { return o.(*ops.LayerNorm).Eps }), dim.Ratio(1, 100_000))
		return x
	}
	return nil
}

// dropped is the share of images that a drop_path drops, and always reports whether it drops none.
func (u *use) dropped() leaf { return u.leaf("p", func(o ops.Op) any { return o.(*ops.DropPath).P }) }

func (u *use) always() bool {
	p, same := u.dropped().constant()
	return same && p == zero
}

func (u *use) conv() *expr {
	form := u.windowOf()
	callee := map[window]string{even: "nn.Conv2d", likeTensorFlow: "SameConv2d", uneven: "PaddedConv2d"}[form]
	if form != even {
		u.helper(callee)
	}
	k := u.leaf("k", func(o ops.Op) any { return pairOf(o.(*ops.Conv).K) })
	k.name = "kernel_size"
	out := u.leaf("out", func(o ops.Op) any { return o.(*ops.Conv).Out })
	out.name = "out_channels"
	x := calling(dotted(callee), u.channels(), u.resolve(out), u.resolve(k))
	u.option(x, "stride", u.leaf("stride", func(o ops.Op) any { return pairOf(o.(*ops.Conv).Stride) }), one)
	switch form {
	case even:
		u.pad(x, k)
	case uneven:
		x.with("pad", u.sidesOf())
	}
	u.option(x, "dilation", u.leaf("dilation", func(o ops.Op) any { return pairOf(o.(*ops.Conv).Dilation) }), one)
	u.option(x, "groups", u.leaf("groups", func(o ops.Op) any { return o.(*ops.Conv).Groups }), one)
	u.option(x, "bias", u.leaf("bias", func(o ops.Op) any { return o.(*ops.Conv).Bias }), true)
	return x
}

// deconvSides is the padding of a transposed convolution, and whether it has to be cut off behind.
func (u *use) deconvSides() (sides, bool) {
	first := sides{}
	for i, part := range u.parts {
		o := part.Node.Op.(*ops.Deconv)
		if s := padded(o, u.in[i]); i == 0 {
			first = s
		} else if s != first && (s[0] != s[1] || s[2] != s[3] || first[0] != first[1] || first[2] != first[3]) {
			u.fail("transposed convolutions are padded differently")
		}
	}
	return first, first[0] != first[1] || first[2] != first[3]
}

// pool is a pool by a module or a function of x.
func (u *use) pool(callee string, x *expr) *expr {
	isMax := u.op().Name() == "maxpool"
	get := func(maxPool func(*ops.MaxPool) any, avgPool func(*ops.AvgPool) any) func(ops.Op) any {
		return func(o ops.Op) any {
			if isMax {
				return maxPool(o.(*ops.MaxPool))
			}
			return avgPool(o.(*ops.AvgPool))
		}
	}
	k := u.leaf("k", get(func(o *ops.MaxPool) any { return pairOf(o.K) }, func(o *ops.AvgPool) any { return pairOf(o.K) }))
	k.name = "kernel_size"
	made := calling(dotted(callee))
	if x != nil {
		made.args = append(made.args, x)
	}
	made.args = append(made.args, u.resolve(k))
	stride := u.leaf("stride", get(func(o *ops.MaxPool) any { return pairOf(o.Stride) }, func(o *ops.AvgPool) any { return pairOf(o.Stride) }))
	sameAsK := true
	for i := range stride.values {
		sameAsK = sameAsK && stride.values[i] == k.values[i]
	}
	if !sameAsK {
		made.with("stride", u.resolve(stride))
	}
	u.pad(made, k)
	u.option(made, "ceil_mode", u.leaf("ceil", get(func(o *ops.MaxPool) any { return o.Ceil }, func(o *ops.AvgPool) any { return o.Ceil })), false)
	if v, same := u.padding().constant(); !isMax && (!same || v != zero) {
		u.option(made, "count_include_pad", u.leaf("count_pad", func(o ops.Op) any { return o.(*ops.AvgPool).CountPad }), true)
	}
	return made
}

func (u *use) lrn(callee string, x *expr) *expr {
	made := calling(dotted(callee))
	if x != nil {
		made.args = append(made.args, x)
	}
	made.args = append(made.args, u.resolve(u.leaf("size", func(o ops.Op) any { return o.(*ops.LRN).Size })))
	u.option(made, "alpha", u.leaf("alpha", func(o ops.Op) any { return o.(*ops.LRN).Alpha }), dim.Ratio(1, 10_000))
	u.option(made, "beta", u.leaf("beta", func(o ops.Op) any { return o.(*ops.LRN).Beta }), dim.Ratio(3, 4))
	u.option(made, "k", u.leaf("k", func(o ops.Op) any { return o.(*ops.LRN).K }), one)
	return made
}
