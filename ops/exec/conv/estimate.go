package conv

import (
	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/task"
)

// Estimates of the time of algorithms, good enough to choose between them, and to decide
// how a batch is computed. They depend only on shapes and the instruction set.

// rates are the speeds of one core.
type rates struct {
	direct, winograd int // products per ns, of direct tiles and of Winograd's matrix products
	transforms       int // ns of Winograd's two transforms of 16 channels of a tile
	memory           int // bytes per ns from beyond the caches of one core
}

// cachedBytes is the size of these caches.
const cachedBytes = 1 << 20

// ratesOf gives the rates of an instruction set: those of AVX-512 are measured on an EPYC
// (Zen 4, 118 GFLOP/s) and used for AVX2 too; those of NEON are not measured but estimated,
// for 3 GHz and two multiply-adds of four elements in a cycle.
func ratesOf(isa string) rates {
	if isa == "neon" {
		return rates{direct: 20, winograd: 18, memory: 10, transforms: 200}
	}
	return rates{direct: 48, winograd: 44, memory: 12, transforms: 110}
}

// stream is how many ns so many bytes take to read, unless they fit the caches.
func (r rates) stream(bytes int) int {
	if bytes < cachedBytes {
		return 0
	}
	return bytes / r.memory
}

// TimeToMove is about how many ns it takes to bring so many float32 to one core; 0 for so
// few that they stay in its caches.
func TimeToMove(floats int) int { return ratesOf(kernel.ISA()).stream(4 * floats) }

// perPixel is how many products each place of the window takes with blocks filled up by
// zeros: deep blocks of channels times wide blocks of filters.
func (p *problem) perPixel() (deep, wide, products int) {
	deep, wide = task.CeilDiv(p.each(), Lanes), task.CeilDiv(p.filters, Lanes)
	return deep, wide, deep * wide * Lanes * Lanes
}

// estimateTiles is for convolutions without a copy of the input.
func estimateTiles(p *problem) int {
	rate := ratesOf(kernel.ISA())
	_, _, perPixel := p.perPixel()
	return max(p.taps()*perPixel*p.x[0]*p.h.out*p.w.out/rate.direct, rate.stream(4*p.taps()*perPixel))
}

// estimateLanes is for convolutions without zeros: depthwise, or of an image with few
// channels.
func estimateLanes(p *problem) int {
	rate := ratesOf(kernel.ISA())
	weights := task.RoundUp(p.filters, Lanes) * p.each() * p.taps()
	return max(weights*p.x[0]*p.h.out*p.w.out/rate.direct, rate.stream(4*weights))
}

// estimateWinograd counts 36 products for each 16 pixels, and the transforms.
func estimateWinograd(p *problem) int {
	rate := ratesOf(kernel.ISA())
	deep, wide, perPixel := p.perPixel()
	tiles := p.x[0] * task.CeilDiv(p.h.out, 4) * task.CeilDiv(p.w.out, 4)
	return max(36*perPixel*tiles/rate.winograd, rate.stream(4*36*perPixel)) + tiles*(deep+wide)*rate.transforms
}

// plainly is the time of products on plain values, a multiple of that in tiles, and of
// reading their weights.
func (p *problem) plainly(times float64) int {
	rate := ratesOf(kernel.ISA())
	return max(int(times*float64(p.products())/float64(rate.direct)), rate.stream(4*p.filters*p.each()*p.taps()))
}

// estimateDot is for weights that are read once.
func estimateDot(p *problem) int { return p.plainly(1) }

// plainShare is how many times slower kernels are that write plain values.
const plainShare = 2

// estimatePlainDepthwise is for one row after the other.
func estimatePlainDepthwise(p *problem) int { return p.plainly(plainShare) }

// packedFilters is how many filters cost as much as packing what windows see.
const packedFilters = 30

// estimateGemm counts a matrix product and packing its input.
func estimateGemm(p *problem) int {
	return p.plainly(plainShare * (1 + packedFilters/float64(p.filters/p.groups)))
}
