package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/interp/onnx"
	"cnnlang/lang/diag"
	"cnnlang/lang/format"
	"cnnlang/lang/lint"
)

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

// TestStatementsGrowWithTheText counts the runs of statements of this module that the commands
// execute for each text, and the memory they take. It runs in a test that counts them, by
// -cover -covermode count -coverpkg ./... .
func TestStatementsGrowWithTheText(t *testing.T) {
	if testing.CoverMode() != "count" {
		t.Skip("takes minutes; .ci/run has it as stage grows: -cover -covermode count -coverpkg ./...")
	}
	const small, times, most, slack, atLimit = 125, 4, 5.0, 500_000, 30_000_000
	for _, g := range growths(t) {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			grows := func(size int, commands ...string) (few, many int, tooFast bool) {
				few, _ = statements(t, g, size, commands)
				many, limited := statements(t, g, times*size, commands)
				if limited && many <= atLimit*len(commands) {
					return few, many, false // it is refused for what it takes
				}
				return few, many, float64(many) > most*float64(few)+slack
			}
			few, many, tooFast := grows(small, reading...)
			t.Logf("%d for %d, %d for %d", few, small, many, times*small)
			if !tooFast {
				return
			}
			const size = 2 * small // where a limit may end it
			if few, many, tooFast := grows(size, reading...); tooFast {
				t.Errorf("%d for %d, %d for %d", few, size, many, times*size)
				for _, c := range reading {
					few, many, tooFast := grows(size, c)
					t.Logf("%s: %d, %d: %v", c, few, many, tooFast)
				}
			}
		})
	}
}

// The commands for a text. To one with mistakes all but the first two say what those say.
var reading = []string{"check --contracts text.cnn", "fmt --shapes text.cnn", "graph text.cnn", "params --depth all text.cnn",
	"expand text.cnn", "why text.cnn output", "graph -o svg text.cnn", "diff text.cnn fewer.cnn"}

// statements runs commands on a text, beside which one for fewer lies in fewer.cnn.
func statements(t *testing.T, of growth, size int, commands []string) (n int, limited bool) {
	t.Helper()
	return executed(t, map[string]string{"text.cnn": of.text(size), "fewer.cnn": of.text(size / 5)}, commands)
}

// executed runs commands on files in one process, and returns how many runs of statements that executed, and whether a
// limit ended a command.
func executed(t *testing.T, files map[string]string, commands []string) (n int, limited bool) {
	t.Helper()
	folder, counts := t.TempDir(), t.TempDir()
	for file, text := range files {
		if err := os.WriteFile(filepath.Join(folder, file), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	cmd, stderr := commandFor(t, 5*time.Minute, folder)
	cmd.Env = append(cmd.Env, lineByLine+"=1", "GOCOVERDIR="+counts)
	to, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	from, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	answers, mistaken := json.NewDecoder(from), false
	for i, line := range commands {
		if i >= 2 && mistaken {
			break
		}
		var answer answered
		fmt.Fprintln(to, line)
		if err := answers.Decode(&answer); err != nil {
			t.Fatalf("%s: %v\n%s", line, err, stderr)
		}
		switch answer.Code {
		case exitFine, exitProblems, exitUsage, exitLimit:
		default:
			t.Errorf("%s: exit code %d\n%s", line, answer.Code, answer.Message)
		}
		limited = limited || answer.Code == exitLimit
		mistaken = mistaken || i == 0 && answer.Code != exitFine && !limited
	}
	to.Close()
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, stderr)
	}
	if most := residentOf(t, cmd); most > mostMemory {
		t.Errorf("%d MB", most>>20)
	}
	return executions(t, counts), limited
}

// executions is how often the runs of statements were executed that a program left the counts of in a folder, in the
// form of Go's internal/coverage: a header, another with the lengths of two tables, those,
// and for each function how many counts there are, its package, its number, and the counts.
func executions(t *testing.T, folder string) (n int) {
	t.Helper()
	const header, lengths, version = 32, 16, 1
	files, _ := filepath.Glob(filepath.Join(folder, "covcounters.*"))
	if len(files) != 1 {
		t.Fatalf("%d files of counts", len(files))
	}
	b, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	if got := binary.LittleEndian.Uint32(b[4:]); got != version {
		t.Fatalf("version %d of counts", got)
	}
	functions := binary.LittleEndian.Uint64(b[header:])
	tables := binary.LittleEndian.Uint32(b[header+8:]) + binary.LittleEndian.Uint32(b[header+12:])
	b = b[header+lengths+(tables+3)&^3:]
	next := func() int {
		v, size := binary.Uvarint(b)
		b = b[max(size, 0):]
		return int(v)
	}
	for range functions {
		counts := next()
		next()
		next()
		for range counts {
			n += next()
		}
	}
	if n == 0 {
		t.Fatal("nothing was counted")
	}
	return n
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
