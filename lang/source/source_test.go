package source

import "testing"

func TestPositions(t *testing.T) {
	f := NewFile("a", "ab\r\n京c\n\nlast")
	for _, test := range []struct{ offset, line, column int }{
		{0, 1, 1}, {1, 1, 2}, {3, 1, 4}, {4, 2, 1}, {7, 2, 2}, {8, 2, 3}, {9, 3, 1}, {10, 4, 1}, {14, 4, 5},
		{-1, 1, 1}, {99, 4, 5},
	} {
		p := f.Pos(test.offset)
		if p.Line != test.line || p.Column != test.column {
			t.Errorf("offset %d: got %d:%d, want %d:%d", test.offset, p.Line, p.Column, test.line, test.column)
		}
		if test.offset >= 0 && test.offset < 15 && p.Offset != test.offset {
			t.Errorf("offset %d became %d", test.offset, p.Offset)
		}
	}
	for n, want := range map[int]string{0: "", 1: "ab", 2: "京c", 3: "", 4: "last", 5: ""} {
		if got := f.Line(n); got != want {
			t.Errorf("line %d: got %q, want %q", n, got, want)
		}
	}
	for n, want := range map[int]int{0: 0, 1: 0, 2: 4, 3: 9, 4: 10, 5: 14} {
		if got := f.LineStart(n); got != want {
			t.Errorf("line %d starts at %d, want %d", n, got, want)
		}
	}
	if f.Lines() != 4 {
		t.Errorf("%d lines, want 4", f.Lines())
	}
}

// A byte order mark takes no column.
func TestByteOrderMark(t *testing.T) {
	f := NewFile("a", ByteOrderMark+"ab\ncd")
	for offset, column := range map[int]int{0: 1, 3: 1, 4: 2, 6: 1, 7: 2} {
		if p := f.Pos(offset); p.Column != column || p.Offset != offset {
			t.Errorf("offset %d is column %d, want %d", offset, p.Column, column)
		}
	}
	if got := f.Line(1); got != "ab" || f.LineStart(1) != 3 {
		t.Errorf("the first line is %q from %d", got, f.LineStart(1))
	}
}

func TestSpans(t *testing.T) {
	f, g := NewFile("a", "0123456789"), NewFile("b", "0123456789")
	if outer := f.Span(2, 8); !outer.Contains(f.Span(2, 8)) || !outer.Contains(f.Span(3, 3)) ||
		outer.Contains(f.Span(1, 4)) || outer.Contains(f.Span(4, 9)) || outer.Contains(g.Span(3, 4)) {
		t.Error("Contains is wrong")
	}
	if got := f.Span(1, 2).To(f.Span(5, 6)); got != f.Span(1, 6) {
		t.Errorf("To: got %v", got)
	}
	if (Span{}).IsValid() || !f.Span(0, 0).IsValid() {
		t.Error("IsValid is wrong")
	}
}

func TestOneLine(t *testing.T) {
	for text, want := range map[string]string{
		"a":                                "a",
		" H /  # half\r\n\t 2**i ":         "H / 2**i",
		"# all\na # last":                  "a",
		"[\"a  # b\", # c\n \"\\\"#\", 京]": "[\"a  # b\", \"\\\"#\", 京]",
		"\"open \\":                        "\"open \\",
		"":                                 "",
	} {
		f := NewFile("a", text)
		if got := f.OneLine(f.Span(0, len(text))); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
