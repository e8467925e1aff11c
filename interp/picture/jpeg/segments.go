package jpeg

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"cnnlang/interp/picture/codec"
	"cnnlang/interp/picture/jpeg/internal/kernel"
)

// The markers (ITU-T T.81, table B.1).
const (
	sof0, sof1, sof2 = 0xc0, 0xc1, 0xc2
	dht, jpg, dac    = 0xc4, 0xc8, 0xcc
	sof15            = 0xcf
	rst0, rst7       = 0xd0, 0xd7
	soi, eoi, sos    = 0xd8, 0xd9, 0xda
	dqt, dnl, dri    = 0xdb, 0xdc, 0xdd
	app0, app1       = 0xe0, 0xe1
	app14            = 0xee
	app15, com       = 0xef, 0xfe
)

// tables is how many tables of each kind there are.
const tables = 4

// A decoder is the state of reading a file.
type decoder struct {
	in input
	frame
	quantum  [tables]*[64]uint16 // in the order of the zigzag
	huffman  [2][tables]*huffman // of DC and AC
	interval int                 // units between restarts, 0 for none

	jfif, adobe bool // which markers it has
	transform   byte // of colours, by Adobe's
	inspects    bool // whether the EXIF data are wanted
	exif        []byte
	sent        sent

	bits         bits
	factors      [4]kernel.Block // of each component, latched
	latched      [4]bool
	coefficients [][]kernel.Block // of each component, if they are stored
	output       output
	complete     bool // all pixels are there, of an image in one scan
}

// segments reads a file to the end of its image, and calls scan at the header of each scan.
func (d *decoder) segments(scan func() error) error {
	var start [2]byte
	if err := d.in.full(start[:]); err != nil {
		return err
	}
	if start != [2]byte{0xff, soi} {
		return damage("it does not begin with a start of image")
	}
	for {
		marker, err := d.in.marker()
		switch {
		case err != nil:
		case marker == eoi:
			return nil
		case marker == sos && d.count == 0:
			return damage("it has a scan before its frame header")
		case marker == sos:
			err = scan()
		case rst0 <= marker && marker <= rst7: // one after the last unit
		default:
			err = d.segment(marker)
		}
		if d.complete && errors.Is(err, io.ErrUnexpectedEOF) {
			return nil // without a marker of its end, but with all pixels
		}
		if err != nil {
			return err
		}
	}
}

// segment reads one that is not a scan.
func (d *decoder) segment(marker byte) (err error) {
	read := d.read(marker)
	switch {
	case read == nil && (app0 <= marker && marker <= app15 || marker == com || marker == dnl || marker == dac):
		return d.in.skipSegment()
	case read == nil && sof0 <= marker && marker <= sof15 && marker != jpg:
		return codec.NotRead("its coding is %s (marker ff%02x), neither baseline nor progressive", coding(marker), marker)
	case read == nil:
		return damage(fmt.Sprintf("marker ff%02x is unknown", marker))
	}
	n, err := d.in.length()
	if err != nil {
		return err
	}
	s := make([]byte, n)
	if err := d.in.full(s); err != nil {
		return err
	}
	return read(s)
}

// coding names what is not read, by the bits of the marker of its frame header.
func coding(marker byte) string {
	switch {
	case marker >= jpg:
		return "arithmetic"
	case marker&3 == 3:
		return "lossless"
	}
	return "hierarchical"
}

// read is how a segment is read, nil if it is not.
func (d *decoder) read(marker byte) func([]byte) error {
	switch marker {
	case sof0, sof1, sof2:
		return func(s []byte) error {
			if d.count != 0 {
				return damage("it has two frame headers")
			}
			f, err := newFrame(s, marker == sof2)
			if err == nil {
				d.frame = f // and nothing of one that is refused
			}
			return err
		}
	case dht:
		return d.defineHuffman
	case dqt:
		return d.defineQuantum
	case dri:
		return func(s []byte) error {
			if len(s) != 2 {
				return damage("a restart interval has not 2 bytes")
			}
			d.interval = int(s[0])<<8 + int(s[1])
			return nil
		}
	case app0:
		return func(s []byte) error {
			d.jfif = d.jfif || len(s) >= 14 && string(s[:5]) == "JFIF\x00"
			return nil
		}
	case app1:
		if !d.inspects {
			return nil
		}
		return func(s []byte) error {
			if d.exif == nil && strings.HasPrefix(string(s[:min(len(s), 6)]), "Exif\x00\x00") {
				d.exif = s
			}
			return nil
		}
	case app14:
		return func(s []byte) error {
			if len(s) >= 12 && string(s[:5]) == "Adobe" {
				d.adobe, d.transform = true, s[11]
			}
			return nil
		}
	}
	return nil
}

func (d *decoder) defineQuantum(s []byte) error {
	for len(s) > 0 {
		each, which := 1+int(s[0]>>4), s[0]&15
		if each > 2 || which >= tables {
			return damage("a quantisation table has an unknown precision or number")
		}
		if s = s[1:]; len(s) < 64*each {
			return damage("a quantisation table is too short")
		}
		t := new([64]uint16)
		for i := range t {
			t[i] = uint16(s[i])
			if each == 2 {
				t[i] = uint16(s[2*i])<<8 + uint16(s[2*i+1])
			}
		}
		d.quantum[which], s = t, s[64*each:]
	}
	return nil
}

// A scan is the header of one: of which components, and of which part of their
// coefficients.
type scan struct {
	count     int
	component [4]int
	dc, ac    [4]byte // which tables
	// Of a progressive image: the first and the last coefficient, and how many lower bits
	// are missing before and after.
	start, end  int
	before, low byte
}

// scan reads the header of a scan.
func (d *decoder) scan() (sc scan, err error) {
	n, err := d.in.length()
	if err != nil {
		return sc, err
	}
	s := make([]byte, n)
	if err := d.in.full(s); err != nil {
		return sc, err
	}
	if n < 1 || s[0] < 1 || int(s[0]) > d.count || n != 4+2*int(s[0]) {
		return sc, damage("the header of a scan has another length than its components need")
	}
	sc.count = int(s[0])
	blocks := 0
	for i := range sc.count {
		id, table := s[1+2*i], s[2+2*i]
		at := -1
		for j := range d.count {
			if d.frame.component[j].id == id {
				at = j
			}
		}
		for _, other := range sc.component[:i] {
			if other == at {
				at = -1
			}
		}
		if at < 0 || table>>4 >= tables || table&15 >= tables {
			return sc, damage("a scan has an unknown component or table")
		}
		sc.component[i], sc.dc[i], sc.ac[i] = at, table>>4, table&15
		blocks += d.frame.component[at].wide * d.frame.component[at].high
	}
	if sc.count > 1 && blocks > unitBlocks {
		return sc, damage(fmt.Sprintf("a unit has %d blocks, the limit is %d", blocks, unitBlocks))
	}
	sc.end = 63
	if d.progressive {
		s = s[1+2*sc.count:]
		sc.start, sc.end, sc.before, sc.low = int(s[0]), int(s[1]), s[2]>>4, s[2]&15
		if sc.end > 63 || sc.start > sc.end || sc.start == 0 && sc.end > 0 || sc.start > 0 && sc.count > 1 ||
			sc.before != 0 && sc.before != sc.low+1 || sc.low > 13 {
			return sc, damage("a scan has an impossible part of the coefficients")
		}
	}
	return sc, nil
}
