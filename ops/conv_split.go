package ops

import (
	"cnnlang/ops/internal/kernel"
	"cnnlang/ops/tensor"
)

// A convolution of float32 by products of bfloat16. A number is a bfloat16 and what
// rounding to it lost, rounded too, which are 16 bits of precision:
//
//	x·w = (X + x')·(W + w') ≈ X·W + X·w' + x'·W
//
// So a tap becomes three, of which two see X and one x', and the same kernels sum
// them. The input is split into scratch, once for all workers; what is left out is
// some 2^-16 of a product.
type splitter struct {
	from, to grid
	lost     int // float32 from X to x'
}

// A Splitter is an op that can work so on blocked values of float32.
type Splitter interface {
	Op
	// BlockedSplit is Blocked for such work. Where it cannot, In is nil.
	BlockedSplit(in []tensor.Shape, out tensor.Shape) Blocking
	// PrepareSplit is Prepare for values in layouts that cover those of
	// BlockedSplit.
	PrepareSplit(in []Value, out Value, params []tensor.Tensor) Prepared
}

// BlockedSplit works where the convolution could work on bfloat16, and its result
// is whole blocks; depthwise ones gain nothing.
func (c *Conv) BlockedSplit(in []tensor.Shape, out tensor.Shape) Blocking {
	how := c.BlockedBF16(in, out)
	if how.In == nil || !evenBlocks(out) || c.Groups.MustInt() == in[0][1] && in[0][1] > 1 {
		return Blocking{}
	}
	b := Blocking{In: []Layout{{Block: Lanes}}, Leads: true}
	if how.In[0].Block == imageBF16 {
		b.In[0] = Layout{} // as it comes
	}
	if c.epilogue.Add {
		b.In = append(b.In, Layout{Block: Lanes})
	}
	return b
}

// PrepareSplit splits the weights too.
func (c *Conv) PrepareSplit(in []Value, out Value, params []tensor.Tensor) Prepared {
	shapes := []tensor.Shape{in[0].Shape, out.Shape}
	l := c.BlockedBF16(shapes, out.Shape).In[0]
	s := &splitter{from: in[0].grid(), to: l.grid(in[0].Shape), lost: roundUp(l.Floats(in[0].Shape), Lanes)}
	return c.prepareBF16(&bf16Conv{in: s.to, split: s}, in, out, params)
}

// BlockedSplit works on images, as a 1x1 convolution.
func (l *Linear) BlockedSplit(in []tensor.Shape, out tensor.Shape) Blocking {
	if len(out) != 4 || out[2:].Elements() == 1 {
		return Blocking{}
	}
	return l.pointwise().BlockedSplit(in, out)
}

// PrepareSplit splits the weights too.
func (l *Linear) PrepareSplit(in []Value, out Value, params []tensor.Tensor) Prepared {
	return l.pointwise().PrepareSplit(in, out, params)
}

// parts is how many taps a tap becomes.
func (s *splitter) parts() int {
	if s == nil {
		return 1
	}
	return 3
}

// taps are those that these become.
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

// pack stores the pair of weights of a filter where the kernel reads it: pairs are
// counted through the taps before they became several.
func (s *splitter) pack(dst []float32, pair int, even, odd float32) {
	word := kernel.WordBF16(even, odd)
	if s == nil {
		dst[pair*LanesBF16] = word
		return
	}
	tap, at := pair/Lanes*3*Lanes, pair%Lanes
	roundedEven, roundedOdd := kernel.PairBF16(word)
	dst[(tap+at)*LanesBF16] = word
	dst[(tap+Lanes+at)*LanesBF16] = kernel.WordBF16(even-roundedEven, odd-roundedOdd)
	dst[(tap+2*Lanes+at)*LanesBF16] = word
}

// prepareSplit is prepare with the input split before.
func (b *bf16Conv) prepareSplit(name string) Prepared {
	s := b.split
	row := roundUp(s.to.w, pixelsOfLine) * Lanes
	lend := max(kernel.ScratchBF16, 4*row)
	return &prepared{algorithm: name, lend: lend, share: 2 * s.lost, bind: func(out tensor.Tensor, in []tensor.Tensor, lent scratch) []Task {
		value := tensor.Tensor{Shape: in[0].Shape, Data: lent.shared}
		inputs := append([]tensor.Tensor{value}, in[1:]...)
		split := s.to.eachRow(func(image, block, y, worker int) {
			s.row(lent.shared, in[0].Data, image, block, y, lent.of(worker))
		})
		return []Task{split, b.multiply(out, inputs, lent)}
	}}
}

// row splits a row of a plane.
func (s *splitter) row(value, data []float32, image, block, y int, mem []float32) {
	upper, lower := value[:s.lost], value[s.lost:]
	dst, rest := s.to.row(upper, image, block, y), s.to.row(lower, image, block, y)
	if s.to.Block == imageBF16 {
		low, high := gatherImage(mem, data, &s.from, image, y)
		n := len(low)
		kernel.SplitBF16(mem[2*n:3*n], mem[3*n:4*n], low, high)
		copy(dst, mem[2*n:3*n])
		copy(rest, mem[3*n:4*n])
	} else {
		low, high := rowHalves(data, &s.from, image, block, y, mem)
		kernel.SplitBF16(dst, rest, low, high)
	}
	s.to.zeroHalo(upper, image, block, y)
	s.to.zeroHalo(lower, image, block, y)
}
