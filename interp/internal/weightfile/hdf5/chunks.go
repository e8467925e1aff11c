package hdf5

import (
	"fmt"
	"math"

	"cnnlang/interp/internal/weightfile"
)

// A chunk is a piece of a dataset as the file stores it. All have one shape; those at the far
// edges go beyond the dataset, and chunks that were never written are missing:
//
//	          axis 1 ─▶
//	axis 0   ┌───────┬───────┬───┐───┐
//	  │      │ 0     │ 1     │ 2     │   numbered row by row
//	  ▼      ├───────┼───────┼───┤───┤
//	         │ 3     │ 4     │ 5     │
//	         └───────┴───────┴───┘───┘
type chunk struct {
	at   []int64 // of its first element
	mask uint64  // the filters that were left out
	extent
}

// A chunkIndex is the kind of a structure that finds chunks.
type chunkIndex int

const (
	indexTree       chunkIndex = iota // a B-tree of version 1, the only one before version 4 of layouts
	indexSingle                       // one chunk, whose address the layout has
	indexImplicit                     // all in one piece, unfiltered
	indexFixed                        // a table
	indexExtensible                   // a table that grows along one axis
	indexTree2                        // a B-tree of version 2
)

// readIndex parses which index a layout of version 4 has.
func (d *Dataset) readIndex(c *cursor, flags uint64) error {
	l := &d.layout
	kind := c.uint(1)
	details := 0
	switch l.index = chunkIndex(kind); l.index {
	case indexSingle:
		if flags&2 != 0 {
			details = c.lengths + 4
		}
	case indexImplicit:
	case indexFixed:
		details = 1
	case indexExtensible:
		details = 5
	case indexTree2:
		details = 6
	default:
		return d.o.Corrupt("has an index of chunks of kind %d, want 1 to 5; write it again with h5py", kind)
	}
	l.details = cursor{raw: c.bytes(details), offsets: c.offsets, lengths: c.lengths}
	l.address = c.offset()
	return d.o.f.walk.whole(c, "a data layout")
}

// chunks puts all chunks of the dataset together, size bytes.
func (d *Dataset) chunks(size int64) ([]byte, error) {
	chunkSize := int64(d.typ.size)
	for _, n := range d.layout.chunk {
		if chunkSize *= n; chunkSize > math.MaxInt32 {
			return nil, d.o.Corrupt("has chunks of the shape %v, larger than %d bytes; %s", d.layout.chunk, math.MaxInt32, advice)
		}
	}
	found, err := d.find(chunkSize)
	if err != nil {
		return nil, err
	}
	stored := int64(0)
	for _, c := range found {
		if c.size < 0 || c.size > d.o.f.in.Size-stored {
			return nil, d.o.Corrupt("has chunks with more bytes than the %d of the file; %s", d.o.f.in.Size, advice)
		}
		stored += c.size
	}
	if err := d.bounded(chunkSize*int64(len(found)), stored); err != nil {
		return nil, err
	}
	out, err := d.filled(size, stored)
	if err != nil {
		return nil, err
	}
	for i, c := range found {
		raw, err := d.o.f.in.At(int64(min(c.address, math.MaxInt64)), c.size, fmt.Sprintf("chunk %d of %s", i, weightfile.Shown(d.o.Path)))
		if err != nil {
			return nil, err
		}
		if raw, err = d.undo(raw, c.mask, chunkSize); err != nil {
			return nil, err
		}
		d.place(out, raw, c.at)
	}
	return out, nil
}

// find lists the chunks that the file stores. Its walk is its own, so that datasets can be
// read at the same time.
func (d *Dataset) find(chunkSize int64) ([]chunk, error) {
	l, w := &d.layout, d.o.f.newWalk()
	if l.address == undefined {
		return nil, nil
	}
	t := &chunkTable{Dataset: d, walk: w, chunkSize: chunkSize}
	if err := t.count(); err != nil {
		return nil, err
	}
	details := l.details
	var err error
	switch l.index {
	case indexTree:
		// key: size(4) mask(4), the first element's place(8 each), and 0(8)
		err = w.tree(l.address, -1, 1, 8+8*(len(l.chunk)+1), func(key *cursor, child uint64) error {
			c := chunk{extent: extent{child, int64(key.uint(4))}, mask: key.uint(4)}
			for range l.chunk {
				c.at = append(c.at, int64(min(key.uint(8), math.MaxInt64)))
			}
			return t.add(c)
		})
	case indexSingle:
		c := chunk{extent: extent{l.address, chunkSize}, at: make([]int64, len(l.chunk))}
		if len(details.raw) > 0 {
			c.size, c.mask = details.length(), details.uint(4)
		}
		err = t.add(c)
	case indexImplicit:
		for i := int64(0); i < t.all && err == nil; i++ {
			err = t.number(i, extent{l.address + uint64(i*chunkSize), chunkSize}, 0)
		}
	case indexFixed:
		err = t.fixed(l.address)
	case indexExtensible:
		err = t.extensible(l.address)
	case indexTree2:
		err = t.tree2(l.address)
	}
	return t.found, err
}

// tree2 visits a B-tree of version 2 of chunks, of kind 10, or 11 with filters:
//
//	address [size mask(4)] place of the chunk among chunks(8 each)
func (t *chunkTable) tree2(address uint64) error {
	kind := uint64(10)
	if len(t.filters) > 0 {
		kind = 11
	}
	return t.walk.tree2(address, kind, func(record []byte) error {
		r := &cursor{raw: record, offsets: t.walk.offsets}
		c := chunk{extent: extent{r.offset(), t.chunkSize}}
		if kind == 11 {
			c.size = int64(min(r.uint(min(8, max(0, len(record)-t.walk.offsets-4-8*len(t.layout.chunk)))), math.MaxInt64))
			c.mask = r.uint(4)
		}
		for _, n := range t.layout.chunk {
			c.at = append(c.at, int64(min(r.uint(8), math.MaxInt32))*n)
		}
		if err := t.walk.whole(r, "a record of chunks"); err != nil {
			return err
		}
		return t.add(c)
	})
}

// place copies a chunk's elements, but for those beyond the edges, to where they belong.
func (d *Dataset) place(out, raw []byte, at []int64) {
	size, last := int64(d.typ.size), len(at)-1
	if last < 0 {
		copy(out, raw)
		return
	}
	rows, row := int64(1), min(d.layout.chunk[last], int64(d.Shape[last])-at[last])
	for _, n := range d.layout.chunk[:last] {
		rows *= n
	}
	index := make([]int64, last) // of a row within the chunk
	for i := range rows {
		to, inside := int64(0), true
		for axis, k := range index {
			inside = inside && at[axis]+k < int64(d.Shape[axis])
			to = to*int64(d.Shape[axis]) + at[axis] + k
		}
		if inside {
			to = (to*int64(d.Shape[last]) + at[last]) * size
			from := i * d.layout.chunk[last] * size
			copy(out[to:to+row*size], raw[from:])
		}
		for axis := last - 1; axis >= 0; axis-- {
			if index[axis]++; index[axis] < d.layout.chunk[axis] {
				break
			}
			index[axis] = 0
		}
	}
}
