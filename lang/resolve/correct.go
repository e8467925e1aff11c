package resolve

import (
	"slices"
	"strings"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/source"
)

// Corrections: what is evidently meant by unknown names.

// nameOf is the span of the name of a call, without its arguments.
func nameOf(r *ast.Ref) source.Span {
	return r.Path[0].Span().To(r.Path[len(r.Path)-1].Span())
}

// translation corrects a step that has another framework's name: the name, and the input
// channels if that framework takes them first. Other arguments are left to the operation.
func translation(d *diag.Diagnostic, r *ast.Ref, ours string) {
	d.Write(ours)
	args := positional(r)
	switch class := r.Path[len(r.Path)-1].Text; {
	case ours == "gap" || ours == "gmp":
		if r.Args != nil {
			d.Correction.Edits[0].Span = r.Span()
		}
	case ours == "group_norm" && len(args) > 1: // groups, then channels
		d.Correction.Edits = append(d.Correction.Edits, diag.Edit{Span: r.Args.List[0].Span().To(r.Args.List[1].Span()), Text: ast.Text(args[0])})
	case (class == "BatchNorm2d" || class == "InstanceNorm2d") && len(args) > 0, len(args) > 1 && slices.Contains(widthFirst, class):
		if class == "Conv2d" && len(args) == 2 && !named(r, "kernel_size") {
			return // two of three numbers
		}
		d.Correction.Edits = append(d.Correction.Edits, diag.Edit{Span: r.Args.First()})
		if n, ok := number(args[0]); ok {
			d.Correction.Given = []diag.Given{{At: r.Span(), Op: ours, Channels: n}}
		}
	}
}

// widthFirst are classes of torch that take the input channels and then the output
// channels.
var widthFirst = []string{"Conv2d", "ConvTranspose2d", "Linear"}

// calledHere is the name in this language of another framework's operation, "" for none. A
// mean over windows without a window, or with an output size of 1, is the mean of the whole
// image.
func calledHere(r *ast.Ref) string {
	bare := bareName(r.Text())
	ours := elsewhere[bare]
	switch args := positional(r); {
	case ours == "avgpool" && r.Text() != "avgpool" && len(r.Args.All()) == 0:
		return "gap"
	case ours == "avgpool_to" && len(args) == 1 && single(args[0]):
		return "gap"
	case ours == "avgpool_to" && len(r.Args.All()) == 1 && single(r.Args.List[0].Value):
		return "gap"
	case bare == "adaptivemaxpool" && len(r.Args.All()) == 1 && single(r.Args.List[0].Value):
		return "gmp"
	}
	return ours
}

// single reports whether a size is 1, or 1 by 1.
func single(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.DimsLit:
		return x.Text == "1x1"
	case *ast.List:
		return len(x.Items) == 2 && single(x.Items[0]) && single(x.Items[1])
	}
	n, ok := number(x)
	return ok && n == 1
}

func number(x ast.Expr) (n int, ok bool) {
	if x, is := x.(*ast.Number); is {
		return x.Int()
	}
	return 0, false
}

// positional are the arguments without names that come before those with one.
func positional(r *ast.Ref) (list []ast.Expr) {
	for _, a := range r.Args.All() {
		if a.Name != nil {
			break
		}
		list = append(list, a.Value)
	}
	return list
}

func named(r *ast.Ref, name string) bool {
	return slices.ContainsFunc(r.Args.All(), func(a *ast.Arg) bool { return a.Name != nil && a.Name.Text == name })
}

// imported is how this file can already refer to a name of the library, through an import
// without a list; "" if it cannot.
func (m *Module) imported(name string) string {
	for _, d := range m.File.Decls {
		if d.Import == nil || len(d.Import.Names) > 0 && d.Import.As == nil {
			continue
		}
		prefix := Namespace(d.Import)
		if o, ok := m.names[prefix]; ok && o.Namespace != nil {
			if there, ok := o.Namespace.names[name]; ok && !there.imported && !private(name) {
				return prefix + "." + name
			}
		}
	}
	return ""
}

// Importing is what this file can call a name of the library, and the edits that import it
// where nothing does. It is "" where the name means something else here.
func (m *Module) Importing(file, name string) (called string, edits []diag.Edit) {
	for _, d := range m.File.Decls {
		if d.Import == nil || d.Import.File != nil || (&ast.Ref{Path: d.Import.Std}).Text() != file {
			continue
		}
		names := d.Import.Names
		switch o := m.names[name]; {
		case slices.ContainsFunc(names, func(n *ast.Name) bool { return n.Text == name }):
			return name, nil
		case len(names) == 0 || d.Import.As != nil:
			return Namespace(d.Import) + "." + name, nil
		case o == nil:
			at := names[len(names)-1].Span().End
			return name, []diag.Edit{{Span: source.Span{Start: at, End: at}, Text: ", " + name}}
		}
	}
	if m.names[name] != nil {
		return "", nil
	}
	at := firstLine(m.File, m.File.Decls[0])
	return name, []diag.Edit{{Span: source.Span{Start: at, End: at}, Text: "import " + file + " { " + name + " }\n"}}
}

// importFor corrects a name that the library declares by adding an import before the first
// declaration.
func (m *Module) importFor(d *diag.Diagnostic, file, name string) {
	if len(m.File.Decls) == 0 {
		return
	}
	text := "import " + file + " { " + name + " }"
	at := firstLine(m.File, m.File.Decls[0])
	d.Correct("write `"+text+"`", diag.Edit{Span: source.Span{Start: at, End: at}, Text: text + "\n"})
}

// firstLine is where a declaration begins, with the comment directly above it.
func firstLine(f *ast.File, d *ast.Decl) source.Pos {
	line := d.Span().Start.Line
	for line > 1 && strings.HasPrefix(f.Source.Line(line-1), "#") && d.Import == nil {
		line--
	}
	return f.Source.Pos(f.Source.LineStart(line))
}
