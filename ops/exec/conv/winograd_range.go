package conv

import (
	"math"

	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/layout"
)

// Tiles that are computed directly. Winograd's algorithm makes all 16 results of a tile of
// all its 36 pixels, so each is off by some roundings of the largest value among them, X,
// whether its window sees that or not. A tile is transformed only if
//
//	2^-80 <= X < 2^40, and each of its windows sees a value of at least X/2^6.
//
// The first condition avoids overflow and underflow on the way: a transform of the input
// gives at most 27 X, a transformed weight is at most the sum of those of its window,
// 9*2^44, by the limit mostWeight, and sums over the channels become at most 55 times as
// large. The second bounds the error of a result by what its own window sees: no other
// value of the tile is more than 2^6 times as large as the largest that it sees. So a sum
// of K products is off by no more than K roundings of the filter's sum of weights times 2^6
// times that value; and Inf, NaN and values that are huge beside others give the result of
// the definition.
//
// In networks X is mostly twice the largest value that a window of 9 pixels and 16 channels
// or more sees, and was never found to be eight times that; but a window of zeros beside
// other values is computed directly.
//
// The test costs next to nothing: the transform finds the largest size in a run of tiles,
// and a window sees a large value if one of its pixels is large; one to four pixels suffice
// for all windows of a tile. The full test is made where these do not decide.
const (
	leastTile  = 0x1p-80
	mostTile   = 0x1p40
	tileRange  = 0x1p-6
	mostWeight = 0x1p44
)

// tapPlanes are where the weights of each place of the window lie: the corners are values
// of the transform, the others have planes of their own after those.
var tapPlanes = [9]int{0, 36, 5, 37, 38, 39, 30, 40, 35}

// weightPlanes are the transformed weights and the untransformed.
const weightPlanes = 41

// plane is how many weights a plane has.
func (u *unit) plane() int { return len(u.weights) / weightPlanes }

// judge decides which tiles of a run are computed directly.
func (b *winogradBlockOf) judge(run int) {
	r := &b.runs[run]
	largest := uint32(0)
	for block := range b.in.Blocks {
		largest = max(largest, math.Float32bits(b.most[block*len(b.runs)+run]))
	}
	most := math.Float32frombits(largest)
	usual := most >= leastTile && most < mostTile
	for i := range r.tiles {
		direct := false
		if largest != 0 && !(usual && b.seesLarge(r, i, most*tileRange)) {
			direct = !b.isEven(r, i)
		}
		b.direct[r.at+i] = 0
		if direct {
			b.direct[r.at+i] = 1
		}
	}
}

// windows are how many rows and columns of windows tile i of a run has.
func (b *winogradBlockOf) windows(r *tileRun, i int) (rows, columns int) {
	return min(4, b.out.H-4*r.y), min(4, b.out.W-4*(r.x+i))
}

// common are the one or two places such that each of so many adjacent windows, three wide,
// sees one of them.
func common(windows int) (first, last int) {
	first = min(windows, 2)
	return first, max(first, windows-1)
}

// seesLarge reports whether all windows of a tile quickly turn out to see a value of at
// least so much; false is no answer.
func (b *winogradBlockOf) seesLarge(r *tileRun, i int, least float32) bool {
	rows, columns := b.windows(r, i)
	top, bottom := common(rows)
	left, right := common(columns)
	for y := top; y <= bottom; y++ {
		for x := left; x <= right; x++ {
			if !b.pixelReaches(b.pixel(r, i, y, x), least) {
				return false
			}
		}
	}
	return true
}

// pixel is where pixel y, x of tile i lies.
func (b *winogradBlockOf) pixel(r *tileRun, i, y, x int) int {
	return b.in.At(r.image, 0, 4*r.y-b.top+y, 4*(r.x+i)-b.left+x)
}

// pixelReaches reports whether some channel of a pixel has that size.
func (b *winogradBlockOf) pixelReaches(at int, least float32) bool {
	data := b.inputs[0].Data
	for c := 0; c < b.in.C; c += Lanes {
		for _, v := range data[at:][:min(Lanes, b.in.C-c)] {
			if v >= least || -v >= least {
				return true
			}
		}
		at += b.in.Plane
	}
	return false
}

// isEven reports whether all values of a tile are in the range in which the algorithm is
// accurate.
func (b *winogradBlockOf) isEven(r *tileRun, i int) bool {
	var sizes [36]float32
	largest := float32(0)
	for p := range sizes {
		at := b.pixel(r, i, p/6, p%6)
		for c := 0; c < b.in.C; c += Lanes {
			for _, v := range b.inputs[0].Data[at:][:min(Lanes, b.in.C-c)] {
				if v != v {
					return false
				}
				sizes[p] = max(sizes[p], v, -v)
			}
			at += b.in.Plane
		}
		largest = max(largest, sizes[p])
	}
	if largest == 0 {
		return true
	}
	rows, columns := b.windows(r, i)
	for w := range rows * columns {
		most := float32(0)
		for p := range 9 {
			most = max(most, sizes[(w/columns+p/3)*6+w%columns+p%3])
		}
		if most < largest*tileRange {
			return false
		}
	}
	return largest >= leastTile && largest < mostTile
}

// computeDirectly computes the blocks of a unit of one tile: for each place of the window,
// a sum over the channels.
func (b *winogradBlockOf) computeDirectly(r *tileRun, i int, u *unit) {
	rows, columns := b.windows(r, i)
	places := b.partial[rows][columns]
	size := u.plane()
	y, x := 4*r.y, 4*(r.x+i)
	k := kernel.Tile{
		Blocks: u.blocks, Bias: noBias, Low: -infty, High: infty,
		Out: b.data[b.out.At(r.image, u.block, y, x):], OutBlock: b.out.Plane,
	}
	if b.add != nil {
		k.Add, k.AddBlock = b.inputs[1].Data[b.add.At(r.image, u.block, y, x):], b.add.Plane
	}
	at := places.At
	for tap, plane := range tapPlanes {
		if tap == 8 {
			k.Bias, k.Low, k.High = b.bias[u.block*Lanes:], b.act.Low, b.act.High
		}
		k.In = b.inputs[0].Data[b.pixel(r, i, tap/3, tap%3):]
		k.Weights = u.weights[plane*size:][:size]
		b.pixelSum.run(k, size/b.pixelSum.taps, nil, at, places.Onto)
		k.Add, k.AddBlock, at = k.Out, k.OutBlock, places.Onto
	}
}

// placePartial places the pixels of tiles that are computed directly, by how many rows and
// columns they have.
func (w *winogradConv) placePartial() {
	addPitch := w.out.Pitch
	if w.add != nil {
		addPitch = w.add.Pitch
	}
	for rows := 1; rows <= 4; rows++ {
		for columns := 1; columns <= 4; columns++ {
			list := make([]kernel.Place, rows)
			for y := range list {
				list[y] = kernel.Place{Pixels: columns, In: y * w.in.Pitch, Out: y * w.out.Pitch, Add: y * addPitch}
			}
			w.partial[rows][columns] = layout.NewPlaces(list, Lanes)
		}
	}
}
