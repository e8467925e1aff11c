package draw

import (
	"fmt"
	"strings"
)

// scene puts everything in its place.
func (d *Diagram) scene() *scene {
	s := &scene{}
	d.linkTaps()
	c := measure(d.Items, 1)
	p := &placer{scene: s, ends: map[*Item]point{}, merges: map[*Item]point{}}
	arcs, beside := d.arcs()
	lanes := 0.0
	if beside > 0 {
		lanes = arcGap * float64(beside+1)
	}
	x := margin + lanes + c.left
	top := margin + 24
	p.column(c, x, top, 0)
	p.taps(arcs, margin+lanes)
	s.width = x + c.right + margin
	if w := width(d.heading(), 15) + 2*margin; w > s.width {
		s.width = w
	}
	s.height = top + c.height + margin
	s.texts = append(s.texts, text{point{margin, margin + 6}, d.heading(), "heading"})
	if footer := d.footer(); footer != "" {
		s.width = max(s.width, width(footer, smallSize)+2*margin)
		s.texts = append(s.texts, text{point{margin, s.height - 2}, footer, "shape"})
		s.height += margin / 2
	}
	return s
}

// A placer writes cells into a scene.
type placer struct {
	*scene
	ends   map[*Item]point // where the spine leaves an item
	merges map[*Item]point // the left end of a merge
}

// column places a series whose spine is at x, from y down.
func (p *placer) column(c *column, x, y float64, deep int) {
	var before *cell
	bottom := y
	last := func(cell *cell, at float64) {
		top := y + at
		if before != nil && cell.item.Kind != Tap {
			p.line(plain, !cell.item.merges(), point{x, bottom}, point{x, top})
		}
		p.cell(cell, x, top, deep)
		bottom = top + cell.height
		p.ends[cell.item] = point{x, bottom}
		if s := cell.item.Shape; s != "" {
			p.texts = append(p.texts, text{point{x + 7, bottom + 13}, s, "shape"})
		}
		before = cell
	}
	head := func(cell *cell, at float64) {
		at += y
		hx := x + c.main + between + cell.left
		p.line(plain, true, point{x, bottom}, point{x, at}, point{hx, at}, point{hx, at + rail})
		p.frame(cell, hx, at+rail, cell.height-rail, deep)
	}
	var end float64
	c.run(last, head, &end)
}

// cell places an item whose spine is at x, from y down.
func (p *placer) cell(c *cell, x, y float64, deep int) {
	switch c.item.Kind {
	case Frame:
		p.frame(c, x, y, c.height, deep)
	case Circle, Bar:
		p.merge(c, x, y, deep)
	default:
		p.boxes = append(p.boxes, box{rect{x - c.width/2, y, c.width, c.height}, c.item, c.of})
	}
}

func (p *placer) frame(c *cell, x, y, height float64, deep int) {
	p.frames = append(p.frames, frame{rect{x - c.left, y, c.left + c.right, height}, c.item, c.of, deep})
	top := y + c.titleRow() + pad
	if first := c.body.cells[0].item; first.Kind != Tap {
		p.line(plain, !first.merges(), point{x, top - pad + 2}, point{x, top})
	}
	p.column(c.body, x, top, deep+1)
	if c.item.Kind == Frame {
		p.line(plain, false, point{x, top + c.body.height}, point{x, y + height})
	}
}

func (p *placer) merge(c *cell, x, y float64, deep int) {
	const in = rail + 6
	bottom := y + c.height - round // of the branches, and the top of what joins them
	mid := bottom + round/2
	half := c.width / 2
	high := c.height - round - 2*in
	for n, b := range c.branches {
		bx := x + c.spines[n]
		top := y + in + (high-b.height)/2
		p.line(plain, true, point{x, y}, point{x, y + rail}, point{bx, y + rail}, point{bx, top})
		p.column(b, bx, top, deep)
		switch end := (point{bx, top + b.height}); {
		case c.item.Kind == Bar || bx == x || bx > x-half && bx < x+half:
			p.line(plain, true, end, point{bx, bottom})
		case bx < x:
			p.line(plain, true, end, point{bx, mid}, point{x - half, mid})
		default:
			p.line(plain, true, end, point{bx, mid}, point{x + half, mid})
		}
	}
	if c.straight {
		p.line(plain, true, point{x, y}, point{x, bottom})
	}
	right := x + c.right - arcGap*float64(max(c.arcs-1, 0))
	for k := range c.arcs {
		ax := right + arcGap*float64(k)
		p.line(shortcut, true, point{x, y}, point{x, y + rail/2}, point{ax, y + rail/2}, point{ax, mid}, point{x + half, mid})
	}
	p.merges[c.item] = point{x - half, mid}
	p.boxes = append(p.boxes, box{rect{x - half, bottom, c.width, round}, c.item, c.of})
}

func (p *placer) line(kind edgeKind, arrow bool, points ...point) {
	p.edges = append(p.edges, edge{points, arrow, kind})
}

// marks are the small words beside a text.
func (i *Item) marks() string {
	if len(i.Marks) == 0 {
		return ""
	}
	return "  " + strings.Join(i.Marks, " ")
}

// copies is the number of copies, nothing for one.
func copies(n int) string {
	if n < 2 {
		return ""
	}
	return fmt.Sprintf("×%d", n)
}
