package prove

import (
	"time"

	"cnnlang/ops/dim"
)

// What proofs may take, in units of roughly a quarter of a microsecond. Work is counted,
// so that a proof found on one machine is found on all that are not many times slower: the
// clock is the last resort, for what the count misses, and leaves a file about 20 times what
// its work should take. But for HRNet of all widths, no block of the
// library takes a fifth of the work.
const (
	blockWork = 800_000
	FileWork  = 1_000_000       // of a file, with the blocks that it imports
	stepWork  = 4               // of a step of the evaluator
	maxTime   = 5 * time.Second // of a file
)

// Why a proof is given up.
const (
	tooMuch = "a proof would take more work than it is given"
	tooSlow = "a proof took too long on this machine"
)

// Allow begins a file: its blocks, with those they call, share one allowance.
func (p *Prover) Allow() {
	p.allowed = FileWork
	if p.Most > 0 {
		p.allowed = min(p.Most, FileWork)
	}
	p.left, p.deadline = p.allowed, p.Now().Add(maxTime)
	for _, b := range p.slow { // there may be more time now
		delete(p.verdicts, b)
	}
	p.slow = nil
}

// share is what one block may take: never more than half of what is left to the file,
// so that one that takes much does not keep the others from being proved or refuted.
func (p *Prover) share() (work int, until time.Time) {
	if !p.deadline.IsZero() {
		now := p.Now()
		until = now.Add(p.deadline.Sub(now) / 2)
	}
	return min(blockWork, p.left/2), until
}

// Used is the work done since Allow.
func (p *Prover) Used() int { return p.allowed - p.left }

// spend takes work from what the block and the file are allowed.
func (x *exploration) spend(n int) {
	x.left -= n
	x.prover.left -= n
}

// spent says why there can be no more work, "" where there can.
func (x *exploration) spent() string {
	p := x.prover
	switch {
	case x.slow:
		return tooSlow
	case x.left < 0 || p.left < 0:
		return tooMuch
	}
	if p.asks++; p.asks%clockEvery == 0 {
		now := p.Now()
		x.slow = !x.until.IsZero() && now.After(x.until) || !p.Until.IsZero() && now.After(p.Until)
	}
	if x.slow {
		return tooSlow
	}
	return ""
}

// clockEvery is how often spent is asked for each look at the clock: steps of the
// evaluator come more often than it tells anything.
const clockEvery = 16

// asked takes the work of a question about a size, to which some facts may have
// the answer. To bring sums over one denominator takes
// far more than the sum of what they take.
func (p *Case) asked(size dim.Size, facts int) {
	n := size.Weight()
	p.exploration.spend((n + n*n*n/15) * (1 + facts))
}
