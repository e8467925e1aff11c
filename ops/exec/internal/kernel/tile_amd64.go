//go:build !purego

package kernel

import "cnnlang/ops/cpu"

func convTiles(t *Tile, at *Places) {
	a := t.args(at)
	t.parameters(&a)
	switch isa {
	case cpu.AVX512:
		convAVX512(&a)
	case cpu.AVX2:
		t.fetches(&a)
		convAVX2(&a)
	}
}

func depthwiseTiles(t *Tile, at *Places) {
	a := t.args(at)
	t.parameters(&a)
	switch isa {
	case cpu.AVX512:
		depthwiseAVX512(&a)
	case cpu.AVX2:
		depthwiseAVX2(&a)
	}
}

func maxTiles(t *Tile, at *Places) {
	a := t.args(at)
	switch isa {
	case cpu.AVX512:
		maxAVX512(&a)
	case cpu.AVX2:
		maxAVX2(&a)
	}
}

func sumTiles(t *Tile, at *Places) {
	a := t.args(at)
	a.low = t.Scale
	switch isa {
	case cpu.AVX512:
		sumAVX512(&a)
	case cpu.AVX2:
		sumAVX2(&a)
	}
}

// It works like convGeneric.
//
//go:noescape
func convAVX2(args *tileArgs)

// It works like convGeneric.
//
//go:noescape
func convAVX512(args *tileArgs)

// It works like depthwiseGeneric.
//
//go:noescape
func depthwiseAVX2(args *tileArgs)

// It works like depthwiseGeneric.
//
//go:noescape
func depthwiseAVX512(args *tileArgs)

// It works like maxGeneric.
//
//go:noescape
func maxAVX2(args *tileArgs)

// It works like maxGeneric.
//
//go:noescape
func maxAVX512(args *tileArgs)

// It works like sumGeneric.
//
//go:noescape
func sumAVX2(args *tileArgs)

// It works like sumGeneric.
//
//go:noescape
func sumAVX512(args *tileArgs)
