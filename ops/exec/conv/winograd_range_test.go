package conv_test

import (
	"math"
	"testing"

	"cnnlang/ops"
	run "cnnlang/ops/exec/conv"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/optest"
	"cnnlang/ops/ref"
	"cnnlang/ops/tensor"
)

// seenByWinograd is the sum for each output with every value that its window sees replaced
// by the largest in the tile or, if that is less, 2^6 times the largest that the window
// sees.
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
	optest.Each(out, func(_, n, c, y, xx int) {
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

// A window of a tile that sees small values beside large ones has a bound of its own,
// however large the others are.
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

// Tiles are computed directly where necessary, and never for images as in networks.
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
		in := layout.Layout{Block: layout.Lanes, HaloH: 3, HaloW: 2}
		out := layout.Blocked(layout.Float32)
		result := tensor.Tensor{Shape: shape, Data: make([]float32, out.Floats(shape))}
		all, direct := run.WinogradTiles(op, []layout.Value{{Shape: c.x.Shape, Layout: in}}, layout.Value{Shape: shape, Layout: out},
			params, result, []tensor.Tensor{optest.Laid(in, c.x, notANumber)})
		if all != 5*4 || direct != c.direct {
			t.Errorf("%s: %d of %d tiles were computed directly, want %d of 20", c.name, direct, all, c.direct)
		}
	}
}

// The result of an image does not depend on the others of its batch, whichever tiles of
// these are computed directly.
func TestWinogradBatchIsItsImages(t *testing.T) {
	if !hasBlocks() {
		return
	}
	op := conv(40, pair(3, 3), padded(pad(1)))
	batch := optest.Rand(2, 5, 80, 13, 14)
	image := len(batch.Data) / 5
	batch.Data[image+1000], batch.Data[3*image+77], batch.Data[3*image+5000] = 1e30, posInf, 1e9
	params := optest.Params(op, 3, batch)
	compute := func(x tensor.Tensor) []float32 {
		return winograd(t, op, []tensor.Tensor{x}, params).Run(t, 2).Data
	}
	all := compute(batch)
	for i := range 5 {
		one := tensor.Tensor{Shape: tensor.Shape{1, 80, 13, 14}, Data: batch.Data[i*image:][:image]}
		if got := compute(one); !optest.Same(got, all[i*len(got):][:len(got)]) {
			t.Errorf("image %d: other bits alone than in the batch", i)
		}
	}
}

// Weights that are huge or not finite give the same results as sums of products.
func TestWinogradHugeWeights(t *testing.T) {
	for _, value := range []float32{1e20, 1e37, posInf, notANumber} {
		op := conv(20, pair(3, 3))
		x := optest.Rand(2, 1, 17, 9, 8)
		params := optest.Params(op, 3, x)
		params[0].Data[500] = value
		way := winograd(t, op, []tensor.Tensor{x}, params)
		if way == nil {
			return
		}
		optest.NewBounds(op, []tensor.Tensor{x}, params).Check(t, way, way.Run(t, 1))
	}
}
