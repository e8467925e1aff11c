//go:build unix

package download

import (
	"os"

	"golang.org/x/sys/unix"
)

// lock keeps other processes from writing the same file; its error says that one does.
func lock(f *os.File) error {
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err == unix.EWOULDBLOCK {
		return err
	}
	return nil // locked, or the file system has no locks
}
