//go:build !unix

package atomicfile

import (
	"io/fs"
	"os"
)

// keep gives a new file the permissions of the one that it will replace.
func keep(f *os.File, old fs.FileInfo) error { return f.Chmod(old.Mode().Perm()) }

// names is how many hard links a file has; 1, as it is unknown here.
func names(fs.FileInfo) uint64 { return 1 }
