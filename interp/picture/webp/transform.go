package webp

import (
	"context"

	"cnnlang/interp/picture/codec"
)

// The kinds of transforms.
const (
	predict, mix, green, index = 0, 1, 2, 3
)

// A transform is what was done to the pixels before they were written.
type transform struct {
	kind   int
	width  int      // of a line before
	bits   uint     // of the side of a tile; for index, 1<<bits pixels are in one
	pixels []uint32 // of the tiles, or the palette
}

// undo undoes it.
func (t *transform) undo(ctx context.Context, pixels []uint32, height int) error {
	if t.kind == index {
		return t.look(ctx, pixels, height)
	}
	across := tiles(t.width, t.bits)
	return codec.Rows(ctx, int64(height), func(y int) error {
		line := pixels[y*t.width:][:t.width]
		switch t.kind {
		case green:
			for x, pixel := range line {
				g := pixel >> 8 & 0xff
				line[x] = pixel&0xff00ff00 | (pixel&0x00ff00ff+(g<<16|g))&0x00ff00ff
			}
		case mix:
			of := t.pixels[(y>>t.bits)*across:]
			for x, pixel := range line {
				line[x] = unmix(pixel, of[x>>t.bits])
			}
		case predict:
			t.predict(pixels, y, t.pixels[(y>>t.bits)*across:])
		}
		return nil
	})
}

// unmix adds to red what depends on green, and to blue what depends on both.
func unmix(pixel, by uint32) uint32 {
	part := func(factor, colour uint32) uint32 { return uint32(int32(int8(factor)) * int32(int8(colour)) >> 5) }
	g, r, b := pixel>>8, pixel>>16, pixel
	r += part(by, g)
	b += part(by>>8, g) + part(by>>16, r)
	return pixel&0xff00ff00 | r&0xff<<16 | b&0xff
}

// look replaces indices, which may be several in a pixel, by colours, from the last one on:
// those before are still to be read.
func (t *transform) look(ctx context.Context, pixels []uint32, height int) error {
	packed, each := tiles(t.width, t.bits), uint(8)>>t.bits
	return codec.Rows(ctx, int64(height), func(i int) error {
		y := height - 1 - i
		for x := t.width - 1; x >= 0; x-- {
			value := pixels[y*packed+x>>t.bits] >> 8 & 0xff
			place := uint(x) & (1<<t.bits - 1) * each
			pixels[y*t.width+x] = t.pixels[value>>place&(1<<each-1)]
		}
		return nil
	})
}

const black = 0xff000000

// predict adds to a line what follows from the pixels beside and above.
func (t *transform) predict(pixels []uint32, y int, modes []uint32) {
	w := t.width
	at := y * w
	if y == 0 {
		pixels[0] = add(pixels[0], black)
		for x := 1; x < w; x++ {
			pixels[x] = add(pixels[x], pixels[x-1])
		}
		return
	}
	pixels[at] = add(pixels[at], pixels[at-w])
	for x := 1; x < w; x++ {
		i := at + x
		// The neighbour to the upper right of the last pixel is the first one of its own line.
		pixels[i] = add(pixels[i], guess(modes[x>>t.bits]>>8&15, pixels[i-1], pixels[i-w], pixels[i-w-1], pixels[i-w+1]))
	}
}

// guess predicts a pixel from those to its left, above, and above on both sides.
func guess(mode, left, above, aboveLeft, aboveRight uint32) uint32 {
	switch mode {
	case 1:
		return left
	case 2:
		return above
	case 3:
		return aboveRight
	case 4:
		return aboveLeft
	case 5:
		return mean(mean(left, aboveRight), above)
	case 6:
		return mean(left, aboveLeft)
	case 7:
		return mean(left, above)
	case 8:
		return mean(aboveLeft, above)
	case 9:
		return mean(above, aboveRight)
	case 10:
		return mean(mean(left, aboveLeft), mean(above, aboveRight))
	case 11:
		return nearer(left, above, aboveLeft)
	case 12:
		return each(func(shift uint) int { return part(left, shift) + part(above, shift) - part(aboveLeft, shift) })
	case 13:
		m := mean(left, above)
		return each(func(shift uint) int { return part(m, shift) + (part(m, shift)-part(aboveLeft, shift))/2 })
	}
	return black
}

// add adds each of the four channels.
func add(a, b uint32) uint32 {
	return (a&0xff00ff00+b&0xff00ff00)&0xff00ff00 | (a&0x00ff00ff+b&0x00ff00ff)&0x00ff00ff
}

// mean is that of each channel, rounded down.
func mean(a, b uint32) uint32 { return (a^b)&0xfefefefe>>1 + a&b }

func part(pixel uint32, shift uint) int { return int(pixel >> shift & 0xff) }

// each makes a pixel of channels that are cut off below 0 and above 255.
func each(channel func(shift uint) int) (pixel uint32) {
	for shift := uint(0); shift < 32; shift += 8 {
		pixel |= uint32(min(max(channel(shift), 0), 255)) << shift
	}
	return pixel
}

// nearer is the one of two neighbours that is nearer to the plane through all three.
func nearer(left, above, corner uint32) uint32 {
	fromLeft, fromAbove := 0, 0
	for shift := uint(0); shift < 32; shift += 8 {
		l, a := part(above, shift)-part(corner, shift), part(left, shift)-part(corner, shift)
		fromLeft, fromAbove = fromLeft+max(l, -l), fromAbove+max(a, -a)
	}
	if fromLeft < fromAbove {
		return left
	}
	return above
}
