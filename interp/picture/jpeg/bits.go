package jpeg

import (
	"bytes"
	"encoding/binary"
	"io"
)

const (
	unitBlocks = 10 // blocks of all components in a unit, by the standard
	// A block is 64 codes of 16 bits with values of 15 at most.
	blockBytes = 64 * (16 + 15) / 8
	// unitBytes is what there must be in the buffer before a unit is decoded, so that
	// within it nobody looks for the end. The reader is up to 8 bytes ahead.
	unitBytes    = unitBlocks*blockBytes + 16
	entropyBytes = 1<<15 + 2*unitBytes
)

// A bits gives the bits of a scan, up to the next marker. It has a buffer of bytes without
// those that escape 0xff, so that several are taken at once. Zeros follow the last of them.
//
//	data  ────used────┬──read──┬──── not yet ────┬── free ──
//	                  │        pos               end
//	acc               └ n bits ┘, the first on top
type bits struct {
	in       *input
	data     []byte
	pos, end int
	acc      uint64
	n        uint

	marker byte // that follows the data; 0 if it is not reached, or the file ends
	ended  bool
	bad    damage // that was found, if any
	run    int    // blocks without more coefficients, of a progressive scan
}

// begin begins a scan, or goes on after a restart.
func (b *bits) begin(in *input) {
	if b.data == nil {
		b.data = make([]byte, entropyBytes)
	}
	*b = bits{in: in, data: b.data}
}

// more makes sure that the buffer holds a unit, or the rest of the scan and zeros.
func (b *bits) more() error {
	if b.pos+unitBytes <= b.end || b.ended {
		return nil
	}
	b.end = copy(b.data, b.data[b.pos:b.end])
	b.pos = 0
	most := len(b.data) - unitBytes
	for b.end < most && !b.ended {
		if err := b.in.fill(); err == io.ErrUnexpectedEOF {
			b.ended = true
			break
		} else if err != nil {
			return err
		}
		piece := b.in.piece[:min(len(b.in.piece), most-b.end)]
		i := bytes.IndexByte(piece, 0xff)
		if i < 0 {
			i = len(piece)
		}
		b.end += copy(b.data[b.end:], piece[:i])
		b.in.piece = b.in.piece[i:]
		if i == len(piece) {
			continue
		}
		if err := b.escaped(); err != nil {
			return err
		}
	}
	if b.ended {
		clear(b.data[b.end:min(b.end+unitBytes, len(b.data))])
	}
	return nil
}

// escaped reads a 0xff and what it means: itself, or a marker.
func (b *bits) escaped() error {
	next := byte(0xff)
	for next == 0xff {
		var err error
		if next, err = b.in.byte(); err == io.ErrUnexpectedEOF {
			b.ended = true
			return nil
		} else if err != nil {
			return err
		}
	}
	if next != 0 {
		b.marker, b.ended = next, true
		return nil
	}
	b.data[b.end] = 0xff
	b.end++
	return nil
}

// What may be wrong with codes.
const (
	unknownCode = damage("a scan has a code that is in none of its tables")
	beyondEnd   = damage("a scan has a coefficient beyond the last one")
	largeBit    = damage("a scan has more than a bit of a coefficient")
)

// fail notes what is wrong, of which the first counts.
func (b *bits) fail(what damage) {
	if b.bad == "" {
		b.bad = what
	}
}

// check reports that a unit was damaged, or read beyond the end of the data.
func (b *bits) check() error {
	switch {
	case 8*b.pos-int(b.n) <= 8*b.end && b.bad == "":
		return nil
	case b.ended && b.marker == 0:
		return io.ErrUnexpectedEOF
	case b.bad != "":
		return b.bad
	}
	return damage("a scan ends before its last block")
}

// restart goes on behind a restart marker, and leaves out what is before it.
func (b *bits) restart(number int) error {
	marker, err := b.follows()
	if err != nil {
		return err
	}
	if want := byte(rst0 + number%8); marker != want {
		return damage("a restart marker is missing")
	}
	b.begin(b.in)
	return nil
}

// follows is the marker after the data.
func (b *bits) follows() (byte, error) {
	if b.marker != 0 {
		return b.marker, nil
	}
	return b.in.marker()
}

// refill fills acc to at least 56 bits: it takes 8 bytes and counts those that fit whole.
func refill(data []byte, acc uint64, n uint, pos int) (uint64, uint, int) {
	acc |= binary.BigEndian.Uint64(data[pos:]) >> (n & 63)
	return acc, n | 56, pos + int((63-n)>>3)
}
