package optest

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Allocations of a run are counted from the runtime's memory profile, by the functions on
// the stack: a count for the process would include other goroutines, even the runtime's
// own.

// Counted does a run whose allocations are counted, including those of task.Workers.
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

// runs are the functions below which all allocations are counted.
var runs = []string{"cnnlang/ops/optest.counted", "cnnlang/ops/exec/task.(*Workers).help"}

// A sudog is the runtime's record of a goroutine that waits on a channel. The runtime
// caches them, and a collection may empty the cache.
const sudog = "runtime.acquireSudog"

// allocations are those of all counted runs so far, by place.
func allocations() map[string]int64 {
	runtime.GC() // the profile lags one collection behind
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

// placeOf is the first line of a stack outside the runtime, and its callers; "" if the
// stack belongs to no run, or if a test allocates, recognised by the name of an external
// test package.
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

// NoAllocations fails the test if a run allocates.
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

// Exit runs the tests of a package and returns the exit code, 1 also if any counted run
// allocated.
func Exit(m *testing.M) (code int) {
	code = m.Run()
	for place, n := range allocations() {
		fmt.Printf("FAIL: a run must allocate nothing: %d allocations by %s\n", n, place)
		code = 1
	}
	return code
}
