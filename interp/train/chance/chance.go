// Package chance is where all random decisions come from. There is no state: a number is a
// function of a name, a seed and counters (epoch, step, picture), so that a decision depends
// neither on threads nor on where a training was interrupted.
//
// A Stream is a counter-based generator: the FNV-1a hash of its name, combined with the seed,
// starts a SplitMix64 sequence (Steele, Lea and Flood, "Fast splittable pseudorandom number
// generators", 2014), of which any element can be made alone.
package chance

// golden is 2^64 divided by the golden ratio, odd.
const golden = 0x9E3779B97F4A7C15

// Mix is the function that SplitMix64 finishes a number with: a bijection of 64 bits in which each
// bit of the argument changes about half of the result's.
func Mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

// At is the seed that belongs to these counters, such as an epoch and a picture.
func At(seed uint64, counters ...int) uint64 {
	for _, c := range counters {
		seed = Mix(seed + (uint64(c)+1)*golden)
	}
	return seed
}

// A Stream is an endless sequence of 24-bit numbers with random access.
type Stream uint64

// Named is the stream of this name and seed.
func Named(name string, seed uint64) Stream {
	const offset, prime = 0xCBF29CE484222325, 0x100000001B3 // of FNV-1a
	h := uint64(offset)
	for i := range len(name) {
		h = (h ^ uint64(name[i])) * prime
	}
	return Stream(h ^ seed)
}

// Bits is number i, in [0, 2^24).
func (s Stream) Bits(i int) uint64 { return Mix(uint64(s)+(uint64(i)+1)*golden) >> 40 }

// Unit is number i in [0, 1), exactly.
func (s Stream) Unit(i int) float64 { return float64(int64(s.Bits(i))) * (1.0 / (1 << 24)) }

// Signed is number i in [-1, 1), exactly.
func (s Stream) Signed(i int) float64 { return float64(int64(s.Bits(i)))*(1.0/(1<<23)) - 1 }
