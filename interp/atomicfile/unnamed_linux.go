package atomicfile

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// unnamed creates a file without a name in a folder, if the system can name it later.
func unnamed(folder string) (*os.File, error) {
	f, err := os.OpenFile(folder, os.O_WRONLY|unix.O_TMPFILE, 0o666)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(descriptor(f)); err != nil { // /proc is not mounted
		f.Close()
		return nil, err
	}
	return f, nil
}

// link gives a file its first name.
func link(f *os.File, name string) error {
	return unix.Linkat(unix.AT_FDCWD, descriptor(f), unix.AT_FDCWD, name, unix.AT_SYMLINK_FOLLOW)
}

func descriptor(f *os.File) string { return "/proc/self/fd/" + strconv.Itoa(int(f.Fd())) }
