package plan

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"cnnlang/interp/internal/graphtest"
	"cnnlang/ops"
	"cnnlang/ops/exec"
	"cnnlang/ops/exec/layout"
)

// A watch is a context that counts its checks, and ends at the check with the number end; 0
// for never.
type watch struct {
	context.Context
	looks atomic.Int64
	end   int64
}

func (w *watch) Err() error {
	if n := w.looks.Add(1); w.end > 0 && n >= w.end {
		return context.Canceled
	}
	return nil
}

// A run stops when its context ends, at whichever check, even the last, and returns its
// error; the next run is unaffected. Package exec bounds the work between two checks; here
// they are counted, and those after the end are few for each thread.
func TestRunStopsWhenItsContextEnds(t *testing.T) {
	long, alone := chain(3, 10, 3), batched(2)
	for name, p := range map[string]*Plan{
		"steps":  planned(t, graphtest.Random(5, 40)),
		"blocks": planned(t, wide(1)),
		"batch":  planned(t, long),
		"images": gatheredAt(t, len(long.Nodes), long, Options{}),
		"both":   gatheredAt(t, len(alone.Nodes)/2, alone, Options{}),
	} {
		input := graphtest.Inputs(p.Graph(), 1)
		want := shows(run(t, p, 1, 1))
		for _, threads := range []int{1, 3} {
			s := session(t, p, threads)
			looks := func(end int64) int64 {
				ctx := &watch{Context: context.Background(), end: end}
				if err := s.Run(ctx, input...); errors.Is(err, context.Canceled) != (end > 0) {
					t.Errorf("%s, %d threads, ended at look %d: got %v", name, threads, end, err)
				}
				return ctx.looks.Load()
			}
			whole := looks(0)
			if parts := partsOf(s); whole < int64(parts) {
				t.Errorf("%s, %d threads: %d looks at the context, and %d parts", name, threads, whole, parts)
			}
			for i := range int64(20) {
				end := 1 + i*(whole-1)/19
				if threads > 1 {
					end = min(end, whole-2) // each thread that finds no part left has looked or not
				}
				if beyond := looks(end) - end; beyond > 8*int64(threads) {
					t.Errorf("%s, %d threads: %d looks after the context ended at %d of %d", name, threads, beyond, end, whole)
				}
			}
			if looks(0); !same(shows(s), want) {
				t.Errorf("%s, %d threads: another result after runs that were stopped", name, threads)
			}
		}
	}
}

// partsOf counts the parts of all tasks of a session.
func partsOf(s *Session) (parts int) {
	for _, t := range s.tasks {
		if images, ok := t.(*imageTask); ok {
			for _, inner := range images.perWorker[0].tasks {
				parts += inner.Parts() * images.alone
			}
			continue
		}
		parts += t.Parts()
	}
	return parts
}

// Values in the caller's memory are copied in pieces, with a check of the context before
// each.
func TestLargeValuesAreCopiedInPieces(t *testing.T) {
	b := graphtest.Start("large", 1, 1, 3000, 3000)
	b.Add("slice", &ops.Identity{}, b.Graph.Input())
	s := session(t, planned(t, b.Graph), 1)
	ctx := &watch{Context: context.Background()}
	if err := s.Run(ctx, graphtest.Inputs(b.Graph, 1)...); err != nil {
		t.Fatal(err)
	}
	numbers := int64(2 * b.Graph.Input().Shape.Elements()) // in and out
	if looks := ctx.looks.Load(); numbers > looks<<20 {
		t.Errorf("%d looks while %d numbers were copied", looks, numbers)
	}
}

// Ops on rows of many pixels, or with sums of very many products, do not use blocks, for
// which a part is at least a row or a tile.
func TestHugeRowsAreNotBlocked(t *testing.T) {
	for _, precision := range []layout.Precision{layout.F32, layout.F32Fast, layout.BF16} {
		for _, width := range []int{200, layout.MostRow, layout.MostRow + 1} {
			b := graphtest.Start("rows", 1, 32, 1, width)
			x := b.Add("relu", ops.ReLU.Op(), b.Add("a", graphtest.Conv(32, 1, 1, 1, true), b.Graph.Input()))
			b.Add("gelu", ops.GELU.Op(), x)
			p := plannedIn(t, b.Graph, precision)
			blocked := false
			for _, i := range p.program.list {
				blocked = blocked || i.blocked()
			}
			if may := width <= layout.MostRow; blocked != (may && (hasBlocks() || precision != layout.F32)) {
				t.Errorf("%v, rows of %d pixels: blocked: %v", precision, width, blocked)
			}
		}
	}
	for _, channels := range []int{1 << 10, 1 << 16} {
		b := graphtest.Start("sums", 1, channels, 2, 3)
		b.Add("a", graphtest.Conv(16, 1, 1, 1, true), b.Graph.Input())
		if name := algorithmsOf(planned(t, b.Graph))["a"]; strings.HasPrefix(name, "gemm-") != (channels == 1<<16 || !hasBlocks()) {
			t.Errorf("%d channels: %s", channels, name)
		}
	}
}

func hasBlocks() bool {
	isa, _ := exec.ISA()
	return isa != "generic"
}
