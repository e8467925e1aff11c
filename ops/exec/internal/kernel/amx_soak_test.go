//go:build linux && amd64 && !purego

package kernel

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"cnnlang/ops/cpu"
)

// TestAMXSoak computes with tiles in many goroutines, while the garbage collector stops
// them again and again and signals arrive: the system must save the tiles of a thread, and
// none may be left to the next goroutine of a thread.
func TestAMXSoak(t *testing.T) {
	if !slices.Contains(cpu.AvailableBF16(), cpu.AMX) && !*tilesAnyway {
		t.Skip("this processor has no AMX")
	}
	selected := bf16ISA
	defer func() { bf16ISA, ConvRun = selected, convRun(selected) }()
	bf16ISA, ConvRun = cpu.AMX, convRun(cpu.AMX)

	soak := 5 * time.Second
	if testing.Short() || *tilesAnyway {
		soak = time.Second
	}
	var ended atomic.Bool
	time.AfterFunc(soak, func() { ended.Store(true) })
	var running sync.WaitGroup
	running.Go(func() {
		for !ended.Load() {
			runtime.GC()
		}
	})
	running.Go(func() {
		for !ended.Load() {
			syscall.Kill(syscall.Getpid(), syscall.SIGURG) // as preemption does
			time.Sleep(100 * time.Microsecond)
		}
	})
	var calls, wrong atomic.Int64
	for i := range 24 {
		c := bf16Cases[i%len(bf16Cases)]
		c.add = false
		k, at := c.make(t, atEnd, [2]int{16, i % 17}, LineBF16, ConvRun)
		twin := *k
		twin.Out = slices.Clone(k.Out)
		compareBF16(t, "before the soak", k, at, ConvBF16, convBF16Generic)
		want := slices.Clone(k.Out)
		running.Go(func() {
			for !ended.Load() {
				copy(k.Out, twin.Out)
				ConvBF16(k, at)
				calls.Add(1)
				if !slices.EqualFunc(k.Out, want, alike) {
					wrong.Add(1)
				}
				runtime.Gosched()
			}
		})
	}
	running.Wait()
	t.Logf("%d calls", calls.Load())
	if wrong.Load() > 0 {
		t.Errorf("%d of %d calls computed something else", wrong.Load(), calls.Load())
	}
}
