package conv

import (
	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/task"
)

// How long algorithms take, about: enough to choose between them, and how a batch is
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

// TimeToMove is how many ns it takes to bring so many float32 to one core, about, that
// are not in its caches; 0 for so few that they are.
func TimeToMove(floats int) int { return ratesOf(kernel.ISA()).stream(4 * floats) }

// perPixel is how many products each place of the window takes, where blocks are filled
// with zeros: deep blocks of channels times wide blocks of filters.
func (p *problem) perPixel() (deep, wide, products int) {
	deep, wide = task.CeilDiv(p.each(), Lanes), task.CeilDiv(p.filters, Lanes)
	return deep, wide, deep * wide * Lanes * Lanes
}

// estimateTiles is of convolutions without a copy of the input.
func estimateTiles(p *problem) int {
	rate := ratesOf(kernel.ISA())
	_, _, perPixel := p.perPixel()
	return max(p.taps()*perPixel*p.x[0]*p.h.out*p.w.out/rate.direct, rate.stream(4*p.taps()*perPixel))
}

// estimateLanes is of convolutions that see no more channels than there are: each filter its
// own, or those of an image.
func estimateLanes(p *problem) int {
	rate := ratesOf(kernel.ISA())
	weights := task.RoundUp(p.filters, Lanes) * p.each() * p.taps()
	return max(weights*p.x[0]*p.h.out*p.w.out/rate.direct, rate.stream(4*weights))
}

// estimateWinograd is of 36 products for each 16 pixels, and of the transforms.
func estimateWinograd(p *problem) int {
	rate := ratesOf(kernel.ISA())
	deep, wide, perPixel := p.perPixel()
	tiles := p.x[0] * task.CeilDiv(p.h.out, 4) * task.CeilDiv(p.w.out, 4)
	return max(36*perPixel*tiles/rate.winograd, rate.stream(4*36*perPixel)) + tiles*(deep+wide)*rate.transforms
}

// plainly is what products on plain values take, so many times as long as in tiles, and
// their weights to come.
func (p *problem) plainly(times float64) int {
	rate := ratesOf(kernel.ISA())
	return max(int(times*float64(p.products())/float64(rate.direct)), rate.stream(4*p.filters*p.each()*p.taps()))
}

// estimateDot is of weights that are read once.
func estimateDot(p *problem) int { return p.plainly(1) }

// plainShare is how many times longer kernels take that write plain values.
const plainShare = 2

// estimatePlainDepthwise is of rows one after the other.
func estimatePlainDepthwise(p *problem) int { return p.plainly(plainShare) }

// packedFilters is how many filters packing what windows see costs as much as.
const packedFilters = 30

// estimateGemm is of a matrix product and of packing what it reads.
func estimateGemm(p *problem) int {
	return p.plainly(plainShare * (1 + packedFilters/float64(p.filters/p.groups)))
}
