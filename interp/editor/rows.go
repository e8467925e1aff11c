package editor

import (
	"fmt"
	"regexp"
	"strings"

	"cnnlang/interp"
	"cnnlang/lang/ast"
	"cnnlang/lang/source"
)

// A fitting is a row and where the label stands in it.
type fitting struct {
	row     *ast.NameRow
	pattern *regexp.Regexp
	places  []source.Span
	changes []bool // whether it is this label, of what the row fits
	some    bool   // it fits something
}

// rows adds the edits of a map. A row changes if what it fits does.
func (r *renaming) rows(w *View, b *ast.Block, names *ast.NameMap) error {
	nets := r.from(b)
	if len(nets) == 0 {
		if r.mentioned(w, names) {
			return r.unknown(w, b)
		}
		return nil
	}
	var rows []*fitting
	for _, row := range names.Rows {
		f := &fitting{row: row, pattern: patternOf(row, w.Source.Text, r.old)}
		for _, at := range segments(w.Source.Text, row, r.old) {
			f.places = append(f.places, w.Source.Span(at, at+len(r.old)))
		}
		f.changes = make([]bool, len(f.places))
		rows = append(rows, f)
	}
	for _, a := range nets {
		called, err := a.net.Tensors(names.For.Text)
		if err != nil {
			return &RenameError{fmt.Sprintf("`names %s` of `%s` does not fit it, so what its rows are for cannot be known", names.For.Text, a.net.Name)}
		}
		known := make([]string, len(a.tensors))
		for i, path := range a.tensors {
			for _, f := range rows {
				found := f.pattern.FindStringSubmatchIndex(path)
				if found == nil {
					continue
				}
				if known[i] = called[i].Name; !f.fits(a, path, found, len(r.old)) {
					return &RenameError{fmt.Sprintf("a row of `names %s` of `%s` is for several steps, of which not all get another name: `%s`",
						names.For.Text, b.Name.Text, w.text(f.row.Here.Span()))}
				}
				break
			}
		}
		a.maps[names.For.Text] = known
	}
	for _, f := range rows {
		for k, at := range f.places {
			if f.changes[k] {
				r.add(w, at, r.name)
			}
		}
	}
	return nil
}

// fits notes a tensor that a row fits, with the places of what is captured, the label first; false says that the label is
// another one than that of tensors before.
func (f *fitting) fits(a *affected, path string, found []int, length int) bool {
	for k := range f.places {
		changes := a.label[path[:found[2+2*k]+length]]
		if f.some && f.changes[k] != changes {
			return false
		}
		f.changes[k] = changes
	}
	f.some = true
	return true
}

// segments are where a label stands as a whole segment in the left side of a row.
func segments(text string, row *ast.NameRow, label string) (at []int) {
	start, end := row.Here.Span().Start.Offset, row.Here.Span().End.Offset
	for i := start + 1; i+len(label) < end; i++ {
		if strings.HasPrefix(text[i:], label) && strings.Contains(`".`, text[i-1:i]) && strings.Contains(`".`, text[i+len(label):i+len(label)+1]) {
			at = append(at, i)
		}
	}
	return at
}

// patternOf is what the left side of a row fits; a label as a whole segment is captured.
func patternOf(row *ast.NameRow, text, label string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString("^")
	var plain strings.Builder
	flush := func(last bool) {
		parts := strings.Split(plain.String(), ".")
		for i, p := range parts {
			if i > 0 {
				b.WriteString(`\.`)
			}
			whole := (i > 0 || b.Len() == 1) && (i < len(parts)-1 || last)
			if whole && p == label && label != "" {
				b.WriteString("(" + regexp.QuoteMeta(p) + ")")
			} else {
				b.WriteString(regexp.QuoteMeta(p))
			}
		}
		plain.Reset()
	}
	parts := row.Here.Pattern().Parts
	for _, p := range parts {
		x, ok := p.Expr.(*ast.Capture)
		if !ok {
			plain.WriteString(p.Text)
			continue
		}
		flush(false)
		switch x.Type {
		case ast.CaptureInt:
			b.WriteString("(?:0|[1-9][0-9]{0,14})")
		case ast.CapturePath:
			b.WriteString(`[^.](?:.*[^.])?`)
		default:
			b.WriteString("[^.]+")
		}
	}
	whole := !strings.HasSuffix(text[:row.Here.Span().End.Offset-1], ".")
	flush(true)
	if whole {
		b.WriteString("$")
	}
	return regexp.MustCompile(b.String())
}

// patternsOf are what the rows of a map of a net fit.
func patternsOf(p *interp.Program, net, name string) (list []*regexp.Regexp) {
	for _, d := range p.Main.File.Decls {
		if d.Block == nil || d.Block.Name.Text != net {
			continue
		}
		for _, st := range statements(d.Block) {
			if st.Names != nil && st.Names.For.Text == name {
				for _, row := range st.Names.Rows {
					list = append(list, patternOf(row, p.Text(), ""))
				}
			}
		}
	}
	return list
}

// mentioned reports whether a row has the label between dots.
func (r *renaming) mentioned(w *View, names *ast.NameMap) bool {
	for _, row := range names.Rows {
		if len(segments(w.Source.Text, row, r.old)) > 0 {
			return true
		}
	}
	return false
}
