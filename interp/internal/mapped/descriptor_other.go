//go:build !unix

package mapped

import (
	"math"
	"os"
)

// A descriptor returns the size of a file.
type descriptor struct{ *os.File }

func describe(f *os.File) descriptor { return descriptor{f} }

func (d descriptor) size() int64 {
	info, err := d.Stat()
	if err != nil {
		return math.MaxInt64 // unknown
	}
	return info.Size()
}
