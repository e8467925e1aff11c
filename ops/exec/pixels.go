package exec

import (
	"math"
	"slices"

	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// A regrouping moves channels to the pixels of a square, or back.
type regrouping struct {
	from, to int // pixels along the side of a square in the input and in the result, one of them 1
}

// source is where a channel of the result, at row i and column j of a square, comes from: the
// channel of the input, and the row and the column of its square.
func (g regrouping) source(c, i, j int) (channel, row, column int) {
	if g.from == 1 {
		return (c*g.to+i)*g.to + j, 0, 0
	}
	return c / (g.from * g.from), c / g.from % g.from, c % g.from
}

// regrouped lists how pixels are regrouped: on blocks of any kind, and on plain values. A result
// of few channels would be mostly unused lanes in blocks, so that it is plain even if the input
// is not.
func (s *size) regrouped(g regrouping) []task.Algorithm {
	few := s.out[1] < layout.Lanes/2
	plain := func(in []layout.Value, out layout.Value, _ []tensor.Tensor) *task.Prepared {
		return g.plain(in[0].Grid(), out.Grid())
	}
	list := s.inBlocks(func(layout.Element) bool { return !few }, func(in []layout.Value, out layout.Value, _ []tensor.Tensor) *task.Prepared {
		return g.blocked(in[0].Grid(), out.Grid())
	}, plain)
	if few && s.in[0][1] >= layout.Lanes/2 && slices.Contains(s.elements(), layout.Float32) {
		fromBlocks := s.plain(plain)
		fromBlocks.Name, fromBlocks.In = "from blocks", []layout.Layout{layout.Blocked(layout.Float32)}
		list = append([]task.Algorithm{fromBlocks}, list...)
	}
	return list
}

// plain writes plain planes from values in any layout of float32.
func (g regrouping) plain(from, to layout.Grid) *task.Prepared {
	return copied(to, func(dst, data []float32, image, c, y, x int) { g.line(dst, data, &from, image, c, y, x) })
}

// copied writes plain planes, in pieces: line writes pixels of a row of a channel, from column x
// on.
func copied(to layout.Grid, line func(dst, data []float32, image, c, y, x int)) *task.Prepared {
	return &task.Prepared{Algorithm: "copy", Tasks: func(out tensor.Tensor, in []tensor.Tensor, _ task.Scratch) []task.Task {
		return []task.Task{task.Planes(to.N*to.C, to.H*to.W, func(plane, first, end, _ int) {
			for first < end {
				y, x := first/to.W, first%to.W
				n := min(end-first, to.W-x)
				row := to.Row(out.Data, plane/to.C, plane%to.C, y)
				line(row[x:x+n], in[0].Data, plane/to.C, plane%to.C, y, x)
				first += n
			}
		})}
	}}
}

// line writes pixels of a row of a channel, from column x on.
func (g regrouping) line(dst, src []float32, from *layout.Grid, image, c, y, x int) {
	for j := range min(g.to, len(dst)) {
		at := x + j
		channel, row, column := g.source(c, y%g.to, at%g.to)
		pixel := from.At(image, channel/from.Block, y/g.to*g.from+row, at/g.to*g.from+column) + channel%from.Block
		for k := j; k < len(dst); k += g.to {
			dst[k] = src[pixel]
			pixel += g.from * from.Line
		}
	}
}

// blocked writes rows of blocks, 16 float32 or 32 bfloat16 of each pixel at once.
func (g regrouping) blocked(from, to layout.Grid) *task.Prepared {
	places := g.places(&from, &to)
	squares, step := to.W/g.to, g.from*from.Line
	return &task.Prepared{Algorithm: "copy", Tables: int64(8 * len(places)), Tasks: func(out tensor.Tensor, in []tensor.Tensor, _ task.Scratch) []task.Task {
		return []task.Task{task.EachRow(&to, func(image, block, y, _ int) {
			row := to.Row(out.Data, image, block, y)
			src := in[0].Data[from.At(image, 0, y/g.to*g.from, 0):]
			for j := range g.to {
				at := places[((block*g.to+y%g.to)*g.to+j)*to.Block:]
				if to.Element == layout.Float32 {
					gatherLines(row[j*to.Line:], src, g.to*to.Line, step, squares, (*[layout.Lanes]int)(at))
				} else {
					gatherPairs(row[j*to.Line:], src, g.to*to.Line, step, squares, (*[2 * layout.Lanes]int)(at))
				}
			}
			to.ZeroHalo(out.Data, image, block, y)
		})}
	}}
}

// places are where the channels of each block come from, at each pixel of a square: from the
// first pixel of a square of the input, counted in numbers of its type. Channels beyond the
// last come from where the last does.
func (g regrouping) places(from, to *layout.Grid) (list []int) {
	each := from.Block / from.Line // numbers in a float32
	for block := range to.Blocks {
		for i := range g.to {
			for j := range g.to {
				for lane := range to.Block {
					channel, row, column := g.source(min(block*to.Block+lane, to.C-1), i, j)
					pixel := channel/from.Block*from.Plane + row*from.Pitch + column*from.Line
					list = append(list, each*pixel+channel%from.Block)
				}
			}
		}
	}
	return list
}

// gatherLines fills n lines, so far apart, from places of src, step further for each.
func gatherLines(dst, src []float32, apart, step, n int, at *[layout.Lanes]int) {
	for x := range n {
		line, seen := (*[layout.Lanes]float32)(dst[x*apart:]), src[x*step:]
		for lane := 0; lane < len(line); lane += 4 { // in fours, which takes half the time
			a, b, c, d := seen[at[lane]], seen[at[lane+1]], seen[at[lane+2]], seen[at[lane+3]]
			line[lane], line[lane+1], line[lane+2], line[lane+3] = a, b, c, d
		}
	}
}

// gatherPairs is gatherLines of bfloat16, of which two are a float32, the first in its lower bits.
func gatherPairs(dst, src []float32, apart, step, n int, at *[2 * layout.Lanes]int) {
	for x := range n {
		line, seen := (*[layout.Lanes]float32)(dst[x*apart:]), src[x*step:]
		half := func(place int) uint32 { return math.Float32bits(seen[place/2]) >> (place % 2 * 16) & 0xFFFF }
		for lane := range line {
			line[lane] = math.Float32frombits(half(at[2*lane]) | half(at[2*lane+1])<<16)
		}
	}
}
