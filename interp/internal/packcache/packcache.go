// Package packcache keeps packed parameters in files, so that the next start maps them into
// memory instead of packing anew.
//
// A file is named after a key, which is a hash of everything that its contents depend on,
// and is written whole or not at all. A damaged file is ignored, and so is one that anyone
// but its owner could have written. Files may be deleted at any time.
package packcache

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"unsafe"

	"cnnlang/interp/internal/mapped"
)

// A packed file, numbers little endian:
//
//	   0  magic, 16 bytes
//	  16  key, 32 bytes
//	  48  n: uint64, how many float32 there are
//	  56  CRC-32C of them, uint32; then zeros
//	4096  n float32
const (
	magic  = "cnnlang packed 1"
	header = 4096
)

// A Key identifies the contents of a file.
type Key [sha256.Size]byte

// KeyOf returns the key for contents that depend on these texts.
func KeyOf(texts ...string) Key {
	h := sha256.New()
	for _, t := range texts {
		fmt.Fprintf(h, "%d:%s", len(t), t)
	}
	return Key(h.Sum(nil))
}

// path is the name of the file of a key.
func (k Key) path() string { return hex.EncodeToString(k[:]) + ".packed" }

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

var errDamaged = errors.New("packcache: damaged")

// Load returns the n numbers of a key, nil if there are none. They must not be written to,
// or used after free.
func (c *Cache) Load(k Key, n int) (data []float32, free func()) {
	f, info, err := c.open(k.path())
	if err != nil {
		return nil, nil
	}
	defer f.Close()
	if n < 1 || info.Size() != header+4*int64(n) {
		return nil, nil
	}
	raw, free, err := contents(f, info.Size())
	if err != nil {
		return nil, nil
	}
	err = mapped.Guard(func() error {
		if sum := crc32.Checksum(raw[header:], castagnoli); !bytes.Equal(raw[:header], headerOf(k, int64(n), sum)) {
			return errDamaged
		}
		return nil
	})
	if err != nil {
		free()
		return nil, nil
	}
	return unsafe.Slice((*float32)(unsafe.Pointer(&raw[header])), n), free
}

// Store keeps numbers under a key; each passes them piece by piece, the same each time it
// is called.
func (c *Cache) Store(k Key, each func(show func([]float32) error) error) error {
	n, sum := int64(0), uint32(0)
	err := each(func(part []float32) error {
		n += int64(len(part))
		sum = crc32.Update(sum, castagnoli, bytesOf(part))
		return nil
	})
	if err != nil {
		return err
	}
	return c.write(k.path(), func(w io.Writer) error {
		if _, err := w.Write(headerOf(k, n, sum)); err != nil {
			return err
		}
		return each(func(part []float32) error {
			_, err := w.Write(bytesOf(part))
			return err
		})
	})
}

func headerOf(k Key, n int64, sum uint32) []byte {
	h := make([]byte, header)
	copy(h, magic)
	copy(h[16:], k[:])
	binary.LittleEndian.PutUint64(h[48:], uint64(n))
	binary.LittleEndian.PutUint32(h[56:], sum)
	return h
}

// bytesOf is the memory of numbers. A cache is for one machine, so the byte order is the
// machine's.
func bytesOf(part []float32) []byte {
	if len(part) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&part[0])), 4*len(part))
}
