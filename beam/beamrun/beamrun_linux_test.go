package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"cnnlang/beam/internal/samples"
)

var many = flag.Int("pictures", 300, "how many pictures the long tests compute")

// The tests run this program and `cnnlang run` as a user does: the test's own binary is the first, and the second is
// built once.
func TestMain(m *testing.M) {
	if os.Getenv("BEAMRUN") == "1" {
		main()
	}
	flag.Parse()
	folder, err := os.MkdirTemp("", "beamrun")
	if err != nil {
		panic(err)
	}
	cnnlang = filepath.Join(folder, "cnnlang")
	build := exec.Command("go", "build", "-C", filepath.Join("..", ".."), "-o", cnnlang, "./cmd/cnnlang")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Printf("%v\n%s", err, out)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(folder)
	os.Exit(code)
}

var cnnlang string

// beamrun is the command, not started yet.
func beamrun(t *testing.T, args ...string) (cmd *exec.Cmd, messages *bytes.Buffer) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd, messages = exec.Command(self, args...), &bytes.Buffer{}
	cmd.Env = append(os.Environ(), "BEAMRUN=1")
	cmd.Stdout, cmd.Stderr = messages, messages
	return cmd, messages
}

// runs runs it, and wants an exit code.
func runs(t *testing.T, code int, args ...string) string {
	t.Helper()
	cmd, messages := beamrun(t, args...)
	if err := cmd.Run(); cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != code {
		t.Fatalf("%q: %v, want the exit code %d\n%s", args, err, code, messages)
	}
	return messages.String()
}

// want is what `cnnlang run` prints.
func want(t *testing.T, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(cnnlang, append([]string{"run"}, args...)...)
	out, err := cmd.Output()
	if exit := new(exec.ExitError); err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
		t.Fatalf("cnnlang run %q: %v", args, err)
	}
	return out
}

// lines are those of files, sorted, a line of titles once.
func lines(t *testing.T, folder, pattern string) (all []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, pattern))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %d files, %v", pattern, len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, sorted(text)...)
	}
	slices.Sort(all)
	return all
}

func sorted(text []byte) (all []string) {
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "picture,") {
			all = append(all, line)
		}
	}
	slices.Sort(all)
	return all
}

// unfinished are the files of a folder that have no final name.
func unfinished(t *testing.T, folder string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(folder, ".*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// Rows are those of `cnnlang run`, byte for byte, and each comes once; those of pictures that cannot be read are in a file of
// their own.
func TestRowsAreThoseOfTheCommand(t *testing.T) {
	folder := t.TempDir()
	good := *many
	samples.Pictures(t, folder, good)
	samples.Large(t, folder)
	bad := samples.Bad(t, folder)
	pattern := filepath.Join(folder, "*.png")
	var once []string // each name: of the folder among them the command takes what is in it
	for _, name := range named(t, pattern) {
		if filepath.Base(name) != "x-folder.png" {
			once = append(once, name)
		}
	}
	list := filepath.Join(t.TempDir(), "list")
	if err := os.WriteFile(list, []byte(strings.Join(once, "\n")+"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ format, batch, shards string }{{"jsonl", "1", "1"}, {"csv", "8", "3"}, {"jsonl", "8", "2"}, {"csv", "1", "1"}} {
		out := filepath.Join(t.TempDir(), "out")
		said := runs(t, exitProblems, "glyphs", pattern, "--output", out, "-o", c.format, "--batch", c.batch, "--shards", c.shards, "--top", "3")
		wanted := want(t, "glyphs", "--list", list, "-o", c.format, "--batch", c.batch, "--top", "3")
		var errs, folders []string
		for _, line := range lines(t, out, "errors*") {
			if strings.Contains(line, "x-folder.png") {
				folders = append(folders, line)
			} else {
				errs = append(errs, line)
			}
		}
		got := append(lines(t, out, "rows*"), errs...)
		slices.Sort(got)
		if !slices.Equal(got, sorted(wanted)) {
			t.Errorf("%v: %d rows, want %d: %v", c, len(got), len(sorted(wanted)), firstDifference(got, sorted(wanted)))
		}
		if len(folders) != 1 || len(errs) != len(bad)-1 {
			t.Errorf("%v: %d bad pictures and %d folders, want %d and 1", c, len(errs), len(folders), len(bad)-1)
		}
		if want := fmt.Sprintf("%d pictures computed", good+1); !strings.Contains(said, want) {
			t.Errorf("%v: got %s, want %q in it", c, said, want)
		}
		if left := unfinished(t, out); len(left) > 0 {
			t.Errorf("%v: left %v behind", c, left)
		}
	}
}

func named(t *testing.T, pattern string) []string {
	names, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func firstDifference(got, want []string) string {
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			return fmt.Sprintf("got %s want %s", got[i], want[i])
		}
	}
	return "one is the beginning of the other"
}

// Of one folder and one file of rows not even the order differs.
func TestOneFileIsTheOutputOfTheCommand(t *testing.T) {
	folder, out := t.TempDir(), filepath.Join(t.TempDir(), "out")
	samples.Pictures(t, folder, 40)
	for _, format := range []string{"jsonl", "csv"} {
		runs(t, exitFine, "glyphs", filepath.Join(folder, "*"), "--output", out, "-o", format)
		got, err := os.ReadFile(filepath.Join(out, "rows."+format))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want(t, "glyphs", folder, "-o", format)) {
			t.Errorf("%s: the rows are others", format)
		}
		os.RemoveAll(out)
	}
}

// Values are those that `cnnlang run --output` writes; a vector has a row as there.
func TestValues(t *testing.T) {
	folder, out := t.TempDir(), filepath.Join(t.TempDir(), "out")
	samples.Pictures(t, folder, 3)
	net := filepath.Join(samples.Folder(t, map[string]string{"grey.cnn": samples.Vector}), "grey.cnn")
	runs(t, exitFine, net, filepath.Join(folder, "*"), "--output", out, "--weights", "random", "--value", "output", "--value", "0")
	if got := lines(t, out, "rows*"); !slices.Equal(got, sorted(want(t, net, folder, "--weights", "random", "-o", "jsonl"))) {
		t.Error("the rows are others")
	}
	values := lines(t, out, "values*")
	if len(values) != 6 || !strings.Contains(values[1], `"name":"output","shape":[1,12],"values":[`) || !strings.Contains(values[0], `"name":"0","shape":[1,12,7,7]`) {
		t.Errorf("got %d lines: %.300q", len(values), values)
	}
}

// A run that is killed leaves nothing under a final name, one that is stopped nothing at all, and started again it gives
// every row once.
func TestKilledAndStartedAgain(t *testing.T) {
	folder := t.TempDir()
	samples.Pictures(t, folder, *many)
	pattern := filepath.Join(folder, "*")
	wanted := want(t, "glyphs", folder, "-o", "jsonl")
	out := filepath.Join(t.TempDir(), "out")
	for i, signal := range []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM, syscall.SIGKILL, syscall.SIGINT} {
		before := len(unfinished(t, out)) // of runs that were killed
		cmd, messages := beamrun(t, "glyphs", pattern, "--output", out, "--threads", "1")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for len(unfinished(t, out)) == before {
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Duration(i*15) * time.Millisecond)
		cmd.Process.Signal(signal)
		cmd.Wait()
		if _, err := os.Stat(filepath.Join(out, "rows.jsonl")); err == nil {
			t.Logf("%v came after the end", signal)
			os.RemoveAll(out)
			continue
		}
		if signal == syscall.SIGKILL {
			continue
		}
		if code := cmd.ProcessState.ExitCode(); code != exitInterrupted {
			t.Errorf("%v: the exit code is %d\n%s", signal, code, messages)
		}
		if left := unfinished(t, out); len(left) != before {
			t.Errorf("%v: left %v behind", signal, left)
		}
	}
	runs(t, exitFine, "glyphs", pattern, "--output", out)
	got, err := os.ReadFile(filepath.Join(out, "rows.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, wanted) {
		t.Errorf("got %d bytes of rows, want %d", len(got), len(wanted))
	}
	runs(t, exitProblems, "glyphs", pattern, "--output", out) // nothing is written over
}

// What is wrong is said before a pipeline starts, and nothing is written.
func TestMistakes(t *testing.T) {
	folder := t.TempDir()
	picture := samples.Pictures(t, folder, 1)[0]
	for _, c := range []struct {
		args, want string
		code       int
	}{
		{"", "net is missing", exitUsage},
		{"glyphs", "there is no picture", exitUsage},
		{"glyphs PICTURE", "--output is missing", exitUsage},
		{"glyphs PICTURE --output OUT --nothing", "nothing", exitUsage},
		{"glyphs PICTURE --output OUT --shards 0", "--shards", exitUsage},
		{"glyphs PICTURE --output OUT --exif maybe", "--exif", exitUsage},
		{"glyphs PICTURE --output OUT --max-memory lots", "2GiB", exitUsage},
		{"glyphs none*.png --output OUT", "no file whose name fits", exitUsage},
		{"glyphs a/**/b.png --output OUT", "** is not known", exitUsage},
		{"glifs PICTURE --output OUT", "glifs", exitUsage},
		{"resnet18 PICTURE --output OUT --weights none.pth", "none.pth", exitFile},
		{"resnet18 PICTURE --output OUT --weights cnnlang:glyphs", "resnet18", exitProblems},
		{"glyphs PICTURE --output OUT --max-memory 1KiB", "memory", exitLimit},
		{"glyphs PICTURE --output PICTURE/out", "not a directory", exitFile},
		{"glyphs PICTURE --output far://out", "far", exitProblems},
	} {
		out := filepath.Join(t.TempDir(), "out")
		args := strings.Fields(strings.NewReplacer("PICTURE", picture, "OUT", out).Replace(c.args))
		if said := runs(t, c.code, args...); !strings.Contains(said, c.want) || strings.Contains(said, "panic") {
			t.Errorf("%s: got %s, want %q in it", c.args, said, c.want)
		}
		if _, err := os.Stat(out); err == nil {
			t.Errorf("%s: the folder of results is there", c.args)
		}
	}
}
