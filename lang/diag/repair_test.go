package diag

import (
	"fmt"
	"strings"
	"testing"

	"cnnlang/lang/langtest"
	"cnnlang/lang/source"
)

// A repair is shown as the lines it changes: those of edits within lines one by one, and all
// lines together if some are added or removed.
func TestRepairRenderings(t *testing.T) {
	f := source.NewFile("my.cnn", residual)
	edit := func(old string, nth int, text string) Edit { return Edit{span(f, old, nth), text} }
	for _, test := range []struct {
		name    string
		repairs []Repair
	}{
		{"repair", []Repair{
			{What: "a projection", Edits: []Edit{edit("| id", 1, "| if C != 4*c { conv(4*c, 1x1) }")}},
			{What: "no stride", Edits: []Edit{edit(", stride=stride", 1, "")}},
		}},
		{"repair_of_several_lines", []Repair{{What: "other widths", Together: true, Edits: []Edit{
			edit("conv(c,", 1, "conv(2*c,"), edit("conv(4*c,", 1, "conv(8*c,"), edit("relue", 1, "\x1b[31mrelu")}}}},
		{"repair_with_new_lines", []Repair{{What: "two lines", Edits: []Edit{edit("relu\n      relu", 1, "relu\n      bn\n      bn")}}}},
		{"repair_of_no_use", []Repair{{What: "edits that overlap", Edits: []Edit{edit("add {", 1, "x"), edit("add", 1, "y")}}, {What: "none"}}},
	} {
		d := New(ShapesDiffer, span(f, "add", 1), "sizes differ").WithHelp("help")
		d.Repairs = test.repairs
		var b strings.Builder
		if err := Fprint(&b, List{d}, files(f), Options{}); err != nil {
			t.Fatal(err)
		}
		langtest.Golden(t, "testdata/"+test.name+".txt", b.String())
	}
}

// In few columns the lines of a repair take several rows each; one that is far too long takes
// the rows around the change.
func TestRepairInFewColumns(t *testing.T) {
	line := "  stem: conv(64, 3x3, pad=1) -> bn -> relu -> 网络网络网络网络网络网络网络网络 -> maxpool(2x2)\t-> relu"
	text := line + "\n" + strings.Repeat("conv(8, 1x1) -> ", 400) + "relu -> " + strings.Repeat("conv(8, 1x1) -> ", 400) + "id\n"
	f := source.NewFile("my.cnn", text)
	d := New(ShapesDiffer, span(f, "stem", 1), "sizes differ")
	d.Repairs = []Repair{
		{What: "pad", Edits: []Edit{{span(f, "pad=1", 1), "pad=2"}}},
		{What: "bn", Edits: []Edit{{span(f, "relu", 3), "bn"}}},
	}
	for _, columns := range []int{20, 60} {
		var b strings.Builder
		if err := Fprint(&b, List{d}, files(f), Options{Width: columns}); err != nil {
			t.Fatal(err)
		}
		_, repairs, _ := strings.Cut(b.String(), "help")
		for _, row := range strings.Split(repairs, "\n") {
			if changes := strings.Contains(row, " - ") || strings.Contains(row, " + "); changes && Width(row) > max(columns, narrowest+4) {
				t.Errorf("%d columns: %q takes %d", columns, row, Width(row))
			}
		}
		langtest.Golden(t, fmt.Sprintf("testdata/repair_in_%d_columns.txt", columns), b.String())
	}
}

func TestApply(t *testing.T) {
	f := source.NewFile("", "abcdef")
	at := func(start, end int, text string) Edit { return Edit{f.Span(start, end), text} }
	for _, c := range []struct {
		edits []Edit
		want  string
		ok    bool
	}{
		{nil, "abcdef", true},
		{[]Edit{at(2, 3, "X")}, "abXdef", true},
		{[]Edit{at(4, 6, ""), at(0, 1, "12"), at(3, 3, "-")}, "12bc-d", true},
		{[]Edit{at(1, 3, ""), at(3, 4, "Y")}, "aYef", true},
		{[]Edit{at(1, 3, ""), at(2, 4, "Y")}, "", false},
		{[]Edit{{source.Span{Start: source.Pos{Offset: 5}, End: source.Pos{Offset: 9}}, ""}}, "", false},
		{[]Edit{{source.Span{Start: source.Pos{Offset: 3}, End: source.Pos{Offset: 1}}, ""}}, "", false},
	} {
		if got, ok := Apply(f.Text, c.edits); got != c.want || ok != c.ok {
			t.Errorf("%v: got %q, %v, want %q, %v", c.edits, got, ok, c.want, c.ok)
		}
	}
}

// A repair of a long text is shown in part.
func TestLongRepairs(t *testing.T) {
	for _, put := range []string{"b", "b\nb"} {
		f := source.NewFile("a.cnn", strings.Repeat("a\n", 5000))
		d := New(Syntax, f.Span(0, 1), "wrong")
		var r Repair
		for at := 0; at < len(f.Text); at += 2 {
			r.Edits = append(r.Edits, Edit{f.Span(at, at+1), put})
		}
		d.Repairs = []Repair{r}
		var out strings.Builder
		if err := Fprint(&out, List{d}, func(string) *source.File { return f }, Options{}); err != nil {
			t.Fatal(err)
		}
		if lines := strings.Count(out.String(), "\n"); lines < 40 || lines > 60 || !strings.Contains(out.String(), " more\n") {
			t.Errorf("%d lines:\n%.300s", lines, out.String())
		}
	}
}
