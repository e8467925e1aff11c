//go:build !purego && (amd64 || arm64)

package kernel

import "math"

// tileArgs is a Tile as assembly reads it: distances in bytes. asmgen knows the offsets of
// the fields.
type tileArgs struct {
	in        *float32
	step      int
	taps      *int
	chunks    *int
	inner     int // of Grouped: channels of a group
	weights   *float32
	out       *float32
	outBlock  int
	add       *float32
	addBlock  int
	bias      *float32
	low, high float32
	clamp     int // the number of bounds
	blocks    int
	places    *place
	tiles     int

	_    *int     // used by assembly: the current chunk
	_    *float32 // and what a sum is added to
	_, _ int

	index *int32 // of Grouped: the permutations

	ahead      *float32 // lines to prefetch, so many with a tap, for so many tiles
	aheadLines int
	aheadTiles int

	lines *tapLine // of Conv
}

// args translates t, whose slices check has checked.
func (t *Tile) args(at *Places) tileArgs {
	a := tileArgs{
		in: &t.In[0], step: 4 * at.step, taps: &t.Taps.bytes[0], chunks: &t.Taps.chunks[0],
		out: &t.Out[0], outBlock: 4 * t.OutBlock, addBlock: 4 * t.AddBlock,
		low: t.Low, high: t.High, blocks: t.Blocks, places: &at.bytes[0], tiles: len(at.bytes),
	}
	a.lines = &t.Taps.lines[0]
	return a
}

// grouped adds the arguments of Grouped.
func (a *tileArgs) grouped(channels int) {
	a.inner, a.index = channels, &groupSees[channels][0]
}

// fetches spreads prefetching of t.Ahead over the first tiles.
func (t *Tile) fetches(a *tileArgs) {
	lines := len(t.Ahead) / Lanes
	if lines == 0 {
		return
	}
	taps := t.Taps.Len()
	a.ahead = &t.Ahead[0]
	a.aheadLines = (lines + taps*a.tiles - 1) / (taps * a.tiles)
	a.aheadTiles = (lines + taps*a.aheadLines - 1) / (taps * a.aheadLines)
}

// parameters adds the arguments of Conv and Depthwise.
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
