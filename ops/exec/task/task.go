// Package task runs work on several threads: tasks in parts, the workers that do them, and
// their scratch memory.
package task

import (
	"context"

	"cnnlang/ops/tensor"
)

// A Task is work in parts that may run in any order and at the same time. The
// number of parts does not depend on the number of workers, and no result does
// either.
type Task interface {
	Parts() int
	// Do computes one part. Concurrent calls have different workers, which count from 0. A
	// long part checks ctx at times and returns early once it has ended.
	Do(ctx context.Context, part, worker int)
}

// Prepared is an instruction with its algorithm chosen and its parameters packed. It is
// read-only and serves any number of sessions.
type Prepared struct {
	Algorithm string // for people: "gemm-generic-4x8"
	PerWorker int    // float32 of scratch for each worker
	Shared    int    // float32 of scratch for all together
	Tables    int64  // bytes of what says where tiles lie
	// Tasks returns the work in the memory of one session.
	Tasks func(out tensor.Tensor, in []tensor.Tensor, s Scratch) []Task
}

// Scratch is how many float32 Bind needs for this many workers.
func (p *Prepared) Scratch(workers int) int { return spaced(p.Shared) + workers*spaced(p.PerWorker) }

// Bind fixes the memory of one session and returns the work as tasks that run one after
// another. The contents of out and scratch are undefined before the first task.
func (p *Prepared) Bind(out tensor.Tensor, in []tensor.Tensor, mem []float32, workers int) []Task {
	if len(mem) < p.Scratch(workers) {
		panic("task: scratch is too small")
	}
	return p.Tasks(out, in, Scratch{mem[:p.Shared], mem[spaced(p.Shared):], p.PerWorker})
}

// A Scratch is memory shared by all workers, and a piece for each.
type Scratch struct {
	Shared    []float32
	pieces    []float32
	perWorker int
}

// Of returns the piece of a worker; its contents are undefined.
func (s Scratch) Of(worker int) []float32 {
	at := worker * spaced(s.perWorker)
	return s.pieces[at : at+s.perWorker : at+s.perWorker]
}

// spaced rounds n up so that two workers never write one cache line.
func spaced(n int) int {
	if n == 0 {
		return 0
	}
	return RoundUp(n, 16) + 16
}
