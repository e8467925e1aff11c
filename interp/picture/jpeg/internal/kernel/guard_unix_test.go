//go:build unix

package kernel

import (
	"syscall"
	"testing"
)

// guarded returns two pieces of memory of n bytes, one behind and one before a page that
// cannot be read or written.
func guarded(t *testing.T, n int) [2][]byte {
	t.Helper()
	page := syscall.Getpagesize()
	size := (n + page - 1) / page * page
	m, err := syscall.Mmap(-1, 0, size+2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Munmap(m) })
	for _, p := range [][]byte{m[:page], m[page+size:]} {
		if err := syscall.Mprotect(p, syscall.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	return [2][]byte{m[page:][:n:n], m[page+size-n:][:n:n]}
}
