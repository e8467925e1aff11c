package kernel

func horizontalGeneric(dst, src *[Rows][]uint8, channels int, t *Taps) {
	for r := range Rows {
		if r > 0 && &dst[r][0] == &dst[r-1][0] {
			continue // given again
		}
		if channels == 1 {
			horizontalGrey(dst[r], src[r], t)
		} else {
			horizontalRGB(dst[r], src[r], t)
		}
	}
}

func horizontalRGB(dst, src []uint8, t *Taps) {
	for x, start := range t.Starts {
		var red, green, blue int32 = half, half, half
		at := src[3*start:]
		for i, w := range t.Whole[t.Count*x:][:t.Count] {
			p := at[3*i:][:3]
			red += w * int32(p[0])
			green += w * int32(p[1])
			blue += w * int32(p[2])
		}
		to := dst[3*x:][:3]
		to[0], to[1], to[2] = clip(red>>Precision), clip(green>>Precision), clip(blue>>Precision)
	}
}

func horizontalGrey(dst, src []uint8, t *Taps) {
	for x, start := range t.Starts {
		var sum int32 = half
		at := src[start:][:t.Count]
		for i, w := range t.Whole[t.Count*x:][:t.Count] {
			sum += w * int32(at[i])
		}
		dst[x] = clip(sum >> Precision)
	}
}

func verticalGeneric(dst, rows []uint8, stride int, w *Weights) {
	for ; len(dst) > 0; dst, rows = dst[Block:], rows[Block:] {
		var sums [Block]int32
		for i, weight := range w.Whole {
			for x, v := range rows[stride*i:][:Block] {
				sums[x] += weight * int32(v)
			}
		}
		for x, sum := range sums {
			dst[x] = clip((sum + half) >> Precision)
		}
	}
}

func clip(x int32) uint8 { return uint8(min(max(x, 0), 255)) }

// The weights of Grey, which sum to 1<<16.
const red, green, blue, greyHalf = 19595, 38470, 7471, 1 << 15

func greyGeneric(dst, src []uint8) {
	for i := range dst {
		p := src[3*i:][:3]
		dst[i] = uint8((red*uint32(p[0]) + green*uint32(p[1]) + blue*uint32(p[2]) + greyHalf) >> 16)
	}
}

func planeGeneric(dst []float32, src []uint8, channels, channel int, s *Scale) {
	for i := range dst {
		dst[i] = s.values[src[channel]]
		src = src[channels:]
	}
}
