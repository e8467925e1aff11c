package dim

import "sync/atomic"

// The library's networks ask the same questions over and over: every ResNet has the size
// floor((H - 1)/4) + 1. Answers that take long and depend only on a size are remembered, in
// tables of a fixed size in which newer answers replace older ones. Any number of
// goroutines may ask.
var (
	floorAnswers memo[Size]
	signAnswers  [2]memo[int] // with little and with much effort
	zeroAnswers  memo[bool]
)

const (
	memoSlots = 1 << 11
	// memoWeight bounds the sizes that are remembered, and so the memory of the tables.
	memoWeight = 48
)

type memo[T any] struct {
	slots [memoSlots]atomic.Pointer[remembered[T]]
}

type remembered[T any] struct {
	size   Size
	answer T
}

// of returns find's answer for a symbolic size.
func (m *memo[T]) of(a Size, find func(Size) T) T {
	if a.poly.weight > memoWeight {
		return find(a)
	}
	slot := &m.slots[a.hash()%memoSlots]
	if known := slot.Load(); known != nil && identical(known.size, a) {
		return known.answer
	}
	answer := find(a)
	slot.Store(&remembered[T]{a, answer})
	return answer
}

// hash is the same for sizes that are identical.
func (a Size) hash() uint64 {
	h := mix(mix(hashSeed, uint64(a.num)), uint64(a.den))
	if a.poly == nil {
		return h
	}
	for _, t := range a.poly.terms {
		h = mix(mix(h, uint64(t.coef.num)), uint64(t.coef.den))
		for _, f := range t.mono {
			h = mix(h, uint64(f.power)<<8|uint64(f.atom.kind))
			if f.atom.kind != variable {
				h = mix(mix(h, f.atom.arg.hash()), f.atom.under.hash())
				continue
			}
			h = mix(h, uint64(f.atom.Low))
			for i := range len(f.atom.Name) {
				h = mix(h, uint64(f.atom.Name[i]))
			}
		}
	}
	return h
}

const hashSeed = 0x9e3779b97f4a7c15 // 2^64 over the golden ratio

func mix(h, x uint64) uint64 {
	h = (h ^ x) * hashSeed
	return h ^ h>>29
}

// identical reports whether sizes have the same structure, with variables of the same
// bounds.
func identical(a, b Size) bool {
	if a == b {
		return true
	}
	if !a.symbolic() || !b.symbolic() || len(a.poly.terms) != len(b.poly.terms) {
		return false
	}
	for i, t := range a.poly.terms {
		u := b.poly.terms[i]
		if t.coef != u.coef || len(t.mono) != len(u.mono) {
			return false
		}
		for k, f := range t.mono {
			if f.power != u.mono[k].power || !identicalAtoms(f.atom, u.mono[k].atom) {
				return false
			}
		}
	}
	return true
}

func identicalAtoms(a, b *atom) bool {
	return a == b || a.kind == b.kind && a.Variable.reads(b.Variable) &&
		identical(a.arg, b.arg) && identical(a.under, b.under)
}
