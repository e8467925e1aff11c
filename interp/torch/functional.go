package torch

import (
	"slices"
	"strconv"

	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// apply is an operation without tensors as a function of x. Where its arguments are parameters of
// the class it is a module of its own, which __init__ makes.
func (f *flow) apply(u *use, x *expr) *expr {
	switch u.op().(type) {
	case *ops.Activate, *ops.Gelu, *ops.LeakyReLU, *ops.ELU, *ops.HardSigmoid:
		return f.activate(u, x)
	case *ops.Identity:
		if u.differ() {
			return f.activate(u, x)
		}
		return x
	case *ops.MaxPool, *ops.AvgPool:
		return f.applyPool(u, x)
	case *ops.AvgPoolTo:
		k := u.leaf("k", func(o ops.Op) any { return pairOf(o.(*ops.AvgPoolTo).K) })
		return calling(f.functional("adaptive_avg_pool2d"), x, f.inForward(u.resolve(k)))
	case *ops.GlobalAvgPool:
		return x.method("mean", tupleOf(number(2), number(3))).with("keepdim", name("True"))
	case *ops.ReduceMean:
		return x.method("mean", f.axes(u)).with("keepdim", name("True"))
	case *ops.ReduceMax:
		return x.method("amax", f.axes(u)).with("keepdim", name("True"))
	case *ops.Flatten:
		if isMean(x) {
			x.args, x.keys = x.args[:len(x.args)-1], nil // gap -> flatten
			return x
		}
		return x.method("flatten", number(1))
	case *ops.Dropout:
		if p, same := u.leaf("p", func(o ops.Op) any { return o.(*ops.Dropout).P }).constant(); same && p == zero {
			return x
		}
		return calling(f.ownModule(u, "dropout"), x)
	case *ops.DropPath:
		if u.always() {
			return x
		}
		return calling(f.ownModule(u, "drop_path"), x)
	case *ops.Softmax:
		return x.method("softmax", f.inForward(u.softmaxAxis()))
	case *ops.GroupNorm, *ops.InstanceNorm:
		return calling(f.ownModule(u, "norm"), x)
	case *ops.LRN:
		if len(u.in[0].Shape) < 3 {
			wide := f.variable(x).method("unsqueeze", number(2))
			return f.keep("y", u.lrn("F.local_response_norm", wide).called(f)).method("squeeze", number(2))
		}
		return calling(f.ownModule(u, "norm"), x)
	case *ops.L2Normalize:
		made := calling(f.functional("normalize"), x)
		u.option(made, "eps", u.leaf("eps", func(o ops.Op) any { return o.(*ops.L2Normalize).Eps }), dim.Ratio(1, 1_000_000_000_000))
		return f.inForward(made)
	case *ops.Scale:
		return op(x, "*", f.inForward(u.resolve(u.leaf("s", func(o ops.Op) any { return o.(*ops.Scale).S }))))
	case *ops.Pow:
		return x.method("pow", f.inForward(u.resolve(u.leaf("p", func(o ops.Op) any { return o.(*ops.Pow).P }))))
	case *ops.ChannelAffine:
		return f.affine(u, x)
	}
	if moved := f.move(u, x); moved != nil {
		return moved
	}
	f.lack(u.parts[0], "the operation `"+u.op().Name()+"`")
	return x
}

// move is an operation that moves numbers, or makes others of them along height and width; nil if it is
// another one.
func (f *flow) move(u *use, x *expr) *expr {
	switch u.op().(type) {
	case *ops.Slice:
		from := f.inForward(u.resolve(u.leaf("from", func(o ops.Op) any { return o.(*ops.Slice).From })))
		to := f.inForward(u.resolve(u.leaf("to", func(o ops.Op) any { return o.(*ops.Slice).To })))
		if from.is("0") {
			from = nil
		}
		return indexed(x, name(":"), &expr{kind: span, args: []*expr{from, to}})
	case *ops.Resize:
		return f.resize(u, x)
	case *ops.Border, *ops.Crop:
		return f.pad(u, x)
	case *ops.PixelShuffle:
		r := f.inForward(u.resolve(u.leaf("r", func(o ops.Op) any { return o.(*ops.PixelShuffle).R })))
		return calling(f.functional("pixel_shuffle"), x, r)
	case *ops.PixelUnshuffle:
		r := f.inForward(u.resolve(u.leaf("r", func(o ops.Op) any { return o.(*ops.PixelUnshuffle).R })))
		return calling(f.functional("pixel_unshuffle"), x, r)
	case *ops.Reshape:
		x = f.variable(x)
		images := indexed(x.attr("shape"), number(0))
		return x.method("reshape", append([]*expr{images}, f.listed(u, "shape", func(o ops.Op) []dim.Size { return o.(*ops.Reshape).Shape })...)...)
	case *ops.Permute:
		return x.method("permute", f.listed(u, "axes", func(o ops.Op) []dim.Size { return o.(*ops.Permute).Axes })...)
	case *ops.ChannelShuffle:
		groups := f.inForward(u.resolve(u.leaf("groups", func(o ops.Op) any { return o.(*ops.ChannelShuffle).Groups })))
		split := f.variable(x).method("unflatten", number(1), tupleOf(groups, number(-1)))
		return split.method("transpose", number(1), number(2)).method("flatten", number(1), number(2))
	}
	return nil
}

// axes are those that are reduced: a number, or the text of several.
func (f *flow) axes(u *use) *expr {
	l := u.leaf("axis", func(o ops.Op) any {
		var axes []*expr
		for axis := 1; axis <= 3; axis++ {
			if o.(ops.Reducer).Reduces(axis) {
				axes = append(axes, number(axis))
			}
		}
		if len(axes) > 1 {
			return tupleOf(axes...).String()
		}
		return axes[0].String()
	})
	return f.inForward(u.resolve(l))
}

// listed are the items of a list in forward.
func (f *flow) listed(u *use, argument string, of func(o ops.Op) []dim.Size) (items []*expr) {
	list, ok := u.list(argument, of)
	if !ok {
		f.fail("`" + u.op().Name() + "` makes values of several numbers of axes")
	}
	for _, l := range list {
		items = append(items, f.inForward(u.resolve(l)))
	}
	return items
}

// pad is F.pad, which crops where sides are negative.
func (f *flow) pad(u *use, x *expr) *expr {
	l, mode := leaf{name: "padding"}, ""
	for i, p := range u.parts {
		this, of := ops.Zeros, sides{}
		switch o := p.Node.Op.(type) {
		case *ops.Border:
			this, of = o.Mode, sides{o.By.Left.MustInt(), o.By.Right.MustInt(), o.By.Top.MustInt(), o.By.Bottom.MustInt()}
		case *ops.Crop:
			of = sides{-o.By.Left.MustInt(), -o.By.Right.MustInt(), -o.By.Top.MustInt(), -o.By.Bottom.MustInt()}
		}
		if i > 0 && mode != this {
			f.fail("pads of several kinds")
		}
		mode = this
		l.values = append(l.values, of)
	}
	made := calling(f.functional("pad"), x, f.inForward(u.resolve(l)))
	if mode != ops.Zeros {
		made.with("mode", str(mode))
	}
	return made
}

// resize is F.interpolate: by a factor where there is one, which fits other sizes too, or to a size.
func (f *flow) resize(u *use, x *expr) *expr {
	o := u.op().(*ops.Resize)
	factor, whole := leaf{name: "scale_factor"}, true
	for i, p := range u.parts {
		k := p.Node.Shape[2] / u.in[i].Shape[2]
		whole = whole && k*u.in[i].Shape[2] == p.Node.Shape[2] && k*u.in[i].Shape[3] == p.Node.Shape[3]
		factor.values = append(factor.values, dim.Int(k))
		if other, ok := p.Node.Op.(*ops.Resize); !ok || other.Mode != o.Mode || other.AlignCorners != o.AlignCorners {
			f.fail("resizes of several kinds")
		}
	}
	size := u.leaf("size", func(o ops.Op) any { return pairOf(o.(*ops.Resize).Size) })
	made := calling(f.functional("interpolate"), x)
	if whole {
		made.with("scale_factor", f.inForward(u.resolve(factor)))
	} else {
		made.with("size", f.inForward(u.resolve(size)))
	}
	if o.Mode != ops.Nearest {
		made.with("mode", name(strconv.Quote(o.Mode)))
	}
	if o.AlignCorners {
		made.with("align_corners", name("True"))
	}
	return made
}

func indexed(x *expr, of ...*expr) *expr { return &expr{kind: index, args: append([]*expr{x}, of...)} }

// called notes that functions of torch.nn are used.
func (x *expr) called(f *flow) *expr { f.needs("F"); return x }

func (f *flow) functional(n string) *expr { f.needs("F"); return dotted("F." + n) }

// isMean reports whether an expression ends in a global mean that keeps its axes.
func isMean(x *expr) bool {
	return x.kind == call && x.args[0].kind == attribute && x.args[0].text == "mean" && slices.Equal(x.keys, []string{"keepdim"}) &&
		x.args[1].String() == "(2, 3)"
}

// applyPool is a pool, whose padding is alike on both sides or added before. A pool that hangs
// over is cut to its size then.
func (f *flow) applyPool(u *use, x *expr) *expr {
	if u.windowOf() == even {
		if label := f.localOf(u.cell); isAttribute(label) || f.open(u) {
			return calling(f.ownModule(u, "pool"), x)
		}
		return u.pool("F."+map[string]string{"maxpool": "max_pool2d", "avgpool": "avg_pool2d"}[u.op().Name()], x).called(f)
	}
	kind := poolOf(u.op())
	if slices.ContainsFunc(u.parts, func(p *graph.Part) bool { return poolOf(p.Node.Op) != kind }) {
		f.fail("pools of several kinds")
	}
	x = f.variable(x)
	pads := (*expr)(nil)
	k, stride := u.leaf("k", func(o ops.Op) any { w, _ := ops.WindowOf(o); return pairOf(w.K) }), u.leaf("stride", func(o ops.Op) any { w, _ := ops.WindowOf(o); return pairOf(w.Stride) })
	if u.windowOf() == uneven {
		pads = u.sidesOf()
	} else {
		pads = calling(name(u.helper("same_padding")), x, u.resolve(k), u.resolve(stride))
	}
	pads = f.inForward(pads)
	pooled := func(fn string, x *expr) *expr {
		made := calling(f.functional(fn), x, f.inForward(u.resolve(k)), f.inForward(u.resolve(stride)))
		if kind.ceil {
			made.with("ceil_mode", name("True"))
		}
		return f.cut(u, made)
	}
	if u.op().Name() == "maxpool" {
		return pooled("max_pool2d", calling(f.functional("pad"), x, pads).with("value", calling(name("float"), str("-inf"))))
	}
	sum := pooled("avg_pool2d", calling(f.functional("pad"), x, pads))
	if kind.countPad {
		return sum
	}
	sum = f.keep("total", sum)
	ones := calling(f.functional("pad"), calling(dotted("torch.ones_like"), x), pads)
	return op(sum, "/", f.keep("count", pooled("avg_pool2d", ones)))
}

// A poolKind is what pools that are padded before have to have in common to be written as one.
type poolKind struct {
	name           string
	ceil, countPad bool
}

func poolOf(o ops.Op) poolKind {
	switch o := o.(type) {
	case *ops.MaxPool:
		return poolKind{name: o.Name(), ceil: o.Ceil}
	case *ops.AvgPool:
		return poolKind{o.Name(), o.Ceil, o.CountPad}
	}
	return poolKind{}
}

// cut leaves out what a pool that rounds up adds for padding behind.
func (f *flow) cut(u *use, x *expr) *expr {
	for i, p := range u.parts {
		w, _ := ops.WindowOf(p.Node.Op)
		s := padded(p.Node.Op, u.in[i])
		ceil := poolOf(p.Node.Op).ceil
		h := outSize(u.in[i].Shape[2]+s[2]+s[3], w.K.H.MustInt(), w.Stride.H.MustInt(), ceil)
		v := outSize(u.in[i].Shape[3]+s[0]+s[1], w.K.W.MustInt(), w.Stride.W.MustInt(), ceil)
		if h != p.Node.Shape[2] || v != p.Node.Shape[3] {
			height, wide := leaf{name: "height"}, leaf{name: "width"}
			for _, p := range u.parts {
				height.values, wide.values = append(height.values, dim.Int(p.Node.Shape[2])), append(wide.values, dim.Int(p.Node.Shape[3]))
			}
			rows, columns := f.inForward(u.resolve(height)), f.inForward(u.resolve(wide))
			return indexed(x, name(":"), name(":"), &expr{kind: span, args: []*expr{nil, rows}}, &expr{kind: span, args: []*expr{nil, columns}})
		}
	}
	return x
}

// outSize is the size that torch gives a pool of an image that was padded before.
func outSize(size, k, stride int, ceil bool) int {
	if !ceil {
		return (size-k)/stride + 1
	}
	n := (size-k+stride-1)/stride + 1
	if (n-1)*stride >= size {
		n--
	}
	return n
}

// affine is a factor and a summand for each channel.
func (f *flow) affine(u *use, x *expr) *expr {
	o := u.op().(*ops.ChannelAffine)
	for _, p := range u.parts {
		other := p.Node.Op.(*ops.ChannelAffine)
		if !slices.Equal(other.Scale, o.Scale) || !slices.Equal(other.Shift, o.Shift) {
			f.fail("constants of channels differ")
		}
	}
	x = f.variable(x)
	column := func(list []dim.Size) *expr {
		items := make([]*expr, len(list))
		for i, v := range list {
			items[i] = literal(v)
		}
		made := x.method("new_tensor", listOf(items...))
		if len(u.in[0].Shape) == 2 {
			return made
		}
		shape := []*expr{number(-1)}
		for range u.in[0].Shape[2:] {
			shape = append(shape, number(1))
		}
		return made.method("view", shape...)
	}
	scale, shift := f.keep("scale", column(o.Scale)), f.keep("shift", column(o.Shift))
	return op(op(x, "*", scale), "+", shift)
}
