package curves

import (
	"math"
	"strings"

	"cnnlang/interp/chart"
)

// A point is a place in the picture.
type point struct{ x, y float64 }

// A line is a quantity of a run with its places: pieces between which values have none.
type line struct {
	run    int
	about  quantity
	pieces [][]point
	best   *point
	last   float64 // the last value that has a place
	lost   []point // where a value has none, below the panel's top
}

// lineOf gives the values of a run their places.
func lineOf(run int, records []Record, q quantity, x, y chart.Scale, top float64) (l line, any bool) {
	l = line{run: run, about: q}
	open := false
	for _, r := range records {
		v, ok := q.value(r)
		if !ok {
			if open {
				l.lost = append(l.lost, point{x.At(r.Epoch), top})
			}
			open = false
			continue
		}
		p := point{x.At(r.Epoch), y.At(v)}
		if !open {
			l.pieces = append(l.pieces, nil)
		}
		n := len(l.pieces) - 1
		l.pieces[n] = append(l.pieces[n], p)
		open, any, l.last = true, true, v
		if r.Best {
			l.best = &p
		}
	}
	for n := range l.pieces {
		l.pieces[n] = thinned(l.pieces[n])
	}
	return l, any
}

// end is where the line ends.
func (l *line) end() point {
	piece := l.pieces[len(l.pieces)-1]
	return piece[len(piece)-1]
}

// thinned leaves the first, the highest, the lowest and the last of the points in each column of pixels, which
// looks the same.
func thinned(points []point) []point {
	var kept []point
	for from := 0; from < len(points); {
		to, column := from, math.Floor(points[from].x)
		least, most := from, from
		for ; to < len(points) && math.Floor(points[to].x) == column; to++ {
			if points[to].y < points[least].y {
				least = to
			}
			if points[to].y > points[most].y {
				most = to
			}
		}
		before := -1
		for _, i := range [...]int{from, min(least, most), max(least, most), to - 1} {
			if i > before {
				kept = append(kept, points[i])
				before = i
			}
		}
		from = to
	}
	return kept
}

// path is the line as a path of SVG, without points that stand alone.
func (l *line) path() string {
	var b strings.Builder
	for _, piece := range l.pieces {
		for i, p := range piece {
			if len(piece) > 1 {
				b.WriteByte("ML"[min(i, 1)])
				b.WriteString(chart.Length(p.x) + " " + chart.Length(p.y))
			}
		}
	}
	return b.String()
}

// alone are the points that no line leads to.
func (l *line) alone() (points []point) {
	for _, piece := range l.pieces {
		if len(piece) == 1 {
			points = append(points, piece[0])
		}
	}
	return points
}
