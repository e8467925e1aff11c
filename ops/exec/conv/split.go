package conv

import (
	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// A convolution of float32 by products of bfloat16. A number is split into a bfloat16 and
// what rounding to it lost, rounded too, which gives 16 bits of precision:
//
//	x·w = (X + x')·(W + w') ≈ X·W + X·w' + x'·W
//
// So a tap becomes three, of which two see X and one x', and the same kernels sum them. The
// input is split into scratch, once for all workers; the omitted product is about 2^-16 of
// the whole.
type splitter struct {
	from, to layout.Grid
	lost     int // float32 from X to x'
}

// fitsSplit: what could work on bfloat16, with a result of whole blocks; depthwise
// convolutions gain nothing.
func fitsSplit(p *problem) bool {
	return fitsBF16(p) && evenBlocks(p.filters) && (p.groups < p.channels || p.channels == 1)
}

// wantsSplit is blocks, or an image with few channels as it comes.
func wantsSplit(p *problem) layout.Layout {
	if wantsBF16(p).Block == layout.ImageBF16 {
		return layout.Layout{}
	}
	return layout.Blocked(layout.Float32)
}

// parts is how many taps a tap becomes.
func (s *splitter) parts() int {
	if s == nil {
		return 1
	}
	return 3
}

// taps are the taps that these become.
func (s *splitter) taps(at []int) []int {
	if s == nil {
		return at
	}
	var all []int
	for _, n := range at {
		all = append(all, n, n, n+s.lost)
	}
	return all
}

// pack stores the pair of weights of a filter where the kernel reads it: pairs are counted
// over the original taps.
func (s *splitter) pack(dst []float32, pair int, even, odd float32) {
	word := kernel.WordBF16(even, odd)
	if s == nil {
		dst[pair*lanesBF16] = word
		return
	}
	tap, at := pair/Lanes*3*Lanes, pair%Lanes
	roundedEven, roundedOdd := kernel.PairBF16(word)
	dst[(tap+at)*lanesBF16] = word
	dst[(tap+Lanes+at)*lanesBF16] = kernel.WordBF16(even-roundedEven, odd-roundedOdd)
	dst[(tap+2*Lanes+at)*lanesBF16] = word
}

// prepareSplit splits the weights, and the input before it is multiplied.
func prepareSplit(p *problem, v values) *task.Prepared {
	l := wantsBF16(p)
	s := &splitter{from: v.in[0].Grid(), to: l.Grid(p.x), lost: task.RoundUp(l.Floats(p.x), Lanes)}
	name := "split-direct-" + kernel.BF16ISA()
	if l.Block == layout.ImageBF16 {
		name += "-image"
	}
	b := newTiledBF16(p, name, s.to, v)
	b.split = s
	p.denseUnitsBF16(b, p.packing(v))
	b.cut(p.windows())
	row := task.RoundUp(s.to.W, layout.PixelsOfLine) * Lanes
	return &task.Prepared{
		Algorithm: name, PerWorker: max(kernel.ScratchBF16, 4*row), Shared: 2 * s.lost, Tables: layout.RunTableBytes(b.tiles),
		Tasks: func(out tensor.Tensor, in []tensor.Tensor, lent task.Scratch) []task.Task {
			value := tensor.Tensor{Shape: in[0].Shape, Data: lent.Shared}
			inputs := append([]tensor.Tensor{value}, in[1:]...)
			split := task.EachRow(&s.to, func(image, block, y, worker int) {
				s.row(lent.Shared, in[0].Data, image, block, y, lent.Of(worker))
			})
			return []task.Task{split, b.multiply(out, inputs, lent)}
		},
	}
}

// row splits a row of a plane.
func (s *splitter) row(value, data []float32, image, block, y int, mem []float32) {
	upper, lower := value[:s.lost], value[s.lost:]
	dst, rest := s.to.Row(upper, image, block, y), s.to.Row(lower, image, block, y)
	if s.to.Block == layout.ImageBF16 {
		low, high := s.from.Image4(mem, data, image, y)
		n := len(low)
		kernel.SplitBF16(mem[2*n:3*n], mem[3*n:4*n], low, high)
		copy(dst, mem[2*n:3*n])
		copy(rest, mem[3*n:4*n])
	} else {
		low, high := s.from.HalvesOf(mem, data, image, block, y)
		kernel.SplitBF16(dst, rest, low, high)
	}
	s.to.ZeroHalo(upper, image, block, y)
	s.to.ZeroHalo(lower, image, block, y)
}
