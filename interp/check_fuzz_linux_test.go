package interp_test

import (
	"io"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"cnnlang/interp"
	"cnnlang/interp/elab"
	"cnnlang/interp/prove"
	"cnnlang/interp/repair"
	"cnnlang/lang/diag"
	"cnnlang/lang/langtest"
)

// What any text may take, whatever is in it.
const (
	mostTime  = time.Second
	mostBytes = 256 << 20
)

// FuzzCheck says all there is to say of any text, in every form: nothing panics,
// takes longer than a second or more than 256 MB. The search for repairs has a second
// of its own.
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
		start := processorTime(t)
		p, err := interp.Open("-", strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		_, list, err := p.Check("", elab.Options{})
		if err != nil {
			t.Fatal(err)
		}
		prover := prove.New()
		verdicts, more := p.Prove(prover, "", list)
		list.AddAll(more)
		list.AddAll(p.Lint(verdicts))
		took := processorTime(t) - start
		if took > mostTime {
			t.Errorf("took %v", took)
		}
		p.Repair("", elab.Options{}, list, verdicts, repair.Usual)
		render(t, p, list)
		// The collector may work beside the search, on another processor.
		if more := processorTime(t) - start - took; more > 2*repair.Usual.Time+mostTime {
			t.Errorf("repairs and rendering took %v", more)
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

// processorTime is what this process has used so far, which other processes on the
// machine do not change.
func processorTime(t testing.TB) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// watchHeap looks at the heap every few milliseconds until the returned function
// is called, which gives the most that was added to it.
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
