package torch

import (
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// groupNorm is the module of a normalisation of groups of channels, or of each channel.
func (u *use) groupNorm() *expr {
	get := func(group func(*ops.GroupNorm) any, instance func(*ops.InstanceNorm) any) func(ops.Op) any {
		return func(o ops.Op) any {
			if g, ok := o.(*ops.GroupNorm); ok {
				return group(g)
			}
			return instance(o.(*ops.InstanceNorm))
		}
	}
	x, affine := calling(dotted("nn.InstanceNorm2d")), false
	if _, ok := u.op().(*ops.GroupNorm); ok {
		groups := u.leaf("groups", func(o ops.Op) any { return o.(*ops.GroupNorm).Groups })
		groups.name = "num_groups"
		x, affine = calling(dotted("nn.GroupNorm"), u.resolve(groups)), true
	}
	x.args = append(x.args, u.channels())
	eps := u.leaf("eps", get(func(g *ops.GroupNorm) any { return g.Eps }, func(n *ops.InstanceNorm) any { return n.Eps }))
	u.option(x, "eps", eps, dim.Ratio(1, 100_000))
	scale := u.leaf("scale", get(func(g *ops.GroupNorm) any { return g.Scale }, func(n *ops.InstanceNorm) any { return n.Scale }))
	shift := u.leaf("shift", get(func(g *ops.GroupNorm) any { return g.Shift }, func(n *ops.InstanceNorm) any { return n.Shift }))
	return u.affine(x, scale, shift, affine)
}

// affine says of a normalisation whether it has a weight and a bias, which torch's have both or
// neither; usual is what is not said.
func (u *use) affine(x *expr, scale, shift leaf, usual bool) *expr {
	s, ok1 := scale.constant()
	t, ok2 := shift.constant()
	if !ok1 || !ok2 {
		u.fail("normalisations have different tensors")
		return x
	}
	if s == t {
		u.option(x, "affine", scale, usual)
		return x
	}
	if !usual {
		x.with("affine", name("True"))
	}
	missing := "weight"
	if s == true {
		missing = "bias"
	}
	return calling(dotted(u.helper("without")), x, str(missing))
}
