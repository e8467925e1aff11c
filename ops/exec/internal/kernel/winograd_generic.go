package kernel

import "math"

// The transforms, as drawn in asmgen.
var (
	winogradB = [6][6]float32{
		{1, 0, -2.5, 0, 1, 0},
		{0, -WinogradB, -2, WinogradA, 1, 0},
		{0, WinogradB, -2, -WinogradA, 1, 0},
		{0, -WinogradA, -0.5, WinogradB, 1, 0},
		{0, WinogradA, -0.5, -WinogradB, 1, 0},
		{0, 1, 0, -2.5, 0, 1},
	}
	winogradA = [4][6]float32{
		{1, 1, 1, 1, 1, 0},
		{0, WinogradA, -WinogradA, WinogradB, -WinogradB, 0},
		{0, 0.5, 0.5, 2, 2, 0},
		{0, 0.5 * WinogradA, -0.5 * WinogradA, 2 * WinogradB, -2 * WinogradB, 1},
	}
)

// transform returns a·d·a' of a 6x6 matrix.
func transform(a [][6]float32, d *[6][6]float32) (out [6][6]float32) {
	var half [6][6]float32
	for i := range a {
		for j := range 6 {
			for k := range 6 {
				half[i][j] += a[i][k] * d[k][j]
			}
		}
	}
	for i := range a {
		for j := range a {
			for k := range 6 {
				out[i][j] += half[i][k] * a[j][k]
			}
		}
	}
	return out
}

// winogradInGeneric is WinogradIn.
func winogradInGeneric(w *WinogradTile) {
	clear(w.Most[:Lanes])
	for t := range w.Tiles {
		for lane := range Lanes {
			var d [6][6]float32
			for i := range 36 {
				d[i/6][i%6] = w.Pixels[i/6*w.Pitch+(4*t+i%6)*Lanes+lane]
				most := max(math.Float32bits(w.Most[lane]), math.Float32bits(d[i/6][i%6])&sizeBits)
				w.Most[lane] = math.Float32frombits(most)
			}
			v := transform(winogradB[:], &d)
			for i := range 36 {
				w.Values[i*w.Plane+t*Lanes+lane] = v[i/6][i%6]
			}
		}
	}
}

// winogradOutGeneric is WinogradOut.
func winogradOutGeneric(w *WinogradTile) {
	for lane := range Lanes {
		var m [6][6]float32
		for i := range 36 {
			m[i/6][i%6] = w.Values[i*w.Plane+lane]
		}
		out := transform(winogradA[:], &m)
		for y := range w.Rows {
			for x := range w.Columns {
				v := out[y][x] + w.Bias[lane]
				if w.Add != nil {
					v += w.Add[y*w.AddPitch+x*Lanes+lane]
				}
				w.Pixels[y*w.Pitch+x*Lanes+lane] = min(max(v, w.Low), w.High)
			}
		}
	}
}
