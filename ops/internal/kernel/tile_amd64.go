//go:build !purego

package kernel

import "cnnlang/ops/internal/cpu"

// tileArgs is a Tile as assembly reads it: distances in bytes. asmgen knows the
// places of the fields.
type tileArgs struct {
	in                *float32
	next, step        int
	taps              *int
	count             int
	inner             int // turns of four channels; 0 for one channel
	weights           *float32
	out               *float32
	outNext, outBlock int
	add               *float32
	addNext, addBlock int
	bias              *float32
	low, high         float32
	pixels, blocks    int
}

// args translates t, whose slices check has checked.
func (t *Tile) args() tileArgs {
	a := tileArgs{
		in: &t.In[0], next: 4 * t.Next, step: 4 * t.Step,
		taps: &t.Taps.bytes[0], count: len(t.Taps.bytes),
		out: &t.Out[0], outNext: 4 * t.OutNext, outBlock: 4 * t.OutBlock,
		addNext: 4 * t.AddNext, addBlock: 4 * t.AddBlock,
		low: t.Low, high: t.High, pixels: t.Pixels, blocks: t.Blocks,
	}
	if t.Whole {
		a.inner = Lanes / 4
	}
	if t.Add != nil {
		a.add = &t.Add[0]
	}
	return a
}

// parameters adds what Conv and Depthwise have.
func (t *Tile) parameters(a *tileArgs) {
	a.weights, a.bias = &t.Weights[0], &t.Bias[0]
}

func convTile(t *Tile) {
	a := t.args()
	t.parameters(&a)
	switch isa {
	case cpu.AVX512:
		convAVX512(&a)
	case cpu.AVX2:
		convAVX2(&a)
	}
}

func depthwiseTile(t *Tile) {
	a := t.args()
	t.parameters(&a)
	switch isa {
	case cpu.AVX512:
		depthwiseAVX512(&a)
	case cpu.AVX2:
		depthwiseAVX2(&a)
	}
}

func maxTile(t *Tile) {
	a := t.args()
	switch isa {
	case cpu.AVX512:
		maxAVX512(&a)
	case cpu.AVX2:
		maxAVX2(&a)
	}
}

func sumTile(t *Tile) {
	a := t.args()
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
