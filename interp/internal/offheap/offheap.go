// Package offheap gets memory for large arrays of numbers from the system. The garbage
// collector neither scans it nor counts it towards its goal, it begins on a page, and pages
// that are never touched take no memory.
package offheap

import "unsafe"

// page is the smallest unit of the system's memory.
const page = 4096

// Floats returns memory for n float32, all 0, and a function that releases it. If the
// system has no such memory it is from Go's heap.
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

// Addresses returns a slice of n float32 without memory behind it, which must not be
// touched: counting needs only its length. If the system does not have so many addresses it
// is one page of real memory.
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

// lineFloats is the number of float32 in a cache line of 64 bytes.
const lineFloats = 16

// onLine returns n float32 of Go's heap that begin on a cache line.
func onLine(n int) []float32 {
	raw := make([]float32, n+lineFloats-1)
	skip := 0
	for uintptr(unsafe.Pointer(&raw[skip]))%(4*lineFloats) != 0 {
		skip++
	}
	return raw[skip : skip+n : skip+n]
}
