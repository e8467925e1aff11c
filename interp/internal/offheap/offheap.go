// Package offheap gives memory for large arrays of numbers from the system
// itself. Go's collector neither looks at it nor lets as much garbage pile up
// beside it, it begins on a page, and what is never touched takes no memory.
package offheap

import "unsafe"

// page is the least that the system gives.
const page = 4096

// Floats returns memory for n float32, all 0, and a function that gives it back;
// after that it must not be touched. Where the system has no such memory it is
// Go's own.
func Floats(n int) (data []float32, free func()) {
	if n == 0 {
		return nil, func() {}
	}
	raw, free := mapped((4*n + page - 1) / page * page)
	if raw == nil {
		return onLine(n), func() {}
	}
	return floats(raw, n), free
}

// Addresses returns a slice of n float32 that must not be touched, for it has no memory
// behind it: whoever wants to know how much is needed gets by with its length. Where
// the system has not so many addresses it is one of a page, which has.
func Addresses(n int) (data []float32, free func()) {
	raw, free := reserved((4*n + page - 1) / page * page)
	if raw == nil {
		return make([]float32, min(n, page/4)), func() {}
	}
	return floats(raw, n), free
}

func floats(raw []byte, n int) []float32 {
	return unsafe.Slice((*float32)(unsafe.Pointer(unsafe.SliceData(raw))), n)
}

// lineFloats is how many float32 a cache line of 64 bytes has.
const lineFloats = 16

// onLine returns n float32 of Go's memory that begin on a cache line.
func onLine(n int) []float32 {
	raw := make([]float32, n+lineFloats-1)
	skip := 0
	for uintptr(unsafe.Pointer(&raw[skip]))%(4*lineFloats) != 0 {
		skip++
	}
	return raw[skip : skip+n : skip+n]
}
