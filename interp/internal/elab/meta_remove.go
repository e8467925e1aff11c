package elab

import (
	"slices"
	"strings"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/source"
)

// itemsOf are the items of all sections.
func itemsOf(sections []*ast.Meta) (items []*ast.Setting) {
	for _, st := range sections {
		items = append(items, st.Items...)
	}
	return items
}

// withoutItems are the edits that remove items from sections, with what separates them; a
// section that holds no other goes, too, where there are several. Comments stay.
func withoutItems(f *source.File, sections []*ast.Meta, items []*ast.Setting) (edits []diag.Edit) {
	goes := func(item *ast.Setting) bool { return slices.Contains(items, item) }
	for _, st := range sections {
		kept := slices.ContainsFunc(st.Items, func(item *ast.Setting) bool { return !goes(item) })
		inside := f.Text[st.Span().Start.Offset:st.Span().End.Offset]
		if len(sections) > 1 && len(st.Items) > 0 && !kept && !strings.Contains(inside, "#") {
			edits = append(edits, diag.Edit{Span: withSeparator(f, st.Span())})
			continue
		}
		for i := 0; i < len(st.Items); i++ {
			if !goes(st.Items[i]) {
				continue
			}
			run := st.Items[i].Span() // of items on one line
			for i+1 < len(st.Items) && goes(st.Items[i+1]) && !strings.Contains(f.Text[run.End.Offset:st.Items[i+1].Span().Start.Offset], "\n") {
				i++
				run = run.To(st.Items[i].Span())
			}
			edits = append(edits, diag.Edit{Span: withSeparator(f, run)})
		}
	}
	return edits
}

// withSeparator is a part of a list with the semicolon that separates it from the rest, or
// with its line where it is alone there, except for a comment.
func withSeparator(f *source.File, part source.Span) source.Span {
	start, end := part.Start.Offset, part.End.Offset
	line := strings.LastIndexByte(f.Text[:start], '\n') + 1
	before := strings.TrimRight(f.Text[line:start], " \t")
	behind := end + len(f.Text[end:]) - len(strings.TrimLeft(f.Text[end:], " \t\r")) // where something follows
	separated := strings.HasPrefix(f.Text[behind:], ";")
	if separated {
		behind++
		behind += len(f.Text[behind:]) - len(strings.TrimLeft(f.Text[behind:], " \t\r"))
	}
	ended := behind == len(f.Text) || f.Text[behind] == '\n'
	switch {
	case before == "" && ended:
		return f.Span(line, min(behind+1, len(f.Text)))
	case before == "" && !separated && behind < len(f.Text) && f.Text[behind] == '}' && line > 0:
		above := f.Text[strings.LastIndexByte(f.Text[:line-1], '\n')+1 : line-1]
		if !strings.Contains(above, "#") {
			return f.Span(line-1, end)
		}
		return f.Span(start, behind)
	case separated && !ended, before == "":
		return f.Span(start, behind)
	case strings.HasSuffix(before, ";"):
		return f.Span(line+len(before)-1, end)
	}
	return f.Span(line+len(before), end)
}
