package png

import (
	"bufio"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"cnnlang/interp/picture/codec"
)

// A pass is a part of a picture: every so many columns and rows, beginning at some.
type pass struct{ left, top, across, down int64 }

var (
	straight   = []pass{{0, 0, 1, 1}}
	interlaced = []pass{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}} // Adam7
)

// Decode decodes the pixels.
func Decode(ctx context.Context, file codec.File, header codec.Header, rgb []uint8) error {
	p, err := read(file)
	if err != nil {
		return err
	}
	if p.width != header.Width || p.height != header.Height {
		return codec.ErrChanged
	}
	chunks := &idat{r: bufio.NewReaderSize(codec.From(file, p.data), buffer)}
	data, err := zlib.NewReader(bufio.NewReaderSize(chunks, buffer))
	if err != nil {
		return chunks.why(err)
	}
	passes := straight
	if p.interlaced {
		passes = interlaced
	}
	longest := 1 + p.lineBytes(p.width)
	above, line := make([]byte, longest), make([]byte, longest)
	var lines codec.Lines
	for _, pass := range passes {
		columns, rows := (p.width-pass.left+pass.across-1)/pass.across, (p.height-pass.top+pass.down-1)/pass.down
		if columns <= 0 || rows <= 0 {
			continue
		}
		above, line = above[:1+p.lineBytes(columns)], line[:1+p.lineBytes(columns)]
		clear(above)
		lines.Reset(data, rows, int64(len(line)))
		if err := codec.Rows(ctx, rows, func(y int) error {
			if err := lines.Next(line); err != nil {
				return chunks.why(err)
			}
			if err := p.unfilter(line, above[1:]); err != nil {
				return err
			}
			row := rgb[3*((pass.top+int64(y)*pass.down)*p.width+pass.left):]
			p.convert(row, int(columns), 3*int(pass.across), line[1:])
			above, line = line, above
			return nil
		}); err != nil {
			return err
		}
	}
	switch n, err := data.Read(make([]byte, 1)); { // which checks the sum of all
	case n > 0:
		return errors.New("it has more pixels than it should")
	case err != io.EOF:
		return chunks.why(err)
	}
	return nil
}

// unfilter undoes the filter that the first byte of a line says, with the line above.
func (p *picture) unfilter(line, above []byte) error {
	each := max(1, p.samples*int(p.depth)/8)
	filter, line := line[0], line[1:]
	switch filter {
	case 0:
	case 1:
		for i := each; i < len(line); i++ {
			line[i] += line[i-each]
		}
	case 2:
		for i := range line {
			line[i] += above[i]
		}
	case 3:
		for i := range line {
			left := 0
			if i >= each {
				left = int(line[i-each])
			}
			line[i] += uint8((left + int(above[i])) / 2)
		}
	case 4:
		for i := range line {
			left, corner := 0, 0
			if i >= each {
				left, corner = int(line[i-each]), int(above[i-each])
			}
			line[i] += uint8(nearest(left, int(above[i]), corner))
		}
	default:
		return fmt.Errorf("a line has the filter %d", filter)
	}
	return nil
}

// nearest is the one of three neighbours that is nearest to the plane through them (Paeth).
func nearest(left, above, corner int) int {
	toLeft, toAbove := above-corner, left-corner
	toCorner := toLeft + toAbove
	toLeft, toAbove, toCorner = max(toLeft, -toLeft), max(toAbove, -toAbove), max(toCorner, -toCorner)
	switch {
	case toLeft <= toAbove && toLeft <= toCorner:
		return left
	case toAbove <= toCorner:
		return above
	}
	return corner
}

// convert converts so many pixels of a line, and puts them step bytes apart.
func (p *picture) convert(out []uint8, count, step int, line []byte) {
	each := p.samples * int(p.depth) / 8
	wide := int(p.depth) / 8 // bytes of a sample
	switch {
	case p.colour == palette || p.depth < 8:
		p.small(out, count, step, line)
	case p.colour == grey && p.depth == 16:
		for x := range count {
			value := uint8(min(binary.BigEndian.Uint16(line[2*x:]), 255))
			copy(out[x*step:x*step+3], []uint8{value, value, value})
		}
	case p.colour == grey || p.colour == greyAlpha:
		for x := range count {
			value := line[x*each]
			copy(out[x*step:x*step+3], []uint8{value, value, value})
		}
	default:
		for x := range count {
			pixel := line[x*each : (x+1)*each]
			copy(out[x*step:x*step+3], []uint8{pixel[0], pixel[wide], pixel[2*wide]})
		}
	}
}

// small converts samples of up to 8 bits: indices of colours, or grey.
func (p *picture) small(out []uint8, count, step int, line []byte) {
	scale := uint8(255 / (1<<p.depth - 1))
	for x := range count {
		at := x * int(p.depth)
		value := line[at/8] << (at % 8) >> (8 - p.depth)
		colour := [3]uint8{value * scale, value * scale, value * scale}
		if p.colour == palette {
			colour = p.colours[value]
		}
		copy(out[x*step:x*step+3], colour[:])
	}
}

// idat reads the content of the IDAT chunks, which follow each other.
type idat struct {
	r     *bufio.Reader // of the file, from the first of them on
	left  int64         // bytes of the current chunk
	sum   uint32
	begun bool  // whether there is a current one
	err   error // of the file
}

// why is the reason for an error of the pixels: that of the file if it has one, and else that
// they are not complete or damaged.
func (r *idat) why(err error) error {
	switch {
	case r.err != nil:
		return r.err
	case err == io.EOF || err == io.ErrUnexpectedEOF:
		return errors.New("it has fewer pixels than it should")
	}
	return err
}

func (r *idat) Read(p []byte) (n int, err error) {
	for n == 0 && err == nil {
		switch {
		case r.left > 0:
			n, err = r.r.Read(p[:min(int64(len(p)), r.left)])
			r.left -= int64(n)
			r.sum = crc32.Update(r.sum, crc32.IEEETable, p[:n])
			r.err = codec.Cut(err)
		case r.begun:
			r.err = r.end()
		default:
			err = r.begin()
		}
		if r.err != nil {
			err = r.err
		}
	}
	return n, err
}

// begin reads the header of the next chunk. It returns io.EOF if that has no more pixels.
func (r *idat) begin() error {
	var head [chunkHeader]byte
	if _, err := io.ReadFull(r.r, head[:]); err != nil {
		r.err = codec.Cut(err)
		return r.err
	}
	if string(head[4:]) != "IDAT" {
		return io.EOF
	}
	r.left, r.begun = int64(binary.BigEndian.Uint32(head[:])), true
	r.sum = crc32.ChecksumIEEE(head[4:])
	return nil
}

// end checks the checksum of a chunk that was read.
func (r *idat) end() error {
	var sum [chunkChecksum]byte
	if _, err := io.ReadFull(r.r, sum[:]); err != nil {
		return codec.Cut(err)
	}
	if r.sum != binary.BigEndian.Uint32(sum[:]) {
		return errors.New("the checksum of a chunk of its pixels is another")
	}
	r.begun = false
	return nil
}
