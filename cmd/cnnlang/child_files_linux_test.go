package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// put writes files below a folder.
func put(t *testing.T, folder string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// Nobody waits for a named pipe, wherever it stands in the place of a file. A hang ends
// with the test's own limit for a command.
func TestPipesAreRefused(t *testing.T) {
	folder := t.TempDir()
	put(t, folder, map[string]string{
		"same.cnn":         net("id")(),
		"imports.cnn":      "import \"./pipe.cnn\" { b }\n" + net("b")(),
		"behind.cnn":       "import \"./pipe.cnn/x.cnn\" { b }\n" + net("b")(),
		"walked/sound.cnn": net("id")(),
	})
	for _, pipe := range []string{"pipe.cnn", "pipe", "walked/pipe.cnn"} {
		if err := syscall.Mkfifo(filepath.Join(folder, pipe), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	const refused = "is a pipe, want a regular file"
	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{"check pipe.cnn", 3, refused},
		{"check --fix pipe.cnn", 3, refused},
		{"check pipe/x.cnn", 3, "is not a directory"},
		{"check imports.cnn", 1, "cannot read pipe.cnn: it " + refused},
		{"check behind.cnn", 1, "cannot read pipe.cnn/x.cnn: not a directory"},
		{"check walked", 3, refused},
		{"fmt --check walked", 3, refused},
		{"fmt --shapes pipe.cnn", 3, refused},
		{"params pipe.cnn", 3, refused},
		{"run same.cnn --weights pipe --input random", 3, refused},
		{"run same.cnn --weights pipe --no-mmap --input random", 3, refused},
		{"run same.cnn --weights random --input pipe", 3, refused},
		{"run same.cnn pipe --weights random", 3, refused},
		{"run same.cnn --weights random --input random --tune pipe", 3, refused},
		{"run same.cnn --weights random --input random --output pipe", 3, "is not a regular file"},
	} {
		cmd, stderr := command(t, folder, strings.Fields(c.args)...)
		if code := codeOf(t, cmd.Run()); code != c.code || !strings.Contains(stderr.String(), c.want) {
			t.Errorf("%s: exit code %d, want %d and %q\n%s", c.args, code, c.code, c.want, stderr)
		}
	}
}
