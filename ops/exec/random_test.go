package exec_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/optest"
	"cnnlang/ops/tensor"
)

// Random shapes and arguments of all ops that sum products or slide windows, by every
// available algorithm, against float64: each output within the error bound of its sum.

func TestRandomShapes(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 2026))
	cases := 300
	if testing.Short() {
		cases = 60
	}
	ways := map[string]int{}
	for range cases {
		b := make([]byte, 24)
		for i := range b {
			b[i] = byte(random.Uint32())
		}
		checkRandom(t, b, ways)
	}
	t.Logf("%v", ways)
	hows := []string{"plain", "gemm", "bf16", "split", "blocks"}
	if hasBlocks() {
		hows = append(hows, "direct", "winograd")
	}
	for _, how := range hows {
		if ways[how] < cases/40 {
			t.Errorf("%s: only %d cases", how, ways[how])
		}
	}
}

// FuzzShapes is the same for fuzzed bytes.
func FuzzShapes(f *testing.F) {
	f.Add([]byte{0, 1, 40, 9, 9, 3, 3, 1, 1, 1, 1, 1, 1, 0, 8, 0, 1, 1})
	f.Add([]byte{11, 1, 40, 9, 9, 3, 3, 0, 0, 1, 1, 1, 1, 0, 40, 0, 0, 0, 3, 3})
	f.Add([]byte{3, 2, 3, 5, 6, 4, 4, 2, 2, 1, 1, 1, 1, 0, 3, 0, 1, 1})
	f.Add([]byte{4, 1, 20, 7, 8, 3, 3, 2, 2, 0, 0, 0, 0, 1, 0, 0, 1, 1})
	f.Add([]byte{5, 1, 20, 7, 8, 3, 2, 2, 3, 1, 0, 1, 0, 3, 0, 0, 1, 1})
	f.Add([]byte{9, 1, 40, 9, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) { checkRandom(t, b, map[string]int{}) })
}

// A drawing makes numbers from bytes, 0 when there are no more.
type drawing []byte

func (d *drawing) below(n int) int {
	if len(*d) == 0 {
		return 0
	}
	x := int((*d)[0])
	*d = (*d)[1:]
	return x % n
}

// upTo is a number from 1 on.
func (d *drawing) upTo(n int) int { return 1 + d.below(n) }

func (d *drawing) pair(n int) dim.Pair { return pair(d.upTo(n), d.upTo(n)) }

// padding is none, explicit or of another mode.
func (d *drawing) padding() ops.Padding {
	p := pads(d.below(4), d.below(4), d.below(4), d.below(4))
	if p.Mode = ops.PaddingMode(d.below(8) / 2 % 4); p.Mode != ops.Explicit {
		p = ops.Padding{Mode: p.Mode}
	}
	return p
}

// axes are some of an image.
func (d *drawing) axes() (list []int) {
	some := d.upTo(7)
	for axis := range 3 {
		if some>>axis&1 == 1 {
			list = append(list, axis+1)
		}
	}
	return list
}

// The most products that a case may take, so that thousands are tried in a minute.
const mostProducts = 2_000_000

// drawn is an op and its input, whose channels have very different magnitudes; none if the
// shapes do not fit.
func drawn(t *testing.T, b []byte) (op ops.Op, in []tensor.Tensor, ok bool) {
	d := drawing(b)
	kind, shape := d.below(14), tensor.Shape{d.upTo(3), d.upTo(80), d.upTo(20), d.upTo(20)}
	k, stride, padding, more, dilation := d.pair(7), d.pair(3), d.padding(), d.below(256), d.pair(2)
	switch kind {
	case 0:
		op = &ops.Conv{Out: dim.Int(1 + more%80), K: k, Stride: stride, Pad: padding, Groups: dim.Int(1), Dilation: dilation, Bias: more%2 == 0}
	case 1: // groups of up to 16 channels
		perGroup := d.upTo(16)
		groups := max(1, shape[1]/perGroup)
		shape[1] = groups * perGroup
		op = &ops.Conv{Out: dim.Int(groups * (1 + more%16)), K: k, Stride: stride, Pad: padding, Groups: dim.Int(groups), Dilation: dilation}
	case 2: // depthwise
		op = &ops.Conv{Out: dim.Int(shape[1]), K: k, Stride: stride, Pad: padding, Groups: dim.Int(shape[1]), Dilation: dilation, Bias: more%2 == 0}
	case 3:
		op = deconv(1+more%40, k, stride, padding)
	case 4:
		op = maxpool(k, stride, padding, more%2 == 0)
	case 5:
		op = avgpool(k, stride, padding, more%2 == 0, more/2%2 == 0)
	case 6:
		op, shape = linear(1+more), shape[:2]
		shape[1] *= 1 + d.below(20)
	case 7:
		op = linear(1 + more%80)
	case 8:
		op = &ops.GlobalAvgPool{}
	case 9:
		op = mean(d.axes()...)
	case 10:
		op = top(d.axes()...)
	default: // what Winograd's algorithm is for
		shape[1] = max(shape[1], layout.Lanes)
		op = &ops.Conv{Out: dim.Int(layout.Lanes + more%64), K: pair(3, 3), Stride: pair(1, 1), Pad: padding, Groups: dim.Int(1), Dilation: pair(1, 1), Bias: more%2 == 0}
	}
	x := optest.Rand(uint64(more), shape...)
	for i := range x.Data {
		channel := i / shape[2:].Elements() % shape[1]
		x.Data[i] *= float32(math.Ldexp(1, channel*7%11-5))
	}
	out, err := op.Infer(dim.Numbers{}, []dim.Shape{dim.Shaped(x.Shape...)})
	if err != nil || op.Cost([]dim.Shape{dim.Shaped(x.Shape...)}, out).MACs.Cmp(dim.Int(mostProducts)) > 0 {
		return nil, nil, false
	}
	op, in = d.epilogue(t, op, x)
	return op, in, true
}

// epilogue gives an op one, if it takes one.
func (d *drawing) epilogue(t *testing.T, op ops.Op, x tensor.Tensor) (ops.Op, []tensor.Tensor) {
	f, ok := op.(ops.Fuser)
	if !ok {
		return op, []tensor.Tensor{x}
	}
	acts := append([]ops.Activation{ops.None, ops.TanhGELU, optest.PReLU()}, ops.Activations...)
	e, in := ops.Epilogue{Act: acts[d.below(len(acts))]}, []tensor.Tensor{x}
	if d.below(2) == 1 {
		e.Norm = &ops.BatchNorm{Eps: dim.Ratio(1, 1000), Scale: d.below(4) > 0, Shift: d.below(4) > 0}
	}
	if d.below(2) == 1 {
		e.Add = true
		in = append(in, optest.Rand(9, optest.Shape(t, op, x)...))
	}
	return f.WithEpilogue(e), in
}

// checkRandom computes the case described by bytes in every way, and counts them.
func checkRandom(t *testing.T, b []byte, ways map[string]int) {
	op, in, ok := drawn(t, b)
	if !ok {
		return
	}
	params := optest.Params(op, 7, in...)
	bounds := optest.NewBounds(op, in, params)
	for _, w := range optest.Ways(t, op, in, params) {
		ways[w.Name]++
		for halo := range 2 {
			w := w.WithHalo(halo)
			got := w.Run(t, 1)
			bounds.Check(t, w, got)
			if !optest.Same(w.Run(t, 3).Data, got.Data) {
				t.Errorf("%s, %v: 3 workers compute other bits than 1", op.Name(), w)
			}
			if !w.IsBlocked() {
				break // has no halo
			}
		}
	}
}
