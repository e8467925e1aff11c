package picture

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"image/png"
	"io"
)

const (
	pngMagic = "\x89PNG\r\n\x1a\n"
	pngPiece = 1 << 12 // bytes read at a time
)

// inspectPNG reads the chunks before the pixels.
func inspectPNG(ctx context.Context, s *source) error {
	header, headerErr := readPNGHeader(s.wide(ctx))
	s.width, s.height = int64(header.width), int64(header.height)
	if err := s.checkPixels(); err != nil { // the decoder's own limit is far higher
		return err
	}
	if _, err := png.DecodeConfig(s.reader(ctx, pngPiece)); err != nil {
		return s.undecodable(err)
	}
	// Deflate compresses at most 1,032 bytes into one.
	channels := map[byte]int64{pngGray: 1, pngRGB: 3, pngPalette: 1, pngGrayAlpha: 2, pngRGBA: 4}[header.colour]
	if err := s.checkSize(s.width * s.height * channels * int64(header.depth) / 8 / 1032); err != nil {
		return err
	}
	if headerErr != nil {
		return s.undecodable(headerErr)
	}
	s.cost = header.cost(s.width, s.height)
	return nil
}

func decodePNG(ctx context.Context, s *source) (pixels, error) {
	m, err := png.Decode(s.reader(ctx, pngPiece))
	if err != nil {
		return pixels{}, s.undecodable(err)
	}
	return toRGB(ctx, m), nil
}

// cost is what the PNG decoder allocates: an image of 1 to 8 bytes a pixel, two lines, and
// for an interlaced image every pass as an image of its own.
func (g *pngHeader) cost(width, height int64) int64 {
	perPixel := map[byte]int64{pngGray: 1, pngRGB: 4, pngPalette: 1, pngGrayAlpha: 4, pngRGBA: 4}[g.colour]
	if g.colour == pngGray && g.transparent {
		perPixel = 4
	}
	if g.depth == 16 {
		perPixel *= 2
	}
	sum := perPixel * width * height
	if g.interlaced {
		sum *= 2
	}
	return sum + 2*(1+width*perPixel)
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
