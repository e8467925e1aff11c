package kernel

// SumLanes adds to each of sums, Lanes of them, its channel of every line of x. Half of the lines are summed
// apart, so that a sum is as exact as one of half as many.
func SumLanes(sums, x []float32) {
	n := len(x) / Lanes
	if n == 0 {
		return
	}
	_ = sums[Lanes-1]
	sumLanes(sums, x[:n*Lanes])
}

// sumLanesGeneric is SumLanes.
func sumLanesGeneric(sums, x []float32) {
	var odd [Lanes]float32
	for i, v := range x {
		if i/Lanes%2 == 0 {
			sums[i%Lanes] += v
		} else {
			odd[i%Lanes] += v
		}
	}
	for lane, v := range odd {
		sums[lane] += v
	}
}

// MomentLanes adds to Lanes sums what every line of x differs by from about, a line of its own, and to Lanes
// further ones the squares of that.
func MomentLanes(sums, x, about []float32) {
	n := len(x) / Lanes
	if n == 0 {
		return
	}
	_, _ = sums[2*Lanes-1], about[Lanes-1]
	momentLanes(sums, x[:n*Lanes], about)
}

// momentLanesGeneric is MomentLanes.
func momentLanesGeneric(sums, x, about []float32) {
	var odd [2 * Lanes]float32
	for i, v := range x {
		lane, to := i%Lanes, sums
		if i/Lanes%2 == 1 {
			to = odd[:]
		}
		d := v - about[lane]
		to[lane] += d
		to[Lanes+lane] += d * d
	}
	for i, v := range odd {
		sums[i] += v
	}
}

// ProductLanes adds to Lanes sums every line of dy, and to Lanes further ones its products with what the line of
// x differs by from about.
func ProductLanes(sums, x, dy, about []float32) {
	n := len(x) / Lanes
	if n == 0 {
		return
	}
	_, _, _ = sums[2*Lanes-1], dy[n*Lanes-1], about[Lanes-1]
	productLanes(sums, x[:n*Lanes], dy, about)
}

// productLanesGeneric is ProductLanes.
func productLanesGeneric(sums, x, dy, about []float32) {
	var odd [2 * Lanes]float32
	for i, v := range x {
		lane, to := i%Lanes, sums
		if i/Lanes%2 == 1 {
			to = odd[:]
		}
		to[lane] += dy[i]
		to[Lanes+lane] += dy[i] * (v - about[lane])
	}
	for i, v := range odd {
		sums[i] += v
	}
}

// BackLanes sets every line of dst to (dy - by[0])*by[2] + (x - by[1])*by[3], each a line of by: the gradient
// through a norm.
func BackLanes(dst, dy, x, by []float32) {
	n := len(dst) / Lanes
	if n == 0 {
		return
	}
	_, _, _ = dy[n*Lanes-1], x[n*Lanes-1], by[4*Lanes-1]
	backLanes(dst[:n*Lanes], dy, x, by)
}

// backLanesGeneric is BackLanes.
func backLanesGeneric(dst, dy, x, by []float32) {
	for i := range dst {
		lane := i % Lanes
		g := (dy[i] - by[lane]) * by[2*Lanes+lane]
		dst[i] = g + (x[i]-by[Lanes+lane])*by[3*Lanes+lane]
	}
}

// Between sets dst to dy times slope where v lies between low and high, or is NaN, and to 0 elsewhere.
func Between(dst, dy, v []float32, low, high, slope float32) {
	dy, v = dy[:len(dst)], v[:len(dst)]
	by := [3]float32{low, high, slope}
	for len(dst) >= Lanes {
		n := min(len(dst)/Lanes*Lanes, spanLanes)
		betweenLanes(dst[:n], dy, v, &by)
		dst, dy, v = dst[n:], dy[n:], v[n:]
	}
	betweenGeneric(dst, dy, v, &by)
}

// spanLanes is how many elements a call does, about 10 µs.
const spanLanes = 1 << 15

// betweenGeneric is Between.
func betweenGeneric(dst, dy, v []float32, by *[3]float32) {
	for i := range dst {
		g := dy[i] * by[2]
		if v[i] <= by[0] || v[i] >= by[1] {
			g = 0
		}
		dst[i] = g
	}
}
