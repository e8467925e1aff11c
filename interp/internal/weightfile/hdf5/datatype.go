package hdf5

import (
	"fmt"
	"slices"

	"cnnlang/interp/internal/weightfile"
)

// A datatype says what the elements of a dataset or an attribute are (IV.A.2.d):
//
//	version and class(1) flags(3) size(4) │ what the class needs
type datatype struct {
	size   int
	number weightfile.Type // of numbers that a tensor may have, else ""
	big    bool            // bytes come in big-endian order
	text   textKind
	padded bool // with spaces
	opaque bool // bytes whose meaning something else says
	words  string
}

type textKind int

const (
	noText   textKind = iota
	fixed             // a text fills the element, ended or padded
	variable          // the element says where in a global heap it is
)

// The classes.
const (
	classInteger  = 0
	classFloat    = 1
	classText     = 3
	classOpaque   = 5
	classEnum     = 8
	classVariable = 9
)

var classes = []string{"integers", "floats", "times", "texts", "bit fields", "opaque bytes", "compounds", "references", "enumerations", "lists of variable length", "arrays"}

// datatype parses a type. One that cannot be read is no error until something needs it; then
// words says what it is.
func (w *walk) datatype(c *cursor) (datatype, error) {
	first := c.uint(1)
	class, version := int(first&15), first>>4
	flags := c.uint(3)
	size := c.uint(4)
	t := datatype{size: int(size), words: fmt.Sprintf("elements of class %d", class)}
	if class < len(classes) {
		t.words = classes[class]
	}
	if err := w.whole(c, "a datatype"); err != nil {
		return t, err
	}
	if version < 1 || version > 4 || size == 0 || size > 1<<30 {
		return t, w.in.Corrupt("", "a datatype has version %d and elements of %d bytes, want a version from 1 to 4 and elements of at least 1 byte; %s", version, size, advice)
	}
	switch class {
	case classInteger:
		t.integer(flags, c.uint(2), c.uint(2))
	case classFloat:
		t.float(flags, c)
	case classText:
		t.text, t.padded = fixed, flags&15 == 2
	case classOpaque:
		t.opaque = true
	case classVariable:
		if flags&15 == 1 {
			t.text, t.words = variable, "texts"
		}
		if t.size != 8+w.offsets {
			return t, w.in.Corrupt("", "elements of variable length have %d bytes, want %d; %s", t.size, 8+w.offsets, advice)
		}
	case classEnum:
		return t, w.enumeration(&t, c, int(flags&0xffff), version)
	}
	return t, w.whole(c, "a datatype")
}

// integer recognises integers that fill their bytes.
func (t *datatype) integer(flags, offset, precision uint64) {
	t.big = flags&1 != 0
	t.words = fmt.Sprintf("integers of %d bits", precision)
	if offset != 0 || precision != 8*uint64(t.size) {
		return
	}
	types := map[int]weightfile.Type{1: weightfile.U8, 2: weightfile.U16, 4: weightfile.U32, 8: weightfile.U64}
	if flags&8 != 0 {
		types = map[int]weightfile.Type{1: weightfile.I8, 2: weightfile.I16, 4: weightfile.I32, 8: weightfile.I64}
	}
	t.number = types[t.size]
}

// float recognises the formats of IEEE 754 with 2, 4 and 8 bytes.
func (t *datatype) float(flags uint64, c *cursor) {
	type format struct{ offset, precision, exponentAt, exponent, mantissaAt, mantissa, bias, sign uint64 }
	got := format{c.uint(2), c.uint(2), c.uint(1), c.uint(1), c.uint(1), c.uint(1), c.uint(4), flags >> 8 & 255}
	t.words = fmt.Sprintf("floats of %d bits with an exponent of %d", got.precision, got.exponent)
	t.big = flags&0x41 == 1
	if flags>>4&3 != 2 || flags&0x40 != 0 { // the leading 1 is implied; the order of bytes is not that of the VAX
		return
	}
	switch got {
	case format{0, 16, 10, 5, 0, 10, 15, 15}:
		t.number = weightfile.F16
	case format{0, 32, 23, 8, 0, 23, 127, 31}:
		t.number = weightfile.F32
	case format{0, 64, 52, 11, 0, 52, 1023, 63}:
		t.number = weightfile.F64
	}
	if t.number.Size() != t.size {
		t.number = ""
	}
}

// enumeration recognises the truth values that h5py writes: bytes named FALSE and TRUE.
func (w *walk) enumeration(t *datatype, c *cursor, members int, version uint64) error {
	first := c.uint(1)
	c.skip(3)
	size := c.uint(4)
	c.skip(4)
	if first&15 != classInteger || size != 1 || members != 2 {
		return w.whole(c, "a datatype")
	}
	var names []string
	for range members {
		start := c.at
		names = append(names, c.text())
		if version < 3 {
			c.align(start)
		}
	}
	if values := c.bytes(2); slices.Equal(names, []string{"FALSE", "TRUE"}) && slices.Equal(values, []byte{0, 1}) {
		t.number = weightfile.Bool
	}
	return w.whole(c, "a datatype")
}

// dataspace parses a shape and the largest one that it may grow to (IV.A.2.b). null says that
// there is no element, not even one.
func (w *walk) dataspace(c *cursor) (shape, most []int64, null bool, err error) {
	version, rank, flags := c.uint(1), int(c.uint(1)), c.uint(1)
	switch version {
	case 1:
		c.skip(5)
	case 2:
		null = c.uint(1) == 2
	default:
		return nil, nil, false, w.in.Corrupt("", "a dataspace has version %d, want 1 or 2; %s", version, advice)
	}
	if rank > 32 {
		return nil, nil, false, w.in.Corrupt("", "a dataspace has %d axes, want at most 32; %s", rank, advice)
	}
	for range rank {
		shape = append(shape, c.length())
	}
	most = shape
	if flags&1 != 0 {
		most = nil
		for range rank {
			most = append(most, c.length()) // without a limit it is the largest
		}
	}
	return shape, most, null, w.whole(c, "a dataspace")
}
