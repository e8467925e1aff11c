package kernel

import (
	"syscall"
	"testing"
)

// mapped is what guarded has mapped since the last release.
var mapped [][]byte

// guarded returns n bytes at whose end memory ends.
func guarded(t *testing.T, n int) []byte {
	t.Helper()
	page := syscall.Getpagesize()
	size := roundUp(max(n, 1), page)
	m, err := syscall.Mmap(-1, 0, size+page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mprotect(m[size:], syscall.PROT_NONE); err != nil {
		t.Fatal(err)
	}
	mapped = append(mapped, m)
	return m[size-n : size : size]
}

// release gives back what guarded returned.
func release(t *testing.T) {
	t.Helper()
	for _, m := range mapped {
		if err := syscall.Munmap(m); err != nil {
			t.Fatal(err)
		}
	}
	mapped = nil
}
