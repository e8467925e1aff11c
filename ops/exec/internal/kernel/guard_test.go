package kernel

import (
	"math"
	"math/rand/v2"
	"os"
	"testing"
	"unsafe"
)

// A side is the end of guarded memory at which a slice lies.
type side bool

const (
	atStart side = false // right after a page that may not be touched
	atEnd   side = true  // right before one
)

var sides = []side{atStart, atEnd}

// guarded returns n random elements between inaccessible pages; the rest of its own pages
// is NaN.
func guarded(t testing.TB, n int, s side) []float32 {
	t.Helper()
	page := os.Getpagesize()
	size := (4*n + page - 1) / page * page
	mem := guardedPages(t, page, size)
	if size == 0 {
		return nil
	}
	all := unsafe.Slice((*float32)(unsafe.Pointer(&mem[page])), size/4)
	for i := range all {
		all[i] = float32(math.NaN())
	}
	slice := all[:n:n]
	if s == atEnd {
		slice = all[len(all)-n:]
	}
	r := rand.New(rand.NewPCG(uint64(n), 1))
	for i := range slice {
		slice[i] = float32(r.NormFloat64())
	}
	return slice
}
