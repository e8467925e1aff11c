package interp

import (
	"runtime/debug"
	"runtime/metrics"
)

// giveBack returns temporary memory to the system, where it is much.
func giveBack(passing int64) {
	const much = 32 << 20
	if passing > much {
		debug.FreeOSMemory()
	}
}

// tidy collects Go's heap and returns what is free to the system, where that may be seen beside what
// stays outside of it: making a plan leaves garbage, which would stay with it, as a session that runs
// allocates nothing.
func tidy(stays int64) {
	const little, share = 8 << 20, 32
	heap := []metrics.Sample{
		{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/unused:bytes"}, {Name: "/memory/classes/heap/free:bytes"},
	}
	metrics.Read(heap)
	sum := int64(0)
	for _, s := range heap {
		sum += int64(s.Value.Uint64())
	}
	if sum > max(little, stays/share) {
		debug.FreeOSMemory()
	}
}
