package main

import (
	"errors"
	"image"
	"math"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

const (
	size = 32   // of a picture, in pixels
	ink  = 0.71 // of it the longer side of what is drawn
)

// A picture is size by size pixels, rows from the top; 255 is ink.
type picture [size * size]byte

// An outline is closed lines through points, y down.
type outline [][]point

type point struct{ x, y float64 }

// A box is the smallest around an outline.
type box struct{ min, max point }

func (b box) width() float64  { return b.max.x - b.min.x }
func (b box) height() float64 { return b.max.y - b.min.y }

// pieces is into how many lines a curve is cut.
const pieces = 16

// outlineOf is that of a character, in the font's own units.
func outlineOf(f *sfnt.Font, b *sfnt.Buffer, char rune) (outline, error) {
	index, err := f.GlyphIndex(b, char)
	if err != nil {
		return nil, err
	}
	if index == 0 {
		return nil, errors.New("is not there")
	}
	segments, err := f.LoadGlyph(b, index, fixed.I(int(f.UnitsPerEm())), nil)
	if err != nil {
		return nil, err
	}
	var o outline
	at := func(p fixed.Point26_6) point { return point{float64(p.X) / 64, float64(p.Y) / 64} }
	for _, s := range segments {
		if s.Op == sfnt.SegmentOpMoveTo {
			o = append(o, []point{at(s.Args[0])})
			continue
		}
		line := &o[len(o)-1]
		from := (*line)[len(*line)-1]
		switch s.Op {
		case sfnt.SegmentOpLineTo:
			*line = append(*line, at(s.Args[0]))
		case sfnt.SegmentOpQuadTo:
			c, end := at(s.Args[0]), at(s.Args[1])
			*line = appendCurve(*line, from, mix(from, c, 2.0/3), mix(end, c, 2.0/3), end)
		case sfnt.SegmentOpCubeTo:
			*line = appendCurve(*line, from, at(s.Args[0]), at(s.Args[1]), at(s.Args[2]))
		}
	}
	if b := o.box(); !(b.width() > 0 && b.height() > 0) {
		return nil, errors.New("is empty")
	}
	return o, nil
}

func mix(a, b point, share float64) point {
	return point{a.x + (b.x-a.x)*share, a.y + (b.y-a.y)*share}
}

// appendCurve appends points of a cubic Bézier curve, by de Casteljau's rule.
func appendCurve(line []point, a, b, c, d point) []point {
	for i := 1; i <= pieces; i++ {
		t := float64(i) / pieces
		ab, bc, cd := mix(a, b, t), mix(b, c, t), mix(c, d, t)
		line = append(line, mix(mix(ab, bc, t), mix(bc, cd, t), t))
	}
	return line
}

func (o outline) box() box {
	b := box{point{math.Inf(1), math.Inf(1)}, point{math.Inf(-1), math.Inf(-1)}}
	for _, line := range o {
		for _, p := range line {
			b.min = point{min(b.min.x, p.x), min(b.min.y, p.y)}
			b.max = point{max(b.max.x, p.x), max(b.max.y, p.y)}
		}
	}
	return b
}

// draw scales the outline so that the longer side of its box is the share ink of the picture, puts the
// box into the middle, and fills it.
func (o outline) draw() picture {
	b := o.box()
	scale := ink * size / max(b.width(), b.height())
	middle := mix(b.min, b.max, 0.5)
	at := func(p point) (x, y float32) {
		return float32((p.x-middle.x)*scale + size/2), float32((p.y-middle.y)*scale + size/2)
	}
	z := vector.NewRasterizer(size, size)
	for _, line := range o {
		z.MoveTo(at(line[0]))
		for _, p := range line[1:] {
			z.LineTo(at(p))
		}
		z.ClosePath()
	}
	mask := image.NewAlpha(image.Rect(0, 0, size, size))
	z.Draw(mask, mask.Rect, image.Opaque, image.Point{})
	return picture(mask.Pix)
}
