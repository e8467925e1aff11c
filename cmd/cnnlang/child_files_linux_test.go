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

// A name that is not UTF-8 is a name like any other, alone and in a folder, and tells
// which file it is in every format.
func TestNamesThatAreNotUTF8(t *testing.T) {
	folder := t.TempDir()
	put(t, folder, map[string]string{
		"all/caf\xe9.cnn":    net(" id")(),
		"all/d\xe9/\xe8.cnn": net(" dropout2")(),
		"all/last.cnn":       net(" id")(),
	})
	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{"check all/caf\xe9.cnn", 0, "a: [1, 3, 8, 8] -> [1, 3, 8, 8]"},
		{"check all", 1, "all/last.cnn: a: [1, 3, 8, 8]"},
		{"check all", 1, "--> all/d<E9>/<E8>.cnn:1:"},
		{"check -o short all", 1, "all/d<E9>/<E8>.cnn:1:"},
		{"check -o sarif all", 1, `"uri": "all/d%E9/%E8.cnn"`},
		{"fmt --check all", 1, "all/caf\xe9.cnn\nall/d\xe9/\xe8.cnn\nall/last.cnn\n"},
		{"fmt all", 0, "all/caf\xe9.cnn\nall/d\xe9/\xe8.cnn\nall/last.cnn\n"},
		{"params all/caf\xe9.cnn", 0, "a [1, 3, 8, 8]"},
		{"run all/caf\xe9.cnn --weights random --input random --output \xe9.npy -o json", 0, "npy"},
	} {
		cmd, stderr := command(t, folder, strings.Fields(c.args)...)
		stdout, err := cmd.Output()
		if code := codeOf(t, err); code != c.code || !strings.Contains(string(stdout)+stderr.String(), c.want) {
			t.Errorf("%q: exit code %d, want %d and %q\n%s\n%s", c.args, code, c.code, c.want, stdout, stderr)
		}
	}
}

// What cannot be listed does not hide what can.
func TestAFolderThatCannotBeRead(t *testing.T) {
	if os.Getuid() == 0 {
		return // who may read anything
	}
	folder := t.TempDir()
	put(t, folder, map[string]string{"all/secret/a.cnn": net("id")(), "all/z.cnn": net("id")()})
	if err := os.Chmod(filepath.Join(folder, "all/secret"), 0); err != nil {
		t.Fatal(err)
	}
	cmd, stderr := command(t, folder, "check", "all")
	stdout, err := cmd.Output()
	if code := codeOf(t, err); code != exitFile || !strings.Contains(stderr.String(), "all/secret: permission denied") ||
		!strings.Contains(string(stdout), "all/z.cnn: a: ") {
		t.Errorf("exit code %d, want %d\n%s\n%s", code, exitFile, stdout, stderr)
	}
}
