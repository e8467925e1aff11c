package main

import (
	"bufio"
	"bytes"
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

// A name that somebody chose for a file reaches neither stream as it is.
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
