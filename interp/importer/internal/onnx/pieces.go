package onnx

// These are operations of ONNX that this program has not by themselves. Idioms make something of
// several, or of one and what stands around it; what is left cannot be imported.

// A regrouped value has its numbers in another shape or order, over the borders of images.
type regrouped struct{ perm []int }

// A reduction is over axes which reduce_mean and reduce_max do not take, or of another kind.
type reduction struct {
	op   string
	axes []int
}

// An affine is x*mul + add.
type affine struct{ mul, add float64 }

// A beside is a sum or product with a tensor of the file, in the shape of one image with 1 on axes
// along which it is repeated. First says that the tensor is the left operand.
type beside struct {
	op    string // Add or Mul
	first bool
}

// A channels is x*mul + add with a number of each for every channel, of which one may be nil.
type channels struct{ mul, add *weight }

// A passed value is what it reads, as it is.
type passed struct{}

// An expanded value is repeated along axes, which what reads it may do itself.
type expanded struct{}

// A normalised value has the mean 0 and the deviation 1 along axes.
type normalised struct {
	axes []int
	eps  float64
}

// A clip is min(max(x, low), high).
type clip struct{ low, high float64 }

// A power is x to a constant.
type power struct{ p float64 }

// An elementwise is another operator on each number, or on those of several values, which may be
// repeated along axes.
type elementwise struct{ op string }

// A constantPad is pixels of a number around images.
type constantPad struct {
	rows, columns [2]int
	number        float64
}

// words say what a piece is that is left over, and what is known instead.
func (s *step) words() (got, can string) {
	switch op := s.op.(type) {
	case regrouped:
		return "it mixes the images of a batch", "the first axis stays the batch"
	case reduction:
		return op.op + " over these axes", "reduce_mean and reduce_max are over channels, height and width"
	case clip:
		return "bounds that the language cannot write", ""
	case constantPad:
		return "padding by another number than 0", "zeros, reflect and edge"
	case expanded:
		return "it repeats numbers along an axis", "a product with a gate repeats it"
	case normalised:
		return "it normalises along these axes", "channels, pixels, or both"
	case affine, beside, power, channels:
		return "numbers that the language cannot write", ""
	}
	return "it has no counterpart of its own", ""
}
