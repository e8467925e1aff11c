package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestATerminalGetsNothingToObey(t *testing.T) {
	text := "a\x1b]0;title\x07b\u009b2Jc\u202ed\x7f\tü→\n"
	want := "a␛]0;title␇b<U+009B>2Jc<U+202E>d␡\tü→\n"
	for size := 1; size <= len(text); size++ { // however it comes in pieces
		var b strings.Builder
		w := &visibleWriter{w: &b}
		for rest := text; rest != ""; {
			n := min(size, len(rest))
			if k, err := w.Write([]byte(rest[:n])); k != n || err != nil {
				t.Fatalf("wrote %d of %d, %v", k, n, err)
			}
			rest = rest[n:]
		}
		if b.String() != want {
			t.Errorf("pieces of %d: got %q, want %q", size, b.String(), want)
		}
	}
}

// The name of a file reaches neither stream with control characters.
func TestNamesOfFilesAreMadeVisible(t *testing.T) {
	folder := t.TempDir()
	name := filepath.Join(folder, "a\x1b]0;b\x07.cnn")
	for _, text := range []string{"block b { relu }\n", "net n [N, 3, H = 8, W = 8] -> [N, 4, H, W] { relu }\n", "net n { conv(8) }\n$\n"} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Skipf("the file system does not take the name: %v", err)
		}
		for _, args := range [][]string{{"check", name}, {"check", "-o", "short", name}, {"check", "--fix", name}, {"check", name + "x.cnn"}, {"graph", name}, {"fmt", "--shapes", name}, {"why", name, "\x1b[1m"}, {"\x1b[1m"}} {
			var stdout, stderr bytes.Buffer
			a := &app{stdin: strings.NewReader(""), stdout: bufio.NewWriter(&stdout), stderr: &stderr}
			a.report(a.execute(t.Context(), args))
			if strings.ContainsAny(stderr.String(), "\x1b\x07") {
				t.Errorf("%q of %q: standard error has %q", args, text, stderr.String())
			}
			if args[0] == "check" && strings.ContainsAny(stdout.String(), "\x1b\x07") {
				t.Errorf("%q of %q: standard output has %q", args, text, stdout.String())
			}
		}
	}
}

// A name with a line break in it does not begin a line of what a command says.
func TestNamesOfFilesStayOnTheirLine(t *testing.T) {
	folder := t.TempDir()
	name := filepath.Join(folder, "a\nb\tc.cnn")
	other := filepath.Join(folder, "other.cnn")
	const block, net = "block b [N, C, H, W] -> [N, C, H, W] { relu }\n", "net n [N, 3, H = 8, W = 8] -> [N, 3, H, W] { relu }\n"
	for _, c := range []struct {
		text string
		args []string
		want string
	}{
		{block, []string{"check", name}, "␊b␉c.cnn: the text has no mistakes; "},
		{net, []string{"check", name, other}, "␊b␉c.cnn: n: [1, 3, 8, 8] -> "},
		{"net n [N, 3, H = 8, W = 8] -> [N, 3, H, W] {\n  conv(8, 3x3, pad=1)\n  add {\n    | conv(8, 3x3)\n    | id\n  }\n  conv(3, 1x1)\n}\n", []string{"check", "--fix", name}, "␊b␉c.cnn: repaired: "},
		{"net  n [N, 3, H = 8, W = 8] -> [N, 3, H, W] { relu }\n", []string{"fmt", "--diff", name}, "␊b␉c.cnn\n@@"},
	} {
		for path, text := range map[string]string{name: c.text, other: net} {
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Skipf("the file system does not take the name: %v", err)
			}
		}
		var stdout, stderr bytes.Buffer
		a := &app{stdin: strings.NewReader(""), stdout: bufio.NewWriter(&stdout), stderr: &stderr}
		a.report(a.execute(t.Context(), c.args))
		a.stdout.Flush()
		if got := stdout.String(); !strings.Contains(got, c.want) || strings.Contains(got, "\nb") {
			t.Errorf("%q: got %q, want one line with %q\n%s", c.args, got, c.want, &stderr)
		}
	}
}

// Names of tensors are a file's own: tables have them without what a terminal would obey,
// each on its line.
func TestTablesHaveNothingToObey(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a.safetensors")
	header := `{"a\u001b[31m\nb\u202e.w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`
	data := append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...)
	if err := os.WriteFile(name, append(data, 0, 0, 0, 0), 0o644); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "a.cnn")
	if err := os.WriteFile(program, []byte("block b(s = \"\x1b[31m\") [N, C, H, W] -> [N, C, H, W] where s == \"\x1b\" { relu }\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"weights", name}, {"weights", name, "-o", "md"}, {"weights", name, "--depth", "1"}, {"check", "--contracts", program}} {
		var stdout, stderr bytes.Buffer
		a := &app{stdin: strings.NewReader(""), stdout: bufio.NewWriter(&stdout), stderr: &stderr}
		a.report(a.execute(t.Context(), args))
		a.stdout.Flush()
		if got := stdout.String() + stderr.String(); got == "" || strings.ContainsAny(got, "\x1b\u202e") || strings.Contains(got, "\nb<") {
			t.Errorf("%q: got %q", args, got)
		}
	}
}
