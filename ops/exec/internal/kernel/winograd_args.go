//go:build !purego && (amd64 || arm64)

package kernel

import "math"

// winogradArgs is a WinogradTile as assembly reads it: distances in bytes. asmgen knows the
// offsets of the fields.
type winogradArgs struct {
	source        *float32
	pitch         int // of the pixels
	result        *float32
	plane         int
	scratch       *float32
	constants     *float32
	tiles         int
	bias          *float32
	add           *float32
	addPitch      int
	rows, columns int
	low, high     float32
	most          *float32
}

// winogradConstants in the order that asmgen knows.
var winogradConstants = [8]float32{WinogradA, WinogradB, 0.5, 2, 0.5 * WinogradA, 2 * WinogradB, 2.5, math.Float32frombits(sizeBits)}

// inArgs are those of WinogradIn.
func (w *WinogradTile) inArgs() winogradArgs {
	return winogradArgs{
		source: &w.Pixels[0], pitch: 4 * w.Pitch, result: &w.Values[0], plane: 4 * w.Plane,
		scratch: &w.Scratch[0], constants: &winogradConstants[0], tiles: w.Tiles, most: &w.Most[0],
	}
}

// outArgs are those of WinogradOut.
func (w *WinogradTile) outArgs() winogradArgs {
	a := winogradArgs{
		source: &w.Values[0], pitch: 4 * w.Pitch, result: &w.Pixels[0], plane: 4 * w.Plane,
		scratch: &w.Scratch[0], constants: &winogradConstants[0], bias: &w.Bias[0],
		addPitch: 4 * w.AddPitch, rows: w.Rows, columns: w.Columns, low: w.Low, high: w.High,
	}
	if w.Add != nil {
		a.add = &w.Add[0]
	}
	return a
}
