package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cnnlang/cmd/cnnlang/internal/download"
	"cnnlang/interp"
	"cnnlang/interp/npy"
	"cnnlang/interp/picture"
	"cnnlang/interp/rows"
	"cnnlang/interp/train"
	"cnnlang/interp/train/dataset"
	"cnnlang/interp/train/events"
	"cnnlang/lang/diag"
	"cnnlang/lang/source"
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

func TestExitCodes(t *testing.T) {
	at := source.Span{Start: source.Pos{Filename: "a.cnn", Line: 1, Column: 1}}
	set := source.Span{Start: source.Pos{Filename: settingsName, Line: 1, Column: 1}}
	list := func(d ...*diag.Diagnostic) error { return &interp.ProgramError{Problems: d} }
	for _, c := range []struct {
		err  error
		want int
	}{
		{nil, 0},
		{list(diag.New(diag.UnknownName, at, "")), 1},
		{list(diag.New(diag.UnknownArgument, set, "")), 2},
		{list(diag.New(diag.UnknownArgument, set, ""), diag.New(diag.UnknownName, at, "")), 1},
		{list(diag.New(diag.UnknownName, at, ""), diag.New(diag.TooDeep, at, "")), 4},
		{list(diag.New(diag.NumberOutOfRange, at, "")), 4},
		{&interp.FitError{}, 1},
		{&interp.InputError{}, 1},
		{&interp.SelectionError{Err: errors.New("does not fit")}, 1},
		{&interp.SelectionError{}, 2},
		{usage("wrong"), 2},
		{&interp.UnknownNetError{}, 2},
		{&interp.NoNetError{}, 2},
		{&interp.UnknownBlockError{}, 2},
		{&interp.UnprovedError{}, 1},
		{&fs.PathError{Err: fs.ErrNotExist}, 3},
		{&interp.UnknownNamesError{}, 2}, {&interp.NamesError{Names: []string{"a"}}, 2}, {&interp.PrefixError{Prefixes: []string{"a."}}, 2},
		{&interp.WeightsError{}, 3},
		{&npy.FileError{}, 3},
		{&picture.FileError{}, 3},
		{&outputError{errors.New("full")}, 3},
		{&picture.LimitError{}, 4},
		{&events.FileError{Err: &events.LineError{}}, 3}, {&events.FileError{Err: &events.TooLargeError{}}, 4}, {&events.FileError{Err: context.Canceled}, 130},
		{&train.MisfitError{}, 1}, {&train.StateError{}, 1}, {&train.NotFiniteError{}, 1}, {&dataset.OptionError{}, 1}, {&interp.NoRecipeError{}, 2},
		{&dataset.FileError{}, 3}, {&dataset.FileError{Limit: true}, 4}, {&dataset.BadError{}, 3},
		{&interp.WeightsLimitError{}, 4},
		{&interp.MemoryError{}, 4},
		{&download.Error{Kind: download.Failed}, 3}, {&download.Error{Kind: download.Refused}, 1}, {&download.Error{Kind: download.Limited}, 4},
		{context.Canceled, 130},
		{fmt.Errorf("run: %w", context.Canceled), 130},
		{&crash{value: "oops"}, 70},
		{errors.New("nobody knows"), 70},
	} {
		if got := exitCode(c.err); got != c.want {
			t.Errorf("%T %v: got %d, want %d", c.err, c.err, got, c.want)
		}
	}
}

func newApp() (*app, *bytes.Buffer, *bytes.Buffer) {
	var out, err bytes.Buffer
	return &app{stdin: strings.NewReader(""), stdout: bufio.NewWriter(&out), stderr: &err}, &out, &err
}

// panics is a writer with a bug.
type panics struct{}

func (panics) Write([]byte) (int, error) { panic("oops") }

func TestPanicBecomesAnInternalError(t *testing.T) {
	a, _, stderr := newApp()
	a.stdin = nil
	a.stdout.Reset(panics{})
	err := a.execute(context.Background(), []string{"version"})
	if code := a.report(err); code != exitCrash {
		t.Errorf("exit code %d, want %d", code, exitCrash)
	}
	for _, want := range []string{"error: internal error: oops", "please report this", "goroutine "} {
		if !strings.Contains(stderr.String(), want) {
			t.Errorf("the message lacks %q:\n%s", want, stderr)
		}
	}
}

func TestAnInterruptedWriteLeavesNothing(t *testing.T) {
	a, _, _ := newApp()
	folder := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	err := a.writeArray(ctx, filepath.Join(folder, "a.npy"), tensor.New(1000))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	if entries, _ := os.ReadDir(folder); len(entries) > 0 {
		t.Errorf("left %v behind", entries)
	}
}

func TestNumbersThatJSONCannotSay(t *testing.T) {
	a, out, _ := newApp()
	s := rows.Summarize(tensor.From([]float32{1, float32(math.Inf(1))}, 2))
	if err := a.json(s); err != nil {
		t.Fatal(err)
	}
	a.stdout.Flush()
	want := "{\n  \"shape\": [2],\n  \"min\": 1,\n  \"max\": null,\n  \"mean\": null,\n  \"not_finite\": 1\n}\n"
	if out.String() != want {
		t.Errorf("got %s want %s", out, want)
	}
}

func TestThousands(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 25557032: "25,557,032", 123456: "123,456"} {
		if got := grouped(dim.Int(n)); got != want {
			t.Errorf("%d: got %s, want %s", n, got, want)
		}
	}
	if got := grouped(dim.Invalid()); got != outOfRange {
		t.Errorf("got %q", got)
	}
}

func TestSizesOfMemory(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "1.5GiB": 3 << 29, "0.1MiB": 104858, "17": 17, "2KiB": 2 << 10, "3 MiB": 3 << 20, "8GiB": 8 << 30, "1TiB": 1 << 40} {
		if got, err := parseBytes(text); err != nil || got != want {
			t.Errorf("%s: got %d and %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "-1", "1.5", "-1.5GiB", "NaNGiB", "1e300GiB", "GiB", "9999999999GiB", "8388608TiB", "1GB"} {
		if _, err := parseBytes(text); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
}

// A table that is too wide for its terminal even with its first column cut lacks its last columns,
// which are named, and no line is wider than the terminal.
func TestNarrowTablesFoldTheLastColumns(t *testing.T) {
	g := grid{columns: columnsOf("path", "output", "params", "MACs")}
	g.rows = append(g.rows, []any{"layer1.0.downsample.conv", "[1, 64, 56, 56]", dim.Int(16640), dim.Int(51380224)})
	for width, want := range map[int]string{0: "", 80: "", 50: "", 49: "MACs", 38: "MACs", 37: "params, MACs", 10: "params, MACs"} {
		short, folded := g.fold(width)
		if got := strings.Join(folded, ", "); got != want {
			t.Errorf("width %d: folded %q, want %q", width, got, want)
		}
		w := short.writer()
		if width > 0 {
			short.shrink(w, width)
		}
		for line := range strings.Lines(w.Render()) {
			if n := len([]rune(strings.TrimRight(line, " \n"))); width >= 30 && n > width {
				t.Errorf("width %d: %d columns: %s", width, n, line)
			}
		}
		if !strings.Contains(w.Render(), "[1, 64, 56, 56]") {
			t.Errorf("width %d: the shape is cut:\n%s", width, w.Render())
		}
	}
}

// A narrow terminal cuts only the first column.
func TestNarrowTablesCutTheFirstColumn(t *testing.T) {
	g := grid{columns: []column{{"path", false}, {"output", false}}}
	g.rows = append(g.rows, []any{"layer1.0.downsample.conv", "[1, 64, 56, 56]"}, []any{"fc", "[1, 1000]"})
	w := g.writer()
	g.shrink(w, 30)
	text := w.Render()
	for line := range strings.Lines(text) {
		if n := len([]rune(strings.TrimRight(line, " \n"))); n > 30 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	for _, want := range []string{"layer1.0.do…", "[1, 64, 56, 56]"} {
		if !strings.Contains(text, want) {
			t.Errorf("lacks %q:\n%s", want, text)
		}
	}
}
