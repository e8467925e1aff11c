//go:build unix

package weights

import "golang.org/x/sys/unix"

// forget tells the system that pages of a mapped file are not needed. They are read again
// if they are used.
func forget(pages []byte) {
	_ = unix.Madvise(pages, unix.MADV_DONTNEED) // only advice
}
