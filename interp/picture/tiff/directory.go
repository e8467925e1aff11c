package tiff

import (
	"encoding/binary"
	"fmt"

	"cnnlang/interp/picture/codec"
)

// The tags that are read (TIFF 6.0).
const (
	tagWidth           = 256
	tagHeight          = 257
	tagBitsPerSample   = 258
	tagCompression     = 259
	tagPhotometric     = 262
	tagFillOrder       = 266
	tagStripOffsets    = 273
	tagOrientation     = 274
	tagSamplesPerPixel = 277
	tagRowsPerStrip    = 278
	tagStripByteCounts = 279
	tagPlanar          = 284
	tagT4Options       = 292
	tagPredictor       = 317
	tagColorMap        = 320
	tagTileWidth       = 322
	tagTileHeight      = 323
	tagTileOffsets     = 324
	tagTileByteCounts  = 325
	tagExtraSamples    = 338
	tagSampleFormat    = 339
)

// sizes are the bytes of a number of each type that whole numbers may have.
var sizes = map[uint16]int64{1: 1, 3: 2, 4: 4, 13: 4, 16: 8, 18: 8}

// A directory is the first one of a file: the values of its tags, which are not read before
// they are asked for.
type directory struct {
	file   codec.File
	order  binary.ByteOrder
	values map[uint16]values
}

// A values is where the values of a tag are.
type values struct {
	size, count, at int64
}

// readDirectory reads the tags of the first directory, of a file of 4 GiB at most or of one
// that may be larger ("BigTIFF"). Those after it are of other pictures.
func readDirectory(file codec.File) (*directory, error) {
	d := &directory{file: file, order: binary.LittleEndian, values: map[uint16]values{}}
	var head [16]byte
	if err := codec.ReadAt(file, head[:8], 0); err != nil {
		return nil, err
	}
	if head[0] == 'M' {
		d.order = binary.BigEndian
	}
	at := int64(d.order.Uint32(head[4:]))
	first, entry, word := int64(2), int64(12), int64(4) // bytes: of the number of tags, of a tag, of an offset
	if d.order.Uint16(head[2:]) == 43 {
		if err := codec.ReadAt(file, head[:], 0); err != nil {
			return nil, err
		}
		at = int64(d.order.Uint64(head[8:]))
		first, entry, word = 8, 20, 8
	}
	var number [8]byte
	if err := codec.ReadAt(file, number[:first], at); err != nil {
		return nil, err
	}
	n := d.number(number[:first])
	if n < 0 || n > 1<<16 {
		return nil, fmt.Errorf("it has %d tags", uint64(n))
	}
	all := make([]byte, min(n*entry, file.Size()))
	if err := codec.ReadAt(file, all, at+first); err != nil {
		return nil, err
	}
	for i := range n {
		e := all[i*entry:][:entry]
		tag, size := d.order.Uint16(e), sizes[d.order.Uint16(e[2:])]
		if _, twice := d.values[tag]; size == 0 || twice {
			continue
		}
		v := values{size: size, count: d.number(e[4 : 4+word]), at: at + first + i*entry + 4 + word}
		if v.count < 0 || v.count > file.Size()/size {
			return nil, fmt.Errorf("it has %d values of the tag %d, more than it has bytes", uint64(v.count), tag)
		}
		if v.size*v.count > word {
			v.at = d.number(e[4+word:])
		}
		d.values[tag] = v
	}
	return d, nil
}

// number reads a number of 1 to 8 bytes. What is too large becomes negative.
func (d *directory) number(b []byte) int64 {
	switch len(b) {
	case 1:
		return int64(b[0])
	case 2:
		return int64(d.order.Uint16(b))
	case 4:
		return int64(d.order.Uint32(b))
	}
	return int64(d.order.Uint64(b))
}

// all returns the values of a tag, of which there may be so many.
func (d *directory) all(tag uint16, most int64) ([]int64, error) {
	v := d.values[tag]
	if v.count > most {
		return nil, fmt.Errorf("it has %d values of the tag %d, want at most %d", v.count, tag, most)
	}
	b := make([]byte, v.size*v.count)
	if err := codec.ReadAt(d.file, b, v.at); err != nil {
		return nil, err
	}
	list := make([]int64, v.count)
	for i := range list {
		list[i] = d.number(b[int64(i)*v.size:][:v.size])
	}
	return list, nil
}

// one returns the first value of a tag, or another if there is none.
func (d *directory) one(tag uint16, otherwise int64) (int64, error) {
	v := d.values[tag]
	if v.count == 0 {
		return otherwise, nil
	}
	var b [8]byte
	if err := codec.ReadAt(d.file, b[:v.size], v.at); err != nil {
		return 0, err
	}
	return d.number(b[:v.size]), nil
}

// A list reads the many values of a tag one by one, without all of them in memory.
type list struct {
	*directory
	values
	buffer []byte
	first  int64 // whose value is at the beginning of buffer
}

func (d *directory) list(tag uint16) *list { return &list{directory: d, values: d.values[tag]} }

// value returns the i-th value.
func (l *list) value(i int64) (int64, error) {
	if i >= l.count {
		return 0, fmt.Errorf("it has %d parts, want more than %d", l.count, i)
	}
	if in := int64(len(l.buffer)) / l.size; i < l.first || i >= l.first+in {
		const many = 512
		l.first, l.buffer = i, append(l.buffer[:0], make([]byte, l.size*min(many, l.count-i))...)
		if err := codec.ReadAt(l.file, l.buffer, l.at+i*l.size); err != nil {
			l.buffer = nil
			return 0, err
		}
	}
	return l.number(l.buffer[(i-l.first)*l.size:][:l.size]), nil
}
