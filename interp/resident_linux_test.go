package interp_test

import (
	"bytes"
	"flag"
	"fmt"
	"math"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/ops/tensor"
)

var everyResident = flag.Bool("resident.all", false, "compare the memory of every net of the library, which takes minutes")

// residentNet has 106 MiB of weights and, on two threads, about 145 of activations, and takes few
// multiply-accumulates.
const residentNet = `net wide [N, 3, H = 384, W = 384] -> [N, 8000] {
  conv(64, 1x1) -> relu -> conv(64, 1x1) -> add { | id | conv(64, 1x1) -> relu } -> maxpool(48x48)
  -> conv(72, 1x1) -> flatten -> linear(2200, bias=false) -> linear(8000, bias=false)
}`

// A resident is a net to be run, "" for residentNet.
type resident struct {
	net            string
	batch, threads int
	precision      interp.Precision
}

// residents have among them convolutions by every algorithm, branches that are joined, groups,
// normalisations that are not folded, and large layers.
var residents = []resident{
	{net: "", batch: 4, threads: 2}, {net: "resnet50", batch: 1, threads: 1}, {net: "inception_v3", batch: 4, threads: 1},
	{net: "inception_resnet_v2", batch: 1, threads: 2}, {net: "convnext_tiny", batch: 4, threads: 2}, {net: "resnext50_32x4d", batch: 1, threads: 2},
}

const residentChild = "CNNLANG_TEST_RESIDENT"

// leastSaid is what a net takes that is compared: for a smaller one the program's own share is
// too large beside it.
const leastSaid = 100 << 20

// What Net.Memory says is what a model and a session take: what a process has in memory grows by
// as much, within 5 %, when it makes them and runs. Each net has a process of its own, which has run
// a tiny one and read the text of this one before: what the program itself takes is there already.
func TestMemoryIsWhatIsResident(t *testing.T) {
	if os.Getenv(residentChild) != "" {
		printResident(t)
		return
	}
	list := residents
	if *everyResident {
		for _, name := range interp.Library() {
			for _, precision := range []interp.Precision{interp.F32, interp.BF16} {
				if precision.Supported() != nil {
					continue
				}
				for _, batch := range []int{1, 4} {
					list = append(list, resident{name, batch, 1, precision}, resident{name, batch, 2, precision})
				}
			}
		}
	}
	compared, furthest := 0, 0.0
	for i, r := range list {
		said, took := r.measure(t)
		if i >= len(residents) && said < leastSaid {
			continue
		}
		compared++
		off := float64(took)/float64(said) - 1
		furthest = max(furthest, math.Abs(off))
		t.Logf("%-28s batch %d, %d threads, %v: %6.1f MiB said, %6.1f taken, %+.1f %%", r.net, r.batch, r.threads, r.precision, float64(said)/(1<<20), float64(took)/(1<<20), 100*off)
		if said < leastSaid || math.Abs(off) > 0.05 {
			t.Errorf("%+v: Memory says %d bytes, and %d were taken", r, said, took)
		}
	}
	t.Logf("%d compared, %.1f %% off at most", compared, 100*furthest)
}

// measure has a child say and take memory.
func (r resident) measure(t *testing.T) (said, took int64) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, "-test.run=^TestMemoryIsWhatIsResident$", "-test.v")
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d %d %d %s", residentChild, r.batch, r.threads, r.precision, r.net))
	var stdout bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stdout
	if err := cmd.Run(); err != nil {
		t.Fatalf("%+v: %v\n%s", r, err, &stdout)
	}
	_, line, _ := strings.Cut(stdout.String(), "resident: ")
	if _, err := fmt.Sscan(line, &said, &took); err != nil {
		t.Fatalf("%+v: %v\n%s", r, err, &stdout)
	}
	return said, took
}

// printResident is the child.
func printResident(t *testing.T) {
	var r resident
	text := residentNet
	if n, err := fmt.Sscan(os.Getenv(residentChild), &r.batch, &r.threads, &r.precision, &r.net); n < 3 {
		t.Fatal(err)
	}
	if r.net == "" {
		r.net = "-"
	}
	_, tiny := selected(t, "-", classifier, interp.Options{})
	r.run(tiny, t)
	_, n := selected(t, r.net, text, interp.Options{Batch: r.batch})
	debug.FreeOSMemory()
	before := residentNow(t)
	own := r.run(n, t)
	fmt.Printf("resident: %d %d\n", own.said, residentNow(t)-before)
	runtime.KeepAlive(own)
}

// A ran is what is alive after a run, and what was said of it, with its input.
type ran struct {
	said    int64
	model   *interp.Model
	session *interp.Session
	input   tensor.Tensor
}

// run makes a model and a session of a net, and runs them.
func (r resident) run(n *interp.Net, t *testing.T) (done ran) {
	t.Helper()
	opts := interp.Options{Threads: r.threads, Precision: r.precision, Weights: interp.RandomWeights(0)}
	plan, err := n.Memory(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	input, held, err := n.RandomInput(t.Context(), opts, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	done.said, done.input = plan.Total()+held, input
	if done.model, err = n.Build(t.Context(), opts); err != nil {
		t.Fatal(err)
	}
	if built := done.model.Memory(r.threads); built.Total() != plan.Total() {
		t.Errorf("Net.Memory says %+v, the model %+v", plan, built)
	}
	done.session = done.model.NewSession(r.threads)
	if err := done.session.Run(t.Context(), input); err != nil {
		t.Fatal(err)
	}
	return done
}

// residentNow is what the process has in memory, in bytes, without pages of files: the weights are
// generated, and what is left is the program's code, of which the first run has used a part.
func residentNow(t *testing.T) int64 {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	read := func(name string) (kib int64) {
		_, rest, _ := strings.Cut(string(status), name)
		if _, err := fmt.Sscan(rest, &kib); err != nil {
			t.Fatal(err)
		}
		return kib
	}
	return (read("VmRSS:") - read("RssFile:")) << 10
}
