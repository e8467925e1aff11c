package webp

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"cnnlang/interp/picture/codec"
)

// A lossless picture is a stream of pixels of 32 bits (alpha, red, green, blue), of which a
// symbol gives one, a piece of those before, or one of a cache; after transforms that made
// them easier to say.

// What the symbols of the code of green stand for: a green, the length of a piece, or a place
// in the cache; and how many symbols the other codes have.
const (
	literals, lengths, distances = 256, 24, 40
	mostCache                    = 11 // bits
	mostSymbols                  = literals + lengths + 1<<mostCache
)

// mostGroups is the largest number of groups of codes, of which libwebp writes no more.
const mostGroups = 2600

// A group is the codes of green, red, blue, alpha and distance.
type group [5]code

// A lossless is a decoder.
type lossless struct {
	ctx     context.Context
	r       bitReader
	size    int64              // of the data
	lengths [mostSymbols]uint8 // to read codes with
}

// decodeLossless decodes pixels of a picture of this size.
func decodeLossless(ctx context.Context, data codec.File, width, height int) ([]uint32, error) {
	l := &lossless{ctx: ctx, size: data.Size(), r: bitReader{r: bufio.NewReaderSize(codec.From(data, losslessHeader), 1<<12)}}
	var transforms []transform
	coded := width // of a line, once it is packed
	for seen := 0; l.r.read(1) == 1; {
		t := transform{kind: l.r.read(2), width: coded}
		if seen>>t.kind&1 == 1 {
			return nil, errors.New("it has a transform twice")
		}
		seen |= 1 << t.kind
		if err := l.transform(&t, &coded, height); err != nil {
			return nil, err
		}
		transforms = append(transforms, t)
	}
	pixels := make([]uint32, width*height)
	if err := l.image(pixels[:coded*height], coded, true); err != nil {
		return nil, err
	}
	for _, t := range slices.Backward(transforms) {
		if err := t.undo(ctx, pixels, height); err != nil {
			return nil, err
		}
	}
	return pixels, nil
}

// tiles is how many tiles of 1<<bits pixels cover so many.
func tiles(pixels int, bits uint) int { return (pixels + 1<<bits - 1) >> bits }

// transform reads what a transform needs.
func (l *lossless) transform(t *transform, width *int, height int) error {
	switch t.kind {
	case predict, mix:
		t.bits = uint(2 + l.r.read(3))
		t.pixels = make([]uint32, tiles(*width, t.bits)*tiles(height, t.bits))
		return l.image(t.pixels, tiles(*width, t.bits), false)
	case index:
		colours := 1 + l.r.read(8)
		for t.bits = 3; t.bits > 0 && colours > 1<<(8>>t.bits); t.bits-- {
		}
		t.pixels = make([]uint32, 256) // those that are not given are transparent black
		if err := l.image(t.pixels[:colours], colours, false); err != nil {
			return err
		}
		for i := 1; i < colours; i++ {
			t.pixels[i] = add(t.pixels[i], t.pixels[i-1])
		}
		*width = tiles(*width, t.bits)
	}
	return nil
}

// image reads pixels in lines of some width.
func (l *lossless) image(pixels []uint32, width int, top bool) error {
	var cache []uint32
	bits := 0
	if l.r.read(1) == 1 {
		if bits = l.r.read(4); bits < 1 || bits > mostCache {
			return fmt.Errorf("its cache has %d bits, want 1 to %d", bits, mostCache)
		}
		cache = make([]uint32, 1<<bits)
	}
	groups, which, tile, err := l.groups(width, len(pixels)/width, len(cache), top)
	if err != nil {
		return err
	}
	keep := func(pixel uint32) {
		if bits > 0 {
			cache[pixel*0x1e35a7bd>>(32-bits)] = pixel
		}
	}
	g, across := &groups[0], tiles(width, tile)
	for at, x, y, steps := 0, 0, 0, 0; at < len(pixels); steps++ {
		if steps%1024 == 0 {
			if err := cmp.Or(l.ctx.Err(), l.r.err); err != nil {
				return err
			}
		}
		if len(which) > 0 {
			g = &groups[which[(y>>tile)*across+x>>tile]]
		}
		n := 1
		switch green := g[0].symbol(&l.r); {
		case green < literals:
			red, blue, alpha := g[1].symbol(&l.r), g[2].symbol(&l.r), g[3].symbol(&l.r)
			pixels[at] = uint32(alpha)<<24 | uint32(red)<<16 | uint32(green)<<8 | uint32(blue)
			keep(pixels[at])
		case green < literals+lengths:
			n = l.number(green - literals)
			back := distance(l.number(g[4].symbol(&l.r)), width)
			if back > at || n > len(pixels)-at {
				return errors.New("it repeats pixels that it does not have")
			}
			for i := at; i < at+n; i++ {
				pixels[i] = pixels[i-back]
				keep(pixels[i])
			}
		default:
			pixels[at] = cache[green-literals-lengths]
		}
		at += n
		for x += n; x >= width; x -= width {
			y++
		}
	}
	return l.r.err
}

// groups reads the codes, and which group the pixels of each tile use.
func (l *lossless) groups(width, height, cache int, top bool) (groups []group, which []uint16, bits uint, err error) {
	count := 1
	if top && l.r.read(1) == 1 {
		bits = uint(2 + l.r.read(3))
		of := make([]uint32, tiles(width, bits)*tiles(height, bits))
		if err := l.image(of, tiles(width, bits), false); err != nil {
			return nil, nil, 0, err
		}
		which = make([]uint16, len(of))
		for i, pixel := range of {
			which[i] = uint16(pixel >> 8)
			count = max(count, int(which[i])+1)
		}
	}
	switch {
	case int64(count) > 1+8*l.size/20: // a group takes more bits
		return nil, nil, 0, io.ErrUnexpectedEOF
	case count > mostGroups:
		return nil, nil, 0, codec.NotRead("it has %d groups of codes, want at most %d", count, mostGroups)
	}
	groups = make([]group, count)
	for i := range groups {
		for j, symbols := range [5]int{literals + lengths + cache, literals, literals, literals, distances} {
			if groups[i][j], err = readCode(&l.r, symbols, l.lengths[:]); err != nil {
				return nil, nil, 0, cmp.Or(l.r.err, err)
			}
		}
	}
	return groups, which, bits, nil
}

// number reads the rest of a length or a distance, of which a symbol says the range.
func (l *lossless) number(symbol int) int {
	if symbol < 4 {
		return symbol + 1
	}
	more := uint(symbol-2) >> 1
	return (2+symbol&1)<<more + l.r.read(more) + 1
}

// near are the places next to a pixel to which the shortest distances lead, the nearest first:
// how many pixels to the left and how many lines above.
var near = func() (list [][2]int) {
	for up := range 8 {
		for left := -7; left <= 8; left++ {
			if up > 0 || left > 0 {
				list = append(list, [2]int{left, up})
			}
		}
	}
	slices.SortFunc(list, func(a, b [2]int) int {
		return cmp.Or(cmp.Compare(a[0]*a[0]+a[1]*a[1], b[0]*b[0]+b[1]*b[1]), cmp.Compare(max(a[0], -a[0]), max(b[0], -b[0])), -cmp.Compare(a[0], b[0]))
	})
	return list
}()

// distance is how many pixels back a distance leads.
func distance(code, width int) int {
	if code > len(near) {
		return code - len(near)
	}
	return max(1, near[code-1][0]+near[code-1][1]*width)
}
