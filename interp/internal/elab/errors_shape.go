package elab

import (
	"fmt"
	"strconv"

	"cnnlang/interp/graph"
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// What this package says about shapes and claims, one function for each thing
// that can be wrong.

// faultCodes gives every kind of fault its stable code.
var faultCodes = map[ops.FaultKind]diag.Code{
	ops.SizesDiffer:  diag.ShapesDiffer,
	ops.WrongRank:    diag.WrongRank,
	ops.WindowTooBig: diag.WindowTooBig,
	ops.NotDivisible: diag.NotDivisible,
	ops.WrongCount:   diag.Several,
	ops.CountDiffers: diag.CountDiffers,
	ops.BadValue:     diag.BadValue,
	ops.Unfit:        diag.BadValue,
	ops.TooLarge:     diag.TensorTooBig,
}

// operationFault is an op that cannot take its input.
func operationFault(f *ops.Fault, c *Closure, at source.Span, x Tensor) *diag.Diagnostic {
	d := diag.New(faultCodes[f.Kind], at, "%s", f.Msg)
	if b, given := c.Args[f.Arg]; given && f.Arg != "" {
		d.Span = b.span
	}
	d.OfInput = f.Kind == ops.Unfit
	if d.Code != diag.BadValue && f.Kind != ops.WrongCount {
		d.WithLabel("gets %v", x.Shape)
	}
	if f.Axis >= 0 && f.Axis < len(x.Origins) {
		pointAtOrigin(d, x, f.Axis)
	}
	d.Between(f.Axis, nil, sizes(x.Shape))
	d.Help = f.Help
	if text := channelsFirst(c); text != "" && f.Kind == ops.WindowTooBig {
		d.WithHelp("the input channels are not an argument: `%s`", text)
	}
	return d
}

// channelsFirst is a convolution as it was most likely meant that was given the channels
// that come in, those that go out and the window: conv(64, 3x3) for conv(3, 64, 3). It
// is "" for others.
func channelsFirst(c *Closure) string {
	window, given := c.Args["k"]
	if !given || window.call == nil || len(window.call.List) < 3 || c.Object.Name != "conv" && c.Object.Name != "deconv" {
		return ""
	}
	var numbers [3]string
	for i := range numbers {
		n, ok := window.call.List[i].Value.(*ast.Number)
		if !ok || window.call.List[i].Name != nil {
			return ""
		}
		numbers[i] = n.Text
	}
	rest := ""
	if len(window.call.List) > len(numbers) {
		rest = ", …"
	}
	return fmt.Sprintf("%s(%s, %sx%s%s)", c.Object.Name, numbers[1], numbers[2], numbers[2], rest)
}

// sizes writes a shape out for a conflict.
func sizes(s dim.Shape) []string {
	list := make([]string, len(s))
	for i, size := range s {
		list[i] = size.String()
	}
	return list
}

// wanted is the shape of which one size alone is known.
func wanted(axis int, want dim.Size, x Tensor) []string {
	list := make([]string, len(x.Shape))
	list[axis] = want.String()
	return list
}

// amount is a size with what it counts: 64 channels, height 7.
func amount(axis int, size dim.Size) string {
	switch {
	case axis == 1 && size == dim.Int(1):
		return "1 channel"
	case axis == 1:
		return size.String() + " channels"
	}
	return dim.Axis(axis).String() + " " + size.String()
}

func wrongInputRank(at source.Span, b *ast.Block, v portValue) *diag.Diagnostic {
	x := v.x
	want, got := len(v.port.Shape.Sizes), len(x.Shape)
	d := diag.New(diag.InputMismatch, at, "`%s` takes %s%s, got %v", b.Name.Text, axes(want), v.in(), x.Shape).
		Between(-1, nil, sizes(x.Shape))
	switch {
	case v.param != nil:
		return d.At(v.param.Span(), "declared here")
	case b.Sig == nil:
		return d
	}
	d.At(b.Sig.Span(), "declared here")
	switch {
	case b.Sig.TakesList():
	case b.Sig.Input().Rest != nil:
		d.Message = fmt.Sprintf("`%s` takes %s or more, got %v", b.Name.Text, axes(want), x.Shape)
	case want == 4 && got == 2 && keepsShape(b):
		d.Message = fmt.Sprintf("`%s` takes 4 axes, got %v; `[N, C, ...]` takes any", b.Name.Text, x.Shape)
		d.WithHelp("declare it for vectors and maps, `block %s [N, C, ...] -> [N, C, ...]`, or move it before the flatten", b.Name.Text)
	case want == 4 && got == 2:
		d.WithHelp("move it before the flatten, or leave the flatten out")
	case want == 2 && got == 4:
		d.WithHelp("`gap -> flatten` makes a vector of an image")
	}
	return d
}

// keepsShape reports whether a signature claims its input's shape and asks nothing of it, as
// that of an activation does.
func keepsShape(b *ast.Block) bool {
	for i, d := range b.Sig.Input().Sizes {
		if name := bare(d.Size); name == "" || name == "_" || i >= len(b.Sig.Output().Sizes) || bare(b.Sig.Output().Sizes[i].Size) != name {
			return false
		}
	}
	return len(b.Sig.Input().Sizes) == len(b.Sig.Output().Sizes)
}

func (m *machine) wrongInput(at source.Span, b *ast.Block, d *ast.Dim, axis int, want dim.Size, v portValue) *diag.Diagnostic {
	x := v.x
	e := diag.New(diag.InputMismatch, at, "`%s` takes %s%s, got %v", b.Name.Text, amount(axis, want), v.in(), x.Shape).
		At(d.Span(), "required here")
	if v.param == nil && b.Sig.TakesList() {
		e.WithNote("%v is to be %s", v, m.expected(v))
	}
	e.Between(axis, wanted(axis, want, x), sizes(x.Shape))
	if o := x.Origins[axis]; o != nil && o.Before != nil {
		pointAtOrigin(e, x, axis)
	}
	return e
}

// outOf is where a signature says what comes out.
func outOf(s *ast.Shape) source.Span {
	if s.Rest != nil {
		return s.Sizes[0].Span().To(s.Rest.Span())
	}
	return s.Sizes[0].Span().To(s.Sizes[len(s.Sizes)-1].Span())
}

func claimRank(b *ast.Block, v portValue, rest Tensor) *diag.Diagnostic {
	x := v.x
	d := diag.New(diag.ClaimFails, outOf(v.port.Shape),
		"the signature of `%s` claims %s%s, its body makes %v", b.Name.Text, axes(len(v.port.Shape.Sizes)+len(rest.Shape)), v.in(), x.Shape).
		Between(-1, nil, sizes(x.Shape))
	if len(v.port.Shape.Sizes) == 2 && len(x.Shape) == 4 {
		d.WithHelp("`gap -> flatten` makes a vector of an image; `linear` after it then gives one number for each class")
	}
	return d
}

func (m *machine) claimFails(b *ast.Block, claim ast.Node, axis int, want dim.Size, v portValue) *diag.Diagnostic {
	x := v.x
	d := diag.New(diag.ClaimFails, claim.Span(), "the signature of `%s` claims %s%s, its body makes %v", b.Name.Text, amount(axis, want), v.in(), x.Shape[axis]).
		WithNote("the body makes %v", x.Shape)
	m.pointAtOrigins(d, x, axis, b.Span())
	d.Between(axis, wanted(axis, want, x), sizes(x.Shape))
	return d.WithHelp("correct the claim or the body; `_` claims nothing")
}

func wrongCall(p paramSignature, c *Closure, code diag.Code, a *ast.Arg, reason string) *diag.Diagnostic {
	name := p.declared.Object.Name
	return diag.New(code, p.given, "`%s` %s `%s` is called", c.name(), reason, name).
		At(a.Span(), "called here").
		At(p.declared.Object.Span, "declared here").
		WithHelp("give a block that can be called as `%s` is declared", name)
}

func signatureRank(p paramSignature, name string, rest, x Tensor) *diag.Diagnostic {
	b := p.declared.Object.Block
	return diag.New(diag.ClaimFails, p.given, "`%s` makes %v, but `%s` is declared to make %s", name, x.Shape, b.Name.Text, axes(len(b.Sig.Output().Sizes)+len(rest.Shape))).
		At(outOf(b.Sig.Output()), "declared here")
}

func (m *machine) signatureFails(p paramSignature, name string, claim ast.Node, axis int, want dim.Size, x Tensor) *diag.Diagnostic {
	b := p.declared.Object.Block
	d := diag.New(diag.ClaimFails, p.given, "`%s` makes %s, but `%s` is declared to make %v", name, amount(axis, x.Shape[axis]), b.Name.Text, want).
		At(claim.Span(), "declared here")
	d.WithNote("it makes %v", x.Shape)
	m.pointAtOrigins(d, x, axis, source.Span{})
	return d.WithHelp("give a block that does what `%s` says, or write `_` where any size will do", b.Name.Text)
}

func isRank(s *ast.Step, c *ast.Claim, x Tensor) *diag.Diagnostic {
	return diag.New(diag.IsFails, c.Span(), "`is` states %s, but the value is %v", axes(len(c.Is)), x.Shape).
		Between(-1, nil, sizes(x.Shape))
}

func (m *machine) isFails(c *ast.Claim, claim ast.Expr, axis int, want dim.Size, x Tensor) *diag.Diagnostic {
	d := diag.New(diag.IsFails, claim.Span(), "`is` states %s, but the value is %v", amount(axis, want), x.Shape)
	m.pointAtOrigins(d, x, axis, m.innermost())
	d.Between(axis, wanted(axis, want, x), sizes(x.Shape))
	return d
}

func (m *machine) whereFails(w ast.Expr, c *Closure, e *env, at source.Span) *diag.Diagnostic {
	d := diag.New(diag.WhereFails, at, "`%s` does not allow this", c.describe(e)).
		At(w.Span(), "this requirement does not hold")
	seen := map[string]bool{}
	eachName(w, func(name string) {
		if v, ok := e.lookup(name); ok && !seen[name] {
			seen[name] = true
			d.WithNote("%s = %s", name, show(v))
			m.tellWritten(d, name, c, e)
		}
	})
	return d.WithHelp("give it arguments or an input that meet the requirement")
}

// tellWritten points at what was written for a parameter, where that is not where it is used: a
// default, or a number in a table.
func (m *machine) tellWritten(d *diag.Diagnostic, name string, c *Closure, e *env) {
	p := find(parameters(c.Object), name)
	if p == nil {
		return
	}
	x, in := p.Default, e
	if b, given := c.Args[name]; given {
		x, in = b.expr, b.env
	}
	if x == nil || in == nil {
		return
	}
	if x, in = m.writtenAt(x, in); in != nil && in.module.Prelude != nil && !d.Span.Contains(x.Span()) {
		d.At(x.Span(), "`%s` gets its value here", name)
	}
}

// eachName calls f for the names in an expression, in order.
func eachName(x ast.Expr, f func(string)) {
	switch x := x.(type) {
	case *ast.Ref:
		if len(x.Path) == 1 {
			f(x.Path[0].Text)
		}
		if x.Args != nil {
			for _, a := range x.Args.List {
				eachName(a.Value, f)
			}
		}
	case *ast.Unary:
		eachName(x.X, f)
	case *ast.Binary:
		eachName(x.L, f)
		eachName(x.R, f)
	case *ast.Cond:
		eachName(x.If, f)
		eachName(x.Then, f)
		eachName(x.Else, f)
	case *ast.Index:
		eachName(x.X, f)
		eachName(x.I, f)
	case *ast.List:
		for _, item := range x.Items {
			eachName(item, f)
		}
	}
}

func expectFails(x ast.Expr, sides [2]string) *diag.Diagnostic {
	d := diag.New(diag.ExpectFails, x.Span(), "this fact does not hold")
	if sides[0] != "" && sides[1] != "" {
		d.WithLabel("left is %s, right is %s", sides[0], sides[1])
	}
	return d.WithHelp("correct the definition or the fact")
}

func unknownPath(at source.Span, path string, g *graph.Graph) *diag.Diagnostic {
	var paths []string
	for _, s := range g.Steps {
		paths = append(paths, s.Path)
	}
	d := diag.New(diag.UnknownLabelShape, at, "no step is called `%s`", path)
	if d.DidYouMean(path, paths) && d.Correction != nil && !word.MatchString(d.Correction.Edits[0].Text) {
		d.Write(strconv.Quote(d.Correction.Edits[0].Text))
	}
	return d
}

func sideDoesNotFit(s *ast.Step, name string, cause *diag.Diagnostic, defaults bool) *diag.Diagnostic {
	d := diag.New(diag.SideDoesNotFit, s.Span(), "the side head `%s` does not fit this input: %s", name, cause.Message).
		At(cause.Span, "here").WithHelp("everything but `run --output %s=FILE` works", name)
	d.Progress = cause.Progress
	d.Severity = diag.Note
	if defaults {
		d.Severity = diag.Warning
	}
	return d
}

func netOfOperation(o *resolve.Object, c *Closure) *diag.Diagnostic {
	if c.Object.IsValue() {
		return diag.New(diag.MissingBody, o.Span, "the net `%s` is `%s`, which is a value and computes nothing", o.Name, c.Object.Name).
			WithHelp("give it a signature and a body: `net %s [N, 3, H = 224, W = 224] -> [N, _, _, _] { … }`", o.Name)
	}
	return diag.New(diag.MissingBody, o.Span, "the net `%s` is the operation `%s`, whose input is unknown", o.Name, c.Object.Name).
		WithHelp("give it a signature and a body: `net %s [N, 3, H = 224, W = 224] -> [N, _, _, _] { %s… }`", o.Name, c.Object.Name)
}

func netWithoutSignature(b *ast.Block) *diag.Diagnostic {
	return diag.New(diag.MissingArgument, b.Name.Span(), "the net `%s` has no signature, so its input is unknown", b.Name.Text).
		WithHelp("write one: `net %s [N, 3, H = 224, W = 224] -> [N, 1000] { … }`", b.Name.Text)
}

func wrongShapeOption(b *ast.Block, v portValue, shape []int) *diag.Diagnostic {
	input := "input"
	if b.Sig.TakesList() {
		input += " `" + valueName(v, "") + "`"
	}
	return diag.New(diag.InputMismatch, b.Sig.Span(), "the %s of `%s` has %s, the shape asked for has %d", input, b.Name.Text, axes(len(v.port.Shape.Sizes)), len(shape))
}

func noDefaultSize(v portValue, d *ast.Dim, axis int) *diag.Diagnostic {
	if name := v.port.Binds(d); name != "" && name != bare(d.Size) {
		return diag.New(diag.MissingArgument, d.Span(), "`%s` has no default size", name).
			WithHelp("write that of the first value behind it: `%s = 224`", inText(d.Size, v.env))
	}
	return diag.New(diag.MissingArgument, d.Span(), "`%s` has no default size", bare(d.Size)).
		WithHelp("write one, as in `%s`, or ask for a shape: --shape 1x3x224x224", defaultSample(d, axis))
}

// defaultSample is how a default is written for an axis.
func defaultSample(d *ast.Dim, axis int) string {
	if axis == 1 {
		return bare(d.Size) + " = 3"
	}
	return bare(d.Size) + " = 224"
}

func badInputSize(b *ast.Block, d *ast.Dim, size dim.Size) *diag.Diagnostic {
	return diag.New(diag.BadValue, d.Span(), "a size must be at least 1, got %v", size)
}

func badDefaultSize(at source.Span, v dim.Size, in portValue, d *ast.Dim) *diag.Diagnostic {
	if in.i > 0 || d.Default == nil { // it follows from the first of its port, or from others
		return diag.New(diag.BadValue, at, "a size must be a whole number of at least 1, got %v%s", v, in.in()).
			WithHelp("it follows from sizes before it: one of them needs another default, or another `--shape` or `--set`")
	}
	return diag.New(diag.BadValue, at, "a default size must be a whole number of at least 1, got %v", v)
}

func badRequiredSize(x ast.Expr, v dim.Size) *diag.Diagnostic {
	return diag.New(diag.BadValue, x.Span(), "a size must be a whole number of at least 1, got %v", v)
}
