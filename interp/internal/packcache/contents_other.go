//go:build !unix

package packcache

import (
	"io"
	"os"
	"unsafe"
)

// contents reads a file into memory that is aligned as float32.
func contents(f *os.File, size int64) (raw []byte, free func(), err error) {
	numbers := make([]float32, (size+3)/4)
	raw = unsafe.Slice((*byte)(unsafe.Pointer(&numbers[0])), 4*len(numbers))[:size]
	_, err = io.ReadFull(f, raw)
	return raw, func() {}, err
}
