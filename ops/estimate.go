package ops

import (
	"cnnlang/ops/internal/kernel"
	"cnnlang/ops/tensor"
)

// How long ops take, about: enough to choose between algorithms, and how a batch is
// computed. The estimates depend on shapes and the instruction set alone.

// rates are what one core does.
type rates struct {
	direct, winograd int // products per ns, of direct tiles and of Winograd's matrix products
	transforms       int // ns of Winograd's two transforms of 16 channels of a tile
	memory           int // bytes per ns that come from beyond the caches of one core
}

// cachedBytes is what counts as in these caches.
const cachedBytes = 1 << 20

// ratesOf gives the rates of an instruction set: those of AVX-512 are measured on
// an EPYC (Zen 4, 118 GFLOP/s) and do for AVX2; those of NEON are not measured but
// estimated, for 3 GHz and two multiply-adds of four elements in a cycle.
func ratesOf(isa string) rates {
	if isa == "neon" {
		return rates{direct: 20, winograd: 18, memory: 10, transforms: 200}
	}
	return rates{direct: 48, winograd: 44, memory: 12, transforms: 110}
}

// stream is how many ns so many bytes take to come, if they are not there.
func (r rates) stream(bytes int) int {
	if bytes < cachedBytes {
		return 0
	}
	return bytes / r.memory
}

// Estimate is how many ns one core takes for an op, about, where the parameters come from
// beyond its caches and values are in them. It is 0 for ops without products.
func Estimate(op Op, in []tensor.Shape, out tensor.Shape) int {
	switch op := op.(type) {
	case *Conv:
		direct, winograd := op.estimates(in[0], out)
		if op.winograd(in[0], out) {
			return winograd
		}
		return direct
	case *Linear:
		rate, weights := ratesOf(kernel.ISA()), in[0][1]*out[1]
		return max(out.Elements()*in[0][1]/rate.direct, rate.stream(4*weights))
	}
	return 0
}

// EstimateMoved is how many ns it takes to bring so many float32 to one core, about, that
// are not in its caches; 0 for so few that they are.
func EstimateMoved(floats int) int { return ratesOf(kernel.ISA()).stream(4 * floats) }

// estimates are of a convolution by both algorithms, whether it can be computed so or not.
func (c *Conv) estimates(x, out tensor.Shape) (direct, winograd int) {
	groups, rate := c.Groups.MustInt(), ratesOf(kernel.ISA())
	deep, wide := ceilDiv(x[1]/groups, Lanes), ceilDiv(out[1], Lanes)
	perPixel := deep * wide * Lanes * Lanes
	taps := c.K.H.MustInt() * c.K.W.MustInt()
	direct = max(taps*perPixel*x[0]*out[2]*out[3]/rate.direct, rate.stream(4*taps*perPixel))
	tiles := x[0] * ceilDiv(out[2], 4) * ceilDiv(out[3], 4)
	winograd = max(36*perPixel*tiles/rate.winograd, rate.stream(4*36*perPixel)) + tiles*(deep+wide)*rate.transforms
	return direct, winograd
}
