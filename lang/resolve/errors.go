package resolve

import (
	"slices"
	"strings"
	"unicode"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/source"
)

// The diagnostics of this package.

func missingBody(b *ast.Block) *diag.Diagnostic {
	return diag.New(diag.MissingBody, b.Name.Span(), "`%s` has no body", b.Name.Text).
		WithHelp("add `{ … }` with at least one step; only the prelude declares without a body")
}

func duplicate(o, old *Object) *diag.Diagnostic {
	d := diag.New(diag.DuplicateName, o.Span, "`%s` is declared twice", o.Name).
		WithLabel("again here").At(old.Span, "first here")
	if o.imported || old.imported {
		return d.WithHelp("rename one of them, or import under a prefix: `import … as prefix`")
	}
	return d.WithHelp("rename one of them")
}

// sizeOfParameter is for a name that two things with defaults have, a parameter and what else is said.
func sizeOfParameter(at ast.Node, what string, p *ast.Param) *diag.Diagnostic {
	return diag.New(diag.DuplicateName, at.Span(), "`%s` is a parameter and a %s with a default", p.Name.Text, what).
		WithLabel("again here").At(p.Name.Span(), "first here").
		WithHelp("rename one of them, or leave the default of the %s out, which is then the parameter's value", what)
}

func defaultWithoutValue(p *ast.Param) *diag.Diagnostic {
	typ := "int"
	if p.Type != nil {
		typ = p.Type.Kind()
	}
	return diag.New(diag.WrongType, p.Default.Span(), "the default of `%s` must be a value, got `_`", p.Name.Text).
		WithHelp("write a value, or leave the default out, so that every use gives one: `%s: %s`", p.Name.Text, typ)
}

func presetCycle(cycle []*ast.Block) *diag.Diagnostic {
	d := diag.New(diag.PresetCycle, cycle[0].Name.Span(), "`%s` is defined in terms of itself", cycle[0].Name.Text)
	for i, b := range cycle[:min(len(cycle), mostShown)] {
		d.At(b.Preset.Span(), "`%s` is `%s` with arguments", b.Name.Text, cycle[(i+1)%len(cycle)].Name.Text)
	}
	return d.WithHelp("one of them needs a body of its own: `%s %s [N, C, H, W] -> [N, C, H, W] { … }`", cycle[0].Kind, cycle[0].Name.Text)
}

// mostShown is how many places of a cycle are shown.
const mostShown = 8

// blockCycle is for blocks that apply one another without end, starting with the first
// in the text.
func blockCycle(cycle []application) *diag.Diagnostic {
	cycle = fromFirst(cycle, func(a application) *ast.Block { return a.of })
	block := cycle[0].of
	d := diag.New(diag.PresetCycle, block.Name.Span(), "`%s` applies itself without end", block.Name.Text)
	for i := range min(len(cycle), mostShown) {
		a := cycle[(i+1)%len(cycle)]
		d.At(a.at, "`%s` is applied here unconditionally", a.of.Name.Text)
	}
	return d.WithHelp("a block that applies itself needs a condition that ends it, as in `if depth > 0 { … }`")
}

func privateName(n *ast.Name, from *Module) *diag.Diagnostic {
	return diag.New(diag.PrivateName, n.Span(), "`%s` is private to %s", n.Text, from.Name()).
		WithHelp("names that begin with `_` cannot be imported")
}

func unknownImport(n *ast.Name, from *Module) *diag.Diagnostic {
	return suggest(diag.New(diag.UnknownName, n.Span(), "%s declares no `%s`", from.Name(), n.Text), n.Text, from.Exported(), "it declares")
}

// restOfNothing is for `[N, C] -> [N, C, ...]`.
func restOfNothing(sig *ast.Sig) *diag.Diagnostic {
	return diag.New(diag.UnknownName, sig.Output().Rest.Span(), "`...` stands for the axes that `...` on the left of `->` takes, and there is none").
		WithHelp("write `...` on the left too, or name the axes")
}

// netOfAnyAxes is for a net whose input has `...`.
func netOfAnyAxes(b *ast.Block) *diag.Diagnostic {
	return diag.New(diag.MissingArgument, b.Sig.Input().Rest.Span(), "the input of `%s` has any number of axes, and a net is run on one shape", b.Name.Text).
		WithHelp("write its axes out: `[N, 3, H = 224, W = 224]`; a block may take any")
}

// itemsOfCount is for `repeat i, x of n` and `repeat [a, b] of n`.
func itemsOfCount(h *ast.RepeatHead) *diag.Diagnostic {
	return diag.New(diag.WrongType, h.Each.Span(), "`of` counts, and a number has no items to name").
		WithHelp("`repeat i of n` counts, `repeat i, x in list` and `repeat [a, b] in list` take what is in a list")
}

func unknownStep(r *ast.Ref, body bool, m *Module) *diag.Diagnostic {
	d := diag.New(diag.UnknownName, nameOf(r), "there is no block or operation `%s`", r.Text())
	bare := bareName(r.Text())
	if ours := calledHere(r); ours != "" {
		if _, ok := m.Lookup(ours); ok {
			translation(d, r, ours)
			return d.WithHelp("it is called `%s` here%s", ours, branchesOf(ours, bare))
		}
	}
	if within := m.imported(r.Text()); within != "" {
		return d.WithHelp("it is called `%s` here, since its import has no list of names", within).Write(within)
	}
	if m.inLibrary(d, r.Text()) {
		return d
	}
	if help := absent[bare]; help != "" {
		return d.WithHelp("%s", help)
	}
	switch {
	case d.DidYouMean(r.Text(), m.Names()):
		return d
	case !body && slices.Contains(flowing, r.Text()):
		return d.WithHelp("leave it out: a step takes the value of the step before it, the first that of the body")
	case body && r.Args == nil && len(r.Path) == 1:
		return d.WithHelp("a label is followed by a colon: `%s: { … }`", r.Text())
	}
	return d.WithHelp("%s", known(nil, ""))
}

// inLibrary adds help if a name is declared in the library, and reports whether it is.
func (m *Module) inLibrary(d *diag.Diagnostic, name string) bool {
	if m.Library == nil {
		return false
	}
	files := m.Library(name)
	if len(files) == 0 {
		return false
	}
	var forms []string
	for _, f := range files {
		forms = append(forms, "`import "+f+" { "+name+" }`")
	}
	// Files of std are there to be imported, and those of nets have what one net needs.
	std := slices.DeleteFunc(slices.Clone(files), func(f string) bool { return !strings.HasPrefix(f, "std.") })
	switch {
	case len(files) == 1:
		m.importFor(d, files[0], name)
		d.WithHelp("the library has one: %s", forms[0])
	case len(std) == 1:
		m.importFor(d, std[0], name)
		fallthrough
	default:
		d.WithHelp("the library has several: %s", strings.Join(forms, ", "))
	}
	return true
}

// unknownValue lists the names of the block if none is near.
func unknownValue(r *ast.Ref, m *Module, locals, candidates []string) *diag.Diagnostic {
	d := diag.New(diag.UnknownName, r.Span(), "there is no `%s` here", r.Text())
	switch name := r.Text(); {
	case slices.Contains(noValue, name):
		return d.WithHelp("leave the argument out, or write `false` or 0")
	case name == "range":
		return d.WithHelp("`repeat i of 3` counts from 0")
	case len(r.Path) > 1 || unicode.IsUpper(rune(name[0])): // a block, as nn.ReLU
		if ours := calledHere(r); ours != "" && branchesOf(ours, "") == "" {
			d.Span = nameOf(r)
			translation(d, r, ours)
			return d.WithHelp("it is called `%s` here", ours)
		}
	}
	if d.Span = nameOf(r); d.DidYouMean(r.Text(), candidates) {
		return d
	}
	d.Span = r.Span()
	if slices.Contains(flowing, r.Text()) {
		return d.WithHelp("a step works on the value before it; end a step with `as %s` to read its value later, as `@%[1]s`", r.Text())
	}
	if m.inLibrary(d, r.Text()) {
		return d
	}
	if r.Args != nil || len(locals) > 12 || len(locals) == 0 {
		return d.WithHelp("%s", known(locals, "known here are"))
	}
	return d.WithHelp("%s; declare another as a parameter, as in `(%s = 1)`, or with `let`", known(locals, "known here are"), r.Text())
}

func unknownMember(r *ast.Ref, known int, m *Module) *diag.Diagnostic {
	part := r.Path[known]
	o, n := m.LookupPath(r.Path[:known])
	if n < known || o == nil || o.Namespace == nil {
		return diag.New(diag.UnknownName, r.Path[known-1].Span(), "`%s` is not an import, so nothing can follow its dot", r.Path[known-1].Text)
	}
	if _, ok := o.Namespace.names[part.Text]; ok && private(part.Text) {
		return privateName(part, o.Namespace)
	}
	return unknownImport(part, o.Namespace)
}

func unknownTap(n *ast.Name, taps []string, labels map[string]source.Span) *diag.Diagnostic {
	d := diag.New(diag.UnknownTap, n.Span(), "no step above is named `%s`", n.Text)
	if at, ok := labels[n.Text]; ok {
		return d.At(at, "this is a label, which names weights").
			WithHelp("end that step with `as %s` to read its value", n.Text)
	}
	if len(taps) == 0 || diag.Nearest(n.Text, taps) == "" && len(taps) > 12 {
		return d.WithHelp("end the step you mean with `as %s`", n.Text)
	}
	return suggest(d, n.Text, taps, "named above are")
}

func headAsTap(n *ast.Name, at source.Span) *diag.Diagnostic {
	return diag.New(diag.UnknownTap, n.Span(), "`%s` is only known in its side head", n.Text).
		At(at, "named here").
		WithHelp("a side head does not feed the main path: name the value there, with `as %s` after its step, and output it with `side %[1]s: @%[1]s`", n.Text)
}

func (c *checker) duplicateTap(n *ast.Name, first source.Span) *diag.Diagnostic {
	d := diag.New(diag.DuplicateTap, n.Span(), "two steps are named `%s`", n.Text).
		WithLabel("again here").At(first, "first here")
	if slices.Contains(c.arms, n.Text) {
		return d.WithHelp("name what the `if` gives, whichever arm it is: `if … { … } else { … } as %s`", n.Text)
	}
	return d.WithHelp("a tap keeps its value to the end of the block; choose another name")
}

func unusedTap(t *tap) *diag.Diagnostic {
	n := t.name
	d := diag.New(diag.UnusedTap, n.Span(), "nothing reads `@%s`", n.Text)
	if t.input {
		return d.WithHelp("an input that nothing reads can be left out of the signature")
	}
	if t.alone {
		return d.WithHelp("read it with `@%s`, or remove the step, whose value nothing else reads", n.Text)
	}
	return d.WithHelp("remove `as %s`, or read it with `@%s`", n.Text, n.Text)
}

func unnamedStage(st *ast.Step) *diag.Diagnostic {
	return diag.New(diag.UnnamedSide, st.Span(), "a stage needs a label").
		WithHelp("its label names the level, as in `stage layer1: …`")
}

func dropped(before, next *ast.Step) *diag.Diagnostic {
	d := diag.New(diag.DroppedValue, before.Span(), "the value of this step is dropped").
		At(next.Span(), "a new value starts here")
	if next.Call != nil {
		return d.WithHelp("`mul { | id | %s(…) }` takes both, as do `add` and `concat`; or remove the step", next.Call.Callee.Ref().Text())
	}
	return d.WithHelp("name it with `as name` and read it with `@name`, or remove the step")
}

func stepInPreset(span source.Span) *diag.Diagnostic {
	return diag.New(diag.MisplacedFact, span, "a preset takes no steps").
		WithHelp("it fills in arguments and may state meta, train, names and expect; steps need a net with a signature and a body")
}

func notABlock(t *ast.Type) *diag.Diagnostic {
	return diag.New(diag.MisplacedFact, t.Span(), "a value of type `%s` has no parameters and no signature", t.Name).
		WithHelp("a parameter that is a block has them: `unit: block(c: int) [N, C, H, W] -> [N, c, H, W]`")
}

func unknownType(t *ast.Type) *diag.Diagnostic {
	name := t.Name
	d := diag.New(diag.UnknownName, t.Span(), "there is no type `%s`", name)
	whole := t.Params == nil && t.Sig == nil && t.Elem == nil
	if ours := typesElsewhere[strings.ToLower(name)]; ours != "" {
		if whole && slices.Contains(Types, ours) {
			d.Write(ours)
		}
		return d.WithHelp("write `%s`", ours)
	}
	if suggest(d, name, Types, "the types are"); !whole {
		d.Correction = nil
	}
	return d
}

// tapAsName is for the name of a tap without `@`, as a value or a step.
func tapAsName(n source.Span, name string, at source.Span) *diag.Diagnostic {
	return diag.New(diag.UnknownName, n, "`%s` is only the value of a step here", name).
		At(at, "named here")
}

func tapAsStep(r *ast.Ref, t *tap) *diag.Diagnostic {
	d := tapAsName(r.Span(), r.Text(), t.span).WithHelp("write `@%s` for that value", r.Text())
	if r.Args == nil {
		d.Write("@" + r.Text())
	}
	return d
}

// surplus is for an unknown name as an argument of a step that takes no further arguments
// and works on the value before it.
func surplus(a *ast.Ref, of *ast.Ref, t *tap) *diag.Diagnostic {
	d := diag.New(diag.UnknownName, a.Span(), "there is no `%s` here", a.Text())
	if t != nil {
		d = tapAsName(a.Span(), a.Text(), t.span)
		return d.WithHelp("`%s` works on the value before it; `@%s -> %[1]s` starts from that one", of.Text(), a.Text())
	}
	return d.WithHelp("leave it out: `%s` works on the value before it", of.Text())
}

// branchesOf shows how the branches of a combinator are written whose name is different in
// other frameworks.
func branchesOf(ours, theirs string) string {
	switch {
	case theirs == "residual" || theirs == "shortcut":
		return ": `add { | … | id }`"
	case slices.Contains([]string{"add", "mul", "max", "mean", "concat"}, ours):
		return ": `" + ours + " { | … | … }`"
	}
	return ""
}

func branchesOutside(r *ast.Ref) *diag.Diagnostic {
	return diag.New(diag.Branches, r.Span(), "`%s` takes no branches", r.Text()).
		WithHelp("branches go to `add`, `concat`, `mul`, `max` or `mean`")
}

// branchesMissing shows how the branches that may have been meant are written. Those that
// are values of steps with only a label need a name.
func branchesMissing(r *ast.Ref, branches []string, unnamed []string) *diag.Diagnostic {
	if d := reduction(r); d != nil {
		return d
	}
	meant := " | … | …"
	if len(branches) > 1 {
		meant = " | " + strings.Join(branches, " | ")
	}
	d := diag.New(diag.Branches, r.Span(), "`%s` needs branches", r.Path[len(r.Path)-1].Text)
	if len(branches) == 1 && strings.HasPrefix(branches[0], "@") && r.Path[len(r.Path)-1].Text != "list" {
		return d.WithHelp("the tensors of a list are joined behind it: `%s -> %s`", branches[0], r.Path[len(r.Path)-1].Text)
	}
	if len(unnamed) > 0 {
		return d.WithHelp("end the step you mean with `as %s`; every branch starts with a bar: `%s {%s }`", unnamed[0], r.Path[len(r.Path)-1].Text, meant)
	}
	return d.WithHelp("every branch starts with a bar: `%s {%s }`", r.Path[len(r.Path)-1].Text, meant)
}

// repeatedIn is the repeat with which the body of a combinator begins that has no branches.
func repeatedIn(call *ast.Call) *ast.Repeat {
	if call.Slot == nil || len(call.Slot.Stmts) == 0 {
		return nil
	}
	if p := call.Slot.Stmts[0].Pipe; p != nil && len(p.Steps) > 0 {
		return p.Steps[0].Repeat
	}
	return nil
}

func repeatWithoutBar(r *ast.Ref, head string) *diag.Diagnostic {
	name := r.Path[len(r.Path)-1].Text
	return diag.New(diag.Branches, r.Span(), "`%s` needs branches", name).
		WithHelp("of a `repeat` that makes branches the bar stands behind the number: `%s { %s | … }`", name, head)
}

// labelAsStep is for a label where a step is called, as if it had been applied once before.
func labelAsStep(r *ast.Ref, at source.Span) *diag.Diagnostic {
	return diag.New(diag.UnknownName, nameOf(r), "there is no block or operation `%s`", r.Text()).
		At(at, "this is a label, which names weights").
		WithHelp("one step with one set of weights for several values is applied to a list of them, `list { | … | … } -> %s: each …`; a step that is used twice with weights of its own is a `block`", r.Text())
}

// reduction is for mean([2, 3]) and max(1), which reduce the axes of one value in other
// frameworks.
func reduction(r *ast.Ref) *diag.Diagnostic {
	name := r.Path[len(r.Path)-1].Text
	if len(r.Args.All()) == 0 || name != "mean" && name != "max" {
		return nil
	}
	axes := 0
	for _, a := range r.Args.List {
		for _, x := range items(a.Value) {
			if minus, ok := x.(*ast.Unary); ok {
				x = minus.X
			}
			switch x.(type) {
			case *ast.Number:
				axes++
			case *ast.Bool: // keepdim=True
			default:
				return nil
			}
		}
	}
	d := diag.New(diag.Branches, r.Span(), "`%s` combines branches; it does not reduce axes", name)
	word, global := "mean", "gap"
	if name == "max" {
		word, global = "maximum", "gmp"
	}
	if axes == 2 {
		d.Write(global)
	}
	return d.WithHelp("the %s over height and width is `%s`, over the channels `reduce_%s(1)`; that of branches is `%[3]s { | … | … }`", word, global, name)
}

// suggest proposes the nearest name, and corrects to it if no other can be meant.
func suggest(d *diag.Diagnostic, got string, names []string, intro string) *diag.Diagnostic {
	if !d.DidYouMean(got, names) {
		d.WithHelp("%s", known(names, intro))
	}
	return d
}

// known lists the names if there are few.
func known(names []string, intro string) string {
	if intro == "" || len(names) == 0 || len(names) > 12 {
		return "`cnnlang doc` lists what there is"
	}
	return intro + " " + diag.Names(names)
}
