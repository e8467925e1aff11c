package ops

import (
	"cnnlang/ops/internal/kernel"
	"cnnlang/ops/tensor"
)

// A global pool of blocked values sums every column in float32 and then all
// columns in float64, so that the error does not grow with the image.
type globalPool struct {
	in, out grid
	column  *kernel.Taps
	places  *kernel.Places // of the columns, in a row of scratch
	scale   float64
}

// Blocked works on images whose columns are not too long to be summed in float32, and
// that are not too large for one part.
func (g *GlobalAvgPool) Blocked(in []tensor.Shape, out tensor.Shape) Blocking {
	if in[0][2]*in[0][3] > mostPooled {
		return Blocking{}
	}
	return blockedPooling(in[0][2], 1)
}

// PrepareBlocked is Prepare for blocked values.
func (g *GlobalAvgPool) PrepareBlocked(in []Value, out Value, _ []tensor.Tensor) Prepared {
	p := &globalPool{in: in[0].grid(), out: out.grid()}
	p.scale = 1 / float64(p.in.h*p.in.w)
	rows := make([]int, p.in.h)
	for y := range rows {
		rows[y] = y * p.in.pitch
	}
	p.column = kernel.NewTaps(rows, len(rows))
	var list []kernel.Place
	across := ceilDiv(p.in.w, kernel.TilePixels)
	for i := range across {
		from, to := i*p.in.w/across, (i+1)*p.in.w/across
		list = append(list, kernel.Place{Pixels: to - from, In: p.in.at(0, 0, 0, from), Next: tileRow * Lanes, Out: from * Lanes, OutNext: tileRow * Lanes})
	}
	p.places = kernel.NewPlaces(list, Lanes)
	return p.prepare()
}

func (p *globalPool) prepare() Prepared {
	return &prepared{algorithm: "sum-" + kernel.ISA(), lend: p.in.w * Lanes, bind: func(out tensor.Tensor, in []tensor.Tensor, lent scratch) []Task {
		return []Task{ranges(p.out.n*p.out.blocks, max(1, pooledPart/p.in.plane), func(from, to, worker int) {
			for plane := from; plane < to; plane++ {
				p.plane(out.Data, in[0].Data, plane/p.out.blocks, plane%p.out.blocks, lent.of(worker))
			}
		})}
	}}
}

// plane sums one block of channels.
func (p *globalPool) plane(out, in []float32, image, block int, columns []float32) {
	kernel.SumTile(&kernel.Tile{Blocks: 1, In: in[p.in.shift(image, block):], Out: columns, Taps: p.column, Scale: 1}, p.places)
	var sums [Lanes]float64
	for x := 0; x < len(columns); x += Lanes {
		for lane, v := range columns[x:][:Lanes] {
			sums[lane] += float64(v)
		}
	}
	row := p.out.row(out, image, block, 0)
	for lane, s := range sums {
		row[lane] = float32(s * p.scale)
	}
	p.out.zeroHalo(out, image, block, 0)
}
