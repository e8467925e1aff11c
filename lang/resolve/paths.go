package resolve

import (
	"strings"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
)

// Stages in blocks are read by their paths: @body.layer2 is the stage layer2 of what is called
// under the label body.

// pathsReadIn are the labels with which the paths that a block reads begin.
func pathsReadIn(b *ast.Block) map[string]bool {
	first := map[string]bool{}
	add := func(t *ast.TapRef) {
		if len(t.Path) > 1 {
			first[t.Path[0].Text] = true
		}
	}
	if b.Body != nil {
		ast.Walk(b.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.TapRef:
				add(n)
			case *ast.TapExpr:
				add(&n.TapRef)
			}
			return true
		})
	}
	return first
}

// readsInto reports whether a stage under a label may be read.
func (c *checker) readsInto(l *ast.Label) bool {
	switch {
	case l == nil || len(c.readInto) == 0:
		return false
	case l.Name != nil:
		return c.readInto[l.Name.Text]
	}
	return true // decided once labels have values
}

func tapAsLabel(t *ast.TapRef, tap *tap) *diag.Diagnostic {
	first := t.Path[0].Text
	return diag.New(diag.UnknownTap, t.NameSpan(), "`%s` is a value, and a path begins with a label", first).
		At(tap.span, "named here").
		WithHelp("label the step whose stages are meant, as in `%s: …`, or read its value, `@%[1]s`", first)
}

func unknownLabel(t *ast.TapRef, labels []string) *diag.Diagnostic {
	first := t.Path[0].Text
	d := diag.New(diag.UnknownTap, t.NameSpan(), "no step above has the label `%s`", first)
	near := diag.Nearest(first, labels)
	switch {
	case near != "":
		d.DidYouMean(t.Text(), []string{near + strings.TrimPrefix(t.Text(), first)})
		return d
	case len(labels) == 0 || len(labels) > 12:
		return d.WithHelp("label the call whose stages are meant, as in `%s: trunk(…)`", first)
	}
	return d.WithHelp("%s", known(labels, "labels above are"))
}
