package interp_test

import (
	"math"
	"slices"
)

// tolerance is what a value may differ from the reference, in standard
// deviations: thirty times what float32 costs, and below every mistake that
// testdata/reference/README.md lists.
const tolerance = 1e-4

// sameBits tells apart what == calls equal, and equal what it does not.
func sameBits(a, b []float32) bool {
	return slices.EqualFunc(a, b, func(x, y float32) bool { return math.Float32bits(x) == math.Float32bits(y) })
}
