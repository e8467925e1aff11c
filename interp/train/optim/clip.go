package optim

import "math"

// Part is how many elements of a gradient SquareSum adds up at a time.
const Part = 1 << 16

// SquareSum is the sum of squares of a part of a gradient, of at most Part elements. Threads
// that share the work get Norm's bits by adding the sums of parts in the order of the parts.
func SquareSum[T Float](gradient []T) float64 {
	var sums [4]float64 // independent, so that a processor need not wait for one to begin the next
	whole := len(gradient) &^ 3
	for i := 0; i < whole; i += 4 {
		four := gradient[i : i+4 : i+4]
		for j := range sums {
			g := float64(four[j])
			sums[j] += g * g
		}
	}
	for _, v := range gradient[whole:] {
		sums[0] += float64(v) * float64(v)
	}
	return (sums[0] + sums[1]) + (sums[2] + sums[3])
}

// Norm is the length of all gradients together, added up in float64 in their order.
func Norm[T Float](gradients [][]T) float64 {
	var sum float64
	for _, g := range gradients {
		for ; len(g) > Part; g = g[Part:] {
			sum += SquareSum(g[:Part])
		}
		sum += SquareSum(g)
	}
	return math.Sqrt(sum)
}

// ClipScale is Step.Scale for gradients of this norm, so that they are no longer than most
// (Pascanu, Mikolov and Bengio 2012, arXiv:1211.5063, algorithm 1); most is 0 for any length. A
// norm that is no number gives a scale that is none.
func ClipScale(norm, most float64) float64 {
	const apart = 1e-6 // from a division by 0, as torch has it
	if most == 0 {
		return 1
	}
	return min(1, most/(norm+apart))
}

// ClipValue limits every element of a gradient to [-most, most]; it precedes Norm. An element that
// is no number stays.
func ClipValue[T Float](gradient []T, most float64) {
	limit := T(most)
	for i, g := range gradient {
		gradient[i] = min(max(g, -limit), limit)
	}
}
