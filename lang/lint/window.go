package lint

import (
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
)

// argument is what a call passes for a parameter, by position or by name, or nil.
func argument(b *ast.Block, r *ast.Ref, name string) ast.Expr {
	place, params := 0, b.Params.All()
	for _, a := range r.Args.List {
		if a.Name != nil {
			if a.Name.Text == name {
				return a.Value
			}
			continue
		}
		if place < len(params) && params[place].Name.Text == name {
			return a.Value
		}
		place++
	}
	return nil
}

// largestWindow is a size beyond which the second number of a convolution is most likely a
// number of channels.
const largestWindow = 11

// foreignOrder finds calls that pass the input channels as their first argument:
// conv(3, 16, 3x3), in which 16 is the window and 3x3 the stride, and bn(64), in which 64 is
// the epsilon.
func (l *linter) foreignOrder(r *ast.Ref) {
	o, _ := l.module.LookupPath(r.Path)
	if r.Args == nil || o == nil || !o.IsPrimitive() {
		return
	}
	var numbers []int // the leading arguments that are literal numbers, -1 for another value
	for _, a := range r.Args.List {
		if a.Name != nil {
			break
		}
		n := -1
		if x, ok := a.Value.(*ast.Number); ok {
			if v, whole := x.Int(); whole {
				n = v
			}
		}
		numbers = append(numbers, n)
	}
	switch o.Name {
	case "conv", "deconv":
		if len(numbers) > 2 && numbers[1] > largestWindow && numbers[2] != numbers[1] {
			l.report(leaveOut(foreignWindow(r, numbers[1]), r, numbers[0]))
		}
	case "bn", "layer_norm":
		if len(numbers) > 0 && numbers[0] >= 1 {
			l.report(leaveOut(foreignEpsilon(r, numbers[0]), r, numbers[0]))
		}
	}
}

// leaveOut corrects a call by leaving out its first argument, the input channels.
func leaveOut(d *diag.Diagnostic, r *ast.Ref, channels int) *diag.Diagnostic {
	d.Correct("leave out the input channels, which are not an argument", diag.Edit{Span: r.Args.First()})
	if channels >= 0 {
		d.Correction.Given = []diag.Given{{At: r.Span(), Op: r.Text(), Channels: channels}}
	}
	return d
}

func foreignWindow(r *ast.Ref, window int) *diag.Diagnostic {
	k, rest := "3x3", ""
	switch x := r.Args.List[2].Value.(type) {
	case *ast.Number:
		k = x.Text + "x" + x.Text
	case *ast.DimsLit:
		k = x.Text
	}
	if len(r.Args.List) > 3 {
		rest = ", …"
	}
	return diag.New(diag.ForeignOrder, r.Args.List[1].Span(), "this makes a window of %dx%[1]d", window).
		WithHelp("the input channels are not an argument: `%s(%d, %s%s)`", r.Text(), window, k, rest)
}

func foreignEpsilon(r *ast.Ref, eps int) *diag.Diagnostic {
	return diag.New(diag.ForeignOrder, r.Args.List[0].Span(), "this makes an epsilon of %d", eps).
		WithHelp("the input channels are not an argument: `%s`", r.Text())
}
