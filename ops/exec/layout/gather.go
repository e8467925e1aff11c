package layout

// channel returns the row of float32 that contains channel c of an image, beginning with
// that channel, and the distance of pixels.
func (g *Grid) channel(data []float32, image, c, y int) (row []float32, step int) {
	return g.Row(data, image, c/g.Block, y)[c%g.Block:], g.Block
}

// Image4 puts the channels of a row's pixels, at most four, next to each other: four pixels
// into the lower half of a line and four into the upper. mem has room for both halves.
func (g *Grid) Image4(mem, data []float32, image, y int) (low, high []float32) {
	n := roundUp(g.W, PixelsOfLine) * Lanes
	low, high = mem[:n], mem[n:2*n]
	clear(mem[:2*n])
	for c := range g.C {
		row, step := g.channel(data, image, c, y)
		whole := g.W / PixelsOfLine
		for i := range whole {
			src := row[i*PixelsOfLine*step:][:(PixelsOfLine-1)*step+1]
			spread4(low[i*Lanes+c:], src, step)
			spread4(high[i*Lanes+c:], src[4*step:], step)
		}
		for x := whole * PixelsOfLine; x < g.W; x++ {
			half := low
			if x%PixelsOfLine >= 4 {
				half = high
			}
			half[whole*Lanes+x%4*ImageBF16+c] = row[x*step]
		}
	}
	return low, high
}

// spread4 puts four numbers that are step apart into four pixels.
func spread4(dst, src []float32, step int) {
	dst, src = dst[:3*ImageBF16+1], src[:3*step+1]
	dst[0], dst[ImageBF16], dst[2*ImageBF16], dst[3*ImageBF16] = src[0], src[step], src[2*step], src[3*step]
}

// HalvesOf returns a row of 32 channels as two of 16, in place or gathered into mem from
// float32 of any layout.
func (g *Grid) HalvesOf(mem, data []float32, image, block, y int) (low, high []float32) {
	n := g.W * Lanes
	var halves [2][]float32
	for h := range halves {
		first := (2*block + h) * Lanes
		if g.Block == Lanes && first < g.C {
			halves[h] = g.Row(data, image, first/Lanes, y)
			continue
		}
		halves[h] = mem[h*n:][:n]
		g.Gather(halves[h], Lanes, data, image, first, y)
	}
	return halves[0], halves[1]
}

// Gather fills a row of blocks of so many channels, beginning with channel first. Channels
// beyond the last are 0.
func (g *Grid) Gather(row []float32, channels int, data []float32, image, first, y int) {
	for lane := range channels {
		if first+lane >= g.C {
			for at := lane; at < len(row); at += channels {
				row[at] = 0
			}
			continue
		}
		line, step := g.channel(data, image, first+lane, y)
		if channels == 1 && step == 1 {
			copy(row, line)
			continue
		}
		for x, at := 0, lane; at < len(row); x, at = x+step, at+channels {
			row[at] = line[x]
		}
	}
}
