//go:build !purego

package kernel

import (
	"math"

	"cnnlang/ops/internal/cpu"
)

// tileArgs is a Tile as assembly reads it: distances in bytes. asmgen knows the
// places of the fields.
type tileArgs struct {
	in        *float32
	step      int
	taps      *int
	chunks    *int
	inner     int // turns of four channels; 0 for one channel
	weights   *float32
	out       *float32
	outBlock  int
	add       *float32
	addBlock  int
	bias      *float32
	low, high float32
	clamp     int // how many of the two bounds there are
	blocks    int
	places    *place
	tiles     int

	chunk             *int // from here on assembly's own
	now               *float32
	nowNext, nowBlock int

	index *int32 // of Grouped: the permutations
}

// args translates t, whose slices check has checked.
func (t *Tile) args(at *Places) tileArgs {
	a := tileArgs{
		in: &t.In[0], step: 4 * at.step, taps: &t.Taps.bytes[0], chunks: &t.Taps.chunks[0],
		out: &t.Out[0], outBlock: 4 * t.OutBlock, addBlock: 4 * t.AddBlock,
		low: t.Low, high: t.High, blocks: t.Blocks, places: &at.bytes[0], tiles: len(at.bytes),
	}
	if t.Whole {
		a.inner = Lanes / 4
	}
	return a
}

// parameters adds what Conv and Depthwise have.
func (t *Tile) parameters(a *tileArgs) {
	a.weights, a.bias = &t.Weights[0], &t.Bias[0]
	if t.Add != nil {
		a.add = &t.Add[0]
	}
	switch {
	case t.High < math.MaxFloat32:
		a.clamp = 2
	case t.Low >= -math.MaxFloat32:
		a.clamp = 1
	}
}

func convTiles(t *Tile, at *Places) {
	a := t.args(at)
	t.parameters(&a)
	switch isa {
	case cpu.AVX512:
		convAVX512(&a)
	case cpu.AVX2:
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
