package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// fake is the word that makes the test binary a worker; what follows says how it
// behaves.
const fake = "fake-worker"

func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == fake {
		beWorker(os.Args[2:])
		return
	}
	os.Exit(m.Run())
}

// beWorker speaks the protocol for a network that answers 1, 2, 3.
func beWorker(arguments []string) {
	kind, threads, batch := arguments[0], arguments[1], arguments[2]
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
	fmt.Printf(`{"engine":"fake","precision":"f32","threads":%s,"batch":%s,"hwm_mb":64,"y0":%s}`+"\n", threads, batch, output)
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
			fmt.Println("[" + strings.TrimSuffix(strings.Repeat("100,", n), ",") + "]")
		}
	}
}

func fakeEngine(name, kind string) engine {
	return engine{Name: name, Precision: "f32", command: func(_ *network, threads, batch int) []string {
		return []string{os.Args[0], fake, kind, strconv.Itoa(threads), strconv.Itoa(batch)}
	}}
}

func fakeNetwork() *network {
	return &network{Net: "small", Input: []int{3, 8, 8}, MACs: 1e6, Output: []float64{1, 2, 3, 4, 5}}
}

func onLinux(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("reads what Linux says of processes")
	}
}

func TestWorkersTakeTurns(t *testing.T) {
	onLinux(t)
	o := &options{threads: []int{1, 2}, rounds: 3, turn: 1000}
	list, err := o.measure(fakeNetwork(), 8, []engine{fakeEngine("a", "works"), fakeEngine("b", "works")})
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 4 {
		t.Fatalf("got %d timings, want 4", len(list))
	}
	for i, v := range list {
		if v.Threads != 1+i/2 || v.Engine != string("ab"[i%2]) || v.Reference != "a" || v.Batch != 8 || v.Rounds != 3 || v.Runs != 1 {
			t.Errorf("timing %d is %+v", i, v)
		}
		one := spread{1, 1, 1}
		if v.Time.Median != 100 || v.Ratio != one || v.SpeedUp != one || v.MostResident != 64 {
			t.Errorf("timing %d is %+v", i, v)
		}
		if want := 0.16; v.GFLOPS != want { // 2 * 8 * 1e6 in 0.1 s
			t.Errorf("timing %d: got %v GFLOP/s, want %v", i, v.GFLOPS, want)
		}
	}
}

func TestWorkersThatFail(t *testing.T) {
	onLinux(t)
	for kind, want := range map[string]string{
		"dies":    "no such model",
		"babbles": "Loading",
		"lies":    "standard deviations from the library's",
		"breaks":  "standard deviations from the library's",
		"forgets": "got 1 times, want 3",
	} {
		o := &options{threads: []int{1}, rounds: 1, turn: 1000}
		_, err := o.measure(fakeNetwork(), 1, []engine{fakeEngine("a", "works"), fakeEngine("b", kind)})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", kind, err, want)
		}
	}
	if _, err := start("none", []string{"./no-such-program"}); err == nil {
		t.Error("a program that there is not was started")
	}
}

func TestColdStartsAreCounted(t *testing.T) {
	onLinux(t)
	o := &options{threads: []int{2}, starts: 2}
	list, err := o.coldStarts(fakeNetwork(), []engine{fakeEngine("a", "works")})
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 1 || list[0].Starts != 2 || list[0].Threads != 2 || list[0].MostResident != 64 || list[0].Time.Median <= 0 {
		t.Errorf("got %+v", list)
	}
}
