package exec

import (
	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// A global pool of blocked values sums every column in float32 and then the columns in
// float64, so that the error does not grow with the image.
type globalPool struct {
	in, out layout.Grid
	column  *kernel.Taps
	places  *kernel.Places // of the columns, in a row of scratch
	scale   float64
}

// mostPooled is how many pixels of each channel one part pools.
const mostPooled = 1 << 17

// fitsColumns reports whether columns are short enough to be summed in float32, and the
// image is small enough for one part.
func fitsColumns(in tensor.Shape) bool { return in[2]*in[3] <= mostPooled && in[2] <= mostTaps }

func blockedMean(in, out layout.Value) *task.Prepared {
	p := &globalPool{in: in.Grid(), out: out.Grid()}
	p.scale = 1 / float64(p.in.H*p.in.W)
	rows := make([]int, p.in.H)
	for y := range rows {
		rows[y] = y * p.in.Pitch
	}
	p.column = kernel.NewTaps(rows, len(rows))
	var list []kernel.Place
	across := task.CeilDiv(p.in.W, kernel.TilePixels)
	for i := range across {
		from, to := i*p.in.W/across, (i+1)*p.in.W/across
		list = append(list, kernel.Place{Pixels: to - from, In: p.in.At(0, 0, 0, from), Next: layout.TileRow * layout.Lanes, Out: from * layout.Lanes, OutNext: layout.TileRow * layout.Lanes})
	}
	p.places = kernel.NewPlaces(list, layout.Lanes)
	return &task.Prepared{Algorithm: "sum-" + kernel.ISA(), PerWorker: p.in.W * layout.Lanes, Tasks: func(out tensor.Tensor, in []tensor.Tensor, s task.Scratch) []task.Task {
		return []task.Task{task.Ranges(p.out.N*p.out.Blocks, max(1, pooledPart/p.in.Plane), func(from, to, worker int) {
			for plane := from; plane < to; plane++ {
				p.plane(out.Data, in[0].Data, plane/p.out.Blocks, plane%p.out.Blocks, s.Of(worker))
			}
		})}
	}}
}

// plane sums one block of channels.
func (p *globalPool) plane(out, in []float32, image, block int, columns []float32) {
	kernel.SumTile(&kernel.Tile{Blocks: 1, In: in[p.in.Shift(image, block):], Out: columns, Taps: p.column, Scale: 1}, p.places)
	var sums [layout.Lanes]float64
	for x := 0; x < len(columns); x += layout.Lanes {
		for lane, v := range columns[x:][:layout.Lanes] {
			sums[lane] += float64(v)
		}
	}
	row := p.out.Row(out, image, block, 0)
	for lane, s := range sums {
		row[lane] = float32(s * p.scale)
	}
	p.out.ZeroHalo(out, image, block, 0)
}
