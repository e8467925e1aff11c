package ops_test

import (
	"fmt"
	"math"
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/optest"
	"cnnlang/ops/tensor"
)

// bf16 rounds to bfloat16 in another way than the kernels: by the float32 whose
// step is that of bfloat16 at x.
func bf16(x float32) float32 {
	if x == 0 {
		return 0
	}
	_, exponent := math.Frexp(float64(x))
	step := math.Ldexp(1, exponent-8)
	return float32(math.RoundToEven(float64(x)/step) * step)
}

func roundedBF16(x tensor.Tensor) tensor.Tensor {
	y := tensor.New(x.Shape...)
	for i, v := range x.Data {
		y.Data[i] = bf16(v)
	}
	return y
}

// wordOf is where element n, c, y, x of a value of bfloat16 lies.
func wordOf(l ops.Layout, s tensor.Shape, n, c, y, x int) (word, shift int) {
	halves := l
	halves.BF16 = false
	if l.Block == 32 { // lines of 16 words, as those of 16 float32
		halves.Block = 16
		blocks := tensor.Shape{s[0], (s[1] + 31) / 32 * 16}
		word = place(halves, append(blocks, s[2:]...), n, c/32*16, y, x) + c%32/2
	} else {
		halves.Block = 2
		word = place(halves, append(tensor.Shape{s[0], 2}, s[2:]...), n, 0, y, x) + c/2
	}
	return word, c % 2 * 16
}

// laidAny is laid for every layout. Channels beyond the last of bfloat16 are 7.
func laidAny(l ops.Layout, x tensor.Tensor) tensor.Tensor {
	if !l.BF16 {
		return laid(l, x)
	}
	data := make([]float32, l.Floats(x.Shape))
	words := make([]uint32, len(data))
	full := append(tensor.Shape{x.Shape[0], (x.Shape[1] + l.Block - 1) / l.Block * l.Block}, x.Shape[2:]...)
	value := 0
	each(full, func(_, n, c, y, xx int) {
		v := float32(7)
		if c < x.Shape[1] {
			v = x.Data[value]
			value++
		}
		word, shift := wordOf(l, x.Shape, n, c, y, xx)
		words[word] |= math.Float32bits(bf16(v)) >> 16 << shift
	})
	for i, w := range words {
		data[i] = math.Float32frombits(w)
	}
	return tensor.Tensor{Shape: x.Shape, Data: data}
}

// plainAny is plain for every layout.
func plainAny(t *testing.T, l ops.Layout, x tensor.Tensor) tensor.Tensor {
	t.Helper()
	if !l.BF16 {
		return plain(t, l, x)
	}
	out := tensor.New(x.Shape...)
	inside := make([]bool, len(x.Data))
	each(x.Shape, func(i, n, c, y, xx int) {
		word, shift := wordOf(l, x.Shape, n, c, y, xx)
		out.Data[i] = math.Float32frombits(math.Float32bits(x.Data[word]) >> shift << 16)
		for k := range l.Block / 2 {
			inside[word-word%(l.Block/2)+k] = true
		}
	})
	for i, v := range x.Data {
		if w := math.Float32bits(v); l.HaloH+l.HaloW > 0 && !inside[i] && w != 0 {
			t.Fatalf("%v in %v: the halo has %#x at %d", x.Shape, l, w, i)
		}
	}
	return out
}

type preparer func([]ops.Value, ops.Value, []tensor.Tensor) ops.Prepared

// runBF16 computes an op on values of bfloat16 and returns the result in order.
func runBF16(t *testing.T, op ops.Op, prepare preparer, layouts []ops.Layout, to ops.Layout, in, params []tensor.Tensor, workers int) tensor.Tensor {
	t.Helper()
	shape := optest.Shape(t, op, in...)
	var values []ops.Value
	var inputs []tensor.Tensor
	for i, x := range in {
		values = append(values, ops.Value{Shape: x.Shape, Layout: layouts[i]})
		inputs = append(inputs, laidAny(layouts[i], x))
	}
	p := prepare(values, ops.Value{Shape: shape, Layout: to}, params)
	out := optest.NewGuarded(to.Floats(shape))
	mem := optest.NewGuarded(p.Scratch(workers))
	result := tensor.Tensor{Shape: shape, Data: out.Data}
	optest.Do(t, p.Bind(result, inputs, mem.Data, workers), workers)
	out.Check(t, "the output")
	mem.Check(t, "the scratch")
	for i, x := range in {
		if !optest.Same(inputs[i].Data, laidAny(layouts[i], x).Data) {
			t.Errorf("%s changed its input %d", op.Name(), i)
		}
	}
	return plainAny(t, to, result)
}

// againstBF16 compares with the reference on inputs that are bfloat16 already, for
// several halos and both kinds of results, and one worker with three.
func againstBF16(t *testing.T, op ops.Op, in ...tensor.Tensor) (done bool) {
	t.Helper()
	blocker, ok := op.(ops.BF16Blocker)
	if !ok {
		return false
	}
	var shapes []tensor.Shape
	for i := range in {
		in[i] = roundedBF16(in[i])
		shapes = append(shapes, in[i].Shape)
	}
	how := blocker.BlockedBF16(shapes, optest.Shape(t, op, in...))
	if how.In == nil {
		return false
	}
	params := optest.Params(op, 100, in...)
	exact := newBounded(op, in, params)
	for halo := range 4 {
		if testing.Short() && halo > 1 {
			break
		}
		layouts := append([]ops.Layout(nil), how.In...)
		to := ops.Layout{Block: 32, BF16: true, HaloH: halo, HaloW: 2 * halo % 3}
		if halo == 3 {
			if !how.Wide {
				continue
			}
			to = ops.Layout{Block: 16, HaloH: 1, HaloW: 2}
		}
		for i := range layouts {
			layouts[i].HaloH += halo * (i + 1)
			layouts[i].HaloW += halo / 2
		}
		got := runBF16(t, op, blocker.PrepareBF16, layouts, to, in, params, 1)
		exact.check(t, to.String(), got, exact.inBF16(to))
		if three := runBF16(t, op, blocker.PrepareBF16, layouts, to, in, params, 3); !optest.Same(got.Data, three.Data) {
			t.Fatal("3 workers compute other bits than 1")
		}
		if halo == 1 || halo == 3 {
			sameLodged(t, op, blocker.PrepareBF16, layouts, to, in, params, got)
		}
	}
	return true
}

func TestBF16ConvMatchesReference(t *testing.T) {
	done := 0
	for _, c := range append(blockedConvs, convCases...) {
		t.Run(describe(c.op, c.in), func(t *testing.T) {
			if againstBF16(t, c.op, optest.Rand(1, c.in[:]...)) {
				done++
			}
		})
	}
	if done < len(blockedConvs) {
		t.Errorf("only %d convolutions work on bfloat16", done)
	}
}

func TestBF16Epilogues(t *testing.T) {
	for _, f := range []ops.Fuser{
		conv(40, pair(3, 5), padded(pads(1, 1, 2, 2))),
		conv(64, pair(1, 1)),
		conv(20, pair(3, 3), padded(pad(1)), groups(20)),
	} {
		for _, n := range []*ops.BatchNorm{nil, {Eps: dim.Ratio(1, 1000)}} {
			for _, add := range []bool{false, true} {
				for act := ops.None; act <= ops.ActGELU; act++ {
					op := f.WithEpilogue(ops.Epilogue{Norm: n, Add: add, Act: act})
					x := []tensor.Tensor{optest.Rand(1, 2, 20, 9, 7)}
					if add {
						x = append(x, optest.Rand(2, optest.Shape(t, f, x[0])...))
					}
					if !againstBF16(t, op, x...) {
						t.Errorf("%s does not work on bfloat16", op.Name())
					}
				}
			}
		}
	}
}

func TestBF16OpsMatchReference(t *testing.T) {
	cases := append(opCases[:len(opCases):len(opCases)], blockedCases...)
	cases = append(cases, []struct {
		op ops.Op
		in in
	}{
		{&ops.Concat{Axis: dim.Int(1)}, in{{2, 64, 5, 7}, {2, 16, 5, 7}, {2, 33, 5, 7}}},
		{&ops.Slice{From: dim.Int(32), To: dim.Int(70)}, in{{2, 80, 5, 7}}},
		{maxpool(pair(2, 2), pair(2, 2), pad(0), false), in{{2, 64, 8, 30}}},
	}...)
	done := map[string]bool{}
	for _, c := range cases {
		t.Run(fmt.Sprint(c.op.Name(), c.in), func(t *testing.T) {
			if againstBF16(t, c.op, random(c.in)...) {
				done[c.op.Name()] = true
			}
		})
	}
	for _, op := range ops.Builtins {
		if _, ok := op.(ops.BF16Blocker); ok && !done[op.Name()] && op.Name() != "conv" {
			t.Errorf("no case of %s", op.Name())
		}
	}
}

// Every layout to every other and back, on what is bfloat16 already.
func TestConvertBF16(t *testing.T) {
	x := roundedBF16(optest.Rand(1, 2, 45, 5, 6))
	image := roundedBF16(optest.Rand(1, 2, 3, 5, 6))
	lines := []ops.Layout{{}, {Block: 16}, {Block: 16, HaloH: 2, HaloW: 1}, {Block: 32, BF16: true}, {Block: 32, BF16: true, HaloH: 1, HaloW: 2}}
	for _, from := range lines {
		for _, to := range lines {
			convertsBF16(t, from, to, x)
		}
	}
	for _, from := range append(lines, ops.Layout{Block: 1, HaloH: 1}) {
		convertsBF16(t, from, ops.Layout{Block: 4, BF16: true, HaloH: 3, HaloW: 5}, image)
	}
}

func convertsBF16(t *testing.T, from, to ops.Layout, x tensor.Tensor) {
	t.Helper()
	c := &ops.Convert{From: from, To: to}
	p := c.Prepare([]tensor.Shape{x.Shape}, x.Shape, nil)
	out := optest.NewGuarded(to.Floats(x.Shape))
	result := tensor.Tensor{Shape: x.Shape, Data: out.Data}
	optest.Do(t, p.Bind(result, []tensor.Tensor{laidAny(from, x)}, make([]float32, p.Scratch(2)), 2), 2)
	out.Check(t, "the output")
	if !optest.Same(plainAny(t, to, result).Data, x.Data) {
		t.Errorf("%v to %v: other values", from, to)
	}
	sameLodged(t, c, between(c), []ops.Layout{from}, to, []tensor.Tensor{x}, nil, x)
}
