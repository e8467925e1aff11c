package ops

import (
	"fmt"

	"cnnlang/ops/dim"
)

// MaxElements is the most elements a tensor or an axis may have.
const MaxElements = 1<<31 - 1

// A rule is a shape rule being applied. It keeps the first fault; later questions answer
// false without asking, so that a proof notes no requirement that follows from a mistake.
type rule struct {
	dim.Facts
	op    Op
	in    []dim.Shape
	fault *Fault
}

// begin starts the rule of an op that takes n inputs.
func begin(f dim.Facts, op Op, in []dim.Shape, n int) *rule {
	if len(in) != n {
		panic(fmt.Sprintf("ops: %s: %d inputs, want %d", op.Name(), len(in), n))
	}
	r := &rule{Facts: f, op: op, in: in}
	for i, s := range in {
		if !within(s) {
			r.fail(&Fault{Kind: TooLarge, Input: i, Axis: -1,
				Msg:  fmt.Sprintf("the input of `%s` is %v, beyond the limit of %d elements", op.Name(), s, MaxElements),
				Help: "a smaller input or fewer channels"})
		}
	}
	return r
}

// end gives what Infer returns: out, or the first fault.
func (r *rule) end(out dim.Shape) (dim.Shape, error) {
	if r.fault != nil {
		return nil, r.fault
	}
	if !within(out) {
		r.fail(&Fault{Kind: TooLarge, Input: -1, Axis: -1,
			Msg:  fmt.Sprintf("the result of `%s` is %v, beyond the limit of %d elements", r.op.Name(), out, MaxElements),
			Help: "a smaller input or fewer channels"})
		return nil, r.fault
	}
	for _, p := range r.op.Params(r.in) {
		if !within(p.Shape) {
			r.fail(&Fault{Kind: TooLarge, Input: -1, Axis: -1,
				Msg:  fmt.Sprintf("the %s of `%s` is %v, beyond the limit of %d elements", p.Leaf, r.op.Name(), p.Shape, MaxElements),
				Help: "fewer channels or a smaller kernel"})
			return nil, r.fault
		}
	}
	return out, nil
}

// within reports whether a shape respects the limits, as far as it is known. The product of
// unknown sizes is not checked: a proof may be unable to represent it.
func within(s dim.Shape) bool {
	known := true
	for _, d := range s {
		if n, ok := d.Int(); !d.IsValid() || ok && n > MaxElements {
			return false
		}
		known = known && d.Known()
	}
	if !known {
		return true
	}
	n, ok := s.Product().Int()
	return ok && n <= MaxElements
}

func (r *rule) ok() bool { return r.fault == nil }

func (r *rule) fail(f *Fault) {
	if r.fault == nil {
		r.fault = f
	}
}

// bad is an argument that is wrong for any input.
func (r *rule) bad(arg, help, format string, args ...any) {
	r.fail(&Fault{Kind: BadValue, Arg: arg, Input: -1, Axis: -1, Msg: fmt.Sprintf(format, args...), Help: help})
}

// unfit is an argument that is wrong for this input.
func (r *rule) unfit(arg, help, format string, args ...any) {
	r.fail(&Fault{Kind: Unfit, Arg: arg, Input: 0, Axis: -1, Msg: fmt.Sprintf(format, args...), Help: help})
}

// rank requires input i to have one of these numbers of axes.
func (r *rule) rank(i int, ranks ...int) bool {
	if !r.ok() {
		return false
	}
	for _, n := range ranks {
		if len(r.in[i]) == n {
			return true
		}
	}
	f := &Fault{Kind: WrongRank, Input: i, Axis: -1}
	switch {
	case len(ranks) == 1:
		f.Msg = fmt.Sprintf("`%s` needs an image [N, C, H, W], got %v", r.op.Name(), r.in[i])
		f.Help = "move it before the flatten, or leave the flatten out"
		if len(r.in[i]) != 2 {
			f.Help = "give the input its four axes, the batch first: [N, C, H, W]"
		}
	default:
		f.Msg = fmt.Sprintf("`%s` needs [N, C] or [N, C, H, W], got %v", r.op.Name(), r.in[i])
	}
	r.fail(f)
	return false
}

// channelled requires the first input to have a batch and a channel axis.
func (r *rule) channelled() bool {
	if r.ok() && len(r.in[0]) < 2 {
		r.fail(&Fault{Kind: WrongRank, Input: 0, Axis: -1,
			Msg: fmt.Sprintf("`%s` works on channels and needs [N, C] or [N, C, H, W], got %v", r.op.Name(), r.in[0])})
	}
	return r.ok()
}

// axis requires the argument `axis` to be one of the first input's, after the batch.
func (r *rule) axis(v dim.Size, help string) int {
	rank := len(r.in[0])
	axis, ok := r.oneOf(v, 1, rank)
	if r.ok() && !ok {
		r.bad("axis", help, "`axis` of `%s` must be a whole number from 1 to %d for %v, got %v", r.op.Name(), rank-1, r.in[0], v)
	}
	return axis
}

// whole requires an argument to be a whole number of at least low.
func (r *rule) whole(arg string, v dim.Size, low int) bool {
	if r.ok() && !r.wholeAtLeast(v, low) {
		r.bad(arg, usual[arg], "`%s` of `%s` must be a whole number of at least %d, got %v", arg, r.op.Name(), low, v)
	}
	return r.ok()
}

// wholeAtLeast asks whether a size is a whole number of at least low. What is known needs no
// question, which takes work in a proof.
func (r *rule) wholeAtLeast(v dim.Size, low int) bool {
	if n, known := v.Int(); known {
		return n >= low
	}
	f := r.OfArgument()
	return f.Require(v, dim.Whole) && dim.AtLeast(f, v, dim.Int(low))
}

// pair requires both parts of a dims argument to be whole numbers of at least low.
func (r *rule) pair(arg string, p dim.Pair, low int) bool {
	for _, v := range []dim.Size{p.H, p.W} {
		if r.ok() && !r.wholeAtLeast(v, low) {
			what, got := "whole numbers", p.String()
			if p.H == p.W {
				what, got = "a whole number", p.H.String() // as it is usually written
			}
			r.bad(arg, usual[arg], "`%s` of `%s` must be %s of at least %d, got %s", arg, r.op.Name(), what, low, got)
		}
	}
	return r.ok()
}

// usual explains arguments that must be at least 1.
var usual = map[string]string{
	"stride":   "1 looks at every pixel, 2 halves height and width",
	"dilation": "1 is the dense window",
	"groups":   "1 joins all channels",
}

// between requires an argument to lie in low to high; high may be nil.
func (r *rule) between(arg string, v, low dim.Size, high *dim.Size) {
	if !r.ok() {
		return
	}
	f := r.OfArgument()
	switch {
	case high == nil && !dim.AtLeast(f, v, low):
		r.bad(arg, "", "`%s` of `%s` must be at least %v, got %s", arg, r.op.Name(), low, v.Decimal())
	case high != nil && !(dim.AtLeast(f, v, low) && dim.AtLeast(f, *high, v)):
		r.bad(arg, "", "`%s` of `%s` must lie between %v and %v, got %s", arg, r.op.Name(), low, *high, v.Decimal())
	}
}

// divides requires n groups to divide the channels; a suggested number also divides the
// others.
func (r *rule) divides(groups, channels dim.Size, what string, others ...dim.Size) {
	if r.ok() && !r.Require(channels.Quo(groups), dim.Whole) {
		r.fail(&Fault{Kind: NotDivisible, Arg: "groups", Input: 0, Axis: 1,
			Msg:  fmt.Sprintf("`groups` of `%s` must divide its %s channels, got %v groups of %v channels", r.op.Name(), what, groups, channels),
			Help: divisors(groups, append([]dim.Size{channels}, others...)...)})
	}
}

// divisors names the numbers next to n that divide all channels.
func divisors(n dim.Size, channels ...dim.Size) string {
	near, known := n.Int()
	common, all, one := 0, channels[0].String(), true
	for _, c := range channels {
		of, whole := c.Int()
		known = known && whole
		common = gcd(of, common)
		if c != channels[0] {
			all, one = fmt.Sprintf("both %v and %v", channels[0], c), false
		}
	}
	below, above, found := dim.NextDivisors(near, common)
	switch {
	case !known || !found:
		return "a number of groups that divides the channels, or other channels"
	case above == 0 && below == common && one:
		return fmt.Sprintf("there can be %d groups at most, one for each channel", below)
	case above == 0:
		return fmt.Sprintf("%d is the largest number that divides %s", below, all)
	}
	return fmt.Sprintf("the next numbers that divide %s are %d and %d", all, below, above)
}

// gcd is the greatest number that divides both.
func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// equalShapes requires every input to have the shape of the first except along axis but, if
// that is one.
func (r *rule) equalShapes(but int) {
	for i := 1; i < len(r.in) && r.ok(); i++ {
		a, b := r.in[0], r.in[i]
		if len(a) != len(b) {
			r.differ(i, -1, 0)
			return
		}
		for axis := range a {
			if axis != but && r.ok() && !dim.Equal(r, b[axis], a[axis]) {
				r.differ(i, axis, 0)
			}
		}
	}
}

// differ is the fault of input i, which does not agree with input j.
func (r *rule) differ(i, axis, j int) {
	r.fail(&Fault{Kind: SizesDiffer, Input: i, With: j, Axis: axis,
		Msg: fmt.Sprintf("branches %d and %d of `%s` must agree%s, got %v and %v",
			j+1, i+1, r.op.Name(), axisWords(axis), r.in[j], r.in[i]),
		Help: differHelp(axis)})
}

func axisWords(axis int) string {
	switch a := dim.Axis(axis); a {
	case dim.Batch:
		return " in batch size"
	case -1:
		return " in the number of axes"
	default:
		return " in " + a.String()
	}
}

func differHelp(axis int) string {
	switch axis {
	case 1:
		return "a 1x1 convolution brings a branch to other channels"
	case 2, 3:
		return "the same strides and padding in every branch"
	}
	return ""
}
