//go:build unix

package packcache

import (
	"io/fs"
	"os"

	"golang.org/x/sys/unix"

	"cnnlang/interp/internal/mapped"
)

// contents maps a file into memory.
func contents(f *os.File, size int64) (raw []byte, free func(), err error) {
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0) // f is closed before raw is unmapped
	if err != nil {
		return nil, nil, err
	}
	again := os.NewFile(uintptr(fd), f.Name())
	raw, err = unix.Mmap(fd, 0, int(size), unix.PROT_READ, unix.MAP_PRIVATE|populate)
	if err != nil {
		again.Close()
		return nil, nil, err
	}
	view := mapped.Watch(again, raw, func(err error) error {
		return &fs.PathError{Op: "read", Path: f.Name(), Err: err}
	})
	return raw, func() {
		view.Close()
		_ = unix.Munmap(raw) // it fails only for what is not a mapping
		again.Close()
	}, nil
}
