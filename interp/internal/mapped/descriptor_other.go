//go:build !unix

package mapped

import (
	"math"
	"os"
)

// A descriptor tells the size of a file.
type descriptor struct{ *os.File }

func describe(f *os.File) descriptor { return descriptor{f} }

func (d descriptor) size() int64 {
	info, err := d.Stat()
	if err != nil {
		return math.MaxInt64 // nobody can say
	}
	return info.Size()
}
