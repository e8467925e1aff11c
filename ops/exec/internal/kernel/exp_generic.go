package kernel

import "math"

// exp is e to the x with a relative error below 1e-9; it is 0 or +Inf if the result is far
// beyond the range of float32. It is three times as fast as math.Exp, whose last digits
// would be rounded away.
//
// x = n*ln 2 + r with a whole n and |r| <= ln 2 / 2. The power of two is assembled from n;
// the rest is the Taylor series, whose first missing term is r^9/9! < 3e-10.
func exp(x float64) float64 {
	if x > expHigh {
		x = expHigh
	} else if x < expLow {
		x = expLow
	}
	shifted := x*(1/math.Ln2) + expRound
	r := x - (shifted-expRound)*math.Ln2
	p := 1 + r*(1+r*(1./2+r*(1./6+r*(1./24+r*(1./120+r*(1./720+r*(1./5040+r*(1./40320))))))))
	return p * math.Float64frombits((math.Float64bits(shifted)+1023)<<52)
}

const (
	expHigh  = 709.9   // n = 1024 makes +Inf
	expLow   = -709.1  // n = -1023 makes 0
	expRound = 3 << 51 // adding it leaves the nearest whole number in the low bits
)

// normal is the distribution function of the normal distribution at x,
// erfc(-x/sqrt 2) / 2, with a relative error below 2e-9 for x above -13; below
// that it is under 1e-37 and the error grows.
//
// For z >= 0, erfc(z) = exp(-z*z) * q(z), and q falls smoothly from 1 to 0: a
// polynomial in u, which maps 1/(1 + 0.36z) to [-1, 1] for z up to 9.3, has it to
// 2e-10. Its coefficients come from interpolation at the Chebyshev nodes.
func normal(x float64) float64 {
	z := math.Abs(x) * (math.Sqrt2 / 2)
	u := erfcOver/(1+erfcGrow*z) - erfcLess
	q := erfcSeries[0]
	for _, c := range erfcSeries[1:] {
		q = q*u + c
	}
	half := 0.5 * q * exp(-z*z)
	// half for negative x, 1 - half for positive, without a branch that would be
	// mispredicted half of the time.
	negative := uint64(int64(math.Float64bits(x)) >> 63)
	positive := math.Float64frombits(math.Float64bits(1) &^ negative)
	return half + positive*(1-2*half)
}

const (
	erfcGrow = 0.36
	erfcOver = 2.59737156511
	erfcLess = 1.59737156511
)

// erfcSeries is q, from its last term to its first.
var erfcSeries = [...]float64{
	-9.67762134726e-07,
	-9.02021112618e-08,
	1.61626186793e-05,
	4.79503107997e-06,
	-0.000252534235418,
	-0.000460235295474,
	0.00365745005755,
	0.0264425979782,
	0.0925671757302,
	0.217749304367,
	0.373852337816,
	0.28642400384,
}
