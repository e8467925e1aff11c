package ops_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/optest"
	"cnnlang/ops/ref"
	"cnnlang/ops/tensor"
)

// place is where element n, c, y, x of a value lies: the drawing of Layout,
// written down once more.
func place(l ops.Layout, s tensor.Shape, n, c, y, x int) int {
	h, w := 1, 1
	if len(s) == 4 {
		h, w = s[2], s[3]
	}
	if l.Plain() {
		return ((n*s[1]+c)*h+y)*w + x
	}
	blocks := (s[1] + l.Block - 1) / l.Block
	rows, pixels := h+l.HaloH, w+l.HaloW
	front := l.HaloH*pixels + l.HaloW
	plane := rows * pixels
	if l.Block == 16 && l.HaloH+l.HaloW == 0 && plane >= 64 && plane%64 < 8 {
		plane += 16 // the gap
	}
	pixel := front + (n*blocks+c/l.Block)*plane + y*pixels + x
	return pixel*l.Block + c%l.Block
}

// each visits every element of a value; index counts them in order.
func each(s tensor.Shape, visit func(index, n, c, y, x int)) {
	h, w := 1, 1
	if len(s) == 4 {
		h, w = s[2], s[3]
	}
	for i := range s.Elements() {
		visit(i, i/(s[1]*h*w), i/(h*w)%s[1], i/w%h, i%w)
	}
}

// laid returns x in a layout, everything else being 0.
func laid(l ops.Layout, x tensor.Tensor) tensor.Tensor {
	data := make([]float32, l.Floats(x.Shape))
	each(x.Shape, func(i, n, c, y, xx int) { data[place(l, x.Shape, n, c, y, xx)] = x.Data[i] })
	return tensor.Tensor{Shape: x.Shape, Data: data}
}

// plain returns a value in row-major order. It fails the test where the halo is
// not zero.
func plain(t *testing.T, l ops.Layout, x tensor.Tensor) tensor.Tensor {
	t.Helper()
	out := tensor.New(x.Shape...)
	inside := make([]bool, len(x.Data))
	each(x.Shape, func(i, n, c, y, xx int) {
		at := place(l, x.Shape, n, c, y, xx)
		out.Data[i] = x.Data[at]
		for lane := range l.Block {
			inside[at-at%l.Block+lane] = true
		}
	})
	for i, v := range x.Data {
		if l.HaloH+l.HaloW > 0 && !inside[i] && v != 0 {
			t.Fatalf("%v in %v: the halo has %v at %d", x.Shape, l, v, i)
		}
		if l.HaloH+l.HaloW > 0 && math.IsNaN(float64(v)) {
			t.Fatalf("%v in %v: NaN at %d", x.Shape, l, i)
		}
	}
	return out
}

// runBlocked computes an op on blocked values and returns the result in order.
func runBlocked(t *testing.T, op ops.Blocker, layouts []ops.Layout, to ops.Layout, in, params []tensor.Tensor, workers int) tensor.Tensor {
	t.Helper()
	return runLaid(t, op, laid, layouts, to, in, params, workers)
}

// runLaid is runBlocked for values laid by a function.
func runLaid(t *testing.T, op ops.Blocker, laid func(ops.Layout, tensor.Tensor) tensor.Tensor, layouts []ops.Layout, to ops.Layout, in, params []tensor.Tensor, workers int) tensor.Tensor {
	t.Helper()
	shape := optest.Shape(t, op, in...)
	var values []ops.Value
	var inputs []tensor.Tensor
	for i, x := range in {
		values = append(values, ops.Value{Shape: x.Shape, Layout: layouts[i]})
		inputs = append(inputs, laid(layouts[i], x))
	}
	p := op.PrepareBlocked(values, ops.Value{Shape: shape, Layout: to}, params)
	out := optest.NewGuarded(to.Floats(shape))
	mem := optest.NewGuarded(p.Scratch(workers))
	result := tensor.Tensor{Shape: shape, Data: out.Data}
	optest.Do(t, p.Bind(result, inputs, mem.Data, workers), workers)
	out.Check(t, "the output")
	mem.Check(t, "the scratch")
	for i, x := range in {
		if !optest.Same(inputs[i].Data, laid(layouts[i], x).Data) {
			t.Errorf("%s changed its input %d", op.Name(), i)
		}
	}
	return plain(t, to, result)
}

// againstBlocked compares with the reference, for several halos, and one worker
// with three.
func againstBlocked(t *testing.T, op ops.Op, bound float64, in ...tensor.Tensor) (done bool) {
	t.Helper()
	params := optest.Params(op, 100, in...)
	want := ref.Run(op, in, params)
	return checkBlocked(t, op, in, params, func(got tensor.Tensor) { optest.Close(t, got, want, bound) })
}

// checkBlocked checks what an op computes of blocked values, if it can.
func checkBlocked(t *testing.T, op ops.Op, in, params []tensor.Tensor, check func(got tensor.Tensor)) (done bool) {
	t.Helper()
	blocker, ok := op.(ops.Blocker)
	if !ok {
		return false
	}
	var shapes []tensor.Shape
	for _, x := range in {
		shapes = append(shapes, x.Shape)
	}
	how := blocker.Blocked(shapes, optest.Shape(t, op, in...))
	if how.In == nil {
		return false
	}
	for halo := range 3 {
		layouts := append([]ops.Layout(nil), how.In...)
		to := ops.Layout{Block: ops.Lanes, HaloH: halo, HaloW: 2 * halo % 3}
		for i := range layouts {
			layouts[i].HaloH += halo * (i + 1)
			layouts[i].HaloW += halo / 2
		}
		got := runBlocked(t, blocker, layouts, to, in, params, 1)
		check(got)
		if three := runBlocked(t, blocker, layouts, to, in, params, 3); !optest.Same(got.Data, three.Data) {
			t.Fatal("3 workers compute other bits than 1")
		}
		if halo == 1 {
			sameLodged(t, op, blocker.PrepareBlocked, layouts, to, in, params, got)
		}
	}
	return true
}

// hasBlocks reports whether the selected instruction set has blocked kernels.
func hasBlocks() bool {
	isa, _ := ops.ISA()
	return isa != "generic"
}

// Convolutions around the edges of tiles (6 and 14 pixels, rows of 7), blocks (16
// and 32 channels), chunks of sums, and parts.
var blockedConvs = []struct {
	in [4]int
	op *ops.Conv
}{
	{[4]int{1, 16, 1, 5}, conv(16, pair(1, 1))},
	{[4]int{2, 40, 8, 8}, conv(40, pair(1, 1))},
	{[4]int{1, 40, 16, 20}, conv(40, pair(3, 3))},
	{[4]int{1, 16, 7, 7}, conv(32, pair(1, 1))},
	{[4]int{2, 17, 5, 13}, conv(33, pair(1, 1))},
	{[4]int{1, 8, 9, 14}, conv(8, pair(3, 3), padded(pad(1)))},
	{[4]int{2, 48, 7, 7}, conv(48, pair(3, 3), padded(pad(1)))},
	{[4]int{1, 40, 8, 7}, conv(64, pair(3, 3), padded(pad(1)), unbiased)},
	{[4]int{1, 32, 14, 14}, conv(20, pair(3, 3), padded(pad(1)), stride(2, 2))},
	{[4]int{1, 24, 15, 29}, conv(16, pair(1, 1), stride(2, 2))},
	{[4]int{1, 24, 15, 29}, conv(100, pair(1, 1), stride(2, 2))},
	{[4]int{2, 40, 9, 8}, conv(96, pair(1, 1), padded(pads(1, 0, 2, 1)), stride(3, 2))},
	{[4]int{1, 20, 14, 14}, conv(130, pair(1, 1), mode(ops.Same), stride(2, 2))},
	{[4]int{1, 17, 9, 9}, conv(32, pair(1, 1), padded(pad(2)))},
	{[4]int{2, 20, 4, 4}, conv(20, pair(1, 1), padded(pad(2)))},
	{[4]int{1, 20, 7, 7}, conv(20, pair(3, 3), padded(pad(4)))},
	{[4]int{2, 40, 2, 15}, conv(16, pair(1, 1), padded(pad(2)), stride(1, 3))},
	{[4]int{2, 30, 14, 5}, conv(96, pair(1, 1), stride(1, 3))},
	{[4]int{1, 400, 3, 3}, conv(16, pair(1, 1))},
	{[4]int{2, 48, 8, 13}, conv(20, pair(3, 3), padded(pad(1)))},
	{[4]int{1, 2100, 7, 7}, conv(16, pair(1, 1))},
	{[4]int{1, 130, 6, 6}, conv(40, pair(3, 3), padded(pad(1)))},
	{[4]int{3, 128, 7, 7}, conv(256, pair(3, 3), padded(pad(1)))},
	{[4]int{1, 16, 17, 17}, conv(16, pair(1, 7), mode(ops.Half))},
	{[4]int{1, 16, 17, 17}, conv(16, pair(7, 1), mode(ops.Half))},
	{[4]int{1, 16, 9, 8}, conv(16, pair(3, 3), mode(ops.Same), stride(2, 2))},
	{[4]int{1, 16, 13, 17}, conv(16, pair(3, 3), padded(pads(1, 2, 3, 4)), dilation(3, 2), stride(2, 1))},
	{[4]int{1, 3, 31, 33}, conv(24, pair(7, 7), padded(pad(3)), stride(2, 2))},
	{[4]int{2, 1, 12, 12}, conv(64, pair(5, 5))},
	{[4]int{1, 3, 48, 40}, conv(40, pair(16, 16), stride(8, 8))},
	{[4]int{1, 3, 9, 20}, conv(24, pair(1, 2))},
	{[4]int{1, 2, 20, 9}, conv(24, pair(3, 1), stride(2, 1))},
	{[4]int{1, 3, 9, 70}, conv(40, pair(3, 3), padded(pad(1)), dilation(1, 2))},
	{[4]int{1, 32, 6, 9}, conv(32, pair(3, 3), padded(pad(1)), groups(8))},
	{[4]int{1, 64, 7, 7}, conv(64, pair(3, 3), padded(pad(1)), groups(8), stride(2, 2))},
	{[4]int{2, 64, 5, 5}, conv(64, pair(3, 3), padded(pad(1)), groups(4), unbiased)},
	{[4]int{2, 24, 9, 31}, conv(24, pair(3, 3), padded(pad(1)), groups(12))},
	{[4]int{1, 40, 6, 15}, conv(40, pair(3, 3), padded(pad(1)), groups(10), stride(2, 2))},
	{[4]int{1, 32, 9, 8}, conv(32, pair(5, 3), mode(ops.Half), groups(8), dilation(2, 1), stride(3, 1))},
	{[4]int{2, 48, 7, 7}, conv(48, pair(3, 3), padded(pad(1)), groups(3))},
	{[4]int{1, 48, 13, 29}, conv(48, pair(3, 3), padded(pads(2, 0, 1, 3)), groups(6), stride(1, 2))},
	{[4]int{1, 96, 5, 5}, conv(48, pair(3, 3), padded(pad(1)), groups(2))},
	{[4]int{1, 96, 5, 5}, conv(96, pair(1, 1), groups(3))},
	{[4]int{1, 60, 5, 5}, conv(120, pair(1, 1), groups(3))},
	{[4]int{2, 20, 14, 7}, conv(20, pair(3, 3), padded(pad(1)), groups(20))},
	{[4]int{1, 32, 11, 29}, conv(32, pair(3, 3), padded(pad(1)), groups(32), stride(2, 2))},
	{[4]int{1, 16, 9, 9}, conv(16, pair(7, 7), mode(ops.Half), groups(16))},
	{[4]int{1, 16, 9, 9}, conv(16, pair(5, 3), mode(ops.Half), groups(16), dilation(1, 2))},
}

// blockedBound is the error of sums as long as the op's, four times as much for
// Winograd's algorithm, whose transforms lose some bits.
func blockedBound(t *testing.T, op *ops.Conv, x tensor.Tensor) float64 {
	bound := sumBound(x.Shape[1]/op.Groups.MustInt()*op.K.H.MustInt()*op.K.W.MustInt()) + 32*eps
	if strings.HasPrefix(algorithm(t, op, x, optest.Params(op, 100, x)), "winograd") {
		bound *= 4
	}
	return bound
}

func TestBlockedConvMatchesReference(t *testing.T) {
	for _, c := range blockedConvs {
		t.Run(describe(c.op, c.in), func(t *testing.T) {
			x := optest.Rand(1, c.in[:]...)
			if !againstBlocked(t, c.op, blockedBound(t, c.op, x), x) && hasBlocks() {
				t.Error("not blocked")
			}
		})
	}
	for _, c := range convCases {
		t.Run(describe(c.op, c.in), func(t *testing.T) {
			x := optest.Rand(1, c.in[:]...)
			againstBlocked(t, c.op, blockedBound(t, c.op, x), x)
		})
	}
}

func TestBlockedEpilogues(t *testing.T) {
	for _, f := range []ops.Fuser{
		conv(40, pair(3, 5), padded(pads(1, 1, 2, 2))),
		conv(40, pair(1, 1)),
		conv(40, pair(3, 3), padded(pad(1)), groups(20)),
		conv(20, pair(3, 3), padded(pad(1)), groups(20)),
		conv(20, pair(3, 3), padded(pad(1)), groups(5)),
	} {
		for _, n := range []*ops.BatchNorm{nil, {Eps: dim.Ratio(1, 1000)}} {
			for _, add := range []bool{false, true} {
				for act := ops.None; act <= ops.ActGELU; act++ {
					op := f.WithEpilogue(ops.Epilogue{Norm: n, Add: add, Act: act})
					x := []tensor.Tensor{optest.Rand(1, 2, 20, 9, 7)}
					if add {
						x = append(x, optest.Rand(2, optest.Shape(t, f, x[0])...))
					}
					groups := f.(*ops.Conv).Groups // of which few channels are not added to
					params := optest.Params(op, 100, x...)
					exact := newBounded(op, x, params)
					check := func(got tensor.Tensor) { exact.check(t, "blocked", got, exact.behindNorm(x, params)) }
					if !checkBlocked(t, op, x, params, check) && hasBlocks() && groups != dim.Int(20) && (groups == dim.Int(1) || !add) {
						t.Errorf("%s is not blocked", op.Name())
					}
				}
			}
		}
	}
}

// The value added may be the result's own memory.
func TestBlockedAddInPlace(t *testing.T) {
	e := ops.Epilogue{Add: true, Act: ops.ActReLU}
	for _, op := range []ops.Op{conv(40, pair(3, 3), padded(pad(1))).WithEpilogue(e), conv(40, pair(1, 1)).WithEpilogue(e)} {
		for _, width := range []int{9, 7} { // of which tiles of AVX2 may break the second
			testBlockedAddInPlace(t, op.(*ops.Conv), width)
		}
	}
}

func testBlockedAddInPlace(t *testing.T, op *ops.Conv, width int) {
	x, added := optest.Rand(1, 1, 50, 9, width), optest.Rand(2, 1, 40, 9, width)
	x.Data[0] = 1e20 // so that Winograd's algorithm leaves a tile out
	how := op.Blocked([]tensor.Shape{x.Shape, added.Shape}, added.Shape)
	if how.In == nil {
		if hasBlocks() {
			t.Error("not blocked")
		}
		return
	}
	to := ops.Layout{Block: ops.Lanes, HaloH: 1, HaloW: 1}
	params := optest.Params(op, 3, x, added)
	in := []ops.Value{{Shape: x.Shape, Layout: how.In[0]}, {Shape: added.Shape, Layout: to}}
	p := op.PrepareBlocked(in, ops.Value{Shape: added.Shape, Layout: to}, params)
	want := runBlocked(t, op, []ops.Layout{how.In[0], to}, to, []tensor.Tensor{x, added}, params, 1)
	both := laid(to, added)
	optest.Do(t, p.Bind(both, []tensor.Tensor{laid(how.In[0], x), both}, make([]float32, p.Scratch(2)), 2), 2)
	if !optest.Same(plain(t, to, both).Data, want.Data) {
		t.Error("another result in place")
	}
}

// Images with several blocks of channels for every op that has blocked kernels.
var blockedCases = []struct {
	op ops.Op
	in in
}{
	{maxpool(pair(3, 3), pair(2, 2), pad(1), false), in{{2, 37, 13, 30}}},
	{maxpool(pair(3, 3), pair(1, 1), pad(1), false), in{{1, 16, 9, 29}}},
	{avgpool(pair(3, 3), pair(1, 1), pad(1), false, true), in{{1, 32, 9, 29}}},
	{avgpool(pair(3, 3), pair(2, 2), pad(1), true, false), in{{2, 17, 8, 30}}},
	{&ops.GlobalAvgPool{}, in{{2, 40, 7, 9}}},
	{&ops.GlobalAvgPool{}, in{{1, 20, 61, 70}}},
	{&ops.AvgPoolTo{K: pair(3, 4)}, in{{2, 20, 7, 5}}},
	{&ops.Mul{}, in{{2, 40, 5, 7}, {2, 40, 1, 1}}},
	{&ops.Mul{}, in{{2, 40, 1, 1}, {2, 40, 5, 7}}},
	{gateThen(ops.None), in{{2, 40, 1, 1}, {2, 40, 5, 7}, {2, 40, 5, 7}}},
	{gateThen(ops.ActReLU), in{{2, 40, 5, 7}, {2, 40, 1, 1}, {2, 40, 5, 7}}},
	{gateThen(ops.ActSiLU), in{{2, 40, 5, 7}, {2, 40, 1, 1}, {2, 40, 5, 7}}},
	{(&ops.Mul{}).WithEpilogue(ops.Epilogue{Act: ops.ActReLU}), in{{2, 40, 5, 7}, {2, 40, 1, 1}}},
	{&ops.Concat{Axis: dim.Int(1)}, in{{2, 32, 5, 7}, {2, 16, 5, 7}, {2, 5, 5, 7}}},
	{&ops.Slice{From: dim.Int(16), To: dim.Int(37)}, in{{2, 40, 5, 7}}},
	{&ops.BatchNorm{Eps: dim.Ratio(1, 1000)}, in{{2, 40, 5, 7}}},
	{&ops.LayerScale{}, in{{2, 40, 5, 7}}},
	{&ops.ReLU6{}, in{{2, 40, 8, 8}}},
	{&ops.Sigmoid{}, in{{2, 40, 5, 7}}},
}

func TestBlockedOpsMatchReference(t *testing.T) {
	cases := append(opCases[:len(opCases):len(opCases)], blockedCases...)
	done := map[string]bool{}
	for _, c := range cases {
		t.Run(fmt.Sprint(c.op.Name(), c.in), func(t *testing.T) {
			if againstBlocked(t, c.op, bound(c.op, c.in[0]), random(c.in)...) {
				done[c.op.Name()] = true
			}
		})
	}
	for _, op := range ops.Builtins {
		_, blocker := op.(ops.Blocker)
		if blocker && hasBlocks() && !done[op.Name()] && op.Name() != "conv" {
			t.Errorf("no blocked case of %s", op.Name())
		}
	}
}

// Every layout to every other and back.
func TestConvert(t *testing.T) {
	layouts := []ops.Layout{{}, {Block: 1, HaloH: 1, HaloW: 2}, {Block: 16}, {Block: 16, HaloH: 2, HaloW: 1}, {Block: 16, HaloH: 3}}
	x := optest.Rand(1, 2, 21, 5, 6)
	for _, from := range layouts {
		for _, to := range layouts {
			c := &ops.Convert{From: from, To: to}
			p := c.Prepare([]tensor.Shape{x.Shape}, x.Shape, nil)
			out := optest.NewGuarded(to.Floats(x.Shape))
			result := tensor.Tensor{Shape: x.Shape, Data: out.Data}
			optest.Do(t, p.Bind(result, []tensor.Tensor{laid(from, x)}, nil, 2), 2)
			out.Check(t, "the output")
			if !optest.Same(plain(t, to, result).Data, x.Data) {
				t.Errorf("%v to %v: other values", from, to)
			}
			sameLodged(t, c, between(c), []ops.Layout{from}, to, []tensor.Tensor{x}, nil, x)
		}
	}
}
