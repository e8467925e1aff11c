package layout

import "cnnlang/ops/exec/internal/kernel"

// SpareToConvert is how much memory Convert needs, in float32.
func (g *Grid) SpareToConvert(from *Grid) int {
	if from.Element == Float32 && g.Element == Float32 {
		return 0
	}
	return 2 * roundUp(g.W, PixelsOfLine) * Lanes
}

// Convert fills row y of a block from the row of the same channels of a value in another
// layout.
func (g *Grid) Convert(data []float32, from *Grid, src []float32, image, block, y int, mem []float32) {
	row := g.Row(data, image, block, y)
	switch {
	case g.Element == Float32 && from.Element == Float32:
		from.Gather(row, g.Block, src, image, block*g.Block, y)
	case g.Element == Float32:
		g.widen(row, from, src, image, block, y, mem)
	case g.Block == ImageBF16 && from.Element == BFloat16:
		line := from.Row(src, image, 0, y)
		for x := range g.W {
			copy(row[x*g.Line:][:g.Line], line[x*Lanes:])
		}
	case g.Block == ImageBF16:
		low, high := from.Image4(mem, src, image, y)
		kernel.PackBF16(low, low, high)
		copy(row, low)
	case g.Element == from.Element:
		copy(row, from.Row(src, image, block, y))
	default:
		low, high := from.HalvesOf(mem, src, image, block, y)
		elements[g.Element].store(row, low, high)
	}
}

// widen fills a row of float32 from lines of smaller numbers.
func (g *Grid) widen(row []float32, from *Grid, src []float32, image, block, y int, mem []float32) {
	e := &elements[from.Element]
	first := block * g.Block
	line, c := from.Row(src, image, first/from.Block, y), first%from.Block
	switch {
	case g.Block == 1:
		for x := range row {
			even, odd := e.pair(line[x*Lanes+c/2])
			if row[x] = even; c%2 == 1 {
				row[x] = odd
			}
		}
	case c == 0:
		e.load(row, mem, line)
	default:
		e.load(mem, row, line)
	}
}

func roundUp(n, d int) int { return (n + d - 1) / d * d }
