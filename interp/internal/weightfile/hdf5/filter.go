package hdf5

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"
)

// A filter is a step of the way from a chunk's elements to what is stored of it (IV.A.2.l).
type filter struct {
	id     uint64
	values []uint64
}

const (
	deflate    = 1
	shuffle    = 2
	fletcher32 = 3
)

var otherFilters = map[uint64]string{4: "szip", 5: "nbit", 6: "scaleoffset", 307: "bzip2", 32000: "lzf", 32001: "blosc", 32004: "lz4", 32008: "bitshuffle", 32013: "zfp", 32015: "zstd"}

// pipeline parses the filters of a dataset:
//
//	version count [0(6)] │ id(2) [name-size(2)] flags(2) values(2) [name] value(4) ... [0(4)] │ ...
//
// Version 2 names only filters from 256 on and fills nothing up.
func (o *Object) pipeline(c *cursor) ([]filter, error) {
	version, n := c.uint(1), c.uint(1)
	if version != 1 && version != 2 {
		return nil, o.Corrupt("has a filter pipeline of version %d, want 1 or 2; %s", version, advice)
	}
	if version == 1 {
		c.skip(6)
	}
	var all []filter
	for range n {
		f := filter{id: c.uint(2)}
		name := 0
		if version == 1 || f.id >= 256 {
			name = int(c.uint(2))
		}
		c.skip(2)
		values := int(c.uint(2))
		if version == 1 {
			name = (name + 7) / 8 * 8
		}
		c.skip(name)
		for range values {
			if c.short {
				break
			}
			f.values = append(f.values, c.uint(4))
		}
		if version == 1 && values%2 == 1 {
			c.skip(4)
		}
		all = append(all, f)
	}
	if len(all) > 32 {
		return nil, o.Corrupt("has %d filters, want at most 32; %s", len(all), advice)
	}
	return all, o.f.walk.whole(c, "a filter pipeline")
}

// undo takes the filters off a stored chunk, the last one first; want is the size of its
// elements. A bit of mask says that a filter was left out.
func (d *Dataset) undo(raw []byte, mask uint64, want int64) ([]byte, error) {
	var err error
	for i := len(d.filters) - 1; i >= 0 && err == nil; i-- {
		if mask>>i&1 != 0 {
			continue
		}
		switch f := d.filters[i]; f.id {
		case deflate:
			raw, err = d.inflate(raw, want+4*int64(i)) // a checksum may be within
		case shuffle:
			size := d.typ.size
			if len(f.values) > 0 {
				size = int(f.values[0])
			}
			raw = unshuffled(raw, size)
		case fletcher32:
			raw, err = d.checked(raw)
		default:
			name := otherFilters[f.id]
			if name == "" {
				name = fmt.Sprintf("of number %d", f.id)
			}
			err = d.o.Corrupt("is packed by the filter %s, want gzip, shuffle or fletcher32; write it again with compression=\"gzip\" or without", name)
		}
	}
	if err == nil && int64(len(raw)) != want {
		err = d.o.Corrupt("has a chunk of %d bytes, want %d; %s", len(raw), want, advice)
	}
	return raw, err
}

// inflate unpacks zlib's format, to at most n bytes.
func (d *Dataset) inflate(raw []byte, n int64) ([]byte, error) {
	packed, err := zlib.NewReader(bytes.NewReader(raw))
	if err == nil {
		var out bytes.Buffer
		if _, err = io.Copy(&out, io.LimitReader(packed, n+1)); err == nil {
			return out.Bytes(), nil
		}
	}
	return nil, d.o.Corrupt("has a chunk that does not unpack (%v); %s", err, advice)
}

// unshuffled puts bytes that stand together by their place within an element back into
// elements. Bytes after the last whole one were left where they are.
func unshuffled(raw []byte, size int) []byte {
	if size <= 1 || size > len(raw) {
		return raw
	}
	n := len(raw) / size
	out := make([]byte, len(raw))
	for b := range size {
		for i := range n {
			out[i*size+b] = raw[b*n+i]
		}
	}
	copy(out[n*size:], raw[n*size:])
	return out
}

// checked compares the checksum behind a chunk and takes it off.
func (d *Dataset) checked(raw []byte) ([]byte, error) {
	if len(raw) < 4 {
		return nil, d.o.Corrupt("has a chunk of %d bytes, want a checksum of 4 behind it; %s", len(raw), advice)
	}
	raw, stored := raw[:len(raw)-4], binary.LittleEndian.Uint32(raw[len(raw)-4:])
	if sum := fletcher(raw); sum != stored {
		return nil, d.o.Corrupt("has a chunk with the checksum %08x, want %08x; %s", sum, stored, advice)
	}
	return raw, nil
}

// fletcher is Fletcher's checksum of 16-bit words, high byte first.
func fletcher(raw []byte) uint32 {
	var low, high uint64
	for at := 0; at < len(raw); at += 2 {
		word := uint64(raw[at]) << 8
		if at+1 < len(raw) {
			word |= uint64(raw[at+1])
		}
		low = (low + word) % 65535
		high = (high + low) % 65535
	}
	return uint32(high<<16 | low)
}
