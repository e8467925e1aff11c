package ops

import (
	"cnnlang/ops/internal/kernel"
	"cnnlang/ops/tensor"
)

// prepareBF16 is Prepare of a conversion from or to bfloat16.
func (c *Convert) prepareBF16(from, to grid) Prepared {
	name := c.From.String() + "->" + c.To.String()
	half := roundUp(to.w, pixelsOfLine) * Lanes
	return &prepared{algorithm: name, lend: 2 * half, bind: func(out tensor.Tensor, in []tensor.Tensor, lent scratch) []Task {
		return []Task{to.eachRow(func(image, block, y, worker int) {
			row, both := to.row(out.Data, image, block, y), lent.of(worker)
			switch {
			case to.BF16 && to.Block == imageBF16:
				roundImage(row, &to, in[0].Data, &from, image, y, both)
			case to.BF16:
				roundRow(row, in[0].Data, &from, image, block, y, both)
			default:
				widenRow(row, &to, in[0].Data, &from, image, block, y, both)
			}
			to.zeroHalo(out.Data, image, block, y)
		})}
	}}
}

// channel returns the row of float32 with channel c of an image, its first element
// being that channel's, and how far apart pixels are.
func (g *grid) channel(data []float32, image, c, y int) (row []float32, step int) {
	return g.row(data, image, c/g.Block, y)[c%g.Block:], g.Block
}

// roundImage fills a row of an image with four channels at a pixel.
func roundImage(row []float32, to *grid, data []float32, from *grid, image, y int, both []float32) {
	if from.BF16 {
		line := from.row(data, image, 0, y)
		for x := range to.w {
			copy(row[x*to.line:][:to.line], line[x*Lanes:])
		}
		return
	}
	low, high := gatherImage(both, data, from, image, y)
	kernel.PackBF16(low, low, high)
	copy(row, low)
}

// gatherImage puts the channels of a row's pixels beside each other, four pixels
// into the lower half of a line and four into the upper.
func gatherImage(both, data []float32, from *grid, image, y int) (low, high []float32) {
	n := ceilDiv(from.w, pixelsOfLine) * Lanes
	halves := [2][]float32{both[:n], both[n : 2*n]}
	clear(both[:2*n])
	for c := range from.c {
		line, step := from.channel(data, image, c, y)
		for four := range ceilDiv(from.w, 4) {
			dst := halves[four%2][four/2*Lanes+c:]
			for i := range min(4, from.w-4*four) {
				dst[i*imageBF16] = line[(4*four+i)*step]
			}
		}
	}
	return halves[0], halves[1]
}

// roundRow fills a row of 32 channels from float32, or from the same with another
// halo.
func roundRow(row, data []float32, from *grid, image, block, y int, both []float32) {
	if from.BF16 {
		copy(row, from.row(data, image, block, y))
		return
	}
	low, high := rowHalves(data, from, image, block, y, both)
	kernel.PackBF16(row, low, high)
}

// rowHalves returns a row of 32 channels as two of 16, where they lie or gathered
// from float32 of any layout.
func rowHalves(data []float32, from *grid, image, block, y int, both []float32) (low, high []float32) {
	n := from.w * Lanes
	var halves [2][]float32
	for h := range halves {
		first := block*LanesBF16 + h*Lanes
		if from.Block == Lanes && first < from.c {
			halves[h] = from.row(data, image, first/Lanes, y)
			continue
		}
		halves[h] = both[h*n:][:n]
		gatherLanes(halves[h], data, from, image, first, y)
	}
	return halves[0], halves[1]
}

// gatherLanes fills a row of 16 channels from the first of them on. Those beyond
// the last are 0.
func gatherLanes(row, data []float32, from *grid, image, first, y int) {
	for lane := range Lanes {
		if first+lane >= from.c {
			for at := lane; at < len(row); at += Lanes {
				row[at] = 0
			}
			continue
		}
		line, step := from.channel(data, image, first+lane, y)
		for x, at := 0, lane; at < len(row); x, at = x+step, at+Lanes {
			row[at] = line[x]
		}
	}
}

// widenRow fills a row of float32 from lines of 32 channels.
func widenRow(row []float32, to *grid, data []float32, from *grid, image, block, y int, both []float32) {
	first := block * to.Block
	line := from.row(data, image, first/LanesBF16, y)
	if to.Block == 1 {
		c := first % LanesBF16
		for x := range row {
			even, odd := kernel.PairBF16(line[x*Lanes+c/2])
			if row[x] = even; c%2 == 1 {
				row[x] = odd
			}
		}
		return
	}
	if first%LanesBF16 == 0 {
		kernel.UnpackBF16(row, both, line)
	} else {
		kernel.UnpackBF16(both, row, line)
	}
}
