package tiff

import (
	"encoding/binary"
	"math"
)

// add undoes the predictor: each sample is the difference from the one to its left.
func (d *decoder) add() {
	each := d.picture.samples / d.planes
	switch order := d.order; d.bits {
	case 8:
		for i := each; i < len(d.line); i++ {
			d.line[i] += d.line[i-each]
		}
	case 16:
		for i := 2 * each; i+1 < len(d.line); i += 2 {
			order.PutUint16(d.line[i:], order.Uint16(d.line[i:])+order.Uint16(d.line[i-2*each:]))
		}
	case 32:
		for i := 4 * each; i+3 < len(d.line); i += 4 {
			order.PutUint32(d.line[i:], order.Uint32(d.line[i:])+order.Uint32(d.line[i-4*each:]))
		}
	}
}

// unpack makes bytes of the samples of a line. A picture of one channel that has more than
// eight bits is cut off above 255 as by Pillow, one of more channels keeps the upper eight.
func (d *decoder) unpack() {
	switch {
	case d.bits < 8:
		d.small()
	case d.bits == 8:
		copy(d.samples, d.line)
	case d.picture.samples > 1:
		high := 0
		if d.order == binary.ByteOrder(binary.LittleEndian) {
			high = 1
		}
		for i := range d.samples {
			d.samples[i] = d.line[2*i+high]
		}
	default:
		for i := range d.samples {
			d.samples[i] = d.cut(d.line[i*d.bits/8:])
		}
	}
}

// small unpacks samples of 1, 2 and 4 bits, which for grey become 0 to 255.
func (d *decoder) small() {
	scale := uint8(255 / (1<<d.bits - 1))
	if d.photometric == palette {
		scale = 1
	}
	for i := range d.samples {
		at := i * d.bits
		d.samples[i] = d.line[at/8] << (at % 8) >> (8 - d.bits) * scale
	}
}

// cut is the value of a sample of 16 or 32 bits as a byte, cut off below 0 and above 255.
func (d *decoder) cut(b []byte) uint8 {
	var value float64
	switch {
	case d.format == float:
		value = float64(math.Float32frombits(d.order.Uint32(b)))
	case d.format == signed && d.bits == 16:
		value = float64(int16(d.order.Uint16(b)))
	case d.bits == 16:
		value = float64(d.order.Uint16(b))
	default: // Pillow takes all of 32 bits as signed
		value = float64(int32(d.order.Uint32(b)))
	}
	if !(value > 0) { // or no number
		return 0
	}
	return uint8(min(value, 255))
}

// needs reports whether a plane changes the colours.
func (p *picture) needs(plane int) bool {
	switch p.photometric {
	case rgbColours:
		return plane < 3 || plane == 3 && p.multiplied
	case cmyk:
		return plane < 4
	}
	return plane == 0
}

// convert makes colours of the samples of a line, or of those of one plane.
func (d *decoder) convert(out []uint8, plane int) {
	each, samples := d.picture.samples/d.planes, d.samples
	switch {
	case d.photometric == palette:
		for x := range len(out) / 3 {
			copy(out[3*x:3*x+3], d.colours[samples[x*each]][:])
		}
	case d.photometric < rgbColours:
		invert := uint8(0)
		if d.photometric == whiteIsZero && d.bits <= 8 { // as in Pillow, which inverts no others
			invert = 0xff
		}
		for x := range len(out) / 3 {
			grey := samples[x*each] ^ invert
			out[3*x], out[3*x+1], out[3*x+2] = grey, grey, grey
		}
	case d.planes > 1 && plane < 3:
		for x := range len(out) / 3 {
			out[3*x+plane] = samples[x]
		}
	case d.planes > 1:
		d.fourth(out, samples, 0, 1)
	default:
		for x := range len(out) / 3 {
			copy(out[3*x:3*x+3], samples[x*each:])
		}
		d.fourth(out, samples, 3, each)
	}
}

// fourth applies the fourth channel, at first and every step samples: black ink, or the
// alpha that colours were multiplied by.
func (d *decoder) fourth(out, samples []uint8, first, step int) {
	for x := range len(out) / 3 {
		switch pixel := out[3*x : 3*x+3]; {
		case d.photometric == cmyk:
			white := 255 - int(samples[first+x*step])
			for c, ink := range pixel { // a filter on white
				pixel[c] = uint8(white - (int(ink)*white+127)/255)
			}
		case d.multiplied:
			alpha := int(samples[first+x*step])
			for c, colour := range pixel {
				if alpha > 0 {
					pixel[c] = uint8(min(255, int(colour)*255/alpha))
				} else {
					pixel[c] = 0
				}
			}
		default:
			return
		}
	}
}
