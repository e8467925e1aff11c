//go:build unix

package kernel

import (
	"testing"

	"golang.org/x/sys/unix"
)

// guardedPages returns size bytes in whole pages, with an inaccessible page before and
// after.
func guardedPages(t testing.TB, page, size int) []byte {
	t.Helper()
	mem, err := unix.Mmap(-1, 0, size+2*page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Munmap(mem) })
	for _, guard := range [][]byte{mem[:page], mem[page+size:]} {
		if err := unix.Mprotect(guard, unix.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	return mem
}
