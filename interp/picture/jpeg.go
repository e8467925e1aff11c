package picture

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image/color"
	"image/jpeg"
	"io"
)

const jpegMagic = "\xff\xd8\xff"

// mostScanned is the largest number of pixels of all scans of a JPEG together: 24 scans of
// the largest image, where 10 are usual, and hundreds for smaller ones.
const mostScanned = 4 << 30

// inspectJPEG reads the segments, to the end of the image.
func inspectJPEG(ctx context.Context, s *source) error {
	config, err := jpeg.DecodeConfig(s.reader(ctx, piece))
	if err != nil {
		return s.undecodable(err)
	}
	s.width, s.height = int64(config.Width), int64(config.Height)
	if err := s.checkPixels(); err != nil {
		return err
	}
	// Each block of 8 x 8 pixels takes at least a bit.
	if err := s.checkSize(s.width * s.height / 64 / 8); err != nil {
		return err
	}
	header, err := readJPEGHeader(s.wide(ctx))
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return s.undecodable(err)
	}
	if header.components == 0 {
		return s.undecodable(io.ErrUnexpectedEOF) // the file became shorter
	}
	if err := s.checkScans(&header); err != nil {
		return err
	}
	s.cost = header.cost(s.width, s.height, config.ColorModel)
	return nil
}

func decodeJPEG(ctx context.Context, s *source) (pixels, error) {
	m, err := jpeg.Decode(s.reader(ctx, piece))
	if err != nil {
		return pixels{}, s.undecodable(err)
	}
	return toRGB(ctx, m), nil
}

func (s *source) checkScans(j *jpegHeader) error {
	if most := mostScanned / (64 * j.units(s.width, s.height) * j.horizontal[0] * j.vertical[0]); j.scans > most {
		return &LimitError{Path: s.path, Problem: fmt.Sprintf("has %d scans of %d x %d pixels, the limit is %d scans for so many pixels; save it again in a plain form",
			j.scans, s.width, s.height, most)}
	}
	return nil
}

// cost is what the JPEG decoder allocates: planes of whole blocks; for a progressive image
// all coefficients, of 4 bytes; and for colours other than YCbCr another image of 4 bytes a
// pixel.
func (j *jpegHeader) cost(width, height int64, model color.Model) int64 {
	units := j.units(width, height)
	perSample, sum := int64(1), int64(0)
	if j.progressive {
		perSample += 4
	}
	for i := range j.components {
		sum += 64 * units * j.horizontal[i] * j.vertical[i] * perSample
	}
	if model == color.RGBAModel || model == color.CMYKModel {
		sum += 4 * width * height
	}
	return sum
}

// units is how many minimum coded units, of blocks of every component, an image has.
func (j *jpegHeader) units(width, height int64) int64 {
	return ceilDiv(width, 8*j.horizontal[0]) * ceilDiv(height, 8*j.vertical[0])
}

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
