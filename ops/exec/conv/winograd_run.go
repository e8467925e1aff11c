package conv

import (
	"math"

	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// The work of a part, about 5 µs: transforms of 16 channels of a tile, and products.
const (
	transformPart = 1 << 6
	productPart   = 1 << 18
	judgedPart    = 1 << 7 // tiles
)

func (w *winogradConv) prepare() *task.Prepared {
	values := 36 * w.in.Blocks * w.lines * Lanes
	sums := 36 * w.out.Blocks * w.lines * Lanes
	runs := 0
	for _, list := range w.blocks {
		runs = max(runs, len(list))
	}
	return &task.Prepared{
		Algorithm: "winograd-" + kernel.ISA(),
		PerWorker: kernel.WinogradScratch + Lanes,
		Shared:    values + sums + runs*w.in.Blocks + w.most,
		Tasks: func(out tensor.Tensor, in []tensor.Tensor, s task.Scratch) []task.Task {
			var tasks []task.Task
			for _, runs := range w.blocks {
				b := &winogradBlockOf{
					winogradConv: w, runs: runs, data: out.Data, inputs: in, scratch: s,
					values: s.Shared[:values], sums: s.Shared[values:], most: s.Shared[values+sums:], direct: s.Shared[len(s.Shared)-w.most:],
				}
				tasks = append(tasks, b.transforms(w.in.Blocks, 1, b.transformIn), task.Together(b.products(), b.judgement()), b.transforms(len(w.units), kernel.TileBlocks, b.transformOut))
			}
			return tasks
		},
	}
}

// A winogradBlockOf is the work on one block of tiles in a session's memory.
type winogradBlockOf struct {
	*winogradConv
	runs         []tileRun
	values, sums []float32 // [36][blocks of channels][lines][Lanes]
	most         []float32 // [blocks of channels][runs], the largest size of the input
	direct       []float32 // by the tile's place, whether it is computed directly: 0 or 1
	data         []float32
	inputs       []tensor.Tensor
	scratch      task.Scratch
}

// transforms is a transform of every run in so many units, of some blocks of channels each.
func (b *winogradBlockOf) transforms(units, blocks int, one func(run, unit int, scratch []float32)) task.Task {
	return task.Ranges(len(b.runs)*units, max(1, transformPart/b.across/blocks), func(from, to, worker int) {
		for i := from; i < to; i++ {
			one(i%len(b.runs), i/len(b.runs), b.scratch.Of(worker))
		}
	})
}

func (b *winogradBlockOf) judgement() task.Task {
	return task.Ranges(len(b.runs), max(1, judgedPart/b.across), func(from, to, _ int) {
		for run := from; run < to; run++ {
			b.judge(run)
		}
	})
}

func (b *winogradBlockOf) transformIn(run, block int, scratch []float32) {
	r := b.runs[run]
	at := b.in.At(r.image, block, 4*r.y-b.top, 4*r.x-b.left)
	most := scratch[kernel.WinogradScratch:]
	kernel.WinogradIn(&kernel.WinogradTile{
		Scratch: scratch, Pixels: b.inputs[0].Data[at:], Pitch: b.in.Pitch, Tiles: r.tiles,
		Values: b.values[(block*b.lines+r.at)*Lanes:], Plane: b.in.Blocks * b.lines * Lanes, Most: most,
	})
	largest := uint32(0)
	for _, size := range most[:Lanes] {
		largest = max(largest, math.Float32bits(size))
	}
	b.most[block*len(b.runs)+run] = math.Float32frombits(largest)
}

func (b *winogradBlockOf) transformOut(run, unit int, scratch []float32) {
	u := &b.units[unit]
	for block := u.block; block < u.block+u.blocks; block++ {
		b.transformBlock(b.runs[run], u, block, scratch)
	}
}

// transformBlock transforms one block of a unit; tiles that are computed directly are done
// with the first block.
func (b *winogradBlockOf) transformBlock(r tileRun, u *unit, block int, scratch []float32) {
	t := kernel.WinogradTile{
		Scratch: scratch, Pitch: b.out.Pitch, Plane: b.out.Blocks * b.lines * Lanes,
		Rows: min(4, b.out.H-4*r.y), Bias: b.bias[block*Lanes:], Low: b.act.Low, High: b.act.High,
	}
	for i := range r.tiles {
		if b.direct[r.at+i] != 0 || u.weights[weightPlanes*u.plane()] != 0 {
			if block == u.block {
				b.computeDirectly(&r, i, u)
			}
			continue
		}
		x := 4 * (r.x + i)
		t.Columns = min(4, b.out.W-x)
		t.Pixels = b.data[b.out.At(r.image, block, 4*r.y, x):]
		t.Values = b.sums[(block*b.lines+r.at+i)*Lanes:]
		if b.add != nil {
			t.Add = b.inputs[1].Data[b.add.At(r.image, block, 4*r.y, x):]
			t.AddPitch = b.add.Pitch
		}
		kernel.WinogradOut(&t)
	}
	for y := 4 * r.y; y < 4*r.y+t.Rows; y++ {
		if !b.act.Clamps {
			line := b.out.Row(b.data, r.image, block, y)[4*r.x*Lanes : min(4*(r.x+r.tiles), b.out.W)*Lanes]
			b.act.Lanes(block*Lanes, line, line)
		}
		if r.x+r.tiles == b.across {
			b.out.ZeroHalo(b.data, r.image, block, y)
		}
	}
}

// products is the 36 matrix products, unit by unit.
func (b *winogradBlockOf) products() task.Task {
	tiles := tilesOf(b.runs)
	places := b.places[tiles]
	each := tiles * b.in.Blocks * Lanes * Lanes * kernel.TileBlocks
	return task.Ranges(36*len(b.units), max(1, productPart/each), func(from, to, _ int) {
		for i := from; i < to; i++ {
			b.product(i, places)
		}
	})
}

// product multiplies one of the 36 planes with the weights of a unit; i counts these pairs.
func (b *winogradBlockOf) product(i int, places layout.Places) {
	plane, u := i%36, &b.units[i/36]
	weights := b.weightsOf(i)
	u.sum.run(kernel.Tile{
		Blocks: u.blocks, Weights: weights,
		In:  b.values[plane*b.in.Blocks*b.lines*Lanes:],
		Out: b.sums[(plane*b.out.Blocks+u.block)*b.lines*Lanes:], OutBlock: b.lines * Lanes,
		Bias: noBias, Low: -infty, High: infty,
	}, len(weights)/u.sum.taps, b.weightsOf(i+1), places.At, places.Onto)
}

// weightsOf are the weights of the i-th product, none after the last.
func (b *winogradBlockOf) weightsOf(i int) []float32 {
	if i >= 36*len(b.units) {
		return nil
	}
	w := b.units[i/36].weights
	size := b.units[i/36].plane()
	return w[i%36*size:][:size]
}
