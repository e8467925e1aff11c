package exec

import (
	"slices"

	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/rowwise"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// A size is one op at one size, on which its algorithms depend.
type size struct {
	in        []tensor.Shape
	out       tensor.Shape
	precision layout.Precision
}

// elements are the element types for whose blocks an op that follows its inputs has an
// algorithm: that of the precision, and float32 if there are kernels for it.
func (s *size) elements() (list []layout.Element) {
	if e := s.precision.Element(); e != layout.Float32 {
		list = append(list, e)
	}
	if kernel.TilePixels > 0 {
		list = append(list, layout.Float32)
	}
	return list
}

// An of prepares an op for given layouts.
type of func(in []layout.Value, out layout.Value, params []tensor.Tensor) *task.Prepared

// blocked is an algorithm on blocks of an element type, with any halo.
func (s *size) blocked(e layout.Element, prepare of) task.Algorithm {
	a := task.Algorithm{Name: "blocks", Out: layout.Blocked(e), Prepare: without(prepare)}
	a.In = slices.Repeat([]layout.Layout{a.Out}, len(s.in))
	if e != layout.Float32 {
		a.Precision = s.precision
	}
	return a
}

// plain is an algorithm on plain values.
func (s *size) plain(prepare of) task.Algorithm {
	return task.Algorithm{Name: "plain", In: make([]layout.Layout, len(s.in)), Prepare: without(prepare)}
}

// An ofTensors prepares an op that packs its tensors.
type ofTensors func(in []layout.Value, out layout.Value, params []tensor.Tensor, m task.Memory) *task.Prepared

// packed lists the algorithms of such an op like inBlocks.
func (s *size) packed(fits func(layout.Element) bool, prepare, plain ofTensors) []task.Algorithm {
	list := s.inBlocks(fits, nil, nil)
	for i := range list {
		list[i].Packs, list[i].Prepare = true, prepare
	}
	list[len(list)-1].Prepare = plain
	return list
}

// without adapts a function that packs nothing.
func without(prepare of) func([]layout.Value, layout.Value, []tensor.Tensor, task.Memory) *task.Prepared {
	return func(in []layout.Value, out layout.Value, params []tensor.Tensor, _ task.Memory) *task.Prepared {
		return prepare(in, out, params)
	}
}

// inBlocks is an op on the blocks that fit, and on plain values.
func (s *size) inBlocks(fits func(layout.Element) bool, prepare, plain of) (list []task.Algorithm) {
	for _, e := range s.elements() {
		if fits(e) {
			list = append(list, s.blocked(e, prepare))
		}
	}
	return append(list, s.plain(plain))
}

// ofOneShape reports whether all values are images of one shape.
func (s *size) ofOneShape(layout.Element) bool {
	return len(s.out) == 4 && !slices.ContainsFunc(s.in, func(x tensor.Shape) bool { return !x.Equal(s.out) })
}

// rowwise is an op without parameters that is computed in the same way in all layouts.
func (s *size) rowwise(fits func(layout.Element) bool, prepare func(in []layout.Value, out layout.Value) *task.Prepared) []task.Algorithm {
	same := func(in []layout.Value, out layout.Value, _ []tensor.Tensor) *task.Prepared { return prepare(in, out) }
	return s.inBlocks(fits, same, same)
}

// mapped is a function of every element.
func (s *size) mapped(name string, apply func(dst, src []float32)) []task.Algorithm {
	return s.rowwise(s.ofOneShape, func(in []layout.Value, out layout.Value) *task.Prepared {
		return rowwise.Map(name, in[0], out, apply)
	})
}

// plainly is an op of one input that works only on plain values.
func (s *size) plainly(prepare func(in, out layout.Value, params []tensor.Tensor) *task.Prepared) []task.Algorithm {
	return []task.Algorithm{s.plain(func(in []layout.Value, out layout.Value, params []tensor.Tensor) *task.Prepared {
		return prepare(in[0], out, params)
	})}
}

// merged is an element-wise op on equal inputs.
func (s *size) merged(op ops.Op) []task.Algorithm {
	finish := rowwise.ActOf(ops.None).Apply
	switch op := op.(type) {
	case *ops.Add:
		finish = rowwise.ActOf(op.Epilogue().Act).Apply
	case *ops.Mul:
		finish = rowwise.ActOf(op.Epilogue().Act).Apply
	case *ops.Mean:
		n := float32(len(s.in))
		finish = func(dst, sum []float32) {
			for i, v := range sum {
				dst[i] = v / n
			}
		}
	}
	gather := rowwise.Of(op.Name()).Combine
	return s.rowwise(s.ofOneShape, func(in []layout.Value, out layout.Value) *task.Prepared {
		return rowwise.Merge(op.Name(), in, out, gather, finish)
	})
}

// multiplied is a product of equal inputs, or of images and their gates.
func (s *size) multiplied(op *ops.Mul) []task.Algorithm {
	e := op.Epilogue()
	if !e.Add && !slices.ContainsFunc(s.in, func(x tensor.Shape) bool { return !x.Equal(s.out) }) {
		return s.merged(op)
	}
	plain := func(in []layout.Value, out layout.Value, _ []tensor.Tensor) *task.Prepared {
		return rowwise.Product(op, s.in, out.Shape)
	}
	gate, ok := s.gate(op)
	if !ok {
		return []task.Algorithm{s.plain(plain)}
	}
	list := s.inBlocks(func(layout.Element) bool { return true }, func(in []layout.Value, out layout.Value, _ []tensor.Tensor) *task.Prepared {
		return rowwise.Gated(in, gate, out, e)
	}, plain)
	for i := range list[:len(list)-1] {
		list[i].In[gate] = layout.Layout{}
		if s.in[gate][1] == s.out[1] {
			list[i].In[gate] = layout.Blocked(layout.Float32)
		}
	}
	return list
}

// gate returns which of two factors is smaller than the other, which has all sizes.
func (s *size) gate(op *ops.Mul) (gate int, ok bool) {
	if op.Factors(len(s.in)) != 2 || len(s.out) != 4 {
		return 0, false
	}
	for gate = range 2 {
		if s.in[1-gate].Equal(s.out) && !s.in[gate].Equal(s.out) {
			return gate, true
		}
	}
	return 0, false
}

func (s *size) pooled(op ops.Op) []task.Algorithm {
	p, ok := poolOf(op, s.in[0], s.out)
	if !ok {
		panic("exec: no pool")
	}
	_, global := op.(*ops.GlobalAvgPool)
	list := s.inBlocks(func(e layout.Element) bool {
		if global && e == layout.Float32 {
			return fitsColumns(s.in[0])
		}
		return p.fitsBlocks()
	}, func(in []layout.Value, out layout.Value, _ []tensor.Tensor) *task.Prepared {
		if global && in[0].Layout.Element == layout.Float32 {
			return blockedMean(in[0], out)
		}
		return p.blocked(in[0], out)
	}, func(in []layout.Value, out layout.Value, _ []tensor.Tensor) *task.Prepared {
		if global {
			return plainMean(in[0].Shape, out.Shape)
		}
		return p.plain(in[0].Shape, out.Shape)
	})
	for i := range list {
		even := task.CeilDiv(s.out[1], layout.Lanes)%2 == 0 // so that 32 channels can be stored as float32
		list[i].Wide = list[i].Out.Element != layout.Float32 && even
	}
	return list
}

// moved is an op that only moves channels.
func (s *size) moved(op ops.Op) []task.Algorithm {
	switch op := op.(type) {
	case *ops.Concat:
		return s.inBlocks(func(layout.Element) bool { return fitsConcat(op, s.in, s.out) }, func(in []layout.Value, out layout.Value, _ []tensor.Tensor) *task.Prepared {
			return blockedConcat(in, out)
		}, func(_ []layout.Value, out layout.Value, _ []tensor.Tensor) *task.Prepared {
			return plainConcat(op.Axis.MustInt(), out.Shape)
		})
	case *ops.Slice:
		from := op.From.MustInt()
		return s.inBlocks(func(e layout.Element) bool { return from%e.Lanes() == 0 && len(s.out) == 4 }, slicing(from), func(in []layout.Value, out layout.Value, _ []tensor.Tensor) *task.Prepared {
			return channelsFrom(in[0].Shape[1], out.Shape, func(c int) int { return from + c })
		})
	}
	shuffle := op.(*ops.ChannelShuffle)
	c := s.in[0][int(dim.Channels)]
	groups := shuffle.Groups.MustInt()
	return s.plainly(func(_, out layout.Value, _ []tensor.Tensor) *task.Prepared {
		return channelsFrom(c, out.Shape, func(to int) int { return to%groups*(c/groups) + to/groups })
	})
}

func slicing(from int) of {
	return func(in []layout.Value, out layout.Value, _ []tensor.Tensor) *task.Prepared {
		return blockedSlice(from, in[0], out)
	}
}

// SliceOfBlocks is the algorithm of a slice that begins with a block, of a value that lies
// in blocks of an element type, whatever else there are kernels for.
func SliceOfBlocks(op *ops.Slice, e layout.Element) task.Algorithm {
	s := size{in: make([]tensor.Shape, 1), precision: layout.F32}
	return s.blocked(e, slicing(op.From.MustInt()))
}
