package shapes

import (
	"regexp"
	"slices"
	"strings"

	"cnnlang/lang/ast"
	"cnnlang/lang/parse"
	"cnnlang/lang/source"
)

// comment matches a comment of this package; its group is the sizes after the batch.
var comment = regexp.MustCompile(`^#\s*\[N, ([^\[\]]+(?:\[[^\[\]]*\][^\[\]]*)*)\]$`)

// own reports whether this package may have written a comment, in a block with these names
// for its sizes: a vector or an image whose sizes are made of numbers and the names.
// Anything else was written by a person.
func own(text string, names map[string]bool) bool {
	m := comment.FindStringSubmatch(text)
	if m == nil {
		return false
	}
	sizes := strings.Split(m[1], ", ")
	if len(sizes) != 1 && len(sizes) != 3 {
		return false
	}
	return !slices.ContainsFunc(sizes, func(size string) bool { return !isSize(size, names) })
}

// isSize reports whether a text is a size as the checker writes it.
func isSize(text string, names map[string]bool) bool {
	if names[text] || digits(text) {
		return true
	}
	tree, list := parse.File(source.NewFile("size", "let x = "+text+"\n"))
	if len(list) > 0 || len(tree.Decls) != 1 || tree.Decls[0].Let == nil {
		return false
	}
	return made(tree.Decls[0].Let.Value, names)
}

// made reports whether an expression is arithmetic with whole numbers and names.
func made(x ast.Expr, names map[string]bool) bool {
	switch x := x.(type) {
	case *ast.Number:
		return digits(x.Text)
	case *ast.Ref:
		if x.Args == nil {
			return names[x.Path[0].Text]
		}
		return slices.Contains([]string{"ceil", "floor", "len"}, x.Text()) &&
			!slices.ContainsFunc(x.Args.List, func(a *ast.Arg) bool { return a.Name != nil || !made(a.Value, names) })
	case *ast.Unary:
		return x.Op == "-" && made(x.X, names)
	case *ast.Binary:
		return slices.Contains([]string{"+", "-", "*", "/", "//", "%", "**"}, x.Op) && made(x.L, names) && made(x.R, names)
	case *ast.Index:
		return made(x.X, names) && made(x.I, names)
	}
	return false
}

func digits(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

// namesByLine are the names that sizes may use on each line: the parameters of the block
// there and what its signature binds.
func namesByLine(file *ast.File) map[int]map[string]bool {
	lines := map[int]map[string]bool{}
	for _, d := range file.Decls {
		if d.Block == nil {
			continue
		}
		names := map[string]bool{"C": true, "H": true, "W": true} // bound if there is no signature
		if d.Block.Params != nil {
			for _, p := range d.Block.Params.List {
				names[p.Name.Text] = true
			}
		}
		if d.Block.Sig != nil {
			for _, in := range d.Block.Sig.Input().Sizes {
				if r, ok := in.Size.(*ast.Ref); ok && r.Args == nil {
					names[r.Text()] = true
				}
			}
		}
		for line := d.Block.Span().Start.Line; line <= d.Block.Span().End.Line; line++ {
			lines[line] = names
		}
	}
	return lines
}
