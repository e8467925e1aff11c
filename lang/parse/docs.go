package parse

import (
	"slices"
	"strings"

	"cnnlang/lang/source"
)

// docAbove returns the comment that ends on the line directly above tokens[i],
// without its hash signs.
func (p *parser) docAbove(i int) string {
	line := p.tokens[i].Pos.Line
	var lines []string
	for i--; i >= 0; i-- {
		t := &p.tokens[i]
		if t.Type == tokComment && t.Pos.Line == line-1 && p.startsLine(i) {
			line--
			lines = append(lines, t.Value)
		} else if t.Pos.Line < line-1 || t.Type != tokSpace && t.Type != tokNL {
			break
		}
	}
	slices.Reverse(lines)
	return uncomment(lines)
}

// fileDoc returns the comment that starts on the first line, if a blank line or an import
// separates it from the first block.
func (p *parser) fileDoc() string {
	var lines []string
	next := 1
	for i := range p.tokens {
		t := &p.tokens[i]
		switch {
		case t.Type == tokComment && t.Pos.Line == next:
			lines = append(lines, t.Value)
			next++
		case t.Type == tokSpace && strings.Trim(t.Value, " \t\r\n"+source.ByteOrderMark) == "" || t.Type == tokNL:
		case t.Pos.Line == next && (t.Value == "block" || t.Value == "net"):
			return "" // it belongs to this declaration
		default:
			return uncomment(lines)
		}
	}
	return uncomment(lines)
}

func (p *parser) startsLine(i int) bool {
	for i--; i >= 0 && p.tokens[i].Pos.Line == p.tokens[i+1].Pos.Line; i-- {
		if t := &p.tokens[i]; t.Type != tokSpace && t.Type != tokNL {
			return false
		}
		if strings.Contains(p.tokens[i].Value, "\n") {
			return true
		}
	}
	return true
}

func uncomment(lines []string) string {
	text := make([]string, len(lines))
	for i, l := range lines {
		text[i] = strings.TrimRight(strings.TrimPrefix(strings.TrimPrefix(l, "#"), " "), " \t\r")
	}
	return strings.Join(text, "\n")
}
