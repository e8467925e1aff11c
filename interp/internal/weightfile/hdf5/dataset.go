package hdf5

import (
	"encoding/binary"
	"math"
	"slices"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/ops/tensor"
)

// A Dataset is an array of numbers. Its methods are safe for concurrent use.
type Dataset struct {
	Type  weightfile.Type
	Shape tensor.Shape

	o       *Object
	typ     datatype
	most    []int64 // the largest shape
	layout  layout
	filters []filter
	fill    []byte // one element, or nil for zeros
}

// A layout says where the numbers are (IV.A.2.i).
type layout struct {
	class   uint64
	compact []byte
	at      extent // in one piece
	chunk   []int64
	index   chunkIndex
	address uint64 // of the index
	details cursor // what kind of index it is
}

const (
	inHeader   = 0
	contiguous = 1
	chunked    = 2
	virtual    = 3
)

// Dataset reads the description of an object that IsDataset.
func (o *Object) Dataset() (*Dataset, error) {
	d := &Dataset{o: o}
	w := o.f.walk
	for _, m := range o.messages {
		c := o.cursor(m.data)
		if m.flags&shared != 0 && slices.Contains([]int{msgDataspace, msgDatatype, msgFill, msgPipeline}, m.kind) {
			return nil, o.Corrupt("has its type or shape stored elsewhere in the file (a named datatype), which is not read; write it again with h5py, with a dtype of NumPy")
		}
		var err error
		switch m.kind {
		case msgDataspace:
			err = d.shape(c)
		case msgDatatype:
			d.typ, err = w.datatype(c)
			d.Type = d.typ.number
		case msgLayout:
			err = d.readLayout(c)
		case msgPipeline:
			d.filters, err = o.pipeline(c)
		case msgFill, msgOldFill:
			d.fill, err = o.fill(m, c)
		case msgExternal:
			err = o.Corrupt("keeps its numbers in another file; write it again with h5py")
		}
		if err != nil {
			return nil, err
		}
	}
	if d.typ.size == 0 {
		return nil, o.Corrupt("has no datatype; %s", advice)
	}
	if d.layout.class == chunked && len(d.layout.chunk) != len(d.Shape) {
		return nil, o.Corrupt("has chunks with %d axes, want %d; %s", len(d.layout.chunk), len(d.Shape), advice)
	}
	if d.fill != nil && len(d.fill) != d.typ.size {
		return nil, o.Corrupt("has a fill value of %d bytes, want %d; %s", len(d.fill), d.typ.size, advice)
	}
	return d, nil
}

// Take says that opaque elements are of a type; it returns false if they cannot be.
func (d *Dataset) Take(t weightfile.Type) bool {
	if !d.typ.opaque || d.typ.size != t.Size() {
		return false
	}
	d.typ.number, d.Type = t, t
	return true
}

// Holds says what the elements are, as in "texts".
func (d *Dataset) Holds() string { return d.typ.words }

func (d *Dataset) shape(c *cursor) error {
	shape, most, null, err := d.o.f.walk.dataspace(c)
	if err != nil {
		return err
	}
	if null {
		shape, most = []int64{0}, []int64{0}
	}
	d.most = most
	d.Shape = tensor.Shape{}
	for _, n := range shape {
		if n > math.MaxInt32 {
			return d.o.Corrupt("has the shape %v, want axes of at most %d; %s", shape, math.MaxInt32, advice)
		}
		d.Shape = append(d.Shape, int(n))
	}
	if _, ok := weightfile.Elements(d.Shape); !ok {
		return d.o.Corrupt("has the shape %v, want at most %d elements; %s", shape, math.MaxInt32, advice)
	}
	return nil
}

// readLayout parses version 3 or 4 of the message:
//
//	3 0: size(2) data  │ 3 1: address size │ 3 2: axes+1 address chunk(4 each) element(4)
//	4 2: flags axes+1 width chunk(width each) element index details address
func (d *Dataset) readLayout(c *cursor) error {
	version, l := c.uint(1), &d.layout
	if version != 3 && version != 4 {
		return d.o.Corrupt("has a data layout of version %d, want 3 or 4; write it again with h5py", version)
	}
	l.class = c.uint(1)
	switch l.class {
	case inHeader:
		l.compact = c.bytes(int(c.uint(2)))
	case contiguous:
		l.at = extent{c.offset(), c.length()}
	case chunked:
		flags := uint64(0)
		if version == 4 {
			flags = c.uint(1)
		}
		axes, width := int(c.uint(1)), 4
		if version == 3 {
			l.index = indexTree
			l.address = c.offset()
		} else {
			width = int(min(8, c.uint(1)))
		}
		for range axes {
			l.chunk = append(l.chunk, int64(min(c.uint(width), math.MaxInt64)))
		}
		if axes == 0 || slices.Min(l.chunk) == 0 || slices.Max(l.chunk) > math.MaxInt32 {
			return d.o.Corrupt("has chunks of the shape %v, want axes from 1 to %d; %s", l.chunk, math.MaxInt32, advice)
		}
		l.chunk = l.chunk[:axes-1]
		if version == 4 {
			return d.readIndex(c, flags)
		}
	case virtual:
		return d.o.Corrupt("is put together from other datasets (a virtual one), which is not read; write it again with h5py")
	default:
		return d.o.Corrupt("has a data layout of class %d, want 0 to 2; %s", l.class, advice)
	}
	return d.o.f.walk.whole(c, "a data layout")
}

// fill parses a fill value (IV.A.2.e and f), nil for zeros.
func (o *Object) fill(m message, c *cursor) ([]byte, error) {
	has := true
	if m.kind == msgFill {
		switch version := c.uint(1); version {
		case 1, 2:
			c.skip(2)
			has = c.uint(1) != 0 || version == 1
		case 3:
			has = c.uint(1)&0x20 != 0
		default:
			return nil, o.Corrupt("has a fill value of version %d, want 1 to 3; %s", version, advice)
		}
	}
	if !has || len(c.rest()) < 4 {
		return nil, nil
	}
	n := c.uint(4)
	if n == 0 || n == math.MaxUint32 {
		return nil, nil
	}
	return c.bytes(int(n)), o.f.walk.whole(c, "a fill value")
}

// Bytes are the elements, row-major and little-endian.
func (d *Dataset) Bytes() ([]byte, error) {
	if d.typ.number == "" {
		return nil, d.o.Corrupt("holds %s, want floats of 16, 32 or 64 bits, or integers; write it again as float32", d.typ.words)
	}
	n, _ := weightfile.Elements(d.Shape)
	size := n * int64(d.typ.size)
	var raw []byte
	var err error
	switch {
	case d.layout.class == inHeader:
		if int64(len(d.layout.compact)) != size {
			return nil, d.o.Corrupt("has %d bytes in its header, want %d for %v; %s", len(d.layout.compact), size, d.Shape, advice)
		}
		raw = slices.Clone(d.layout.compact)
	case d.layout.class == chunked:
		raw, err = d.chunks(size)
	case d.layout.at.address == undefined:
		raw, err = d.filled(size, 0)
	case d.layout.at.size != size:
		return nil, d.o.Corrupt("has %d bytes, want %d for %v; %s", d.layout.at.size, size, d.Shape, advice)
	default:
		raw, err = d.o.f.in.At(int64(min(d.layout.at.address, math.MaxInt64)), size, "the numbers of "+weightfile.Shown(d.o.Path))
	}
	if err != nil {
		return nil, err
	}
	if d.typ.big {
		swap(raw, d.typ.size)
	}
	return raw, nil
}

const (
	// maxRatio is how many times larger numbers may be than what is stored of them, unless
	// they have fewer bytes than anyway.
	maxRatio = 200
	anyway   = 1 << 16
)

// filled is memory with the fill value in each element, after its size has been compared with
// what the file stores of it.
func (d *Dataset) filled(size, stored int64) ([]byte, error) {
	if err := d.bounded(size, stored); err != nil {
		return nil, err
	}
	raw := make([]byte, size)
	for at := 0; d.fill != nil && at < len(raw); at += len(d.fill) {
		copy(raw[at:], d.fill)
	}
	return raw, nil
}

func (d *Dataset) bounded(size, stored int64) error {
	if size > anyway && size/maxRatio > stored {
		return &weightfile.LimitError{Path: d.o.f.in.Path, Limit: "bytes of " + weightfile.Shown(d.o.Path), Got: size, Max: max(anyway, maxRatio*stored),
			Help: "that is 200 times what the file stores of it: write it again without compression"}
	}
	return nil
}

// swap turns elements from big-endian to little-endian.
func swap(raw []byte, size int) {
	for at := 0; at < len(raw); at += size {
		switch e := raw[at : at+size]; size {
		case 2:
			binary.LittleEndian.PutUint16(e, binary.BigEndian.Uint16(e))
		case 4:
			binary.LittleEndian.PutUint32(e, binary.BigEndian.Uint32(e))
		case 8:
			binary.LittleEndian.PutUint64(e, binary.BigEndian.Uint64(e))
		}
	}
}
