//go:build unix

package packcache

import (
	"os"

	"golang.org/x/sys/unix"
)

// contents maps a file into memory.
func contents(f *os.File, size int64) (raw []byte, free func(), err error) {
	raw, err = unix.Mmap(int(f.Fd()), 0, int(size), unix.PROT_READ, unix.MAP_PRIVATE|populate)
	if err != nil {
		return nil, nil, err
	}
	return raw, func() { _ = unix.Munmap(raw) }, nil // it fails for what is no mapping
}
