package main

import (
	"runtime/debug"

	"cnnlang/interp"
)

// memory is how much may be used. What the system does not let the process have in
// addresses cannot be allowed.
func (o *origin) memory() int64 {
	most := interp.AvailableMemory() / 4 * 3
	if o.maxMemory.given {
		most = o.maxMemory.value
	}
	if left, limited := interp.AddressesLeft(); limited && (most == 0 || left/4*3 < most) {
		most = max(1, left/4*3)
	}
	return most
}

// held is what a command holds beside a model: its input, and in passing what it took to
// make that. Addresses that Go's memory once had are never given back, so where they are
// limited both count.
func held(input, passing int64) int64 {
	if _, limited := interp.AddressesLeft(); limited {
		return input + passing
	}
	return input
}

// program is about what the program itself takes.
const program = 32 << 20

// collect has Go's collector keep garbage within what may be used: what lies outside
// of its memory is not for it.
func collect(limit, outside int64) {
	if limit > 0 {
		debug.SetMemoryLimit(max(0, limit-outside) + program)
	}
}

// collected gives back what was taken in passing, where that is much.
func collected(passing int64) {
	if passing > program {
		debug.FreeOSMemory()
	}
}

// needed is what a model takes at most, with what else is held, or less where that cannot
// be told: it serves a message.
func (o *origin) needed(n *interp.Net, opts interp.Options) int64 {
	opts.MaxMemory, opts.Cache = 1, ""
	w := interp.Weights{Seed: o.seed.value}
	if !o.generated() {
		store, err := interp.OpenWeights(o.weights.value, interp.StoreOptions{NoMap: o.unmapped()})
		if err != nil {
			return 0
		}
		defer store.Close()
		w.Store = store
	}
	_, err := interp.Build(n, w, opts)
	if memory, ok := err.(*interp.MemoryError); ok {
		return memory.Need
	}
	return 0
}

// unmapped reports whether the file of weights is read: on request, or where addresses
// are scarce.
func (o *origin) unmapped() bool {
	_, limited := interp.AddressesLeft()
	return o.noMap || limited
}
