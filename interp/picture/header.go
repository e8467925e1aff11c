package picture

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
)

// A jpegHeader is what the segments of a JPEG say about the work of decoding it. It is read
// as the decoder reads it, to the end of the image, because scans may be anywhere. If the
// file is damaged it covers the part before, and the decoder reports the damage.
type jpegHeader struct {
	progressive          bool
	components           int
	horizontal, vertical [4]int64 // sampling factors of the components
	scans                int64
}

// The JPEG markers needed here (ITU-T T.81, table B.1).
const (
	jpegSOF0, jpegSOF2 = 0xc0, 0xc2
	jpegRST0, jpegRST7 = 0xd0, 0xd7
	jpegEOI, jpegSOS   = 0xd9, 0xda
)

func readJPEGHeader(r *bufio.Reader) (j jpegHeader, err error) {
	if _, err := r.Discard(2); err != nil { // the start of the image
		return j, err
	}
	for {
		marker, err := nextMarker(r)
		switch {
		case err != nil:
			return j, err
		case marker == jpegEOI:
			return j, nil
		case jpegRST0 <= marker && marker <= jpegRST7:
			continue // it has no segment
		case marker == jpegSOS:
			j.scans++
		}
		var length [2]byte
		if _, err := io.ReadFull(r, length[:]); err != nil {
			return j, err
		}
		n := int(binary.BigEndian.Uint16(length[:])) - 2
		if n < 0 {
			return j, nil // the decoder refuses it
		}
		if jpegSOF0 <= marker && marker <= jpegSOF2 && j.components == 0 {
			segment := make([]byte, n)
			if _, err := io.ReadFull(r, segment); err != nil {
				return j, err
			}
			j.frame(marker, segment)
			continue
		}
		if _, err := r.Discard(n); err != nil {
			return j, err
		}
	}
}

// nextMarker skips the data of a scan and anything else before the next marker.
func nextMarker(r *bufio.Reader) (byte, error) {
	for {
		b, err := r.ReadByte()
		if err != nil {
			return 0, err
		}
		if b != 0xff {
			continue
		}
		for b == 0xff { // any number of them may precede a marker
			if b, err = r.ReadByte(); err != nil {
				return 0, err
			}
		}
		if b != 0 { // an escaped 0xff in a scan
			return b, nil
		}
	}
}

// frame reads a frame header: precision, height, width, and three bytes for each component.
func (j *jpegHeader) frame(marker byte, segment []byte) {
	const fixed = 6
	j.progressive = marker == jpegSOF2
	for i := fixed; i+2 < len(segment) && j.components < len(j.horizontal); i += 3 {
		j.horizontal[j.components] = int64(segment[i+1] >> 4)
		j.vertical[j.components] = int64(segment[i+1] & 15)
		j.components++
	}
	if j.components == 1 { // its sampling factors have no meaning
		j.horizontal[0], j.vertical[0] = 1, 1
	}
}

// The kinds of colour of PNG (its specification, 11.2.1).
const (
	pngGray, pngRGB, pngPalette, pngGrayAlpha, pngRGBA = 0, 2, 3, 4, 6
)

// A pngHeader is what the chunks of a PNG before its pixels say.
type pngHeader struct {
	width, height           uint32
	depth, colour           byte
	interlaced, transparent bool
}

func readPNGHeader(r *bufio.Reader) (g pngHeader, err error) {
	if _, err := r.Discard(len(pngMagic)); err != nil {
		return g, err
	}
	for {
		const length, kind, checksum = 4, 4, 4
		var head [length + kind]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return g, err
		}
		n := int64(binary.BigEndian.Uint32(head[:]))
		switch string(head[length:]) {
		case "IHDR":
			const size = 13
			var ihdr [size]byte
			if _, err := io.ReadFull(r, ihdr[:]); err != nil {
				return g, err
			}
			g.width, g.height = binary.BigEndian.Uint32(ihdr[:]), binary.BigEndian.Uint32(ihdr[4:])
			g.depth, g.colour, g.interlaced = ihdr[8], ihdr[9], ihdr[12] != 0
			n -= size
		case "tRNS":
			g.transparent = true
		case "IDAT", "IEND":
			return g, nil
		}
		if _, err := io.CopyN(io.Discard, r, n+checksum); err != nil && !errors.Is(err, io.EOF) {
			return g, err
		}
	}
}
