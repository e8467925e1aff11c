//go:build unix

package mapped

import (
	"math"
	"os"

	"golang.org/x/sys/unix"
)

// A descriptor returns the size of a file without allocating memory.
type descriptor int

func describe(f *os.File) descriptor { return descriptor(f.Fd()) }

func (d descriptor) size() int64 {
	var stat unix.Stat_t
	if unix.Fstat(int(d), &stat) != nil {
		return math.MaxInt64 // unknown
	}
	return stat.Size
}
