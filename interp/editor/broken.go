package editor

import (
	"slices"

	"cnnlang/lang/parse"
	"cnnlang/lang/resolve"
)

// broken adds the names of some kinds that a declaration which does not parse gives before an offset, by its tokens.
func (c *completer) broken(offset int, kinds []resolve.Kind) {
	var list []placed // of the declaration, without blanks
	for _, t := range c.tokens() {
		switch {
		case t.offset >= offset:
		case t.Kind == parse.Keyword && (t.Text == "net" || t.Text == "block"):
			list = list[:0]
		case !isBlank(t) && !isComment(t):
			list = append(list, t)
			continue
		}
		if t.offset >= offset {
			break
		}
	}
	add := func(k resolve.Kind, t placed) {
		if slices.Contains(kinds, k) && t.end() < offset {
			c.add(Item{Name: t.Text, Kind: k.String()})
		}
	}
	body, open := false, ""
	for i, t := range list {
		before, after := placed{}, placed{}
		if i > 0 {
			before = list[i-1]
		}
		if i+1 < len(list) {
			after = list[i+1]
		}
		switch {
		case t.Text == "{":
			body = true
		case slices.Contains([]string{"(", "[", ")", "]"}, t.Text):
			open = t.Text
		case t.Kind != parse.Word:
		case before.Text == "as":
			add(resolve.Tap, t)
		case before.Text == "let":
			add(resolve.Local, t)
		case body && after.Text == ":":
			add(resolve.Label, t)
		case !body && open == "(" && (before.Text == "(" || before.Text == ","):
			add(resolve.Parameter, t)
		case !body && open == "[" && (before.Text == "[" || before.Text == ","):
			add(resolve.Size, t)
		}
	}
}
