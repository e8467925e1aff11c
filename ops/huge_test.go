package ops_test

import (
	"math"
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/optest"
	"cnnlang/ops/ref"
	"cnnlang/ops/tensor"
)

// One value of an image is not finite, or huge, or all others are tiny: whoever does not
// see it gives what it gives without, and whoever sees it what the definition gives.

var (
	posInf     = float32(math.Inf(1))
	notANumber = float32(math.NaN())
)

// Every way to compute a convolution in float32. Groups of 20, 24 or 3 channels share
// blocks of 16 with other groups.
var hugeCases = []struct {
	in [4]int
	op *ops.Conv
}{
	{[4]int{1, 24, 11, 9}, conv(40, pair(3, 3), padded(pad(1)))},
	{[4]int{2, 32, 6, 7}, conv(16, pair(3, 3), padded(pads(2, 0, 1, 2)))},
	{[4]int{1, 3, 8, 9}, conv(24, pair(5, 5), padded(pad(2)), stride(2, 2))},
	{[4]int{1, 40, 6, 7}, conv(96, pair(1, 1), stride(2, 2))},
	{[4]int{1, 20, 6, 7}, conv(33, pair(1, 1))},
	{[4]int{1, 20, 5, 9}, conv(20, pair(3, 3), padded(pad(1)), groups(5))},
	{[4]int{1, 48, 5, 5}, conv(48, pair(3, 3), padded(pad(1)), groups(3))},
	{[4]int{1, 60, 5, 6}, conv(120, pair(1, 1), groups(3))},
	{[4]int{1, 48, 5, 6}, conv(48, pair(3, 3), padded(pad(1)), groups(2))},
	{[4]int{1, 36, 5, 6}, conv(24, pair(3, 2), groups(12))},
	{[4]int{1, 20, 7, 8}, conv(20, pair(3, 3), padded(pad(1)), groups(20))},
	{[4]int{1, 10, 7, 8}, conv(20, pair(3, 3), padded(pad(1)), groups(10))},
	{[4]int{2, 20, 3, 4}, conv(20, pair(3, 4))},
}

func TestOneHugeValue(t *testing.T) {
	for _, c := range hugeCases {
		t.Run(describe(c.op, c.in), func(t *testing.T) {
			x := optest.Rand(1, c.in[:]...)
			for _, value := range []float32{posInf, notANumber, 1e38, -1e30, 3e4} {
				for seed, i := range []int{0, 7*len(x.Data)/13 + 1} {
					was := x.Data[i]
					x.Data[i] = value
					exactly(t, c.op, uint64(seed), x)
					if value == posInf {
						added := optest.Rand(3, optest.Shape(t, c.op, x)...)
						exactly(t, c.op.WithEpilogue(ops.Epilogue{Add: true}), uint64(seed), x, added)
						exactly(t, c.op.WithEpilogue(ops.Epilogue{Act: ops.ActSigmoid}), uint64(seed), x)
					}
					x.Data[i] = was
				}
			}
			for i := range x.Data {
				x.Data[i] *= 1e-30
			}
			exactly(t, c.op, 1, x)
		})
	}
}

// laidBeside is laid, with NaN in the channels beyond the last, which mean nothing.
func laidBeside(l ops.Layout, x tensor.Tensor) tensor.Tensor {
	y := laid(l, x)
	full := append(tensor.Shape{x.Shape[0], (x.Shape[1] + l.Block - 1) / l.Block * l.Block}, x.Shape[2:]...)
	each(full, func(_, n, c, yy, xx int) {
		if c >= x.Shape[1] {
			y.Data[place(l, x.Shape, n, c, yy, xx)] = notANumber
		}
	})
	return y
}

// exactly holds every algorithm to float64.
func exactly(t *testing.T, op ops.Op, seed uint64, in ...tensor.Tensor) {
	t.Helper()
	params := optest.Params(op, seed, in...)
	for i := range params[0].Data { // so that no sum of huge values is infinite
		params[0].Data[i] /= 16
	}
	exact := newBounded(op, in, params)
	exact.check(t, "plain", optest.Run(t, op, in, params, 1), exact.inF32())
	c, ok := op.(*ops.Conv)
	if !ok {
		return
	}
	algorithms := c.Alternatives(plainShapes(in), exact.want.Shape)
	if algorithms == nil {
		algorithms = []string{""}
	}
	for _, name := range algorithms {
		op := c.Choose(name).(*ops.Conv)
		how := op.Blocked(plainShapes(in), exact.want.Shape)
		if how.In == nil {
			continue
		}
		a := exact.inF32()
		if name == "winograd" {
			a.size = seenByWinograd(op, exact.want.Shape, in[0], params[0])
		}
		to := ops.Layout{Block: ops.Lanes}
		got := runLaid(t, op, laidBeside, how.In, to, in, params, 1)
		exact.check(t, "blocked "+name, got, a)
		if !optest.Same(runLaid(t, op, laidBeside, how.In, to, in, params, 3).Data, got.Data) {
			t.Errorf("%s: 3 workers compute other bits than 1", name)
		}
	}
}

// seenByWinograd is what is summed for each output where every value that its window sees is
// as large as the largest in the tile, or, if that is less, 2^6 times as large as the
// largest that the window sees.
func seenByWinograd(op *ops.Conv, out tensor.Shape, x, weight tensor.Tensor) ref.Value {
	top, left := op.Pad.Top.MustInt(), op.Pad.Left.MustInt()
	largest := func(image, y, x0, size int) (most float64) {
		for c := range x.Shape[1] {
			for p := range size * size {
				py, px := y+p/size, x0+p%size
				if py >= 0 && py < x.Shape[2] && px >= 0 && px < x.Shape[3] {
					v := float64(x.Data[((image*x.Shape[1]+c)*x.Shape[2]+py)*x.Shape[3]+px])
					most = max(most, math.Abs(v)) // NaN stays
				}
			}
		}
		return most
	}
	v := ref.Value{Shape: out}
	filter := len(weight.Data) / out[1]
	each(out, func(_, n, c, y, xx int) {
		sum := 0.0
		for _, w := range weight.Data[c*filter:][:filter] {
			sum += math.Abs(float64(w))
		}
		own, tile := largest(n, y-top, xx-left, 3), largest(n, y/4*4-top, xx/4*4-left, 6)
		if math.IsNaN(tile) {
			tile = own
		}
		v.Data = append(v.Data, sum*min(tile, 64*own)+1)
	})
	return v
}

// A window of a tile that sees little beside the rest has a bound of its own: whatever is
// how many times larger.
func TestWinogradRanges(t *testing.T) {
	op := conv(16, pair(3, 3), padded(pad(1)))
	if !hasBlocks() {
		return
	}
	for exponent := 0; exponent < 140; exponent += 5 {
		for seed := range uint64(3) {
			x := optest.Rand(seed, 1, 16, 8, 8)
			for i := range x.Data {
				if y, xx := i/8%8, i%8; y < 3 && xx < 2+int(seed) {
					x.Data[i] = float32(math.Ldexp(float64(x.Data[i]), exponent-20))
				} else {
					x.Data[i] = float32(math.Ldexp(float64(x.Data[i]), -20))
				}
			}
			exactly(t, op, seed, x)
		}
	}
}

// Tiles are computed directly where they must be, and never for images as networks
// have them.
func TestWinogradTilesComputedDirectly(t *testing.T) {
	if !hasBlocks() {
		return
	}
	op := conv(16, pair(3, 3), padded(pad(1)))
	image := func(of func(v float32, y, x int) float32) tensor.Tensor {
		x := optest.Rand(5, 1, 48, 18, 15)
		for i, v := range x.Data {
			x.Data[i] = of(v, i/15%18, i%15)
		}
		return x
	}
	for _, c := range []struct {
		name   string
		x      tensor.Tensor
		direct int
	}{
		{"normal", image(func(v float32, _, _ int) float32 { return v }), 0},
		{"of which nine in ten are 0", image(func(v float32, _, _ int) float32 { return max(0, v-1.28) }), 0},
		{"0", image(func(v float32, _, _ int) float32 { return 0 }), 0},
		{"huge", image(func(v float32, _, _ int) float32 { return 1e20 * v }), 5 * 4},
		{"tiny", image(func(v float32, _, _ int) float32 { return 1e-30 * v }), 5 * 4},
		{"sixteen times as bright on one side", image(func(v float32, _, x int) float32 {
			if x < 7 {
				return 16 * v
			}
			return v
		}), 0},
		{"0 on one side", image(func(v float32, _, x int) float32 {
			if x < 6 {
				return 0
			}
			return v
		}), 5}, // those of pixels 4 to 7, of which 3 to 5 are 0
		{"one infinity in one tile", image(func(v float32, y, x int) float32 {
			if y == 5 && x == 6 {
				return posInf * v
			}
			return v
		}), 1},
		{"one line of NaN in four", image(func(v float32, y, x int) float32 {
			if y == 4 && (x == 3 || x == 4) { // seen by tiles of pixels 0 to 3 and 4 to 7, rows and columns
				return notANumber
			}
			return v
		}), 4},
	} {
		shape := optest.Shape(t, op, c.x)
		params := optest.Params(op, 1, c.x)
		in := ops.Layout{Block: ops.Lanes, HaloH: 3, HaloW: 2}
		out := ops.Layout{Block: ops.Lanes}
		result := tensor.Tensor{Shape: shape, Data: make([]float32, out.Floats(shape))}
		all, direct := ops.WinogradTiles(op, []ops.Value{{Shape: c.x.Shape, Layout: in}}, ops.Value{Shape: shape, Layout: out},
			params, result, []tensor.Tensor{laid(in, c.x)})
		if all != 5*4 || direct != c.direct {
			t.Errorf("%s: %d of %d tiles were computed directly, want %d of 20", c.name, direct, all, c.direct)
		}
	}
}

// What an image gives does not depend on the others of its batch, whichever tiles of
// these are computed directly.
func TestWinogradBatchIsItsImages(t *testing.T) {
	if !hasBlocks() {
		return
	}
	op := conv(40, pair(3, 3), padded(pad(1))).Choose("winograd").(*ops.Conv)
	batch := optest.Rand(2, 5, 80, 13, 14)
	image := len(batch.Data) / 5
	batch.Data[image+1000], batch.Data[3*image+77], batch.Data[3*image+5000] = 1e30, posInf, 1e9
	params := optest.Params(op, 3, batch)
	run := func(x tensor.Tensor) []float32 {
		how := op.Blocked(plainShapes([]tensor.Tensor{x}), optest.Shape(t, op, x))
		return runBlocked(t, op, how.In, ops.Layout{Block: ops.Lanes}, []tensor.Tensor{x}, params, 2).Data
	}
	all := run(batch)
	for i := range 5 {
		one := tensor.Tensor{Shape: tensor.Shape{1, 80, 13, 14}, Data: batch.Data[i*image:][:image]}
		if got := run(one); !optest.Same(got, all[i*len(got):][:len(got)]) {
			t.Errorf("image %d: other bits alone than in the batch", i)
		}
	}
}

// Weights that are huge or not finite give what they give in sums of products.
func TestWinogradHugeWeights(t *testing.T) {
	for _, value := range []float32{1e20, 1e37, posInf, notANumber} {
		op := conv(20, pair(3, 3)).Choose("winograd").(*ops.Conv)
		x := optest.Rand(2, 1, 17, 9, 8)
		params := optest.Params(op, 3, x)
		params[0].Data[500] = value
		exact := newBounded(op, []tensor.Tensor{x}, params)
		how := op.Blocked(plainShapes([]tensor.Tensor{x}), exact.want.Shape)
		if how.In == nil {
			return
		}
		got := runBlocked(t, op, how.In, ops.Layout{Block: ops.Lanes}, []tensor.Tensor{x}, params, 1)
		exact.check(t, "winograd", got, exact.byWinograd())
	}
}
