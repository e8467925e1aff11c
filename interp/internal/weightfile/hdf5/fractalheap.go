package hdf5

import (
	"math"
	"math/bits"
)

// A fractalHeap holds the links or attributes of an object that has many (III.G). It is a
// space of bytes that blocks cover, of which row 0 and 1 of a table have the starting size and
// each further row twice that of the one before:
//
//	row 0   │ start │ start │ ... width of them     direct blocks "FHDB", which hold objects,
//	row 1   │ start │ start │ ...                   up to a largest size,
//	row 2   │ 2 start       │ ...
//	...                                             then indirect ones "FHIB": tables again
//
// An object's id says its offset in that space and its length; an object too large for a block
// stands alone in the file, and a tree finds it by its number.
type fractalHeap struct {
	*walk
	idLength                int
	offsetBytes, sizeBytes  int
	width                   uint64
	start, maxDirect        uint64
	root                    uint64
	rows                    uint64 // of the root; 0 where it is a direct block
	hugeTree                uint64
	huge                    map[uint64]extent // by number, once it is needed
	blocks                  map[uint64][]byte // direct ones, by address
	indirect                map[uint64]*cursor
	checksum                bool
	directRows, headOfBlock uint64
}

// An extent is a stretch of the file.
type extent struct {
	address uint64
	size    int64
}

func (w *walk) fractalHeap(address uint64) (*fractalHeap, error) {
	const what = "the header of a fractal heap"
	c, err := w.node(address, int64(26+3*w.offsets+12*w.lengths), "FRHP", 0, what)
	if err != nil {
		return nil, err
	}
	h := &fractalHeap{walk: w, blocks: map[uint64][]byte{}, indirect: map[uint64]*cursor{}}
	h.idLength = int(c.uint(2))
	filters, flags, maxObject := c.uint(2), c.uint(1), c.uint(4)
	h.checksum = flags&2 != 0
	c.skip(w.lengths)
	h.hugeTree = c.offset()
	c.skip(w.lengths + w.offsets + 8*w.lengths)
	h.width, h.start, h.maxDirect = c.uint(2), uint64(c.length()), uint64(c.length())
	heapBits := c.uint(2)
	c.skip(2)
	h.root, h.rows = c.offset(), c.uint(2)
	power := func(n uint64) bool { return bits.OnesCount64(n) == 1 }
	switch {
	case c.short:
		return nil, w.whole(c, what)
	case filters != 0:
		return nil, w.in.Corrupt("", "%s at %d has filters, which are not read there; write the file again with h5py", what, address)
	case !power(h.width) || !power(h.start) || !power(h.maxDirect) || h.start > h.maxDirect || h.maxDirect > math.MaxInt32 || heapBits > 64 || h.rows > 64:
		return nil, w.in.Corrupt("", "%s at %d has blocks from %d to %d bytes, %d in a row, want powers of 2; %s", what, address, h.start, h.maxDirect, h.width, advice)
	}
	h.offsetBytes = int(heapBits+7) / 8
	h.sizeBytes = min((bits.Len64(h.maxDirect)+6)/8, bytesFor(maxObject))
	h.directRows = uint64(bits.Len64(h.maxDirect)-bits.Len64(h.start)) + 2
	h.headOfBlock = uint64(5 + w.offsets + h.offsetBytes)
	return h, nil
}

// object is what an id stands for: flags, then offset and length, or a number, or the object.
func (h *fractalHeap) object(id []byte) ([]byte, error) {
	c := &cursor{raw: id, offsets: h.offsets, lengths: h.lengths}
	flags := c.uint(1)
	switch flags & 0x30 {
	case 0x00:
		offset, size := c.uint(h.offsetBytes), c.uint(h.sizeBytes)
		if err := h.whole(c, "an id of a fractal heap"); err != nil {
			return nil, err
		}
		return h.managed(offset, size)
	case 0x10:
		return h.hugeObject(c)
	case 0x20:
		raw := c.bytes(int(flags&15) + 1)
		return raw, h.whole(c, "an id of a fractal heap")
	}
	return nil, h.in.Corrupt("", "an id of a fractal heap begins with %#x, which is no kind of object; %s", flags, advice)
}

// managed finds an object in the blocks, from the root down; each table has smaller blocks
// than the one before.
func (h *fractalHeap) managed(offset, size uint64) ([]byte, error) {
	address, rows, blockSize := h.root, h.rows, h.start
	for at := offset; ; {
		if rows == 0 {
			return h.direct(address, blockSize, at, size)
		}
		row, first := uint64(0), uint64(0)
		blockSize = h.start
		if at/h.start >= h.width {
			row = uint64(bits.Len64(at / h.start / h.width))
			blockSize = h.start << (row - 1)
			first = blockSize * h.width
		}
		if row >= rows {
			return nil, h.in.Corrupt("", "an object would be at %d of a fractal heap, beyond its %d rows; %s", offset, rows, advice)
		}
		column := (at - first) / blockSize
		at -= first + column*blockSize
		table, err := h.table(address, rows)
		if err != nil {
			return nil, err
		}
		entry := *table
		entry.skip(int(row*h.width+column) * h.offsets)
		address = entry.offset()
		rows = 0
		if row >= h.directRows {
			rows = uint64(bits.Len64(blockSize / h.start / h.width)) // of a table that covers blockSize
		}
	}
}

// direct takes an object from a direct block.
func (h *fractalHeap) direct(address, blockSize, at, size uint64) ([]byte, error) {
	const what = "a block of a fractal heap"
	raw, known := h.blocks[address]
	if !known {
		c, err := h.node(address, int64(blockSize), "FHDB", 0, what)
		if err != nil {
			return nil, err
		}
		raw = c.raw
		h.blocks[address] = raw
	}
	if at > uint64(len(raw)) || size > uint64(len(raw))-at || at < h.headOfBlock {
		return nil, h.in.Corrupt("", "an object would be %d bytes at %d of %s of %d; %s", size, at, what, len(raw), advice)
	}
	return raw[at : at+size : at+size], nil
}

// table reads an indirect block, up to the addresses in it.
func (h *fractalHeap) table(address, rows uint64) (*cursor, error) {
	if c := h.indirect[address]; c != nil {
		return c, nil
	}
	const what = "a table of a fractal heap"
	c, err := h.node(address, int64(h.headOfBlock+rows*h.width*uint64(h.offsets)), "FHIB", 0, what)
	if err != nil {
		return nil, err
	}
	c.skip(int(h.headOfBlock) - 5)
	h.indirect[address] = c
	return c, nil
}

// hugeObject reads one that stands alone in the file.
func (h *fractalHeap) hugeObject(id *cursor) ([]byte, error) {
	var e extent
	if len(id.rest()) >= h.offsets+h.lengths {
		e = extent{id.offset(), id.length()}
	} else {
		if h.huge == nil {
			h.huge = map[uint64]extent{}
			err := h.tree2(h.hugeTree, 1, func(record []byte) error {
				c := &cursor{raw: record, offsets: h.offsets, lengths: h.lengths}
				found := extent{c.offset(), c.length()}
				h.huge[c.uint(h.lengths)] = found
				return h.whole(c, "a record of large objects")
			})
			if err != nil {
				return nil, err
			}
		}
		number := id.uint(min(h.lengths, len(id.rest())))
		var ok bool
		if e, ok = h.huge[number]; !ok {
			return nil, h.in.Corrupt("", "a fractal heap has no large object %d; %s", number, advice)
		}
	}
	c, err := h.read(e.address, e.size, "a large object of a fractal heap")
	if err != nil {
		return nil, err
	}
	return c.raw, nil
}

// dense visits the objects of a fractal heap that the records of a tree name, after before
// bytes of each.
func (w *walk) dense(heap, tree, kind uint64, before int, visit func(raw []byte) error) error {
	h, err := w.fractalHeap(heap)
	if err != nil {
		return err
	}
	return w.tree2(tree, kind, func(record []byte) error {
		c := &cursor{raw: record}
		c.skip(before)
		id := c.bytes(h.idLength)
		if err := w.whole(c, "a record of a fractal heap's tree"); err != nil {
			return err
		}
		raw, err := h.object(id)
		if err != nil {
			return err
		}
		return visit(raw)
	})
}
