package ref

import (
	"math"

	"cnnlang/ops"
)

// resize: the sum over the pixels that are weighed, rows times columns.
func resize(op *ops.Resize, out, in Value) {
	each(out, func(n, c, y, x int) (sum float64) {
		rows := weighed(op, y, in.Shape[2], out.Shape[2])
		columns := weighed(op, x, in.Shape[3], out.Shape[3])
		if op.Mode == ops.Nearest {
			return in.at(n, c, rows[0].at, columns[0].at)
		}
		for _, row := range rows {
			line := 0.0
			for _, column := range columns {
				line += column.weight * in.at(n, c, row.at, column.at)
			}
			sum += row.weight * line
		}
		return sum
	})
}

// A weighted pixel along an axis.
type weightedPixel struct {
	at     int
	weight float64
}

// weighed are the pixels, of so many, that pixel i of a result of size to looks at.
func weighed(op *ops.Resize, i, from, to int) []weightedPixel {
	place := (float64(i)+0.5)*float64(from)/float64(to) - 0.5
	if op.AlignCorners {
		place = 0
		if to > 1 {
			place = float64(i) * float64(from-1) / float64(to-1)
		}
	}
	inside := func(at int) int { return min(max(at, 0), from-1) }
	switch op.Mode {
	case ops.Nearest:
		return []weightedPixel{{i * from / to, 1}}
	case ops.Bilinear:
		place = max(place, 0)
		first := int(place)
		rest := place - float64(first)
		if from == to {
			return []weightedPixel{{i, 1}, {i, 0}}
		}
		return []weightedPixel{{inside(first), 1 - rest}, {inside(first + 1), rest}}
	}
	var list []weightedPixel
	first := math.Floor(place)
	for k := -1; k <= 2; k++ {
		list = append(list, weightedPixel{inside(int(first) + k), cubic(math.Abs(place - first - float64(k)))})
	}
	return list
}

// cubic is Keys' kernel with a = -3/4.
func cubic(x float64) float64 {
	const a = -0.75
	switch {
	case x <= 1:
		return ((a+2)*x-(a+3))*x*x + 1
	case x < 2:
		return ((a*x-5*a)*x+8*a)*x - 4*a
	}
	return 0
}
