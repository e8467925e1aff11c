package lsp

import (
	"context"
	"strings"

	"cnnlang/interp"
)

func (s *server) format(_ context.Context, p about) (any, error) {
	d, err := s.texts.text(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	formatted, err := interp.Format(d.name, d.text)
	if err != nil {
		return nil, err
	}
	if formatted == d.text {
		return []textEdit{}, nil
	}
	edits, ok := lineEdits(d, formatted, 0, len(d.lines))
	if !ok {
		return []textEdit{{d.span(0, len(d.text)), formatted}}, nil
	}
	return edits, nil
}

// formatRange changes the lines of a range alone, as the formatter would in the whole text. Blank
// lines stay.
func (s *server) formatRange(_ context.Context, p ranged) (any, error) {
	d, err := s.texts.text(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	formatted, err := interp.Format(d.name, d.text)
	if err != nil {
		return nil, err
	}
	last := p.Range.End.Line + 1
	if p.Range.End.Character == 0 && p.Range.End.Line > p.Range.Start.Line {
		last--
	}
	edits := []textEdit{}
	for _, pair := range pairs(d, formatted) {
		if pair.number >= p.Range.Start.Line && pair.number < last && pair.old != pair.new {
			edits = append(edits, pair.edit())
		}
	}
	return edits, nil
}

// A pair is a line that is not blank and what becomes of it.
type pair struct {
	number   int
	old, new string
}

func (p pair) edit() textEdit {
	return textEdit{span{position{p.number, 0}, position{p.number, units(p.old)}}, p.new}
}

// pairs are the lines that are not blank and those of the formatted text, which has as many; none if it
// has not.
func pairs(d *document, formatted string) (list []pair) {
	var fresh []string
	for line := range strings.Lines(formatted) {
		if line = strings.TrimRight(line, "\r\n"); strings.TrimSpace(line) != "" {
			fresh = append(fresh, line)
		}
	}
	number := 0
	for line := range strings.Lines(d.text) {
		if line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r"); strings.TrimSpace(strings.TrimPrefix(line, "\uFEFF")) != "" {
			if len(list) == len(fresh) {
				return nil
			}
			list = append(list, pair{number, line, fresh[len(list)]})
		}
		number++
	}
	if len(list) != len(fresh) {
		return nil
	}
	return list
}

// lineEdits are those of the lines that change, if blank lines do not.
func lineEdits(d *document, formatted string, first, last int) ([]textEdit, bool) {
	edits := []textEdit{}
	for _, p := range pairs(d, formatted) {
		if p.number >= first && p.number < last && p.old != p.new {
			edits = append(edits, p.edit())
		}
	}
	var made strings.Builder
	end := 0
	for _, e := range edits {
		made.WriteString(d.text[end:d.offset(e.Range.Start)])
		made.WriteString(e.NewText)
		end = d.offset(e.Range.End)
	}
	made.WriteString(d.text[end:])
	return edits, made.String() == formatted
}
