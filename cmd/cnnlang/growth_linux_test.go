package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/interp/onnx"
	"cnnlang/lang/diag"
	"cnnlang/lang/format"
	"cnnlang/lang/lint"
)

var countedGrowth = flag.Bool("growth.counted", false, "count the statements that every command takes for texts that grow, in a program built to count them")

// Time and memory for a text are linear in its length, up to a logarithm.
const (
	mostGrowth = 2.5 // of what a text twice as long takes more
	mostMemory = 224 << 20
)

// TestBytesGrowWithTheText uses texts of one size, twice and four times that size: what is
// allocated to read, elaborate and write them may not grow faster. Proofs and repairs have
// bounds of their own, and mere scanning allocates nothing: the statements that
// TestStatementsGrowWithTheText counts show both.
func TestBytesGrowWithTheText(t *testing.T) {
	const small, slack = 200, 2 << 20
	bytesFor := func(text string) int {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		p, err := interp.Read(stdinName, strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		nets, list, err := p.Check(interp.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if !p.Problems.HasErrors() {
			list.AddAll(lint.Check(p.Main))
		}
		for _, n := range nets {
			graph.Print(io.Discard, n.Graph)
			n.Graph.Rows(graph.AllDepths)
			n.Why("output")
			if sides, err := n.SideHeads(nil); err == nil {
				onnx.Of(n.Graph, onnx.Options{Sides: sides, FoldNorms: true})
			}
		}
		diag.FprintShort(io.Discard, list)
		format.Format(p.Main.File.Source)
		runtime.ReadMemStats(&after)
		return int(after.TotalAlloc - before.TotalAlloc)
	}
	bytesFor("import std.resnet\nnet n [N, 3, H = 8, W = 8] -> [N, 3, H, W] { relu }") // the library is read once
	for _, g := range growths(t) {
		if !g.marked {
			continue // the statements tell
		}
		// Allocations of a goroutine left by an earlier test would count as well, but do not
		// happen twice.
		for again := 0; ; again++ {
			a, b, c := bytesFor(g.text(small)), bytesFor(g.text(2*small)), bytesFor(g.text(4*small))
			if float64(c-b) <= mostGrowth*float64(b-a)+slack {
				break
			}
			if again == 2 {
				t.Errorf("%s: %d, %d, %d bytes for %d, %d, %d", g.name, a, b, c, small, 2*small, 4*small)
				break
			}
		}
	}
}

// TestStatementsGrowWithTheText counts the statements of this module that the commands
// execute for each text, and the memory they take. It runs with -growth.counted.
func TestStatementsGrowWithTheText(t *testing.T) {
	if !*countedGrowth {
		t.Skip("it takes minutes; -growth.counted")
	}
	const small, times, most, slack, atLimit = 125, 4, 5.5, 1_000_000, 40_000_000
	folder := t.TempDir()
	program, covdata := filepath.Join(folder, "counting"), filepath.Join(folder, "covdata")
	for _, build := range [][]string{
		{"-cover", "-covermode=count", "-coverpkg=" + strings.Join(readingTexts(t), ","), "-o", program, "."},
		{"-o", covdata, "cmd/covdata"}, // `go tool` takes as long again to start it
	} {
		if out, err := exec.Command("go", append([]string{"build"}, build...)...).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	for _, g := range growths(t) {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			// Counts are expensive to read: those of all commands are first read together.
			all := []string{"check --contracts -", "fmt --shapes -"}
			if code := execute(t, program, all[0], g.text(small), t.TempDir()); code == exitFine { // else they say what check says
				all = append(all, "graph -", "params --depth all -", "expand -", "why - output",
					"graph -o svg -", "diff - fewer.cnn")
			}
			grows := func(size int, commands ...string) (few, many int, tooFast bool) {
				few, _ = statements(t, program, covdata, commands, g, size)
				many, limited := statements(t, program, covdata, commands, g, times*size)
				if limited && many <= atLimit*len(commands) {
					return few, many, false // it is refused for what it takes
				}
				return few, many, float64(many) > most*float64(few)+slack
			}
			if _, _, tooFast := grows(small, all...); !tooFast {
				return
			}
			const size = 2 * small // where a limit may end it
			if few, many, tooFast := grows(size, all...); tooFast {
				t.Errorf("%d statements for %d, %d for %d", few, size, many, times*size)
				for _, command := range all {
					few, many, tooFast := grows(size, command)
					t.Logf("%s: %d, %d: %v", command, few, many, tooFast)
				}
			}
		})
	}
}

// readingTexts are the packages of this module that do anything for a text: not those for pictures, files of
// weights and training, and the innermost loops, whose counts would only take time to write and to read.
func readingTexts(t *testing.T) (packages []string) {
	t.Helper()
	out, err := exec.Command("go", "list", "cnnlang/lang/...", "cnnlang/interp/...", "cnnlang/cmd/...", "cnnlang/ops/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	others := []string{"cnnlang/interp/picture", "cnnlang/interp/internal/weight", "cnnlang/interp/train", "cnnlang/ops/exec/internal"}
	for _, name := range strings.Fields(string(out)) {
		if !slices.ContainsFunc(others, func(o string) bool { return strings.HasPrefix(name, o) }) || strings.HasSuffix(name, "/recipe") {
			packages = append(packages, name)
		}
	}
	return packages
}

// statements runs commands on a text, beside which one for fewer lies in fewer.cnn, and returns how many
// statements they executed, and whether a limit ended them.
func statements(t *testing.T, program, covdata string, commands []string, of growth, size int) (n int, limited bool) {
	t.Helper()
	folder, other := t.TempDir(), filepath.Join(t.TempDir(), "fewer.cnn")
	if err := os.WriteFile(other, []byte(of.text(size/5)), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, command := range commands {
		limited = execute(t, program, strings.ReplaceAll(command, "fewer.cnn", other), of.text(size), folder) == exitLimit || limited
	}
	counts, err := exec.Command(covdata, "textfmt", "-i", folder, "-o", "/dev/stdout").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(counts)) { // file.go:1.2,3.4 statements count
		if fields := strings.Fields(line); len(fields) == 3 {
			inBlock, _ := strconv.Atoi(fields[1])
			times, _ := strconv.Atoi(fields[2])
			n += inBlock * times
		}
	}
	return n, limited
}

// execute runs a command on a text, leaves its counts in folder and returns its exit code.
func execute(t *testing.T, program, command, text, folder string) (code int) {
	t.Helper()
	run := exec.CommandContext(t.Context(), program, strings.Fields(command)...)
	run.Stdin, run.Env = strings.NewReader(text), append(os.Environ(), "GOCOVERDIR="+folder)
	err := run.Run()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		t.Fatal(err)
	}
	switch code = run.ProcessState.ExitCode(); code {
	case exitFine, exitProblems, exitUsage, exitLimit:
	default:
		t.Errorf("%s: exit code %d", command, code)
	}
	if most := run.ProcessState.SysUsage().(*syscall.Rusage).Maxrss << 10; most > mostMemory {
		t.Errorf("%s: %d MB", command, most>>20)
	}
	return code
}

// A growth is a text in which one construct is repeated.
type growth struct {
	name, template string
	marked         bool // it once took far more than its length
}

// growths reads the texts of testdata/growth.txt, which says how they are written.
func growths(t *testing.T) (list []growth) {
	t.Helper()
	data, err := os.ReadFile("../../testdata/growth.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range bytes.Split(data, []byte("\n== "))[1:] {
		name, template, _ := strings.Cut(string(part), "\n")
		name, marked := strings.CutSuffix(name, " !")
		list = append(list, growth{name, template, marked})
	}
	if len(list) < 200 {
		t.Fatalf("%d texts", len(list))
	}
	return list
}

// text writes the template out for a number.
func (g growth) text(n int) string {
	k := 0
	for 2<<k <= n {
		k++
	}
	written := repeated(g.template, n, k)
	return strings.NewReplacer("⟨n⟩", strconv.Itoa(n), "⟨k⟩", strconv.Itoa(k), "⟨esc⟩", "\x1b", "⟨tab⟩", "\t",
		"NET", "net n [N, 8, H = 16, W = 16] -> [N, _, _, _]", "IMG", "[N, C, H, W] -> [N, C, H, W]").Replace(written)
}

// repeated expands what is in ‹ and ›, the innermost first.
func repeated(template string, n, k int) string {
	for {
		end := strings.Index(template, "›")
		if end < 0 {
			return template
		}
		start := strings.LastIndex(template[:end], "‹")
		times, unit, counted := strings.Cut(template[start+len("‹"):end], "*")
		copies := map[string]int{"k": k}[times]
		if number, err := strconv.Atoi(times); counted && err == nil {
			copies = number
		} else if copies == 0 {
			copies, unit = n, template[start+len("‹"):end]
		}
		var b strings.Builder
		for i := range copies {
			fmt.Fprint(&b, strings.NewReplacer("•", strconv.Itoa(i), "‣", strconv.Itoa(i+1),
				"↑", strconv.Itoa(copies-i), "↓", strconv.Itoa(copies-i-1)).Replace(unit))
		}
		template = template[:start] + b.String() + template[end+len("›"):]
	}
}
