package optest

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// What a run allocates is read off the runtime's profile of memory, by the functions on
// the stack of each allocation: a count of all that a process allocates has what other
// goroutines do meanwhile, the runtime's own among them.

// Counted does a run whose allocations count, those of the helpers of ops.Workers too.
func Counted(run func()) {
	counting.Lock()
	if counting.depth++; counting.depth == 1 {
		counting.rate, runtime.MemProfileRate = runtime.MemProfileRate, 1
	}
	counting.Unlock()
	defer func() {
		counting.Lock()
		if counting.depth--; counting.depth == 0 {
			runtime.MemProfileRate = counting.rate
		}
		counting.Unlock()
	}()
	counted(run)
}

var counting struct {
	sync.Mutex
	depth, rate int
}

// counted is what the run is known by.
//
//go:noinline
func counted(run func()) {
	run()
	runtime.KeepAlive(run) // not a tail call
}

// runs are functions below which all allocations are counted.
var runs = []string{"cnnlang/ops/optest.counted", "cnnlang/ops/exec/task.(*Workers).help"}

// A sudog is what the runtime keeps of a goroutine that waits on a channel. It has a store
// of them, which a collection may empty.
const sudog = "runtime.acquireSudog"

// allocations counts those of all counted runs so far, by their place.
func allocations() map[string]int64 {
	runtime.GC() // a profile is complete up to the collection before the last
	runtime.GC()
	records := make([]runtime.MemProfileRecord, 1000)
	n, ok := runtime.MemProfile(records, true)
	for !ok {
		records = make([]runtime.MemProfileRecord, n+n/2)
		n, ok = runtime.MemProfile(records, true)
	}
	found := map[string]int64{}
	for _, r := range records[:n] {
		if place := placeOf(r.Stack()); place != "" {
			found[place] += r.AllocObjects
		}
	}
	return found
}

// placeOf is the first line outside of the runtime of a stack, and what called it; ""
// where the stack is no run's, or where what allocates is a test, as a package is named
// that is outside of the one it tests.
func placeOf(stack []uintptr) string {
	frames := runtime.CallersFrames(stack)
	var lines []string
	ours := "" // the first function of this module
	for more := true; more; {
		var f runtime.Frame
		f, more = frames.Next()
		if f.Function == sudog {
			return ""
		}
		if !strings.HasPrefix(f.Function, "runtime.") && len(lines) < 3 {
			lines = append(lines, fmt.Sprintf("%s:%d", f.Function, f.Line))
		}
		if ours == "" && strings.HasPrefix(f.Function, "cnnlang/") {
			ours = f.Function
		}
		if slices.Contains(runs, f.Function) {
			if strings.Contains(ours, "_test.") {
				return ""
			}
			return strings.Join(lines, ", of ")
		}
	}
	return ""
}

// NoAllocations fails the test where one of a few runs allocates.
func NoAllocations(t testing.TB, what string, run func() error) {
	t.Helper()
	before := allocations()
	for range 3 {
		var err error
		Counted(func() { err = run() })
		if err != nil {
			t.Fatal(err)
		}
	}
	for place, n := range allocations() {
		if n > before[place] {
			t.Errorf("%s: %d allocations in 3 runs by %s", what, n-before[place], place)
		}
	}
}

// Exit runs the tests of a package and returns the code to exit with, which is 1 too
// where one of all their counted runs allocated.
func Exit(m *testing.M) (code int) {
	code = m.Run()
	for place, n := range allocations() {
		fmt.Printf("FAIL: a run must allocate nothing: %d allocations by %s\n", n, place)
		code = 1
	}
	return code
}
