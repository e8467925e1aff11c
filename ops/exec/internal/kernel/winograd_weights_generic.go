package kernel

import "math"

// winogradWeightsGeneric is WinogradWeights.
func winogradWeightsGeneric(w *WinogradFilters) {
	for at := range w.Lines * Lanes {
		var g [9]float64
		for t := range g {
			v := w.Weights[w.Apart*t+at]
			g[t] = float64(v)
			most := &w.Most[at%Lanes]
			*most = math.Float32frombits(max(math.Float32bits(*most), math.Float32bits(v)&sizeBits))
		}
		for p, v := range winogradTransformed(&g) {
			if p != 0 && p != 5 && p != 30 && p != 35 {
				w.Planes[w.Plane*p+at] = v
			}
		}
	}
}

// winogradTransformed is G·g·G' for a window g of 3x3.
func winogradTransformed(g *[9]float64) (out [36]float32) {
	var half [6][3]float64
	for i, row := range winogradG {
		for j := range 3 {
			half[i][j] = row[0]*g[j] + row[1]*g[3+j] + row[2]*g[6+j]
		}
	}
	for i := range 6 {
		for j, row := range winogradG {
			out[6*i+j] = float32(half[i][0]*row[0] + half[i][1]*row[1] + half[i][2]*row[2])
		}
	}
	return out
}
