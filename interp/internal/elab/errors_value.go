package elab

import (
	"fmt"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// What this package says about values, arguments and flow, one function for
// each thing that can be wrong.

func numberOutOfRange(at source.Span) *diag.Diagnostic {
	return diag.New(diag.NumberOutOfRange, at, "this number is beyond the range of ±2^53").
		WithHelp("sizes and counts stay far below; check the factors")
}

func dimsNotTwo(at source.Span, text string) *diag.Diagnostic {
	return diag.New(diag.WrongType, at, "a size has a height and a width, got %s", text)
}

func wrongType(at source.Span, want string, got Value) *diag.Diagnostic {
	return diag.New(diag.WrongType, at, "expected %s, got %s", want, described(got))
}

// described is a value with its type: the string "half".
func described(v Value) string {
	switch v := v.(type) {
	case dim.Size:
		return show(v)
	case *Closure:
		if v.Slot == nil && v.Object.IsValue() {
			return "the value `" + v.name() + "`"
		}
		return "the block `" + v.name() + "`"
	case *Tensor:
		return "a tensor " + v.Shape.String()
	case wildcard:
		return "`_`"
	}
	return "the " + typeName(v) + " " + show(v)
}

func notAList(at source.Span, v Value) *diag.Diagnostic {
	return diag.New(diag.WrongType, at, "expected a list, got %s", described(v))
}

func badIndex(at source.Span, i dim.Size, n int) *diag.Diagnostic {
	if n == 0 {
		return diag.New(diag.BadIndex, at, "the list is empty, so there is no index %v", i)
	}
	return diag.New(diag.BadIndex, at, "index %v is outside the list of %d", i, n).
		WithHelp("indices run from 0 to %d", n-1)
}

func notTakenApart(p *ast.Pattern, v Value) *diag.Diagnostic {
	d := diag.New(diag.WrongType, p.Span(), "`%s` takes a list of %d value%s, got %s", diag.Clip(p.String()), len(p.Items), plural(len(p.Items)), described(v))
	if len(p.Items) == 1 {
		return d.WithHelp("write `%s` to name the value itself", p.Items[0].Text)
	}
	return d
}

// otherLength says that a list, or row i of it, has not as many items as a pattern has names;
// fewer than 0 where that is not known.
func (m *machine) otherLength(p *ast.Pattern, items int, x ast.Expr, e *env, i dim.Size) *diag.Diagnostic {
	what := "the list"
	if _, isSize := x.(*ast.DimsLit); isSize {
		what = "the size"
	}
	if r, isName := x.(*ast.Ref); isName && r.Args == nil {
		what = "`" + r.Text() + "`"
	}
	o, isNamed := m.originOf(x, e)
	written := x
	if isNamed {
		written = o.value
	}
	if row, known := i.Int(); known {
		what = fmt.Sprintf("row %d of %s", row+1, what)
		list, isList := written.(*ast.List)
		if written = nil; isList && row < len(list.Items) {
			written = list.Items[row]
		}
	}
	has := fmt.Sprintf("has %d", items)
	if items < 0 {
		has = "has another number of items"
	}
	d := diag.New(diag.PatternLength, p.Span(), "`%s` takes %d value%s, %s %s", diag.Clip(p.String()), len(p.Items), plural(len(p.Items)), what, has)
	if written != nil {
		d.At(written.Span(), "%s", what)
	}
	if items > len(p.Items) {
		return d.WithHelp("write `_` for each item that needs no name")
	}
	return d
}

func notListToRepeat(h *ast.RepeatHead, v Value) *diag.Diagnostic {
	what := "`in`"
	switch {
	case h.Each.Name == nil:
		what = "`" + diag.Clip(h.Each.String()) + "`"
	case h.Index != nil:
		what = "a repeat with two names"
	}
	return diag.New(diag.WrongType, h.Count.Span(), "%s wants a list, got %s", what, described(v)).
		WithHelp("`repeat i of %s` counts", show(v))
}

func notCount(at source.Span, v Value) *diag.Diagnostic {
	return diag.New(diag.WrongType, at, "a repeat needs a whole number of iterations, got %s", described(v)).
		WithHelp("`repeat 3` and `repeat i of 3` count, `repeat x in [1, 2]` takes one after the other")
}

func notCallable(at source.Span, name string, v Value) *diag.Diagnostic {
	return diag.New(diag.WrongType, at, "`%s` is %s and takes no arguments", name, described(v))
}

func namespaceAsValue(at source.Span, name string) *diag.Diagnostic {
	return diag.New(diag.WrongType, at, "`%s` is an import, not a value", name).
		WithHelp("name one of its blocks: `%s.block`", name)
}

func notComparable(at source.Span, l, r Value) *diag.Diagnostic {
	d := diag.New(diag.WrongType, at, "cannot compare %s with %s", described(l), described(r))
	if kind(l) == kind(r) {
		return d.WithHelp("what a tap holds is not known before the net runs")
	}
	return d.WithHelp("`_` is no value; in a list on the right it equals anything")
}

// badListOperator is for + and * where one side is a list and the other does not go with it.
func badListOperator(x *ast.Binary, l, r Value, text string) *diag.Diagnostic {
	written := func(x ast.Expr) string { return text[x.Span().Start.Offset:x.Span().End.Offset] }
	if x.Op == "+" {
		other, at := l, x.L
		if isList(l) {
			other, at = r, x.R
		}
		return diag.New(diag.WrongType, at.Span(), "`+` joins two lists, got %s", described(other)).
			WithHelp("write `[%s]` for a list of one", diag.Clip(written(at))).Write("[" + written(at) + "]")
	}
	if _, isNumber := l.(dim.Size); isNumber {
		swapped := ast.LeftOf("*", x.R, written(x.R)) + " * " + ast.RightOf("*", x.L, written(x.L))
		return diag.New(diag.WrongType, x.Span(), "`*` repeats the list on its left").
			WithHelp("write `%s`", diag.Clip(swapped)).Write(swapped)
	}
	other, at := l, x.L
	if isList(l) {
		other, at = r, x.R
	}
	return diag.New(diag.WrongType, at.Span(), "a list is repeated a number of times, got %s", described(other)).
		WithHelp("`[8] * 3` is `[8, 8, 8]`; `+` joins two lists")
}

func badTimes(at source.Span, n dim.Size) *diag.Diagnostic {
	return diag.New(diag.BadValue, at, "a list is repeated a whole number of times, 0 or more, got %s", n.Decimal())
}

// listTooLong is for a list that is not made.
func listTooLong(at source.Span) *diag.Diagnostic {
	return diag.New(diag.TooManySteps, at, "this list takes the evaluation beyond %d steps, %d for each of its items", MaxSteps, stepsPerItem).
		WithHelp("make a shorter list; a `repeat` that counts needs none: `repeat i of n`")
}

func divisionByZero(at source.Span, op string) *diag.Diagnostic {
	return diag.New(diag.DivisionByZero, at, "division by zero in `%s`", op)
}

func badExponent(at source.Span, n dim.Size) *diag.Diagnostic {
	return diag.New(diag.BadValue, at, "an exponent must be a whole number, got %s", n.Decimal())
}

func badCount(at source.Span, n dim.Size) *diag.Diagnostic {
	return diag.New(diag.BadValue, at, "a repeat needs a whole number of iterations, 0 or more, got %s", n.Decimal())
}

func wrongArity(at source.Span, name string, want, got int) *diag.Diagnostic {
	wants := "at least one argument"
	if want >= 0 {
		wants = fmt.Sprintf("%d argument%s", want, plural(want))
	}
	return diag.New(diag.MissingArgument, at, "`%s` takes %s, got %d", name, wants, got)
}

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}

// axes counts axes: 1 axis.
func axes(n int) string {
	if n == 1 {
		return "1 axis"
	}
	return fmt.Sprint(n, " axes")
}

func namedToFunction(at source.Span, name string) *diag.Diagnostic {
	return diag.New(diag.UnknownArgument, at, "the arguments of `%s` have no names", name)
}

func names(params []*ast.Param) []string {
	var list []string
	for _, p := range params {
		list = append(list, p.Name.Text)
	}
	return list
}

func argumentTwice(at source.Span, name string, first source.Span) *diag.Diagnostic {
	return diag.New(diag.UnknownArgument, at, "the argument `%s` is given twice", name).
		WithLabel("again here").At(first, "first here")
}

func missingArgument(at source.Span, c *Closure, p *ast.Param) *diag.Diagnostic {
	o := c.Object
	d := diag.New(diag.MissingArgument, at, "`%s` needs the argument `%s`", o.Name, p.Name.Text).
		At(p.Span(), "declared here, without a default")
	if o.IsPrimitive() && o.Name == "avgpool" && len(c.Args) == 0 {
		return d.WithHelp("the mean of the whole image is `gap`").Write("gap")
	}
	return d.WithHelp("add it, as in `%s=%s`", p.Name.Text, sample(p.Type))
}

// sample is a value of a type, as an example of how one is written.
func sample(t *ast.Type) string {
	if t == nil {
		return "…"
	}
	if t.Elem != nil && t.Elem.Name == "list" {
		return "[[1, 2], [3, 4]]"
	}
	if text, ok := samples[t.Kind()]; ok {
		return text
	}
	return "…"
}

var samples = map[string]string{
	"int": "64", "float": "0.5", "bool": "true", "string": "\"name\"", "dims": "3x3", "pad": "1", "block": "relu",
	"tensor": "@tap", "list": "[1, 2, 3]",
}

func wrongDefault(p *ast.Param, want string, v Value) *diag.Diagnostic {
	return diag.New(diag.WrongType, p.Default.Span(), "the default of `%s` must be %s, got %s", p.Name.Text, want, described(v))
}

func notAStep(at source.Span, name string, v Value) *diag.Diagnostic {
	if c, ok := v.(*Closure); ok { // one that the prelude declares
		return diag.New(diag.NotAStep, at, "`%s` is a value of the kind `%s`, not a block or operation", name, c.Object.Name).
			WithHelp("it goes in `meta`")
	}
	return diag.New(diag.NotAStep, at, "`%s` is %s, not a block or operation", name, described(v)).
		WithHelp("a step is a call such as `conv(64, 3x3)`; values go between its parentheses")
}

func noSlot(at source.Span, c *Closure) *diag.Diagnostic {
	return diag.New(diag.Branches, at, "`%s` takes no body in braces", c.name()).
		WithHelp("only a block whose last parameter has the type `block` takes one")
}

func badLabel(at source.Span, text string) *diag.Diagnostic {
	return diag.New(diag.BadLabel, at, "a label cannot hold control characters or quotes, got %q", text).
		WithHelp("it becomes part of the names of weights; write letters, digits, `_`, `.` and `/`")
}

// unprintable is about a text that would not be shown as it is.
func unprintable(at source.Span, what, text string) *diag.Diagnostic {
	return diag.New(diag.BadLabel, at, "%s cannot hold control characters, got %q", what, diag.Clip(text)).
		WithHelp("a terminal would obey them, or hide them: leave them out")
}

// tensorsWithoutStep is about an operation with the empty label, which leaves its tensors
// without the step that names them.
func tensorsWithoutStep(at *site, c *Closure, params []ops.Param) *diag.Diagnostic {
	name := c.Object.Name
	d := diag.New(diag.BadLabel, at.step.Label.Span(), "`%s` has tensors, so its label cannot be empty", name)
	if params[0].Leaf == "" {
		return d.WithHelp("the label is the name of its tensor, as in `layer_scale: param([C, 1, 1])`")
	}
	return d.WithHelp("label it, as in `%s1: %[1]s(…)`, or leave the label out, and its number names them; "+
		"a tensor with a name of its own is a `param`, as in `layer_scale: param([C, 1, 1])`", name)
}

// noStage is about a path that leads to no stage; there are those of these paths.
func noStage(ref *ast.TapRef, there []string) *diag.Diagnostic {
	d := diag.New(diag.UnknownTap, ref.NameSpan(), "there is no stage `%s` here", ref.Text())
	const most = 12
	switch {
	case len(there) == 0:
		return d.WithHelp("a path leads to a step that is marked with `stage`, through the labels of calls and groups")
	case d.DidYouMean(ref.Text(), there):
		return d
	case len(there) > most:
		return d.WithHelp("there are %d stages, %s and so on", len(there), diag.Names(there[:most]))
	}
	return d.WithHelp("the stages are %s", diag.Names(there))
}

func stageNamedTwice(at *site, name string) *diag.Diagnostic {
	return diag.New(diag.DuplicateTap, at.span(), "two stages are named `%s`", name).
		WithHelp("give one of the calls a label, and read its stage as in `@label.%s`", name)
}

func tapNotMade(ref *ast.TapRef) *diag.Diagnostic {
	return diag.New(diag.UnknownTap, ref.Path[0].Span(), "no value is named `%s` here: the step that names it was not applied", ref.Text()).
		WithHelp("name the value where it is made in any case, outside the `if` or `repeat`")
}

func readsNothing(ref *ast.TapRef) *diag.Diagnostic {
	name := ref.Text()
	return diag.New(diag.UnknownTap, ref.NameSpan(), "`%s` has no tensors here, so a step cannot read it", name).
		WithHelp("read it where it has some: `if len(@%s) > 0 { … }`", name)
}

func noBranches(at source.Span, c *Closure, count ast.Expr) *diag.Diagnostic {
	return diag.New(diag.Branches, at, "`%s` has no branches: every repeat in it has no iterations", c.Object.Name).
		WithHelp("require an iteration by `where %s >= 1` after the signature, or add a branch", diag.Clip(ast.Text(count)))
}

func textTooLong(at source.Span) *diag.Diagnostic {
	return diag.New(diag.BadLabel, at, "this string is longer than %d characters", maxText).
		WithHelp("write a shorter one")
}

func unnamedSide(at source.Span) *diag.Diagnostic {
	return diag.New(diag.UnnamedSide, at, "a side head needs a name").
		WithHelp("label it, as in `side aux1: head(classes)`, or end it with `as aux1`")
}

func duplicateSide(at source.Span, name string) *diag.Diagnostic {
	return diag.New(diag.UnnamedSide, at, "two side heads are called `%s`", name)
}

func sideIsOutput(at source.Span, name string, output *ast.Name) *diag.Diagnostic {
	return diag.New(diag.UnnamedSide, at, "a side head and an output of the net are called `%s`", name).
		WithLabel("the side head").At(output.Span(), "the output").
		WithHelp("call one of them otherwise: both are asked for by name, as in `--output %s=FILE`", name)
}

func unknownSetting(s Setting, o, base *resolve.Object, params []*ast.Param) *diag.Diagnostic {
	d := diag.New(diag.UnknownArgument, s.Span, "the %s `%s` has no parameter `%s`", o.Block.Kind, o.Name, s.Name)
	if why := unsettable(base, s.Name); why != "" {
		return d.WithHelp("%s", why)
	}
	can := settable(base, params)
	if near := diag.Nearest(s.Name, can); near != "" {
		return d.WithHelp("did you mean `%s`?", near)
	}
	if len(can) == 0 {
		return d.WithHelp("it has no parameter to set")
	}
	return d.WithHelp("what can be set is %s", diag.Names(can))
}

func unknownInSetting(at source.Span, name string) *diag.Diagnostic {
	return diag.New(diag.UnknownName, at, "there is no `%s`", name).
		WithHelp("give a value: a number as 10, a size as 3x3, true or false, a string as '\"text\"', a list as [1, 2], or the name of a block")
}

func settingTaken(s Setting, o *resolve.Object, c *Closure) *diag.Diagnostic {
	return diag.New(diag.UnknownArgument, s.Span, "`%s` gives `%s` its value already: %s", o.Name, s.Name, show(c.Args[s.Name].value)).
		At(c.Args[s.Name].span, "here").
		WithHelp("only what the net leaves open can be set")
}

// Limits are hit by one net, or by what several take together.
func tooManySteps(at source.Span, together bool) *diag.Diagnostic {
	if together {
		return diag.New(diag.TooManySteps, at, "the evaluation of this file's nets takes more than %d steps together", MaxSteps).
			WithHelp("put some of them into another file, or choose one with --net")
	}
	return diag.New(diag.TooManySteps, at, "the evaluation takes more than %d steps", MaxSteps).
		WithHelp("repeat less, or nest fewer repeats")
}

func tooManyNodes(at source.Span, together bool) *diag.Diagnostic {
	if together {
		return diag.New(diag.TooManyNodes, at, "the nets of this file have more than %d operations together", MaxNodes).
			WithHelp("put some of them into another file, or choose one with --net")
	}
	return diag.New(diag.TooManyNodes, at, "the network has more than %d operations", MaxNodes).
		WithHelp("repeat less")
}

func tooManyIterations(at source.Span, n int) *diag.Diagnostic {
	return diag.New(diag.TooManyNodes, at, "%d iterations would make more than the %d operations a network may have", n, MaxNodes).
		WithHelp("repeat less")
}

func letCycle(o *resolve.Object, at source.Span) *diag.Diagnostic {
	return diag.New(diag.PresetCycle, o.Span, "`%s` is defined in terms of itself", o.Name).
		At(at, "its value is needed here").
		WithHelp("give one of the values without the others")
}

// tooDeepNames says that a name stands for another one, and that for another.
func tooDeepNames(at source.Span, chain string) *diag.Diagnostic {
	return diag.New(diag.TooDeepCalls, at, "%s more than %d deep", chain, MaxDepth).
		WithHelp("write the value or the block itself somewhere on the way")
}

// tooDeepCalls says that blocks call one another too often; cycle tells which, if
// that is known.
func tooDeepCalls(at source.Span, cycle string) *diag.Diagnostic {
	d := diag.New(diag.TooDeepCalls, at, "blocks call blocks more than %d deep", MaxDepth)
	if cycle != "" {
		d = diag.New(diag.TooDeepCalls, at, "%s, more than %d deep", cycle, MaxDepth)
	}
	return d.WithHelp("a block that applies itself needs a condition that ends it, as in `if depth > 0 { … }`")
}
