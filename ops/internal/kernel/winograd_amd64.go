//go:build !purego

package kernel

import "cnnlang/ops/internal/cpu"

// winogradArgs is a WinogradTile as assembly reads it: distances in bytes. asmgen
// knows the places of the fields.
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
}

// winogradConstants in the order that asmgen knows.
var winogradConstants = [7]float32{WinogradA, WinogradB, 0.5, 2, 0.5 * WinogradA, 2 * WinogradB, 2.5}

func winogradIn(w *WinogradTile) {
	a := winogradArgs{
		source: &w.Pixels[0], pitch: 4 * w.Pitch, result: &w.Values[0], plane: 4 * w.Plane,
		scratch: &w.Scratch[0], constants: &winogradConstants[0], tiles: w.Tiles,
	}
	switch isa {
	case cpu.AVX512:
		winogradInAVX512(&a)
	case cpu.AVX2:
		winogradInAVX2(&a)
	}
}

func winogradOut(w *WinogradTile) {
	a := winogradArgs{
		source: &w.Values[0], pitch: 4 * w.Pitch, result: &w.Pixels[0], plane: 4 * w.Plane,
		scratch: &w.Scratch[0], constants: &winogradConstants[0], bias: &w.Bias[0],
		addPitch: 4 * w.AddPitch, rows: w.Rows, columns: w.Columns, low: w.Low, high: w.High,
	}
	if w.Add != nil {
		a.add = &w.Add[0]
	}
	switch isa {
	case cpu.AVX512:
		winogradOutAVX512(&a)
	case cpu.AVX2:
		winogradOutAVX2(&a)
	}
}

// It works like winogradInGeneric.
//
//go:noescape
func winogradInAVX2(args *winogradArgs)

// It works like winogradInGeneric.
//
//go:noescape
func winogradInAVX512(args *winogradArgs)

// It works like winogradOutGeneric.
//
//go:noescape
func winogradOutAVX2(args *winogradArgs)

// It works like winogradOutGeneric.
//
//go:noescape
func winogradOutAVX512(args *winogradArgs)
