package diag

import (
	"strings"
	"testing"

	"cnnlang/lang/langtest"
	"cnnlang/lang/source"
)

const residual = `# A residual block.
block bottleneck(c: int, stride = 1) [N, C, H, W] -> [N, 4*c, ceil(H/stride), ceil(W/stride)] {
  add {
    | conv1: conv(c, 1x1, bias=false) -> bn1: bn -> relu
      conv2: conv(c, 3x3, stride=stride, pad=1, bias=false) -> bn2: bn -> relu
      conv3: conv(4*c, 1x1, bias=false) -> bn3: bn
      relu
      relu
    | id
  }
	relu	-> relue
}
net tiny(classes = 10) [N, 3, H = 32, W = 32] -> [N, classes] { bottleneck(16, stride=2) -> gap -> flatten }
`

// span returns the place of the nth occurrence, from 1, of text in the file.
func span(f *source.File, text string, nth int) source.Span {
	at := -1
	for ; nth > 0; nth-- {
		next := strings.Index(f.Text[at+1:], text)
		if next < 0 {
			panic("diag: test: " + text + " does not occur often enough")
		}
		at += 1 + next
	}
	return f.Span(at, at+len(text))
}

func files(list ...*source.File) func(string) *source.File {
	return func(name string) *source.File {
		for _, f := range list {
			if f.Name == name {
				return f
			}
		}
		return nil
	}
}

func TestRenderings(t *testing.T) {
	f := source.NewFile("my.cnn", residual)
	user := source.NewFile("user.cnn", "import \"./my.cnn\"\nnet n [N, 3, H = 8, W = 8] -> [N, _] {\n  bottleneck(c = 2)\n  gap\n}\n")
	odd := source.NewFile("odd.cnn", "a\tb\t\tc # tabs\n東京 -> conv\nx \x1b[31mred\x1b[0m \u202e \xff\x00 end\n"+
		strings.Repeat("relu -> ", 100)+"wrong"+strings.Repeat(" -> relu", 2000)+"\nlast")
	crlf := source.NewFile("crlf.cnn", "net n {\r\n  relu\r\n")
	marked := source.NewFile("marked.cnn", source.ByteOrderMark+"net n { rellu }\n")
	opts := Options{}
	for _, test := range []struct {
		name string
		d    *Diagnostic
		opts Options
	}{
		{"branches", func() *Diagnostic {
			d := New(ShapesDiffer, span(f, "add", 1), "the branches of `add` have different sizes").
				WithLabel("needs equal shapes").
				At(span(f, "conv(c, 3x3, stride=stride, pad=1, bias=false)", 1), "height and width 56 → 28 here (stride = 2)").
				At(span(f, "| id", 1), "this branch still is [N, 256, 56, 56]").
				WithNote("branch 1 is [N, 512, 28, 28], branch 2 is [N, 256, 56, 56]").
				WithHelp("a block that strides or widens needs a projection on the other branch:\n| if stride != 1 or C != 4*c { downsample: { conv(4*c, 1x1, stride=stride, bias=false) -> bn } }")
			d.Trace = []Frame{
				{"layer2.0", "bottleneck(c = 128, stride = 2)", span(f, "bottleneck", 2)},
				{"", "net tiny(classes = 10) at [1, 3, 32, 32]", span(f, "net", 1)},
			}
			return d
		}(), opts},
		{"one_line_two_labels", New(Syntax, span(f, "bn1: bn", 1), "a test of two labels").WithLabel("the carets").
			At(span(f, "conv1", 1), "the dashes"), opts},
		{"overlapping_labels", New(Syntax, span(f, "conv(c, 1x1, bias=false)", 1), "labels within labels").WithLabel("the whole").
			At(span(f, "c, 1x1", 1), "the inside").At(span(f, "bias", 1), "the name"), opts},
		{"same_place_twice", New(Syntax, span(f, "relu", 1), "two labels of one place").WithLabel("first").
			At(span(f, "relu", 1), "second"), opts},
		{"tabs", New(UnknownName, span(f, "relue", 1), "unknown name `relue`").WithHelp("did you mean `relu`?"), opts},
		{"tabs_inside", New(Syntax, span(odd, "c", 1), "after three tabs").WithLabel("here"), opts},
		{"wide_runes", New(Syntax, span(odd, "conv", 1), "after two wide runes").WithLabel("here").
			At(span(odd, "京", 1), "wide itself"), opts},
		{"control_characters", New(StrayCharacter, span(odd, "end", 1), "after \x1b[31m and \u202e and \xff").WithLabel("\x07").
			WithNote("a note\nof two lines \x00").WithHelp("no \r tricks"), opts},
		{"long_line", New(UnknownName, span(odd, "wrong", 1), "far to the right").WithLabel("here"), Options{Width: 80}},
		{"long_line_two_places", New(UnknownName, span(odd, "wrong", 1), "far to the right").WithLabel("here").
			At(span(odd, "relu", 1), "where the line starts"), Options{Width: 80}},
		{"end_of_line", New(Syntax, f.Span(f.LineStart(5)-1, f.LineStart(5)-1), "something is missing").WithLabel("here"), opts},
		{"end_of_file", New(Syntax, odd.Span(len(odd.Text), len(odd.Text)), "the file ends").WithLabel("here"), opts},
		{"end_of_file_after_newline", New(Syntax, f.Span(len(f.Text), len(f.Text)), "the file ends").WithLabel("here"), opts},
		{"carriage_returns", New(Syntax, crlf.Span(8, 16), "over a line's end").WithLabel("here"), opts},
		{"byte_order_mark", func() *Diagnostic {
			d := New(UnknownName, span(marked, "rellu", 1), "after a byte order mark").WithLabel("here")
			d.Repairs = []Repair{{What: "write `relu`", Edits: []Edit{{d.Span, "relu"}}}}
			return d
		}(), opts},
		{"several_lines", New(DroppedValue, f.Span(strings.Index(f.Text, "add"), strings.Index(f.Text, "\trelu")-1), "the value of this step is dropped"), opts},
		{"another_file", func() *Diagnostic {
			d := New(WrongType, span(user, "c = 2", 1), "`c` must be a string").At(span(f, "c: int", 1), "declared here")
			d.Labels = append(d.Labels, Label{source.Span{Start: source.Pos{Filename: "gone.cnn", Line: 3, Column: 7}}, "used here"})
			return d
		}(), opts},
		{"no_text", New(ImportNotFound, source.Span{Start: source.Pos{Filename: "gone.cnn", Line: 3, Column: 7}}, "the text is gone").WithLabel("label").
			At(span(f, "| id", 1), "and a second place"), opts},
		{"no_place", New(TooManyFiles, source.Span{}, "more than 1000 files").WithHelp("import fewer"), opts},
		{"long_trace", func() *Diagnostic {
			d := New(TooDeepCalls, span(f, "relue", 1), "blocks nested deeper than 64")
			for range 64 {
				d.Trace = append(d.Trace, Frame{"a.b.c", "level(1)", span(f, "| id", 1)})
			}
			return d
		}(), opts},
		{"colour", New(UnusedTap, span(f, "conv1", 1), "tap that is never read").WithLabel("here").
			At(span(f, "conv2", 1), "there").WithNote("a note").WithHelp("remove it"), Options{Color: true}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var b strings.Builder
			if err := Fprint(&b, List{test.d}, files(f, user, odd, crlf, marked), test.opts); err != nil {
				t.Fatal(err)
			}
			if i := strings.IndexFunc(b.String(), func(r rune) bool {
				return r < ' ' && r != '\n' && !(test.opts.Color && r == '\x1b') || r == 0x202e
			}); i >= 0 {
				t.Errorf("a control character reaches the terminal: %q", b.String()[i:])
			}
			langtest.Golden(t, "testdata/"+test.name+".txt", b.String())
		})
	}
}

func TestManyDiagnosticsEndInACount(t *testing.T) {
	var list List
	for i := range 60 {
		list = append(list, New(UnusedTap, source.Span{}, "warning %d", i))
	}
	for i := range 3 {
		list = append(list, New(Syntax, source.Span{}, "error %d", i))
	}
	var b strings.Builder
	if err := Fprint(&b, list, nil, Options{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"warning 46\n", "error 0\n", "error 2\n", "\nand 13 more\n3 errors, 60 warnings\n"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is missing from:\n%s", want, b.String())
		}
	}
	if strings.Contains(b.String(), "warning 47") {
		t.Error("51 diagnostics printed, want 50")
	}
	b.Reset()
	if err := Fprint(&b, nil, nil, Options{}); err != nil || b.String() != "" {
		t.Errorf("no diagnostics: got %q, %v, want nothing", b.String(), err)
	}
}

func TestShortFormIsOneLine(t *testing.T) {
	f := source.NewFile("a\x1b.cnn", "x")
	var b strings.Builder
	if err := FprintShort(&b, List{New(Syntax, f.Span(0, 1), "one\ntwo")}); err != nil {
		t.Fatal(err)
	}
	if want := "a␛.cnn:1:1: error[E0101]: one␊two\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}

func TestEveryLineFitsTheWidth(t *testing.T) {
	f := source.NewFile("a.cnn", strings.Repeat("東\tx ", 300)+"\n"+strings.Repeat("x", 100_000))
	for _, columns := range []int{60, 80, 133} {
		for _, at := range []int{0, 5, 300, 700, 2000, 50_000, len(f.Text) - 1} {
			d := New(Syntax, f.Span(at, at+3), "m")
			var b strings.Builder
			if err := Fprint(&b, List{d}, files(f), Options{Width: columns}); err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(b.String(), "\n")
			for _, line := range lines {
				if Width(line) > columns {
					t.Errorf("at %d: %d columns, want at most %d: %s", at, Width(line), columns, line)
				}
			}
			if !strings.Contains(lines[4], "^") {
				t.Errorf("at %d, %d columns: no caret:\n%s", at, columns, b.String())
			}
		}
	}
}
