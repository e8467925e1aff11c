package draw

import (
	"math"
	"slices"
)

// Lengths in a picture, in pixels of a screen.
const (
	textSize  = 12.0
	smallSize = 10.0
	boxHeight = 26.0
	leastBox  = 120.0 // wide
	gap       = 22.0  // between the items of a series
	rail      = 8.0   // from where branches part to their way down
	lead      = 16.0  // from there to the first box, with room for a bend and an arrow
	join      = 14.0  // from a single branch to what is around it, from branches to what joins them
	between   = 24.0  // branches
	pad       = 12.0  // within a frame
	titleRow  = 18.0
	round     = 22.0 // a circle, the height of a bar
	arcGap    = 16.0
	margin    = 24.0
)

const bold = 1.15 // how much wider bold letters are, at most

// leastTitle is how many characters of its title a frame is made wide for.
const leastTitle = 96

const titleLeft = 10.0 // of a title in its frame

// A cell is an item with its extents: a series has one line, the spine, from top to bottom, from
// which it reaches so far to the left and to the right.
type cell struct {
	item        *Item
	left, right float64
	height      float64
	width       float64 // of the box itself
	body        *column
	fed         bool // whether it takes the value of its series: what it is made of may all come from elsewhere
	open        bool // whether the line into a frame has room beside its title
	branches    []*column
	spines      []float64 // how far right of its own the spine of each branch lies
	arcs        int       // empty branches that are arcs
	straight    bool      // whether one is the spine itself
	taps        []*Item   // branches that come from elsewhere, along the left
	of          int
}

// A column is a series of cells.
type column struct {
	cells       []*cell
	left, right float64
	fed         bool    // whether it takes the value of what is around it
	main        float64 // how far it reaches to the right without its heads
	height      float64
}

// measure finds the extents of a series. count is that of what is around it.
func measure(items []*Item, count int) *column {
	c := &column{}
	for _, i := range items {
		c.cells = append(c.cells, size(i, count))
	}
	for _, cell := range c.cells {
		if cell.item.Kind != Head {
			c.left, c.main = math.Max(c.left, cell.left), math.Max(c.main, cell.right)
		}
	}
	c.right = c.main
	for _, cell := range c.cells {
		if cell.item.Kind == Head {
			c.right = math.Max(c.right, c.main+between+cell.left+cell.right)
		}
	}
	c.run(func(cell *cell, y float64) {}, func(cell *cell, y float64) {}, &c.height)
	first := slices.IndexFunc(c.cells, func(cell *cell) bool { return cell.item.Kind != Head })
	c.fed = first < 0 || slices.ContainsFunc(c.cells[:first+1], func(cell *cell) bool { return cell.fed })
	return c
}

// ends reports whether the line into a series ends at its first item, and does not lead on.
func (c *column) ends() bool { return c.cells[0].item.Kind != Head && c.cells[0].ends() }

// run goes down a series: it calls main for each item with the y at which it begins, and head for each
// side head with the y of the line that leads to it. No head begins beside another.
func (c *column) run(main, head func(cell *cell, y float64), end *float64) {
	y, free, first := 0.0, 0.0, true
	for _, cell := range c.cells {
		if cell.item.Kind == Head {
			y = math.Max(y+rail, free)
			head(cell, y)
			free = y + cell.height + gap
			*end = math.Max(*end, free-gap)
			y += rail
			continue
		}
		if !first {
			y += gap
		}
		first = false
		main(cell, y)
		y += cell.height
	}
	*end = math.Max(*end, y)
}

// size finds the extents of an item.
func size(i *Item, count int) *cell {
	c := &cell{item: i, of: i.Count / max(count, 1), fed: i.Kind != Tap && i.Kind != Input}
	switch i.Kind {
	case Frame:
		c.body = measure(i.Items, i.Count)
		c.left, c.right = c.body.left+pad, c.body.right+pad
		if short := width(cut(i.title(), leastTitle), smallSize+1) + width(i.copies(c.of), textSize)*1.3 + 3*pad - c.left - c.right; short > 0 {
			c.left, c.right = c.left+short/2, c.right+short/2
		}
		c.height = c.titleRow() + pad + c.body.height + pad
		c.openLine()
	case Head:
		c.body = measure(i.Items, i.Count)
		c.left = math.Max(c.body.left+pad, pad)
		c.right = math.Max(c.body.right+pad, width(cut(i.Text, leastTitle), smallSize+1)+3*pad-c.left)
		c.height = rail + titleRow + pad + c.body.height + pad
		c.openLine()
	case Circle, Bar:
		c.merge(count)
	default:
		least := leastBox
		if i.Kind == Act {
			least /= 2
		}
		c.width = math.Max(least, width(i.title(), textSize)+width(i.marks(), smallSize)+width(copies(c.of), textSize)*1.3+20)
		c.left, c.right, c.height = c.width/2, c.width/2, boxHeight
		if i.Shape != "" {
			c.right = math.Max(c.right, width(i.Shape, smallSize)+10)
		}
	}
	if i.Shape != "" && unknown(i.shape) {
		c.right = math.Max(c.right, width(i.Shape, smallSize)+10) // which may be long
	}
	return c
}

// openLine finds whether the line into a frame leads on to what is in it.
func (c *cell) openLine() {
	room := c.left - titleLeft - rail
	c.fed = c.body.fed
	c.open = c.fed && width(shownTitle(c.item, c.of, c.left+c.right), smallSize+1) <= room
}

// titleRow is how high the row of a frame's title is, nothing where it has none.
func (c *cell) titleRow() float64 {
	if c.item.Kind == Frame && c.item.title() == "" && c.item.copies(c.of) == "" {
		return 0
	}
	return titleRow
}

// merge finds the extents of branches side by side and what joins them.
func (c *cell) merge(count int) {
	wide := 0.0
	for _, b := range c.item.Branches {
		switch {
		case len(b) == 0:
			c.arcs++
		case b[0].arc:
			c.taps = append(c.taps, b[0])
		default:
			col := measure(b, count)
			c.branches = append(c.branches, col)
			wide += col.left + col.right
			c.height = math.Max(c.height, col.height)
		}
	}
	if len(c.branches) == 0 && c.arcs > 0 {
		c.arcs--
		c.straight = true
	}
	wide += between * float64(max(len(c.branches)-1, 0))
	c.align()
	if n := len(c.branches); n > 0 {
		c.left = c.branches[0].left - c.spines[0]
		c.right = wide - c.left
	}
	c.width = round
	if c.item.Kind == Bar || len([]rune(c.item.Text)) > 1 {
		c.width = width(c.item.title(), textSize) + 24
		if n := len(c.branches); n > 1 && c.item.Kind == Bar {
			first, last := c.spines[0], c.spines[n-1]
			c.width = math.Max(c.width, 2*math.Max(-first, last)+24)
		}
	}
	c.left, c.right = math.Max(c.left, c.width/2), math.Max(c.right, c.width/2)
	c.right += arcGap * float64(c.arcs)
	if c.arcs > 0 {
		c.right += arcGap / 2
	}
	c.height += c.above() + c.below() + round
	c.fed = c.straight || c.arcs > 0 || slices.ContainsFunc(c.branches, func(b *column) bool { return b.fed })
}

// parts reports whether the line into a merge parts; it does not where the rest comes from elsewhere.
func (c *cell) parts() bool { return len(c.branches) > 0 || c.arcs > 0 }

// above and below are how high the lines that part and that meet again are.
func (c *cell) above() float64 {
	switch {
	case !c.parts():
		return 0
	case len(c.branches) > 1:
		return rail + lead
	}
	return join
}

func (c *cell) below() float64 {
	if !c.parts() {
		return 0
	}
	return join
}

// align finds where the spines of the branches lie: that of the middle branch is its own, or lies
// as far to the right as the one before to the left.
func (c *cell) align() {
	x := 0.0
	for _, b := range c.branches {
		c.spines = append(c.spines, x+b.left)
		x += b.left + b.right + between
	}
	n := len(c.spines)
	if n == 0 {
		return
	}
	middle := (c.spines[(n-1)/2] + c.spines[n/2]) / 2
	for i := range c.spines {
		c.spines[i] -= middle
	}
}
