package editor

import (
	"slices"
	"strings"
	"unicode"

	"cnnlang/lang/diag"
	"cnnlang/lang/parse"
)

// rowsWith are the edits of the maps of names in which a label stands as a part of a tensor's name.
func (v *View) rowsWith(label, name string) (edits []diag.Edit) {
	for _, d := range v.Program.Main.File.Decls {
		if d.Block == nil || d.Block.Kind != "net" {
			continue
		}
		body := d.Block.Body
		if body == nil {
			body = d.Block.Extra
		}
		if body == nil {
			continue
		}
		for _, st := range body.Stmts {
			if st.Names == nil {
				continue
			}
			for _, row := range st.Names.Rows {
				at := row.Here.Span()
				edits = append(edits, v.partsOf(at.Start.Offset, at.End.Offset, label, name)...)
			}
		}
	}
	return edits
}

// partsOf are the edits of a quoted name in which a label stands between dots.
func (v *View) partsOf(start, end int, label, name string) (edits []diag.Edit) {
	text := v.Source.Text[start:end]
	for at := 0; ; {
		i := strings.Index(text[at:], label)
		if i < 0 {
			return edits
		}
		i += at
		at = i + len(label)
		if strings.ContainsAny(text[i-1:i], `".`) && at < len(text) && strings.ContainsAny(text[at:at+1], `".`) {
			edits = append(edits, diag.Edit{Span: v.Source.Span(start+i, start+at), Text: name})
		}
	}
}

func sortEdits(edits []diag.Edit) {
	slices.SortFunc(edits, func(a, b diag.Edit) int { return a.Span.Start.Offset - b.Span.Start.Offset })
}

// isName reports whether a text can be a name.
func isName(text string) bool {
	for i, r := range text {
		if r != '_' && !unicode.IsLetter(r) && (i == 0 || !unicode.IsDigit(r)) {
			return false
		}
	}
	return text != "" && text != "_" && len(text) <= 100 && !slices.Contains(parse.Keywords, text)
}
