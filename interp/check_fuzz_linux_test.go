package interp_test

import (
	"io"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"cnnlang/interp"
	"cnnlang/interp/internal/prove"
	"cnnlang/interp/internal/repair"
	"cnnlang/lang/diag"
	"cnnlang/lang/langtest"
)

// Limits for any text, whatever is in it.
const (
	mostBytes     = 256 << 20 // at a time
	mostAllocated = 1 << 30   // one after another
)

// FuzzCheck finds and prints all diagnostics of any text: nothing panics, takes more than
// 256 MB or allocates more than its work allows. The search for repairs has as much of its
// own, and is limited by the work that it counts.
func FuzzCheck(f *testing.F) {
	for _, pattern := range []string{"../testdata/check/*.cnn", "../testdata/check/corpus/*.cnn"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatalf("no programs: %v", err)
		}
		for _, file := range files {
			for _, c := range langtest.Chunks(f, file) {
				f.Add(expectation.ReplaceAllString(c.Text, ""))
			}
		}
	}
	for _, page := range diag.Pages() {
		f.Add(page.Wrong)
		f.Add(page.Right)
	}
	f.Fuzz(func(t *testing.T, text string) {
		peak := watchHeap()
		var before, between, after runtime.MemStats
		runtime.ReadMemStats(&before)
		p, err := interp.Read("<stdin>", strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		_, list, err := p.Check(interp.Options{})
		if err != nil {
			t.Fatal(err)
		}
		prover := prove.New()
		verdicts, more := p.Prove(prover, "", list)
		list.AddAll(more)
		list.AddAll(p.Lint(verdicts))
		runtime.ReadMemStats(&between)
		limits := repair.Usual
		limits.Time = time.Hour
		p.Repair("", list, verdicts, limits)
		render(t, p, list)
		runtime.ReadMemStats(&after)
		if n := between.TotalAlloc - before.TotalAlloc; n > mostAllocated {
			t.Errorf("allocated %d MB", n>>20)
		}
		if n := after.TotalAlloc - between.TotalAlloc; n > mostAllocated {
			t.Errorf("repairs and rendering allocated %d MB", n>>20)
		}
		if n := peak(); n > mostBytes {
			t.Errorf("took %d MB", n>>20)
		}
		for _, d := range list {
			if d.Message == "" || strings.ContainsAny(d.Message, "\n\x00") || d.Code.Name() == "" {
				t.Errorf("not a message: %q %v", d.Message, d.Code)
			}
			if d.Severity == diag.Error && !d.Span.IsValid() {
				t.Errorf("an error without a place: %v", d)
			}
		}
	})
}

// render writes a list in every form there is.
func render(t *testing.T, p *interp.Program, list diag.List) {
	for _, err := range []error{
		diag.Fprint(io.Discard, list, p.File, diag.Options{Color: true, Width: 60}),
		diag.FprintShort(io.Discard, list),
		diag.FprintJSON(io.Discard, list),
		diag.FprintSARIF(io.Discard, list, "test"),
	} {
		if err != nil {
			t.Error(err)
		}
	}
}

// watchHeap samples the heap every few milliseconds until the returned function is called,
// which returns the largest growth.
func watchHeap() func() uint64 {
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	stop, most := make(chan struct{}), make(chan uint64)
	go func() {
		highest := before
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				highest = max(highest, heap())
			case <-stop:
				most <- max(highest, heap()) - before
				return
			}
		}
	}()
	return func() uint64 {
		close(stop)
		return <-most
	}
}
