package elab

import (
	"fmt"
	"slices"
	"strings"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/source"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// mergeFault is a combinator whose branches do not fit each other.
func mergeFault(f *ops.Fault, op ops.Op, c *Closure, at *site, branches []*ast.Branch, results []Tensor) *diag.Diagnostic {
	if f.Kind != ops.SizesDiffer {
		return operationFault(f, c, at.span(), results[0])
	}
	d := diag.New(diag.ShapesDiffer, at.span(), "the branches of `%s` have different sizes", c.Object.Name)
	switch c.Object.Name {
	case "concat":
		d.WithLabel("needs equal sizes on all axes but the one it joins")
	case "matmul":
		d.Message = f.Msg
		d.WithLabel("multiplies [N, …, a, k] by [N, …, k, b]")
	case "mul":
		d.WithLabel("needs equal shapes, or gates of size 1")
	default:
		d.WithLabel("needs equal shapes")
	}
	first, other := results[f.With], results[max(f.Input, 0)]
	d.Between(f.Axis, sizes(first.Shape), sizes(other.Shape))
	axes := differing(f, op, first.Shape, other.Shape)
	var inside, elsewhere changes // what the branches change themselves, and what was changed before them
	for _, i := range []int{f.With, f.Input} {
		t := results[i]
		d.WithNote("branch %d is %v", i+1, t.Shape)
		var own, before changes
		for _, axis := range axes {
			if axis >= len(t.Origins) {
				continue
			}
			if o := t.Origins[axis]; o != nil && o.Before != nil {
				if i < len(branches) && branches[i].Span().Contains(o.Span) {
					own.add(axis, o)
				} else {
					before.add(axis, o)
				}
			}
		}
		if len(own) > 0 {
			own.show(d)
			inside = append(inside, own...)
			continue
		}
		elsewhere = append(elsewhere, before...)
		if i >= len(branches) {
			continue // one of a list
		}
		if end := lastStep(branches[i].Body); end.IsValid() {
			d.At(end, "this branch is %v", t.Shape)
		} else {
			d.At(branches[i].Span(), "this branch is %v", t.Shape)
		}
	}
	if len(inside) == 0 {
		elsewhere.show(d)
	}
	d.Help = mergeHelp(f, axes, inside)
	if len(branches) == 0 && len(axes) > 0 && !slices.Contains(axes, 1) && len(first.Shape) == 4 {
		d.Help = resizeHelp(first.Shape)
	}
	if help := gateHelp(op, first.Shape, other.Shape); help != "" {
		d.Help = help
	}
	return d
}

// differing lists the axes on which two branches must agree and do not, as far as
// the shapes tell; none where not even the numbers of axes agree.
func differing(f *ops.Fault, op ops.Op, a, b dim.Shape) []int {
	if f.Axis < 0 || len(a) != len(b) {
		return nil
	}
	var axes []int
	for axis := range a {
		free := false
		switch op := op.(type) {
		case *ops.Concat:
			joined, ok := op.Axis.Int()
			free = ok && joined == axis
		case *ops.Mul:
			free = axis >= 1 && (a[axis] == one || b[axis] == one)
		}
		if axis == f.Axis || !free && !dim.Equivalent(a[axis], b[axis]) {
			axes = append(axes, axis)
		}
	}
	return axes
}

// mergeHelp says what makes branches agree that differ on these axes. The help of
// the fault knows the first of them alone.
func mergeHelp(f *ops.Fault, axes []int, inside changes) string {
	channels := slices.Contains(axes, 1)
	size := slices.Contains(axes, 2) || slices.Contains(axes, 3)
	if !channels || !size {
		return f.Help
	}
	for _, c := range inside {
		if c.axis > 1 && strings.HasPrefix(c.because, "stride = ") {
			return "a 1x1 convolution with that stride brings a branch to the other channels and size"
		}
	}
	return f.Help + ", the same strides and padding to the same size"
}

// resizeHelp is for the tensors of a list that differ in height and width alone.
func resizeHelp(shape dim.Shape) string {
	size := "H, W"
	if shape[2].Known() && shape[3].Known() {
		size = fmt.Sprint(shape[2], ", ", shape[3])
	}
	return "`each resize([" + size + "])` before it brings all tensors of the list to one size"
}

var one = dim.Int(1)

// gateHelp is for a product in which no branch has all sizes, or that has a gate of another form,
// and for a gate in what is not a product.
func gateHelp(op ops.Op, a, b dim.Shape) string {
	if _, multiplies := op.(*ops.Matmul); multiplies {
		return ""
	}
	if len(a) == 4 && len(b) == 2 || len(a) == 2 && len(b) == 4 {
		if _, isMul := op.(*ops.Mul); isMul {
			return "a gate is [N, C, 1, 1], as `gap` makes it and 1x1 convolutions keep it: leave the flatten out"
		}
		return ""
	}
	if len(a) != 4 || len(b) != 4 {
		return ""
	}
	var smaller, larger, others int // sizes of a that are 1 where those of b are not, and the reverse
	for axis := range a {
		switch {
		case a[axis] == b[axis]:
		case axis > 0 && a[axis] == one:
			smaller++
		case axis > 0 && b[axis] == one:
			larger++
		default:
			others++
		}
	}
	switch op.(type) {
	case *ops.Concat:
	case *ops.Mul:
		if others == 0 && smaller > 0 && larger > 0 {
			return "a gate is smaller than the branch that it scales: `id`, or another with all sizes, is one of the branches"
		}
	default:
		if others == 0 && (smaller > 0) != (larger > 0) {
			full := a
			if smaller > 0 {
				full = b
			}
			if a[1] == b[1] {
				return fmt.Sprintf("nothing is broadcast: `resize([%v, %v])` behind the smaller branch copies it to every pixel, and `mul { | … | … }` takes it as a gate", full[2], full[3])
			}
			return "nothing is broadcast but the gate of a product: `mul { | … | … }` takes a branch with size 1 on any axis but the first"
		}
	}
	return ""
}

// A change is a step that gave an axis another size.
type change struct {
	span    source.Span
	axis    int
	sizes   string // 56 → 28
	because string // stride = 2
}

type changes []change

// add notes where an axis got its size.
func (list *changes) add(axis int, o *Origin) {
	*list = append(*list, change{o.Span, axis, o.Before.Size.String() + " → " + o.Size.String(), o.Because()})
}

// show labels every step with all it changed: axes that it changed alike together.
func (list changes) show(d *diag.Diagnostic) {
	var done []source.Span
	for _, first := range list {
		if slices.Contains(done, first.span) {
			continue
		}
		done = append(done, first.span)
		var texts, told []string
		for _, c := range list {
			what := c.sizes + " here (" + c.because + ")"
			if c.span != first.span || slices.Contains(told, what) {
				continue
			}
			told = append(told, what)
			var names []string
			for _, same := range list {
				name := dim.Axis(same.axis).String()
				if same.span == c.span && same.sizes == c.sizes && same.because == c.because && !slices.Contains(names, name) {
					names = append(names, name)
				}
			}
			texts = append(texts, strings.Join(names, " and ")+" "+what)
		}
		d.At(first.span, "%s", strings.Join(texts, "; "))
	}
}

// lastStep is the last step of a branch, where its shape is known.
func lastStep(b *ast.Body) source.Span {
	for i := len(b.Stmts) - 1; i >= 0; i-- {
		if p := b.Stmts[i].Pipe; p != nil {
			return p.Steps[len(p.Steps)-1].Span()
		}
	}
	return source.Span{}
}
