package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"cnnlang/ops/exec/layout"
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

// A named pipe in place of any file does not hang a command: it would exceed the test's
// limit on time.
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
		{"export same.cnn --to onnx --weights random --output pipe", 3, "is not a regular file"},
		{"export same.cnn --to onnx --weights pipe --output x.onnx", 3, refused},
	} {
		cmd, stderr := command(t, folder, strings.Fields(c.args)...)
		if code := codeOf(t, cmd.Run()); code != c.code || !strings.Contains(stderr.String(), c.want) {
			t.Errorf("%s: exit code %d, want %d and %q\n%s", c.args, code, c.code, c.want, stderr)
		}
	}
}

// A name that is not UTF-8 works like any other, alone and in a folder, and identifies the
// file in every format.
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
	put(t, folder, map[string]string{"all/b.cnn": net("id")(), "all/secret/a.cnn": net("id")(), "all/z.cnn": net("id")()})
	secret := filepath.Join(folder, "all/secret")
	if err := os.Chmod(secret, 0); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(secret, 0o700) // or the folder could not be removed
	cmd, stderr := command(t, folder, "check", "all")
	stdout, err := cmd.Output()
	if code := codeOf(t, err); code != exitFile || !strings.Contains(stderr.String(), "all/secret: permission denied") ||
		!strings.Contains(string(stdout), "all/z.cnn: a: ") {
		t.Errorf("exit code %d, want %d\n%s\n%s", code, exitFile, stdout, stderr)
	}
}

// A file may be truncated while a net runs and the kernels of any instruction set and
// precision read it: that ends with one sentence, on whatever thread.
func TestPackedWeightsCutShortUnderEveryKernel(t *testing.T) {
	folder := t.TempDir()
	put(t, folder, map[string]string{"n.cnn": "net n [N, 16, H = 20, W = 20] -> [N, _] {\n" +
		"  conv(64, 3x3, pad=1) -> relu -> conv(64, 3x3, pad=1, groups=64) -> conv(128, 1x1)\n" +
		"  conv(128, 3x3, stride=2, pad=1, groups=32) -> conv(32, 5x5, pad=2) -> gap -> flatten -> linear(100)\n}\n"})
	ran := 0
	for _, isa := range []string{"generic", "avx2", "avx512", "avx512bf16", "amx", "neon"} {
		for _, precision := range layout.Precisions() {
			cache := filepath.Join(folder, isa+precision)
			t.Setenv("CNNLANG_ISA", isa)
			args := []string{"bench", "./n.cnn", "--worker", "--threads", "2", "--precision", precision, "--cache=" + cache}
			cmd, stderr := command(t, folder, args...)
			if codeOf(t, cmd.Run()) != 0 { // input is at its end
				if want := "instruction set|CNNLANG_ISA|precision"; !regexp.MustCompile(want).Match(stderr.Bytes()) {
					t.Fatalf("%s, %s: %s", isa, precision, stderr)
				}
				continue // this machine has it not
			}
			files, _ := filepath.Glob(filepath.Join(cache, "*.packed"))
			if len(files) != 1 {
				t.Fatalf("%s, %s: the cache has %v", isa, precision, files)
			}
			cmd, stderr = command(t, folder, args...)
			in, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			out, err := cmd.StdoutPipe()
			if err == nil {
				err = cmd.Start()
			}
			if err != nil {
				t.Fatal(err)
			}
			answers := bufio.NewScanner(out)
			if !answers.Scan() {
				t.Fatalf("%s, %s: no hello\n%s", isa, precision, stderr)
			}
			if err := os.Truncate(files[0], 5000); err != nil {
				t.Fatal(err)
			}
			fmt.Fprintln(in, "100")
			code := codeOf(t, cmd.Wait())
			want := "error: " + files[0] + ": the file became shorter while it was read\n"
			if code != exitFile || stderr.String() != want {
				t.Errorf("%s, %s: exit code %d, want %d\n%s", isa, precision, code, exitFile, stderr)
			}
			ran++
		}
	}
	if ran < 2 {
		t.Errorf("only %d ran", ran)
	}
	t.Logf("%d instruction sets and precisions", ran)
}

// fmt and --fix write in place if a file has other names, and otherwise keep its mode.
func TestTextsWithOtherNamesAreNotRewritten(t *testing.T) {
	for _, args := range []string{"fmt a.cnn", "check --fix a.cnn"} {
		folder := t.TempDir()
		text := net("concat { | conv(8, 3x3) | id }")()
		if strings.HasPrefix(args, "fmt") {
			text = net("  relu")()
		}
		put(t, folder, map[string]string{"a.cnn": text})
		path, other := filepath.Join(folder, "a.cnn"), filepath.Join(folder, "b.cnn")
		if err := errors.Join(os.Chmod(path, 0o640), os.Link(path, other)); err != nil {
			t.Fatal(err)
		}
		cmd, stderr := command(t, folder, strings.Fields(args)...)
		if code := codeOf(t, cmd.Run()); code != exitFile || stderr.String() != "error: a.cnn: cannot be written: it has 2 hard links, and only this one would change; copy it to a new file first\n" {
			t.Errorf("%s: exit code %d\n%s", args, code, stderr)
		}
		if now, err := os.ReadFile(other); err != nil || string(now) != text {
			t.Errorf("%s: the other became %q, %v", args, now, err)
		}
		if err := os.Remove(other); err != nil {
			t.Fatal(err)
		}
		cmd, stderr = command(t, folder, strings.Fields(args)...)
		code := codeOf(t, cmd.Run())
		info, err := os.Stat(path)
		if code != 0 || err != nil || info.Mode() != 0o640 {
			t.Errorf("%s: exit code %d, mode %v, %v\n%s", args, code, info.Mode(), err, stderr)
		}
		if now, err := os.ReadFile(path); err != nil || string(now) == text {
			t.Errorf("%s: the text is as it was, %v", args, err)
		}
	}
}
