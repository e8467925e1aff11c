package hdf5

import (
	"math/bits"
)

// A chunkTable collects the chunks that an index of a dataset finds.
type chunkTable struct {
	*Dataset
	walk      *walk
	chunkSize int64
	all       int64 // chunks of the largest shape, or more than the file has bytes
	moved     int   // the axis that stands before the others where chunks are numbered
	most      []int64
	found     []chunk
}

// count computes how many chunks the dataset has, and how they are numbered: row by row in
// the largest shape, where the one axis without a limit comes first.
func (t *chunkTable) count() error {
	t.all = 1
	unlimited := 0
	for axis, n := range t.layout.chunk {
		size := int64(t.Shape[axis])
		limit := t.Dataset.most[axis]
		if limit < 0 || limit == 1<<63-1 {
			unlimited++
			t.moved, limit = axis, size
		}
		t.most = append(t.most, limit/n+min(1, limit%n))
		if t.all > 0 && t.most[axis] > t.o.f.in.Size/t.all {
			t.all = t.o.f.in.Size + 1
		} else {
			t.all *= t.most[axis]
		}
	}
	if unlimited != 1 {
		t.moved = 0
	}
	if t.layout.index == indexImplicit && t.all > t.o.f.in.Size/t.chunkSize {
		return t.o.Corrupt("has more chunks of %d bytes than the %d bytes of the file hold; %s", t.chunkSize, t.o.f.in.Size, advice)
	}
	return nil
}

// add takes a chunk, which must lie in the dataset.
func (t *chunkTable) add(c chunk) error {
	for axis, at := range c.at {
		if at < 0 || at >= int64(t.Shape[axis]) || at%t.layout.chunk[axis] != 0 {
			return t.o.Corrupt("has a chunk at %v, want multiples of %v below %v; %s", c.at, t.layout.chunk, t.Shape, advice)
		}
	}
	t.found = append(t.found, c)
	return t.walk.spend(48 + 8*len(c.at))
}

// number takes the chunk of a number, unless there is none there: it was never written, or
// lies beyond the dataset.
func (t *chunkTable) number(i int64, e extent, mask uint64) error {
	if e.address == undefined {
		return nil
	}
	c := chunk{extent: e, mask: mask, at: make([]int64, len(t.most))}
	order := make([]int, 0, len(t.most)) // of axes, the slowest first
	if len(t.most) > 0 {
		order = append(order, t.moved)
	}
	for axis := range t.most {
		if axis != t.moved {
			order = append(order, axis)
		}
	}
	for k := len(order) - 1; k >= 0; k-- {
		axis := order[k]
		n := max(1, t.most[axis])
		place := i % n
		if k == 0 {
			place = i
		}
		i /= n
		if place >= 1<<31 || place*t.layout.chunk[axis] >= int64(t.Shape[axis]) {
			return nil
		}
		c.at[axis] = place * t.layout.chunk[axis]
	}
	return t.add(c)
}

// element takes the chunk that an element of an array describes: an address, and with filters
// a size and a mask.
func (t *chunkTable) element(i int64, c *cursor, size int) error {
	raw := &cursor{raw: c.bytes(size), offsets: t.walk.offsets}
	e, mask := extent{raw.offset(), t.chunkSize}, uint64(0)
	if len(t.filters) > 0 {
		e.size = int64(raw.uint(size-t.walk.offsets-4) & (1<<63 - 1))
		mask = raw.uint(4)
	}
	if err := t.walk.whole(c, "an array of chunks"); err != nil {
		return err
	}
	return t.number(i, e, mask)
}

// elementSize checks the size of an array's elements.
func (t *chunkTable) elementSize(size int) error {
	least, most := t.walk.offsets, t.walk.offsets
	if len(t.filters) > 0 {
		least, most = least+4+1, most+4+8
	}
	if size < least || size > most {
		return t.o.Corrupt("has an array of chunks with elements of %d bytes, want %d to %d; %s", size, least, most, advice)
	}
	return nil
}

// fixed reads an array that does not grow (III.H):
//
//	"FAHD" 0 client element-size page-bits elements data checksum
//	"FADB" 0 client header │ elements │ checksum
//	                       │ which pages there are, checksum │ page: elements checksum │ ...
func (t *chunkTable) fixed(address uint64) error {
	w := t.walk
	head, err := w.node(address, int64(8+w.lengths+w.offsets), "FAHD", 0, "an array of chunks")
	if err != nil {
		return err
	}
	head.skip(1)
	size, pageBits := int(head.uint(1)), head.uint(1)
	n, data := head.length(), head.offset()
	if err := t.elementSize(size); err != nil || data == undefined {
		return err
	}
	if n > w.in.Size || pageBits > 31 {
		return t.o.Corrupt("has an array of %d chunks in pages of 2^%d, more than the file has; %s", n, pageBits, advice)
	}
	prefix := int64(6 + w.offsets)
	page, bitmap := int64(1)<<pageBits, int64(0)
	if n > page {
		bitmap = (n + 8*page - 1) / (8 * page)
	} else {
		page = n
	}
	c, err := w.node(data, prefix+bitmap, "FADB", 0, "the elements of an array of chunks")
	if err != nil {
		return err
	}
	c.skip(int(prefix) - 5)
	at := data + uint64(prefix)
	if bitmap > 0 {
		at += uint64(bitmap) + 4
	}
	return t.pages(0, n, page, size, at, c.bytes(int(bitmap)), 0)
}

// pages reads the elements from first on, n of them from an address, in pages with a checksum
// behind each; those whose bit in written, from bit on, is 0 were never used.
func (t *chunkTable) pages(first, n, page int64, size int, at uint64, written []byte, bit int64) error {
	for p := int64(0); p*page < n; p++ {
		in := min(page, n-p*page)
		if b := bit + p; len(written) > 0 && written[b/8]&(0x80>>(b%8)) == 0 {
			at += uint64(page*int64(size) + 4)
			continue
		}
		c, err := t.walk.read(at, in*int64(size), "a page of an array of chunks")
		if err != nil {
			return err
		}
		for i := range in {
			if err := t.element(first+p*page+i, c, size); err != nil {
				return err
			}
		}
		at += uint64(page*int64(size) + 4)
	}
	return nil
}

// extensible reads an array that grows (III.I): an index block with the first elements, then
// addresses of the first data blocks, then of super blocks with addresses of more of them.
//
//	"EAHD" 0 client element-size bits first least addresses page-bits, 6 counts, index, checksum
//	"EAIB" 0 client header │ elements │ data blocks │ super blocks │ checksum
//	"EASB" 0 client header offset │ which pages there are │ data blocks │ checksum
//	"EADB" 0 client header offset │ elements │ checksum, or pages as of a fixed array
//
// Super block s has 2^(s/2) data blocks of least * 2^((s+1)/2) elements.
func (t *chunkTable) extensible(address uint64) error {
	w := t.walk
	head, err := w.node(address, int64(12+6*w.lengths+w.offsets), "EAHD", 0, "an array of chunks")
	if err != nil {
		return err
	}
	head.skip(1)
	a := growing{chunkTable: t, size: int(head.uint(1))}
	maxBits, first := int(head.uint(1)), int64(head.uint(1))
	a.least = int64(head.uint(1))
	pointers := int(head.uint(1))
	a.pageBits = head.uint(1)
	head.skip(6 * w.lengths)
	index := head.offset()
	a.offset = (maxBits + 7) / 8
	power := func(n int64) bool { return bits.OnesCount64(uint64(n)) == 1 }
	if err := t.elementSize(a.size); err != nil {
		return err
	}
	if !power(a.least) || !power(int64(pointers)) || maxBits > 64 || a.pageBits > 31 {
		return t.o.Corrupt("has an array of chunks with blocks from %d elements and %d addresses, want powers of 2; %s", a.least, pointers, advice)
	}
	if index == undefined {
		return nil
	}
	direct := 2 * (pointers - 1)
	inIndex := 2 * (bits.Len(uint(pointers)) - 1) // super blocks whose data blocks the index has
	supers := 1 + maxBits - (bits.Len64(uint64(a.least)) - 1)
	n := int64(6+w.offsets) + first*int64(a.size) + int64(direct+max(0, supers-inIndex))*int64(w.offsets)
	c, err := w.node(index, n, "EAIB", 0, "the index of an array of chunks")
	if err != nil {
		return err
	}
	c.skip(1 + w.offsets)
	for i := range first {
		if err := t.element(i, c, a.size); err != nil {
			return err
		}
	}
	a.next = first
	for s := range supers {
		blocks, in := int64(1)<<(s/2), a.least<<((s+1)/2)
		if a.next >= t.limit() {
			break
		}
		if s < inIndex {
			err = a.blocks(c, blocks, in, nil)
		} else {
			err = a.super(c.offset(), blocks, in)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// limit is the number after that of the last chunk that the dataset can have.
func (t *chunkTable) limit() int64 {
	n := int64(1)
	for axis, most := range t.most {
		if axis != t.moved {
			if n *= max(1, most); n > 1<<40 {
				return n
			}
		}
	}
	if len(t.most) == 0 {
		return 1
	}
	return n * ((int64(t.Shape[t.moved]) + t.layout.chunk[t.moved] - 1) / t.layout.chunk[t.moved])
}

// growing is an extensible array while it is read.
type growing struct {
	*chunkTable
	size, offset int
	least        int64
	pageBits     uint64
	next         int64 // the number of the next element
}

// blocks reads data blocks of in elements each, by their addresses.
func (a *growing) blocks(c *cursor, n, in int64, written []byte) error {
	w, page := a.walk, int64(1)<<a.pageBits
	bitmap := int64(0) // bytes for each block
	if in > page {
		bitmap = (in/page + 7) / 8
	}
	if int64(len(written)) != n*bitmap {
		return a.o.Corrupt("has an array of chunks whose index has pages; %s", advice)
	}
	for i := range n {
		if a.next >= a.limit() {
			return nil
		}
		address, first := c.offset(), a.next
		if c.short {
			return w.whole(c, "an array of chunks")
		}
		if a.next += in; address == undefined {
			continue
		}
		prefix := int64(6 + w.offsets + a.offset)
		if _, err := w.node(address, prefix, "EADB", 0, "a block of an array of chunks"); err != nil {
			return err
		}
		at := address + uint64(prefix)
		var err error
		if bitmap == 0 {
			err = a.pages(first, in, in, a.size, at, nil, 0)
		} else {
			err = a.pages(first, in, page, a.size, at+4, written, i*(in/page)) // the bits of a block follow those of the one before
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// super reads a super block.
func (a *growing) super(address uint64, n, in int64) error {
	w, page := a.walk, int64(1)<<a.pageBits
	if address == undefined {
		a.next += n * in
		return nil
	}
	bitmap := int64(0)
	if in > page {
		bitmap = n * ((in/page + 7) / 8)
	}
	if n > w.in.Size || bitmap > w.in.Size {
		return a.o.Corrupt("has an array of chunks with %d blocks, more than the file has; %s", n, advice)
	}
	c, err := w.node(address, int64(6+w.offsets+a.offset)+bitmap+n*int64(w.offsets), "EASB", 0, "a super block of an array of chunks")
	if err != nil {
		return err
	}
	c.skip(1 + w.offsets + a.offset)
	written := c.bytes(int(bitmap))
	return a.blocks(c, n, in, written)
}
