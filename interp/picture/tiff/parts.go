package tiff

import (
	"bufio"
	"compress/zlib"
	"context"
	"io"
	"math/bits"

	"golang.org/x/image/ccitt"

	"cnnlang/interp/picture/codec"
	"cnnlang/interp/picture/exif"
)

// Decode decodes the picture, part by part and line by line.
func Decode(ctx context.Context, file codec.File, header codec.Header, rgb []uint8) error {
	p, err := read(file)
	if err != nil {
		return err
	}
	if w, h := exif.Upright(p.orientation, p.width, p.height); w != header.Width || h != header.Height {
		return codec.ErrChanged
	}
	if p.orientation <= 1 {
		return p.decode(ctx, rgb)
	}
	stored := make([]uint8, len(rgb))
	if err := p.decode(ctx, stored); err != nil {
		return err
	}
	exif.Turn(ctx, p.orientation, int(p.width), int(p.height), rgb, stored)
	return ctx.Err()
}

// decode decodes the picture as it is stored.
func (p *picture) decode(ctx context.Context, rgb []uint8) error {
	d := &decoder{picture: p, line: make([]byte, p.lineBytes()), samples: make([]uint8, p.partWidth*int64(p.samples/p.planes))}
	part := int64(0)
	for plane := range p.planes {
		for top := int64(0); top < p.height; top += p.partLines {
			for left := int64(0); left < p.width; left += p.partWidth {
				if !p.needs(plane) {
					return nil
				}
				if err := d.part(ctx, part, rgb, left, top, plane); err != nil {
					return err
				}
				part++
			}
		}
	}
	return nil
}

// A decoder decodes parts one after the other.
type decoder struct {
	*picture
	buffered *bufio.Reader
	inflater io.ReadCloser
	lzw      lzw
	lines    codec.Lines
	line     []byte  // of a part, as in the file
	samples  []uint8 // of a line
}

// part decodes a part with its corner at left and top.
func (d *decoder) part(ctx context.Context, i int64, rgb []uint8, left, top int64, plane int) error {
	lines, width := min(d.partLines, d.height-top), min(d.partWidth, d.width-left)
	in, err := d.open(i, lines)
	if err != nil {
		return err
	}
	d.lines.Reset(in, lines, int64(len(d.line)))
	return codec.Rows(ctx, lines, func(y int) error {
		if err := d.lines.Next(d.line); err != nil {
			return codec.Cut(err)
		}
		if d.differences {
			d.add()
		}
		d.unpack()
		d.convert(rgb[3*((top+int64(y))*d.width+left):][:3*width], plane)
		return nil
	})
}

// open returns the bytes of a part, of which so many lines are wanted.
func (d *decoder) open(i, lines int64) (io.Reader, error) {
	at, err := d.offsets.value(i)
	if err != nil {
		return nil, err
	}
	size := max(0, d.file.Size()-at)
	if d.compression != plain && d.counts.count > 0 {
		// No compression makes pixels so much longer: parts that overlap take no more time
		// than their pixels do.
		const longest, little = 16, 1 << 12
		count, err := d.counts.value(i)
		if err != nil {
			return nil, err
		}
		size = max(0, min(size, count, longest*int64(len(d.line))*lines+little))
	}
	if at < 0 || at > d.file.Size() {
		return nil, io.ErrUnexpectedEOF
	}
	section := io.NewSectionReader(d.file, at, size)
	if d.buffered == nil {
		d.buffered = bufio.NewReaderSize(section, 1<<14)
	} else {
		d.buffered.Reset(section)
	}
	return d.expand(d.buffered, lines)
}

// expand undoes the compression.
func (d *decoder) expand(r *bufio.Reader, lines int64) (in io.Reader, err error) {
	if d.compression == fax3 || d.compression == fax4 {
		return d.fax(r, int(lines))
	}
	var source byteReader = r
	if d.reversed {
		source = reverser{r}
	}
	switch d.compression {
	case lzwCoded:
		d.lzw.reset(source)
		return &d.lzw, nil
	case packBits:
		return &unpacker{r: source}, nil
	case adobeDeflate, deflate:
		if d.inflater == nil {
			d.inflater, err = zlib.NewReader(source)
		} else {
			err = d.inflater.(zlib.Resetter).Reset(source, nil)
		}
		return d.inflater, err
	}
	return source, nil
}

// fax decodes black and white by ITU-T T.4 and T.6, to bits of which one is black.
func (d *decoder) fax(r io.Reader, lines int) (io.Reader, error) {
	order, kind := ccitt.MSB, ccitt.Group4
	if d.reversed {
		order = ccitt.LSB
	}
	if d.compression == fax3 {
		if kind = ccitt.Group3; d.twoDimensional {
			return nil, codec.NotRead("it is a fax of group 3 with two dimensions")
		}
	}
	return ccitt.NewReader(r, order, kind, int(d.partWidth), lines, &ccitt.Options{Invert: true}), nil
}

// A byteReader is what the decoders of compressed data read.
type byteReader interface {
	io.Reader
	io.ByteReader
}

// A reverser reverses the bits of each byte.
type reverser struct{ *bufio.Reader }

func (r reverser) ReadByte() (byte, error) {
	b, err := r.Reader.ReadByte()
	return bits.Reverse8(b), err
}

func (r reverser) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	for i := range p[:n] {
		p[i] = bits.Reverse8(p[i])
	}
	return n, err
}

// unpacker undoes PackBits: after a number n of 0 to 127 are n+1 bytes as they are, and after
// one of -127 to -1 a byte that stands for 1-n. The number -128 stands for nothing.
type unpacker struct {
	r      byteReader
	left   int
	repeat bool
	value  byte
}

func (u *unpacker) Read(p []byte) (int, error) {
	for i := range p {
		for u.left == 0 {
			n, err := u.r.ReadByte()
			if err != nil {
				return i, err
			}
			if n == 0x80 {
				continue
			}
			if u.repeat = n > 0x80; !u.repeat {
				u.left = int(n) + 1
				continue
			}
			u.left = 257 - int(n)
			if u.value, err = u.r.ReadByte(); err != nil {
				return i, err
			}
		}
		if !u.repeat {
			var err error
			if u.value, err = u.r.ReadByte(); err != nil {
				return i, err
			}
		}
		p[i] = u.value
		u.left--
	}
	return len(p), nil
}
