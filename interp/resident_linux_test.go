package interp_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"cnnlang/interp"
)

// residentNet has 106 MiB of weights and, on two threads, about 145 of activations, and takes few
// multiply-accumulates.
const residentNet = `net wide [N, 3, H = 384, W = 384] -> [N, 8000] {
  conv(64, 1x1) -> relu -> conv(64, 1x1) -> add { | id | conv(64, 1x1) -> relu } -> maxpool(48x48)
  -> conv(72, 1x1) -> flatten -> linear(2200, bias=false) -> linear(8000, bias=false)
}`

const residentChild = "CNNLANG_TEST_RESIDENT"

// What Net.Memory says is what a model and a session take: what a process has in memory grows by
// as much, within 5 %, when it makes them and runs. The process is a child, which has run a small
// net before: what the program itself takes is there already.
func TestMemoryIsWhatIsResident(t *testing.T) {
	if os.Getenv(residentChild) != "" {
		printResident(t)
		return
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, "-test.run=^TestMemoryIsWhatIsResident$", "-test.v")
	cmd.Env = append(os.Environ(), residentChild+"=1")
	var stdout bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stdout
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, &stdout)
	}
	var said, took int64
	_, line, _ := strings.Cut(stdout.String(), "resident: ")
	if _, err := fmt.Sscan(line, &said, &took); err != nil {
		t.Fatalf("%v\n%s", err, &stdout)
	}
	t.Logf("%.1f MiB said, %.1f taken", float64(said)/(1<<20), float64(took)/(1<<20))
	if said < 220<<20 || float64(took) > 1.05*float64(said) || float64(took) < 0.95*float64(said) {
		t.Errorf("Memory says %d bytes, and %d were taken", said, took)
	}
}

// printResident is the child.
func printResident(t *testing.T) {
	before := int64(0)
	for _, c := range []struct {
		text  string
		batch int
	}{{classifier, 1}, {residentNet, 4}} {
		_, n := selected(t, "-", c.text, interp.Options{Batch: c.batch})
		opts := interp.Options{Threads: 2, Weights: interp.RandomWeights(0)}
		said, err := n.Memory(t.Context(), opts)
		if err != nil {
			t.Fatal(err)
		}
		input, held, err := n.RandomInput(t.Context(), opts, 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		m, err := n.Build(t.Context(), opts)
		if err != nil {
			t.Fatal(err)
		}
		if built := m.Memory(2); built.Total() != said.Total() {
			t.Errorf("Net.Memory says %+v, the model %+v", said, built)
		}
		s := m.NewSession(2)
		if err := s.Run(t.Context(), input); err != nil {
			t.Fatal(err)
		}
		debug.FreeOSMemory()
		now := resident(t)
		if before != 0 {
			fmt.Printf("resident: %d %d\n", said.Total(), now-before-held)
		}
		runtime.KeepAlive(input)
		s.Close()
		m.Close()
		before = now
	}
}

// resident is what the process has in memory, in bytes.
func resident(t *testing.T) int64 {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	var kib int64
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		t.Fatal(err)
	}
	return kib << 10
}
