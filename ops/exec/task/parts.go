package task

import (
	"context"

	"cnnlang/ops/exec/layout"
)

// parts is a Task made of a function.
type parts struct {
	n  int
	do func(ctx context.Context, part, worker int)
}

func (p *parts) Parts() int                               { return p.n }
func (p *parts) Do(ctx context.Context, part, worker int) { p.do(ctx, part, worker) }

// New is a task of n parts.
func New(n int, do func(ctx context.Context, part, worker int)) Task { return &parts{n, do} }

// Grain is how many elements a part of cheap work has: 64 KB, about 10 µs for a relu and
// 300 µs for a gelu.
const Grain = 1 << 14

// Ranges splits 0 to n into parts of at most size.
func Ranges(n, size int, do func(from, to, worker int)) Task {
	return LongRanges(n, size, func(_ context.Context, from, to, worker int) { do(from, to, worker) })
}

// LongRanges is Ranges for work that checks the context of the run.
func LongRanges(n, size int, do func(ctx context.Context, from, to, worker int)) Task {
	return New(CeilDiv(n, size), func(ctx context.Context, part, worker int) {
		from := part * size
		do(ctx, from, min(from+size, n), worker)
	})
}

// Planes splits n planes of pixels elements each into parts: several small planes together,
// or pieces [from, to) of large ones.
func Planes(n, pixels int, do func(plane, from, to, worker int)) Task {
	if pixels <= Grain {
		return Ranges(n, max(1, Grain/max(pixels, 1)), func(first, end, worker int) {
			for p := first; p < end; p++ {
				do(p, 0, pixels, worker)
			}
		})
	}
	pieces := CeilDiv(pixels, Grain)
	return Ranges(n*pieces, 1, func(i, _, worker int) {
		from := i % pieces * Grain
		do(i/pieces, from, min(from+Grain, pixels), worker)
	})
}

// rowsPart is how many float32 a part of work on rows writes, about 10 µs.
const rowsPart = 1 << 14

// EachRow is work on every row of a value, several rows to a part.
func EachRow(g *layout.Grid, do func(image, block, y, worker int)) Task {
	return Ranges(g.N*g.Blocks*g.H, max(1, rowsPart/g.Pitch), func(first, end, worker int) {
		for i := first; i < end; i++ {
			plane := i / g.H
			do(plane/g.Blocks, plane%g.Blocks, i%g.H, worker)
		}
	})
}

// Copying copies src to dst.
func Copying(dst, src []float32) Task {
	return Ranges(len(dst), 4*Grain, func(from, to, _ int) { copy(dst[from:to], src[from:to]) })
}

// Together is independent tasks as one.
func Together(tasks ...Task) Task {
	total := 0
	for _, t := range tasks {
		total += t.Parts()
	}
	return New(total, func(ctx context.Context, part, worker int) {
		for _, t := range tasks {
			if part < t.Parts() {
				t.Do(ctx, part, worker)
				return
			}
			part -= t.Parts()
		}
	})
}

// CeilDiv is n/d, rounded up.
func CeilDiv(n, d int) int { return (n + d - 1) / d }

// RoundUp is n rounded up to a multiple of d.
func RoundUp(n, d int) int { return CeilDiv(n, d) * d }

// Balanced returns a block size of at most size (a multiple of unit) that splits n into
// blocks as equal as possible.
func Balanced(n, size, unit int) int {
	blocks := CeilDiv(n, max(size, unit))
	return RoundUp(CeilDiv(n, blocks), unit)
}
