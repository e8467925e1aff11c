package main

import (
	"bufio"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// fake is the argument that makes the test binary a worker; the next ones say how it
// behaves.
const fake = "fake-worker"

func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == fake {
		beWorker(os.Args[2:])
		return
	}
	if a := os.Args; len(a) > 8 && a[1] == "bench" && a[3] == "--worker" && a[6] == "--threads" && a[8] == "--batch" {
		beWorker([]string{"100", append(a, "", "f32")[11], a[7], a[9]}) // a build of cnnlang
		return
	}
	os.Exit(m.Run())
}

// beWorker speaks the protocol for a network that answers 1, 2, 3, and takes as many
// ms as its kind says.
func beWorker(arguments []string) {
	kind, precision, threads, batch := arguments[0], arguments[1], arguments[2], arguments[3]
	output := "[1,2,3]"
	switch kind {
	case "dies":
		fmt.Fprintln(os.Stderr, "no such model")
		os.Exit(3)
	case "babbles":
		fmt.Println("Loading…")
		return
	case "lies":
		output = "[1,2.1,3]"
	case "breaks":
		output = "[null,2,3]"
	}
	fmt.Printf(`{"precision":%q,"threads":%s,"batch":%s,"hwm_mb":64,"y0":%s}`+"\n", precision, threads, batch, output)
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		switch n, err := strconv.Atoi(lines.Text()); {
		case lines.Text() == "quit":
			return
		case lines.Text() == "mem":
			fmt.Println(`{"rss_mb":32,"hwm_mb":64}`)
		case err != nil:
			os.Exit(4)
		case kind == "forgets":
			fmt.Println("[1]")
		default:
			fmt.Println("[" + strings.TrimSuffix(strings.Repeat(kind+",", n), ",") + "]")
		}
	}
}

func fakeEngine(name, precision, kind string) engine {
	return engine{name: name, precision: precision, against: "a", command: func(_ *network, threads, batch int) []string {
		return []string{os.Args[0], fake, kind, precision, strconv.Itoa(threads), strconv.Itoa(batch)}
	}}
}

func fakeNetwork() *network {
	return &network{Net: "small", Input: []int{3, 8, 8}, Output: []float64{1, 2, 3, 4, 5}}
}

func onLinux(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("reads what Linux says of processes")
	}
}

func TestWorkersTakeTurns(t *testing.T) {
	onLinux(t)
	o := &options{threads: []int{1, 2}, rounds: 6, turn: 1000}
	r := &results{idleLimit: 1}
	engines := []engine{fakeEngine("a", "f32", "100"), fakeEngine("cnnlang", "f32", "110"), fakeEngine("c", "bf16", "dies")}
	if err := o.measure(fakeNetwork(), 8, engines, r); err != nil {
		t.Fatal(err)
	}
	if len(r.timings) != 4 {
		t.Fatalf("got %d timings, want 4: an optional precision is left out", len(r.timings))
	}
	for i, v := range r.timings {
		want := timing{Net: "small", Engine: []string{"a", "cnnlang"}[i%2], Against: "a", Threads: 1 + i/2, Batch: 8,
			ms: []float64{100, 110}[i%2], reference: 100, memory: 64, others: 64, busy: v.busy}
		want.ratio = ratio{want.ms / 100, want.ms / 100, want.ms / 100}
		if fmt.Sprint(v) != fmt.Sprint(want) || len(v.busy) != 12 {
			t.Errorf("timing %d: got %+v, want %+v", i, v, want)
		}
	}
	var text strings.Builder
	r.print(&text)
	for _, line := range []string{"| small | +10..+10 % |", "| small | 8 | 2 | 100.00 | 110.00 | **1.100** | 1.100..1.100 | 64 | 64 |", "|---|---:|", "the machine was busy to"} {
		if !strings.Contains(text.String(), line) {
			t.Errorf("no %q in\n%s", line, &text)
		}
	}
	if slow := r.slower(); len(slow) != 2 || !strings.Contains(slow[1], "threads 2: 1.100..1.100") {
		t.Errorf("slower: got %q", slow)
	}
}

func TestWorkersThatFail(t *testing.T) {
	onLinux(t)
	for kind, want := range map[string]string{
		"dies": "no such model", "babbles": "Loading", "lies": "standard deviations from the library's",
		"breaks": "standard deviations from the library's", "forgets": "got 1 times, want 3",
	} {
		o := &options{threads: []int{1}, rounds: 1, turn: 1000}
		err := o.measure(fakeNetwork(), 1, []engine{fakeEngine("a", "f32", "100"), fakeEngine("b", "f32", kind)}, &results{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", kind, err, want)
		}
	}
	o := &options{threads: []int{1}, rounds: 1, turn: 1000, old: "old"} // a build that lost a precision
	if err := o.measure(fakeNetwork(), 1, []engine{fakeEngine("a", "bf16", "100"), fakeEngine("b", "bf16", "dies")}, &results{}); err == nil {
		t.Error("a precision that only the older build has was left out")
	}
	if _, err := start("none", []string{"./no-such-program"}); err == nil {
		t.Error("a program that there is not was started")
	}
}

// A build is started plainly and with a cache, in the precisions that were timed.
func TestColdStartsAreCounted(t *testing.T) {
	onLinux(t)
	o := &options{threads: []int{2}, starts: 2, models: t.TempDir(), cnnlang: os.Args[0], precisions: []string{"f32", "bf16"}}
	r := &results{timings: []timing{{Net: "small", Engine: "cnnlang bf16"}}}
	if err := o.coldStarts(fakeNetwork(), r); err != nil {
		t.Fatal(err)
	}
	if len(r.starts) != 2 || r.starts[0].engine != "cnnlang bf16" || r.starts[1].engine != "cnnlang bf16 with a cache" {
		t.Fatalf("got %+v", r.starts)
	}
	for _, s := range r.starts {
		if s.net != "small" || len(s.took) != 2 || s.took[0] <= 0 || !slices.Equal(s.memory, []float64{64, 64}) {
			t.Errorf("got %+v", s)
		}
	}
}

// A build is compared with the older one precision by precision.
func TestTwoBuilds(t *testing.T) {
	o := &options{old: "old", cnnlang: "new", precisions: []string{"f32", "bf16"}}
	var got []string
	for _, e := range o.engines(fakeNetwork()) {
		got = append(got, e.name+" by "+e.against)
	}
	want := []string{"older cnnlang by older cnnlang", "cnnlang by older cnnlang",
		"older cnnlang bf16 by older cnnlang bf16", "cnnlang bf16 by older cnnlang bf16"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Of 200 intervals of noisy rounds at least 180 and not all hold the true ratio.
func TestIntervalsHoldWhatTheySay(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	inside, wide := 0, 0
	for range 200 {
		of, to := make([]float64, 17), make([]float64, 17)
		for i := range of {
			mood := math.Exp(random.NormFloat64() / 3) // of the whole round
			of[i], to[i] = 110*mood*math.Exp(random.NormFloat64()/50), 100*mood*math.Exp(random.NormFloat64()/50)
		}
		r := ratioOf(of, to)
		if r.Low <= 1.1 && 1.1 <= r.High {
			inside++
		}
		if r.High-r.Low > 0.1 {
			wide++
		}
	}
	if inside < 180 || inside == 200 || wide > 10 {
		t.Errorf("%d of 200 intervals hold the ratio, and %d are wide", inside, wide)
	}
	for n, want := range map[int]ratio{5: {3, 0, math.Inf(1)}, 6: {3.5, 1, 6}, 11: {6, 2, 10}, 17: {9, 5, 13}} { // by the binomial tables
		of, one := make([]float64, n), make([]float64, n)
		for i := range of {
			of[i], one[i] = float64(n-i), 1
		}
		if got := ratioOf(of, one); got != want {
			t.Errorf("of %d rounds: got %v, want %v", n, got, want)
		}
	}
}

func TestSystemsStatisticsAreRead(t *testing.T) {
	got, err := busyBetween("cpu  10 20 30 400 50 6 7 8 0 0\ncpu0 1 2 3\n", "cpu  20 20 30 480 60 6 7 8 0 0\n")
	if err != nil || got != 0.1 {
		t.Errorf("got %v, %v, want 10 of 100", got, err)
	}
	for _, text := range []string{"", "cpu", "cpu 1 2 3", "intr 1 2 3 4 5 6 7 8", "cpu a b c d e f g h"} {
		if _, err := busyBetween(text, text); err == nil {
			t.Errorf("%q is taken for statistics", text)
		}
	}
}

func TestDeviationIsInStandardDeviations(t *testing.T) {
	n := fakeNetwork() // its answer has the standard deviation √2
	for _, c := range []struct {
		answer []float64
		want   float64
	}{
		{[]float64{1, 2, 3}, 0}, {[]float64{1, 2, 3 + math.Sqrt2/4}, 0.25},
		{[]float64{math.NaN()}, math.Inf(1)}, {nil, math.Inf(1)}, {make([]float64, 6), math.Inf(1)},
	} {
		if got := n.deviation(c.answer); math.Abs(got-c.want) > 1e-12 && got != c.want {
			t.Errorf("%v: got %v, want %v", c.answer, got, c.want)
		}
	}
}

func TestNetworksThatAreNotWhatTheySay(t *testing.T) {
	folder := t.TempDir()
	for _, text := range []string{"", "{}", `{"net":"b","input":[3,1,1],"output":[1]}`, `{"net":"a","input":[3],"output":[1]}`, "[]"} {
		if err := os.WriteFile(filepath.Join(folder, "a.json"), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := readNetwork(folder, "a"); err == nil {
			t.Errorf("%q is taken for a network", text)
		}
	}
}

func TestOptions(t *testing.T) {
	all := []string{"--nets", "a,b", "--precision", "f32", "--threads", "2,1", "--batch", "8"}
	if o, err := readOptions(all); err != nil || !slices.Equal(o.threads, []int{1, 2}) || !slices.Equal(o.nets, []string{"a", "b"}) {
		t.Errorf("got %+v, %v", o, err)
	}
	for _, wrong := range [][]string{{"more"}, {"--threads", ""}, {"--threads", "0"}, {"--batch", "1,x"}, {"--batch", "99999999999999999999"}, {"--rounds", "0"}} {
		if _, err := readOptions(append(slices.Clone(all), wrong...)); err == nil {
			t.Errorf("%q is taken for options", wrong)
		}
	}
}

// Workers that train are compared by the losses of their first steps.
func TestLossesAreCompared(t *testing.T) {
	onLinux(t)
	trainer := func(name, kind string) engine {
		e := fakeEngine(name, "f32", kind)
		e.trains = true
		return e
	}
	o := &options{threads: []int{1}, rounds: 1, turn: 1000}
	n := &network{Net: "small", Input: []int{3, 8, 8}, Output: []float64{7}}
	if err := o.measure(n, 1, []engine{trainer("a", "100"), trainer("b", "110")}, &results{idleLimit: 1}); err != nil {
		t.Error(err)
	}
	for _, kind := range []string{"lies", "breaks"} {
		n.losses = nil
		err := o.measure(n, 1, []engine{trainer("a", "100"), trainer("b", kind)}, &results{})
		if err == nil || !strings.Contains(err.Error(), "the losses of b are") {
			t.Errorf("%s: got %v", kind, err)
		}
	}
	o = &options{training: "worker", scripts: filepath.Join(".."), freeze: "conv1"}
	all := o.trainers(&network{Net: "glyphs", Input: []int{1, 32, 32}, folder: "models"})
	got := strings.Join(all[1].command(&network{Net: "glyphs", folder: "models"}, 2, 64), " ")
	if want := "worker --weights models/glyphs.safetensors --threads 2 --batch 64 --freeze conv1 glyphs"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	all = o.trainers(&network{Net: "resnet20", Input: []int{3, 32, 32}, folder: "models"})
	if got := all[1].command(&network{Net: "resnet20", folder: "models"}, 2, 64); got[len(got)-1] != "../training/resnet20.cnn" {
		t.Errorf("got %s", got)
	}
}
