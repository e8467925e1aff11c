package parse

import (
	"fmt"
	"strings"
	"testing"

	"cnnlang/lang/ast"
	"cnnlang/lang/source"
)

func TestValue(t *testing.T) {
	for _, text := range []string{
		`caffe`, ` caffe `, `caffe(fit="squash")`, "picture(\n  resize=256x224, mean=[1, 2, 3])", "3 + 4  # a comment", "x;",
		strings.Repeat("(", 50) + "1" + strings.Repeat(")", 50),
	} {
		x, list := Value(source.NewFile("v", text))
		if len(list) > 0 || x == nil {
			t.Errorf("%q: got %v", text, list)
			continue
		}
		// The same tree as in a file, at its own places.
		file, _ := File(source.NewFile("v", "let value = "+text))
		var got, want strings.Builder
		ast.Print(&got, x)
		ast.Print(&want, file.Decls[0].Let.Value)
		if withoutPlaces(got.String()) != withoutPlaces(want.String()) {
			t.Errorf("%q: got\n%swant\n%s", text, got.String(), want.String())
		}
		at, in := x.Span(), file.Decls[0].Let.Value.Span()
		if shift := len("let value = "); at.Start.Offset != in.Start.Offset-shift || at.Start.Column != in.Start.Column-shift || at.End.Offset != in.End.Offset-shift {
			t.Errorf("%q: at %v, in a file %v", text, at, in)
		}
	}
}

// Values with commas between them are the items of a list, at their own places.
func TestValues(t *testing.T) {
	for text, want := range map[string]int{
		"params <= 30M, macs <= 600M": 2, "shape(fc) == [1, 2]": 1, "1,": 1, " a,\n b ": 2, "": 0, "# nothing": 0,
		"1]": -1, "1], [2": -1, "1 2": -1, "1,, 2": -1, "a = 1": -1, "[1": -1, "1; 2": -1, "1 ]\nnet n": -1,
	} {
		list, found := Values(source.NewFile("v", text))
		if want < 0 != found.HasErrors() || want >= 0 && len(list) != want {
			t.Errorf("%q: got %d values and %v, want %d", text, len(list), found, want)
		}
		for _, x := range list {
			if at := x.Span(); at.End.Offset > len(text) || strings.TrimSpace(text[at.Start.Offset:at.End.Offset]) == "" {
				t.Errorf("%q: a value is at %v", text, at)
			}
		}
		for _, d := range found {
			if d.Span.End.Offset > len(text) {
				t.Errorf("%q: %q is at %v", text, d.Message, d.Span)
			}
		}
	}
}

// withoutPlaces leaves out the line and the column at the end of each line.
func withoutPlaces(dump string) string {
	var lines []string
	for line := range strings.Lines(dump) {
		what, _, _ := strings.Cut(line, " @")
		lines = append(lines, what)
	}
	return strings.Join(lines, "\n")
}

func TestNoValue(t *testing.T) {
	for _, c := range [][2]string{
		{``, "1:1: expected a value, found the end"},
		{"  # nothing", "1:1: expected a value, found the end"},
		{`caffe(`, "1:6: `(` is never closed"},
		{`caffe)`, "1:6: `)` closes nothing"},
		{`caffe(fit='squash')`, "1:11: the character `'` is not allowed here"},
		{`"x`, "1:1: the string is not closed on its line"},
		{`"x{1 +}"`, "1:7: expected a value in the string, found `}`"},
		{`prepare = caffe`, "1:9: `=` cannot follow `prepare`"},
		{`caffe resize`, "1:7: `resize` cannot follow `caffe`"},
		{`caffe { }`, "1:7: `{` cannot follow `caffe`"},
		{`conv(3) -> relu`, "1:9: `->` cannot follow `)`"},
		{`net x`, "1:1: expected a value, found the word `net`"},
		{`let x = 3`, "1:1: expected a value, found the word `let`"},
		{`3 +`, "1:4: expected a value, found the end"},
		{"caffe; let x = 3", "1:6: `;` cannot follow `caffe`"},
		{"caffe\nnet x", "1:6: the end of the line cannot follow `caffe`"},
		{"\x00", "1:1: the file is not UTF-8 text: byte 0x00"},
		{strings.Repeat("-", 500) + "1", "an expression of more than"},
		{strings.Repeat("(", 5000), "nested"},
		{strings.Repeat("x+", MaxTokens), "tokens allowed"},
	} {
		text, want := c[0], c[1]
		x, list := Value(source.NewFile("v", text))
		if x != nil || !list.HasErrors() {
			t.Errorf("%.40q: is a value, %v", text, list)
			continue
		}
		at := list[0].Span.Start
		if got := fmt.Sprintf("%d:%d: %s", at.Line, at.Column, list[0].Message); !strings.Contains(got, want) {
			t.Errorf("%.40q: got %q, want %q", text, got, want)
		}
	}
}

func FuzzValue(f *testing.F) {
	for _, text := range []string{`caffe(fit="squash")`, `x{`, `"{1 +}"`, "a;b", "-", "if a then b", "net x", "\uFEFF3x3"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<12 {
			return
		}
		src := source.NewFile("v", text)
		x, list := Value(src)
		if (x == nil) != list.HasErrors() {
			t.Errorf("got %v and %v", x, list)
		}
		spansWithin(t, src, list)
		if x == nil {
			return
		}
		ast.Walk(x, func(n ast.Node) bool {
			if s := n.Span(); s.Start.Offset > s.End.Offset || s.End.Offset > len(text) {
				t.Errorf("%T from %d to %d of %d", n, s.Start.Offset, s.End.Offset, len(text))
			}
			return true
		})
	})
}
