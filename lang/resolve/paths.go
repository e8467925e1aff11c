package resolve

import (
	"maps"
	"slices"
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

// readTap resolves a tap. Whether a path leads to a stage is decided once blocks are applied;
// that it begins with a label, here.
func (c *checker) readTap(t *ast.TapRef) {
	first := t.Path[0]
	if len(t.Path) == 1 {
		c.tap(first)
		return
	}
	_, labelled := c.labels[first.Text]
	head, isHead := c.heads[first.Text]
	switch {
	case isHead:
		head.read = true
		d := headAsTap(first, head.span)
		d.Span = t.NameSpan()
		c.report(d)
	case c.taps[first.Text] != nil && !labelled:
		c.taps[first.Text].read = true
		c.report(tapAsLabel(t, c.taps[first.Text]))
	case !labelled && !c.worded:
		c.report(unknownLabel(t, slices.Sorted(maps.Keys(c.labels))))
	}
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
