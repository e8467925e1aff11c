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
	wide := lanes + c.left + c.right
	s.width = max(wide, width(d.heading(), 15)*bold, width(d.footer(), smallSize), d.heat.legendWidth(d.Items)) + 2*margin
	s.left = (s.width - wide) / 2
	top := margin + 24.0
	p.column(c, s.left+lanes+c.left, top, 0)
	p.taps(arcs, s.left+lanes)
	s.height = top + c.height + margin
	s.texts = append(s.texts, text{point{margin, margin + 6}, d.heading(), "heading"})
	if footer := d.footer(); footer != "" {
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

// column places a series whose spine is at x, from y down, and returns where its last item ends.
func (p *placer) column(c *column, x, y float64, deep int) (bottom float64) {
	bottom = y
	last := func(cell *cell, at float64) {
		top := y + at
		if bottom < top && cell.fed {
			p.line(plain, cell.ends(), point{x, bottom}, point{x, top})
		}
		p.cell(cell, x, top, deep)
		bottom = top + cell.height
		p.ends[cell.item] = point{x, bottom}
		if s := cell.item.Shape; s != "" {
			p.texts = append(p.texts, text{point{x + 7, bottom + 13}, s, "shape"})
		}
	}
	head := func(cell *cell, at float64) {
		at += y
		hx := x + c.main + between + cell.left
		if cell.fed {
			p.line(plain, cell.ends(), point{x, bottom}, point{x, at}, point{hx, at}, point{hx, at + rail})
		}
		p.frame(cell, hx, at+rail, cell.height-rail, deep)
	}
	var end float64
	c.run(last, head, &end)
	return bottom
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
	switch {
	case c.open:
		p.line(plain, c.body.ends(), point{x, y}, point{x, top})
	case c.fed:
		p.line(plain, c.body.ends(), point{x, top - pad + 2}, point{x, top})
	}
	bottom := p.column(c.body, x, top, deep+1)
	if c.item.Kind == Frame {
		p.line(plain, false, point{x, bottom}, point{x, y + height})
	}
}

func (p *placer) merge(c *cell, x, y float64, deep int) {
	bottom := y + c.height - round // of the branches, and the top of what joins them
	mid := bottom + round/2
	half := c.width / 2
	high := c.height - round - c.above() - c.below()
	for n, b := range c.branches {
		bx := x + c.spines[n]
		top := y + c.above() + (high-b.height)/2
		if b.fed {
			p.line(plain, b.ends(), point{x, y}, point{x, y + rail}, point{bx, y + rail}, point{bx, top})
		}
		switch end := (point{bx, p.column(b, bx, top, deep)}); {
		case c.item.Kind == Bar || bx == x || bx > x-half && bx < x+half:
			p.line(plain, true, end, point{bx, bottom})
		case bx < x:
			p.line(plain, true, end, point{bx, mid}, point{x - half, mid})
		default:
			p.line(plain, true, end, point{bx, mid}, point{x + half, mid})
		}
	}
	if c.straight && c.parts() {
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

// ends reports whether the line to an item ends there, and does not part or lead on into a frame.
func (c *cell) ends() bool { return !c.open && !(c.item.merges() && c.parts()) }

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
