package bmp

import (
	"bufio"
	"context"
	"errors"
	"io"

	"cnnlang/interp/picture/codec"
)

// What follows a zero in run-length coded data. Any other number is that of pixels that are
// not coded.
const (
	endOfLine, endOfPicture, move = 0, 1, 2
)

// buffer is about what a reader takes.
const buffer = 8 << 10

// A canvas is a picture that is drawn pixel by pixel, in the order of the file.
type canvas struct {
	*picture
	rgb []uint8
	at  int64 // the pixel that is next
}

// draw draws a pixel.
func (c *canvas) draw(index byte) {
	if c.at < c.width*c.height {
		row := c.row(c.rgb, int(c.at/c.width))
		copy(row[3*(c.at%c.width):], c.colours[index][:])
	}
	c.at++
}

// runs decodes run-length coded pixels: pairs of a count and the colour of so many pixels
// (of 4 bits: of two colours by turns), or of a zero and something else. As in Pillow, a run
// ends with its line, and the pixels that are passed over have the first colour.
func (p *picture) runs(ctx context.Context, file codec.File, rgb []uint8) error {
	for i := 0; i < len(rgb); i += 3 {
		copy(rgb[i:], p.colours[0][:])
	}
	c := canvas{picture: p, rgb: rgb}
	r := bufio.NewReaderSize(codec.From(file, p.offset), buffer)
	x := int64(0) // in the line; it is not that of c where a line is full
	var pair [2]byte
	for pairs := 0; c.at < p.width*p.height; pairs++ {
		if pairs%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := fill(r, pair[:]); err != nil {
			return err
		}
		count, value := int64(pair[0]), pair[1]
		switch {
		case count > 0:
			count = max(0, min(count, p.width-x))
			for i := range count {
				c.draw(p.pixel(value, i))
			}
			x += count
		case value == endOfLine:
			c.at, x = (c.at+p.width-1)/p.width*p.width, 0
		case value == endOfPicture:
			return errors.New("it ends before its last line")
		case value == move:
			if err := fill(r, pair[:]); err != nil {
				return err
			}
			c.at += int64(pair[0]) + int64(pair[1])*p.width
			x = c.at % p.width
		default:
			if err := c.literal(r, int64(value)); err != nil {
				return err
			}
			x += int64(value)
		}
	}
	return nil
}

// literal draws pixels that are not coded, which an even number of bytes holds.
func (c *canvas) literal(r *bufio.Reader, count int64) error {
	var all [256]byte
	content := all[:(count*int64(c.bits)+15)/16*2]
	if err := fill(r, content); err != nil {
		return err
	}
	for i := range count {
		c.draw(c.pixel(content[i*int64(c.bits)/8], i))
	}
	return nil
}

// pixel is the i-th pixel that a byte stands for.
func (p *picture) pixel(b byte, i int64) byte {
	switch {
	case p.bits == 8:
		return b
	case i%2 == 0:
		return b >> 4
	}
	return b & 0xf
}

func fill(r io.Reader, b []byte) error {
	_, err := io.ReadFull(r, b)
	return codec.Cut(err)
}
