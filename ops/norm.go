package ops

import (
	"math"

	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// BatchNorm is batch normalisation with stored statistics (Ioffe and Szegedy
// 2015): (x - running_mean) / sqrt(running_var + eps) * weight + bias for each
// channel of [N, C] or [N, C, H, W]. Without Scale there is no weight, and without
// Shift no bias.
//
// Cost: 2 FLOPs for each element, a multiplication and an addition.
//
// The gradient needs the input, and in training the statistics of the batch, through which it goes too.
type BatchNorm struct {
	Eps   dim.Size
	Scale bool
	Shift bool
}

func (b *BatchNorm) Name() string { return "bn" }

// Infer keeps the shape.
func (b *BatchNorm) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, b, in, 1)
	r.between("eps", b.Eps, dim.Int(0), nil)
	r.rank(0, 2, 4)
	return r.end(in[0])
}

// Params are weight and bias, as far as there are any, running_mean and running_var, each [C].
func (b *BatchNorm) Params(in []dim.Shape) []Param {
	s := dim.Shape{in[0][1]}
	return append(scaleAndShift(in[0][1], b.Scale, b.Shift),
		Param{Leaf: "running_mean", Shape: s, Running: true}, Param{Leaf: "running_var", Shape: s, Running: true})
}

// Parts are the tensors among params, which are in the order of Params; weight and bias are nil
// where there are none.
func (b *BatchNorm) Parts(params []tensor.Tensor) (weight, bias, mean, variance []float32) {
	if b.Scale {
		weight, params = params[0].Data, params[1:]
	}
	if b.Shift {
		bias, params = params[0].Data, params[1:]
	}
	return weight, bias, params[0].Data, params[1].Data
}

// tensors is how many there are.
func (b *BatchNorm) tensors() int {
	return len(b.Params([]dim.Shape{dim.Shaped(1, 1)}))
}

// Factor is what channel c is multiplied by: its weight by its deviation.
func (b *BatchNorm) Factor(weight, variance []float32, c int) float64 {
	deviation := math.Sqrt(float64(variance[c]) + b.Eps.Float())
	if weight == nil {
		return 1 / deviation
	}
	return float64(weight[c]) / deviation
}

// Affine returns the norm as x*scale + shift for each channel, for params in the
// order of Params.
func (b *BatchNorm) Affine(params []tensor.Tensor) (scale, shift []float64) {
	weight, bias, mean, variance := b.Parts(params)
	scale, shift = make([]float64, len(mean)), make([]float64, len(mean))
	for c := range scale {
		scale[c] = b.Factor(weight, variance, c)
		shift[c] = -float64(mean[c]) * scale[c]
		if bias != nil {
			shift[c] = float64(bias[c]) - float64(mean[c])*scale[c]
		}
	}
	return scale, shift
}

func (b *BatchNorm) Cost(in []dim.Shape, out dim.Shape) Cost { return elementCost(out, 2) }

// LayerNorm normalises the channels of every pixel to mean 0 and variance 1
// (Ba et al. 2016), then scales and shifts each channel:
// (x - mean) / sqrt(var + eps) * weight + bias.
//
// Cost: 2 FLOPs for each element, as for every normalisation.
type LayerNorm struct{ Eps dim.Size }

func (l *LayerNorm) Name() string { return "layer_norm" }

// Infer keeps the shape.
func (l *LayerNorm) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, l, in, 1)
	r.between("eps", l.Eps, dim.Int(0), nil)
	r.channelled()
	return r.end(in[0])
}

// Params are weight and bias, each [C].
func (l *LayerNorm) Params(in []dim.Shape) []Param {
	return weightAndBias(dim.Shape{in[0][1]}, in[0][1], true)
}

func (l *LayerNorm) Cost(in []dim.Shape, out dim.Shape) Cost { return elementCost(out, 2) }

// LRN is local response normalisation across channels (Krizhevsky et al. 2012,
// section 3.3): x / (k + alpha/size * sum of squares over size neighbouring
// channels)^beta. Channels beyond the ends count as 0.
//
// Cost: 2 FLOPs for each element, as for every normalisation.
type LRN struct {
	Size  dim.Size
	Alpha dim.Size
	Beta  dim.Size
	K     dim.Size
}

func (l *LRN) Name() string { return "lrn" }

// Infer keeps the shape.
func (l *LRN) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, l, in, 1)
	half := l.Size.Sub(dim.Int(1)).Quo(dim.Int(2))
	if r.whole("size", l.Size, 1) && !r.OfArgument().Require(half, dim.Whole) {
		r.bad("size", "an odd number, so that the channel is the middle one",
			"`size` of `lrn` must be odd, got %v", l.Size)
	}
	r.between("alpha", l.Alpha, dim.Int(0), nil)
	r.between("beta", l.Beta, dim.Int(0), nil)
	r.between("k", l.K, dim.Int(0), nil)
	r.channelled()
	return r.end(in[0])
}

func (l *LRN) Params(in []dim.Shape) []Param { return nil }

func (l *LRN) Cost(in []dim.Shape, out dim.Shape) Cost { return elementCost(out, 2) }

// L2Normalize divides the channel vector of every pixel by its Euclidean
// length, or by eps where that is larger.
//
// Cost: 2 FLOPs for each element, as for every normalisation.
type L2Normalize struct{ Eps dim.Size }

func (l *L2Normalize) Name() string { return "l2_normalize" }

// Infer keeps the shape.
func (l *L2Normalize) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, l, in, 1)
	r.between("eps", l.Eps, dim.Int(0), nil)
	r.channelled()
	return r.end(in[0])
}

func (l *L2Normalize) Params(in []dim.Shape) []Param           { return nil }
func (l *L2Normalize) Cost(in []dim.Shape, out dim.Shape) Cost { return elementCost(out, 2) }
