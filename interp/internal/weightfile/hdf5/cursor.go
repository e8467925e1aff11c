package hdf5

import (
	"encoding/binary"
	"math"

	"cnnlang/interp/internal/weightfile"
)

// A cursor takes the fields of a structure one after the other. Beyond the end they are zero,
// and short says so, so that it needs to be asked only once.
type cursor struct {
	raw              []byte
	at               int
	offsets, lengths int
	short            bool
}

// undefined is the address that stands for none.
const undefined = math.MaxUint64

// uint takes a little-endian number of n bytes, at most 8.
func (c *cursor) uint(n int) uint64 {
	var wide [8]byte
	copy(wide[:], c.bytes(n))
	return binary.LittleEndian.Uint64(wide[:])
}

// bytes takes n bytes, which nobody may write to, or none if there are fewer.
func (c *cursor) bytes(n int) []byte {
	if n < 0 || n > len(c.raw)-c.at {
		c.short, c.at = true, len(c.raw)
		return nil
	}
	c.at += n
	return c.raw[c.at-n : c.at : c.at]
}

func (c *cursor) skip(n int)   { c.bytes(n) }
func (c *cursor) rest() []byte { return c.raw[c.at:] }

// offset takes an address.
func (c *cursor) offset() uint64 {
	v := c.uint(c.offsets)
	if v == 1<<(8*c.offsets)-1 {
		return undefined
	}
	return v
}

// length takes a length; one that no file can have stays that.
func (c *cursor) length() int64 { return int64(min(c.uint(c.lengths), math.MaxInt64)) }

// text takes a text that a zero ends.
func (c *cursor) text() string {
	for i, b := range c.rest() {
		if b == 0 {
			return string(c.bytes(i + 1)[:i])
		}
	}
	c.short = true
	return ""
}

// align skips to a multiple of 8 of what was taken since start.
func (c *cursor) align(start int) { c.skip((8 - (c.at-start)%8) % 8) }

// A walk reads structures of a file, within a budget.
type walk struct {
	*File
	left        int64 // bytes that may still be read
	most        int64
	seen        map[uint64]bool // nodes of one list, none of which is reached twice
	collections map[uint64]map[uint16][]byte
}

// newWalk is a walk over all of a file's description, which is not read more than a few times.
func (f *File) newWalk() *walk {
	most := min(f.in.Limits.MaxHeader(), 1<<16+16*min(f.in.Size, math.MaxInt64>>5))
	return &walk{File: f, left: most, most: most, seen: map[uint64]bool{}, collections: map[uint64]map[uint16][]byte{}}
}

// read returns a cursor over n bytes of the file. What names them in errors.
func (w *walk) read(address uint64, n int64, what string) (*cursor, error) {
	if n > w.left && n <= w.in.Size { // else it is beyond the end
		return nil, &weightfile.LimitError{Path: w.in.Path, Limit: "bytes of description", Got: w.most + n - w.left, Max: w.most,
			Help: "keep the weights of one network in a file"}
	}
	if address == undefined {
		return nil, w.in.Corrupt("", "%s has no address; %s", what, advice)
	}
	raw, err := w.in.At(int64(min(address, math.MaxInt64)), n, what)
	if err != nil {
		return nil, err
	}
	w.left -= n
	return &cursor{raw: raw, offsets: w.offsets, lengths: w.lengths}, nil
}

// spend takes n bytes from the budget, for memory that what was read needs beyond its own.
func (w *walk) spend(n int) error {
	if w.left -= int64(n); w.left < 0 {
		_, err := w.read(0, 0, "")
		return err
	}
	return nil
}

// node reads a structure that begins with a signature and a version, and that nothing else may
// lead to.
func (w *walk) node(address uint64, n int64, signature string, version uint64, what string) (*cursor, error) {
	c, err := w.read(address, n, what)
	if err != nil {
		return nil, err
	}
	if w.seen[address] {
		return nil, w.in.Corrupt("", "%s at %d is reached twice, which could go on without end; %s", what, address, advice)
	}
	w.seen[address] = true
	if got := c.bytes(len(signature)); string(got) != signature {
		return nil, w.in.Corrupt("", "%s at %d begins with %q, want %s; %s", what, address, got, signature, advice)
	}
	if got := c.uint(1); got != version {
		return nil, w.in.Corrupt("", "%s at %d has version %d, want %d; write the file again with h5py", what, address, got, version)
	}
	return c, nil
}

// whole is the error of a structure that ended within its fields, or nil.
func (w *walk) whole(c *cursor, what string) error {
	if !c.short {
		return nil
	}
	return w.in.Corrupt("", "%s ends within its fields; %s", what, advice)
}
