package ops

import "cnnlang/ops/tensor"

// A Chooser is an op with several algorithms for blocked values.
type Chooser interface {
	Blocker
	// Alternatives lists those for these shapes; none where there is no choice.
	Alternatives(in []tensor.Shape, out tensor.Shape) []string
	// Choose returns the same op with one of them. Without, an op takes what it
	// thinks is the fastest.
	Choose(algorithm string) Op
}

// The algorithms of a convolution to choose from.
const (
	viaDirect   = "direct"
	viaWinograd = "winograd"
)

// Alternatives are direct and winograd, for convolutions of 3x3 and stride 1 whose
// image is not lost among the zeros around it, of which winograd wants more.
func (c *Conv) Alternatives(in []tensor.Shape, out tensor.Shape) []string {
	names := []string{viaDirect, viaWinograd}
	if !c.canWinograd(in[0], out) {
		return nil
	}
	for _, name := range names {
		if c.Choose(name).(*Conv).Blocked(in, out).In == nil {
			return nil
		}
	}
	return names
}

// Choose returns the same convolution by another algorithm.
func (c *Conv) Choose(algorithm string) Op {
	other := *c
	other.chosen = algorithm
	return &other
}
