package ops

import (
	"slices"

	"cnnlang/ops/dim"
)

// A LossKind is what a loss compares a value with its target by.
type LossKind string

// The kinds, for a value x and its target t, both of one shape.
const (
	// CrossEntropy is minus the sum of t * log softmax(x) over the channels, of each pixel. The targets of a pixel
	// need not sum to 1.
	CrossEntropy LossKind = "cross_entropy"
	// BCE is minus w*t*log(sigmoid(x)) + (1-t)*log(1-sigmoid(x)), w being the weight of the channel.
	BCE LossKind = "bce"
	// MSE is (x - t)^2.
	MSE LossKind = "mse"
	// L1 is |x - t|, whose gradient at 0 is 0.
	L1 LossKind = "l1"
	// SmoothL1 is (x - t)^2 / (2*beta) where |x - t| is below beta, and |x - t| - beta/2 beyond (Girshick 2015).
	SmoothL1 LossKind = "smooth_l1"
)

var losses = []LossKind{CrossEntropy, BCE, MSE, L1, SmoothL1}

// Loss is the loss of every image: the mean over its pixels, and but for CrossEntropy over its
// channels. Its inputs are a value [N, C] or [N, C, H, W] and the targets.
//
// Cost: 4 FLOPs for each element.
type Loss struct {
	Kind    LossKind
	Beta    float64   // of SmoothL1, above 0
	Weights []float64 // of BCE: of the targets above 0 of each channel; nil for 1
}

func (l *Loss) Name() string { return string(l.Kind) }

// Infer gives [N].
func (l *Loss) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, l, in, 2)
	r.loss(l.Kind)
	r.gradientOf(1, in[0])
	return r.end(in[0][:1])
}

func (l *Loss) Params(in []dim.Shape) []Param           { return nil }
func (l *Loss) Cost(in []dim.Shape, out dim.Shape) Cost { return elementCost(in[0], 4) }

// LossGradient is the gradient of a loss, times a factor, from the value and the targets. The loss
// of a batch is the mean over its images; so Factor is 1/N, or that times the weight of a side head.
//
// Cost: 4 FLOPs for each element.
type LossGradient struct {
	Of     Loss
	Factor float64
}

func (l *LossGradient) Name() string { return l.Of.Name() + "'" }

// Infer gives the shape of the value.
func (l *LossGradient) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, l, in, 2)
	r.loss(l.Of.Kind)
	r.gradientOf(1, in[0])
	return r.end(in[0])
}

func (l *LossGradient) Params(in []dim.Shape) []Param           { return nil }
func (l *LossGradient) Cost(in []dim.Shape, out dim.Shape) Cost { return elementCost(in[0], 4) }

// loss requires one of the losses that there are: the kernels take any other for the last one.
func (r *rule) loss(k LossKind) {
	if !slices.Contains(losses, k) {
		r.bad("loss", "", "there is no loss %q", k)
	}
}
