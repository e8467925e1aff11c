package main

import (
	"runtime/debug"

	"cnnlang/interp"
)

// program is roughly the memory that the program itself takes.
const program = 32 << 20

// collect makes Go's collector keep the heap within what may be used, less the memory
// outside of the heap.
func collect(limit, outside int64) {
	if limit > 0 {
		debug.SetMemoryLimit(max(0, limit-outside) + program)
	}
}

// relaxGC lets the heap grow further before it is collected: a check allocates much, keeps
// little, and is over soon. It does nothing if GOGC is set. Above a limit, or near the
// address space that the process may have, the heap is collected as often as necessary.
// The function it returns restores the settings.
func relaxGC() (end func()) {
	const percent, limit = 500, 192 << 20
	restore, set := collectAt(percent)
	if !set {
		return restore
	}
	most, room := debug.SetMemoryLimit(-1), int64(limit)
	if left, limited := interp.AddressesLeft(); limited {
		room = min(room, left/2)
	}
	debug.SetMemoryLimit(min(most, room))
	return func() {
		restore()
		debug.SetMemoryLimit(most)
	}
}

// collectAt lets the heap grow by so many per cent of what is in use before it is collected. It
// does nothing if GOGC is set. The function it returns restores the setting.
func collectAt(percent int) (restore func(), set bool) {
	const usual = 100
	before := debug.SetGCPercent(percent)
	if before != usual {
		debug.SetGCPercent(before)
		return func() {}, false
	}
	return func() { debug.SetGCPercent(before) }, true
}

// leanGC makes Go's collector keep the heap small where a file, however large, is only looked
// into. The function it returns restores the settings.
func leanGC() (end func()) {
	const heap = 96 << 20
	before := debug.SetMemoryLimit(-1)
	debug.SetMemoryLimit(min(before, heap))
	return func() { debug.SetMemoryLimit(before) }
}
