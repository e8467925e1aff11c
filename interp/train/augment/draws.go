package augment

import (
	"math"

	"cnnlang/interp/train/chance"
)

// draws are random numbers of one step for one picture, one after the other.
type draws struct {
	stream chance.Stream
	n      int
}

// half is half of the distance of two numbers of unit, which is added where none may be 0.
const half = 1.0 / (1 << 25)

// unit is a number in [0, 1).
func (d *draws) unit() float64 {
	d.n++
	return d.stream.Unit(d.n - 1)
}

// in is a number of a range.
func (d *draws) in(r span) float64 { return r.low + (r.high-r.low)*d.unit() }

// below is a whole number in [0, n).
func (d *draws) below(n int) int { return min(int(d.unit()*float64(n)), n-1) }

// yes is true with a probability.
func (d *draws) yes(p float64) bool { return d.unit() < p }

// normal is two independent numbers of the normal distribution (Box and Muller, "A note on the
// generation of random normal deviates", 1958).
func (d *draws) normal() (a, b float64) {
	radius := math.Sqrt(-2 * math.Log(d.unit()+half))
	sin, cos := math.Sincos(2 * math.Pi * d.unit())
	return radius * cos, radius * sin
}

// gamma is a number of the gamma distribution with a shape above 0 (Marsaglia and Tsang, "A simple
// method for generating gamma variables", 2000).
func (d *draws) gamma(shape float64) float64 {
	if shape < 1 {
		return d.gamma(shape+1) * math.Pow(d.unit()+half, 1/shape)
	}
	third := shape - 1.0/3
	c := 1 / math.Sqrt(9*third)
	for {
		x, _ := d.normal()
		v := 1 + c*x
		v *= v * v
		if v > 0 && math.Log(d.unit()+half) < x*x/2+third*(1-v+math.Log(v)) {
			return third * v
		}
	}
}

// beta is a number of the beta distribution with both parameters the same.
func (d *draws) beta(alpha float64) float64 {
	x, y := d.gamma(alpha), d.gamma(alpha)
	if x+y == 0 { // both too small for a float64: the distribution is nearly 0 or 1
		return math.Round(d.unit())
	}
	return x / (x + y)
}
