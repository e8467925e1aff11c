package chart

import "math"

func (r rect) overlaps(o rect) bool {
	return r.x < o.x+o.w && o.x < r.x+r.w && r.y < o.y+o.h && o.y < r.y+r.h
}

func (r rect) contains(p point) bool {
	return p.x >= r.x && p.x <= r.x+r.w && p.y >= r.y && p.y <= r.y+r.h
}

// grown is a rectangle that is larger by so much on each side.
func (r rect) grown(by float64) rect { return rect{r.x - by, r.y - by, r.w + 2*by, r.h + 2*by} }

// distance is how far a point is from the rectangle, 0 in it.
func (r rect) distance(p point) float64 {
	return math.Hypot(max(r.x-p.x, 0, p.x-r.x-r.w), max(r.y-p.y, 0, p.y-r.y-r.h))
}

// meets reports whether a line from one point to another passes through the rectangle, and not only along its edge.
func (r rect) meets(a, b point) bool {
	const edge = 0.01
	r = r.grown(-edge)
	from, to := 0.0, 1.0
	for _, side := range [...][2]float64{{a.x - b.x, a.x - r.x}, {b.x - a.x, r.x + r.w - a.x}, {a.y - b.y, a.y - r.y}, {b.y - a.y, r.y + r.h - a.y}} {
		// the line is within this side for the shares t with t*side[0] <= side[1]
		switch t := side[1] / side[0]; {
		case side[0] == 0 && side[1] < 0:
			return false
		case side[0] > 0:
			to = min(to, t)
		case side[0] < 0:
			from = max(from, t)
		}
	}
	return from < to
}

// distanceTo is how far a point is from the line between two others.
func distanceTo(p, a, b point) float64 {
	dx, dy := b.x-a.x, b.y-a.y
	length := dx*dx + dy*dy
	t := 0.0
	if length > 0 {
		t = min(max(((p.x-a.x)*dx+(p.y-a.y)*dy)/length, 0), 1)
	}
	return math.Hypot(p.x-a.x-t*dx, p.y-a.y-t*dy)
}

// cross reports whether the lines from a to b and from c to d cross.
func cross(a, b, c, d point) bool {
	side := func(p, q, r point) float64 { return (q.x-p.x)*(r.y-p.y) - (q.y-p.y)*(r.x-p.x) }
	return side(a, b, c)*side(a, b, d) < 0 && side(c, d, a)*side(c, d, b) < 0
}
