package chart

import (
	"cmp"
	"slices"
)

// A Point is two quantities of something.
type Point struct{ X, Y float64 }

// Front says of each point whether no other beats it: is at least as good in both quantities, and
// better in one. Less is better, or more is.
func Front(points []Point, moreX, moreY bool) []bool {
	cost := func(i int) Point { // less of both is better
		p := points[i]
		if moreX {
			p.X = -p.X
		}
		if moreY {
			p.Y = -p.Y
		}
		return p
	}
	order := make([]int, len(points))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		a, b := cost(i), cost(j)
		return cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(a.Y, b.Y))
	})
	front := make([]bool, len(points))
	best := -1 // the last one on the front
	for _, i := range order {
		if best < 0 || cost(i).Y < cost(best).Y || cost(i) == cost(best) {
			front[i], best = true, i
		}
	}
	return front
}
