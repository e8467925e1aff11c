package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/ops/tensor"
)

// Lost output is never a success, and is reported with one sentence, whatever else is
// reported.
func TestOutputThatCannotBeWritten(t *testing.T) {
	folder := t.TempDir()
	put(t, folder, map[string]string{"a.cnn": net("c: conv(3, 1x1)")(), "b.cnn": net("relux")(), "c.cnn": net("  relu")()})
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	reading, err := os.Open("/dev/null")
	if err != nil {
		t.Fatal(err)
	}
	defer reading.Close()
	for args, code := range map[string]int{
		"list": 3, "list -o csv": 3, "list -o md": 3, "list -o json": 3, "version": 3, "help": 3, "--help": 3, "check --help": 3, "completion bash": 3,
		"check a.cnn": 3, "check -o json a.cnn": 3, "check -o sarif a.cnn": 3, "check --contracts a.cnn": 3, "check b.cnn -o json": 1,
		"params resnet18 -o csv": 3, "graph densenet121": 3, "expand resnet18": 3, "doc": 3, "doc conv": 3, "explain": 3, "explain E0101": 3,
		"why a.cnn c": 3, "fmt --check c.cnn": 1, "fmt --diff c.cnn": 3, "fmt -": 3, "run a.cnn --weights random --input random": 3,
		"bench a.cnn --weights random --time 0s": 3, "bench a.cnn --worker": 3,
	} {
		for _, stdout := range []*os.File{full, reading} {
			if stdout == reading && args != "list" { // once is enough
				continue
			}
			cmd, stderr := command(t, folder, strings.Fields(args)...)
			cmd.Stdin, cmd.Stdout = strings.NewReader(net("relu")()), stdout
			got := codeOf(t, cmd.Run())
			if got != code || strings.Count(stderr.String(), "error: cannot write standard output: ") != 1 {
				t.Errorf("%s > %s: exit code %d, want %d\n%s", args, stdout.Name(), got, code, stderr)
			}
		}
	}
}

// A worker refuses what it cannot read, and writes null for what JSON has no number for.
func TestWorkersOfUsers(t *testing.T) {
	folder := t.TempDir()
	put(t, folder, map[string]string{"a.cnn": net("c: conv(3, 1x1, bias=false)")()})
	nan := tensor.New(3, 3, 1, 1)
	for i := range nan.Data {
		nan.Data[i] = float32(math.NaN())
	}
	if err := interp.WriteWeights(t.Context(), filepath.Join(folder, "nan.safetensors"), map[string]tensor.Tensor{"c.weight": nan}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		stdin          string
		code           int
		stdout, stderr string
	}{
		{"1\n", 0, `"y0":[null,null,null]}`, ""},
		{strings.Repeat("1", 1<<20), 2, "", "standard input: got a line of more than 65536 bytes, want a number of runs"},
		{strings.Repeat("1", 60_000), 2, "", "want a number of runs"},
		{"0\n", 2, "", `standard input: got "0", want a number of runs`},
	} {
		cmd, stderr := command(t, folder, "bench", "a.cnn", "--worker", "--weights", "nan.safetensors")
		cmd.Stdin = strings.NewReader(c.stdin)
		stdout, err := cmd.Output()
		if code := codeOf(t, err); code != c.code || !strings.Contains(string(stdout), c.stdout) || !strings.Contains(stderr.String(), c.stderr) || stderr.Len() > 1000 {
			t.Errorf("%.10q: exit code %d, want %d\n%s\n%s", c.stdin, code, c.code, stdout, stderr)
		}
	}
}

// If memory is too small to start with, or too few files may be open, the program says so as
// early as it can; before that Go's runtime crashes with its own message.
func TestTooLittleToStart(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if err := os.Symlink(program, filepath.Join(folder, "cnnlang")); err != nil {
		t.Fatal(err)
	}
	told := 0
	for limit := 600_000; limit < 2_000_000; limit += 50_000 { // kB; Go itself takes some of it
		cmd, stderr := command(t, folder)
		cmd.Path, cmd.Args = "/bin/sh", []string{"sh", "-c", fmt.Sprintf("ulimit -v %d; exec ./cnnlang version", limit)}
		switch code := codeOf(t, cmd.Run()); {
		case code == exitLimit && strings.Contains(stderr.String(), "the limit on the process's memory leaves too little to start"):
			told++
		case code != 0 && strings.Contains(stderr.String(), "main.Main("):
			t.Errorf("%d kB: exit code %d\n%.500s", limit, code, stderr)
		}
	}
	if told == 0 {
		t.Error("no limit was reported")
	}
	cmd, stderr := command(t, folder)
	cmd.Path, cmd.Args = "/bin/sh", []string{"sh", "-c", "ulimit -n 5; exec ./cnnlang version"}
	if code := codeOf(t, cmd.Run()); code != exitLimit || !strings.HasPrefix(stderr.String(), "error: the limit on open files is 5, want 16\n") {
		t.Errorf("few files: exit code %d\n%.500s", code, stderr)
	}
}
