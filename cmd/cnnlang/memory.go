package main

import (
	"runtime/debug"

	"cnnlang/interp"
)

// program is about what the program itself takes.
const program = 32 << 20

// collect has Go's collector keep garbage within what may be used: what lies outside
// of its memory is not for it.
func collect(limit, outside int64) {
	if limit > 0 {
		debug.SetMemoryLimit(max(0, limit-outside) + program)
	}
}

// spaciously lets the heap grow before it is searched for garbage: a check makes
// much of it, keeps little, and is over soon. Who has set GOGC is obeyed, and a file
// that asks for much finds it searched as often as it takes to stay below a limit, or
// within what addresses the process may have.
// The function it returns ends that.
func spaciously() (end func()) {
	const usual, percent, limit = 100, 1000, 192 << 20
	before := debug.SetGCPercent(percent)
	if before != usual {
		debug.SetGCPercent(before)
		return func() {}
	}
	most, room := debug.SetMemoryLimit(-1), int64(limit)
	if left, limited := interp.AddressesLeft(); limited {
		room = min(room, left/2)
	}
	debug.SetMemoryLimit(min(most, room))
	return func() {
		debug.SetGCPercent(before)
		debug.SetMemoryLimit(most)
	}
}
