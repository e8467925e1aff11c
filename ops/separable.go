package ops

import (
	"cnnlang/ops/dim"
	"cnnlang/ops/internal/kernel"
	"cnnlang/ops/tensor"
)

// Separable is a depthwise convolution and the 1x1 convolution that alone reads it
// (Sifre 2014; Chollet, arXiv:1610.02357), computed strip by strip, so that what
// lies between them never leaves the cache. It is no primitive of the language: a
// plan puts it where it finds the two.
//
// Cost: that of both.
type Separable struct{ depthwise, pointwise *Conv }

// NewSeparable joins two ops, the second of which reads the first, whose result has
// shape mid; ok is false where they are something else, or where mid stays in the
// cache anyway.
func NewSeparable(first, second Op, in, mid, out tensor.Shape) (s *Separable, ok bool) {
	d, isConv := first.(*Conv)
	p, areConv := second.(*Conv)
	if !isConv || !areConv || len(mid) != 4 || !worthStrips(mid, out) {
		return nil, false
	}
	if d.K.H.MustInt()*d.K.W.MustInt() > mostTaps {
		return nil, false
	}
	deep := d.Groups.MustInt() == in[1] && in[1] == mid[1] && !d.epilogue.Add && in[1] >= leastChannels && kernel.TilePixels > 0
	return &Separable{d, p}, deep && p.IsPointwise()
}

// stripFloats is how many numbers of a strip lie between the two, and leastBetween
// how many of an image would not stay in the cache.
const (
	stripFloats  = 64 << 10
	leastBetween = 96 << 10
)

// stripsOf is into how many strips the rows are cut, as equal as can be: a multiple
// of four, so that two or four workers end together.
func stripsOf(mid tensor.Shape) int {
	most := max(1, stripFloats/(roundUp(mid[1], Lanes)*mid[3]))
	return min(roundUp(ceilDiv(mid[2], most), 4), mid[2])
}

// worthStrips reports whether more is saved, which is writing what lies between and
// reading it again, than it costs to read the weights of the second for every strip.
func worthStrips(mid, out tensor.Shape) bool {
	between := mid[1] * mid[2] * mid[3]
	if roundUp(mid[1], Lanes)*mid[3] > 4*stripFloats {
		return false // a row is far more than a strip
	}
	return between >= leastBetween && stripsOf(mid)*mid[1]*out[1] <= 2*between
}

func (*Separable) Name() string { return "separable" }

// Infer gives the shape of the second.
func (s *Separable) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	mid, err := s.depthwise.Infer(f, in[:1])
	if err != nil {
		return nil, err
	}
	return s.pointwise.Infer(f, append([]dim.Shape{mid}, in[1:]...))
}

// between is the shape of the value that is never stored.
func (s *Separable) between(in []dim.Shape) []dim.Shape {
	mid, err := s.depthwise.Infer(dim.Numbers{}, in[:1])
	if err != nil {
		panic("ops: separable: " + err.Error())
	}
	return append([]dim.Shape{mid}, in[1:]...)
}

// Params are those of the first and those of the second.
func (s *Separable) Params(in []dim.Shape) []Param {
	return append(s.depthwise.Params(in), s.pointwise.Params(s.between(in))...)
}

func (s *Separable) Cost(in []dim.Shape, out dim.Shape) Cost {
	mid := s.between(in)
	a, b := s.depthwise.Cost(in, mid[0]), s.pointwise.Cost(mid, out)
	return Cost{MACs: a.MACs.Add(b.MACs), FLOPs: a.FLOPs.Add(b.FLOPs)}
}

// Epilogue is that of the second.
func (s *Separable) Epilogue() Epilogue { return s.pointwise.epilogue }

// WithEpilogue changes that of the second.
func (s *Separable) WithEpilogue(e Epilogue) Op {
	return &Separable{s.depthwise, s.pointwise.WithEpilogue(e).(*Conv)}
}

// PackedIn returns the same op with another memory for its weights.
func (s *Separable) PackedIn(m Memory) Op {
	return &Separable{s.depthwise.PackedIn(m).(*Conv), s.pointwise.PackedIn(m).(*Conv)}
}

// Prepare panics: the op exists only for blocked values.
func (s *Separable) Prepare([]tensor.Shape, tensor.Shape, []tensor.Tensor) Prepared {
	panic("ops: separable is of blocked values")
}

// Blocked wants what the first wants, and what is added as the second does.
func (s *Separable) Blocked(in []tensor.Shape, out tensor.Shape) Blocking {
	mid := tensor.Shape{out[0], in[0][1], out[2], out[3]}
	how := s.depthwise.Blocked(in[:1], mid)
	if second := s.pointwise.Blocked(append([]tensor.Shape{mid}, in[1:]...), out); how.In != nil && second.In != nil {
		how.In, how.Means = append(how.In, second.In[1:]...), false
		return how
	}
	return Blocking{}
}
