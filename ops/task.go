package ops

import (
	"context"

	"cnnlang/ops/tensor"
)

// prepared is a Prepared made of a function, which every algorithm returns.
type prepared struct {
	algorithm string
	lend      int // float32 of scratch for each worker
	share     int // float32 of scratch for all together
	bind      func(out tensor.Tensor, in []tensor.Tensor, s scratch) []Task
}

func (p *prepared) Algorithm() string       { return p.algorithm }
func (p *prepared) Scratch(workers int) int { return apart(p.share) + workers*apart(p.lend) }

func (p *prepared) Bind(out tensor.Tensor, in []tensor.Tensor, mem []float32, workers int) []Task {
	if len(mem) < p.Scratch(workers) {
		panic("ops: scratch is too small")
	}
	return p.bind(out, in, scratch{mem[:p.share], mem[apart(p.share):], p.lend})
}

// A scratch is memory for all workers and in equal pieces, one for each.
type scratch struct {
	shared []float32
	mem    []float32
	lend   int
}

// of returns the piece of a worker; what it holds is undefined.
func (s scratch) of(worker int) []float32 {
	at := worker * apart(s.lend)
	return s.mem[at : at+s.lend : at+s.lend]
}

// apart rounds n up so that two workers never write one cache line.
func apart(n int) int {
	if n == 0 {
		return 0
	}
	return (n+15)/16*16 + 16
}

// parts is a Task made of a function.
type parts struct {
	n  int
	do func(ctx context.Context, part, worker int)
}

func (p *parts) Parts() int                               { return p.n }
func (p *parts) Do(ctx context.Context, part, worker int) { p.do(ctx, part, worker) }

// grain is how many elements a part of cheap work has: 64 KB, some 10 µs for a
// relu and 300 µs for a gelu.
const grain = 1 << 14

// ranges splits 0 to n into parts of at most size.
func ranges(n, size int, do func(from, to, worker int)) Task {
	return longRanges(n, size, func(_ context.Context, from, to, worker int) { do(from, to, worker) })
}

// longRanges is ranges for what looks at the context of the run.
func longRanges(n, size int, do func(ctx context.Context, from, to, worker int)) Task {
	return &parts{ceilDiv(n, size), func(ctx context.Context, part, worker int) {
		from := part * size
		do(ctx, from, min(from+size, n), worker)
	}}
}

// planes splits n planes of pixels elements each into parts: several planes
// together where they are small, and large ones into pieces, which are the pixels
// from one on to another.
func planes(n, pixels int, do func(plane, from, to, worker int)) Task {
	if pixels <= grain {
		return ranges(n, max(1, grain/max(pixels, 1)), func(first, end, worker int) {
			for p := first; p < end; p++ {
				do(p, 0, pixels, worker)
			}
		})
	}
	pieces := ceilDiv(pixels, grain)
	return ranges(n*pieces, 1, func(i, _, worker int) {
		from := i % pieces * grain
		do(i/pieces, from, min(from+grain, pixels), worker)
	})
}

// together is independent tasks as one.
func together(tasks ...Task) Task {
	total := 0
	for _, t := range tasks {
		total += t.Parts()
	}
	return &parts{total, func(ctx context.Context, part, worker int) {
		for _, t := range tasks {
			if part < t.Parts() {
				t.Do(ctx, part, worker)
				return
			}
			part -= t.Parts()
		}
	}}
}

func ceilDiv(n, d int) int { return (n + d - 1) / d }

func roundUp(n, d int) int { return ceilDiv(n, d) * d }

// balanced returns a block size of at most size (rounded to unit) that splits n
// into blocks as equal as can be.
func balanced(n, size, unit int) int {
	blocks := ceilDiv(n, max(size, unit))
	return roundUp(ceilDiv(n, blocks), unit)
}

// channels views a shape as [N, C, rest].
func channels(s tensor.Shape) (n, c, rest int) {
	return s[0], s[1], s[2:].Elements()
}
