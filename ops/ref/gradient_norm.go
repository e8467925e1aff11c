package ref

import (
	"math"

	"cnnlang/ops"
)

// A normed element of the input of a norm is its normalised value, and what that was divided by.
type normed struct {
	value, deviation float64
	// among are the elements that were normalised together, the gradient of each of which reaches the
	// others; nil where the statistics are stored.
	among [][4]int
}

// normalised finds out about an element, by the definition of each norm.
func normalised(op ops.Op, in Value, params []Value, n, c, y, x int) normed {
	switch op := op.(type) {
	case *ops.BatchNorm:
		mean, variance := named(op, in, params, "running_mean"), named(op, in, params, "running_var")
		d := math.Sqrt(variance.at(c) + op.Eps.Float())
		return normed{(in.at(n, c, y, x) - mean.at(c)) / d, d, nil}
	case *ops.LayerNorm:
		var among [][4]int
		for i := range in.Shape[1] {
			among = append(among, [4]int{n, i, y, x})
		}
		return together(in, among, op.Eps.Float(), n, c, y, x)
	case ops.Grouper:
		groups, eps := op.Grouping(in.Shape[1])
		size := in.Shape[1] / groups
		var among [][4]int
		for i := c / size * size; i < c/size*size+size; i++ {
			for j := range in.Shape[2] {
				for k := range in.Shape[3] {
					among = append(among, [4]int{n, i, j, k})
				}
			}
		}
		return together(in, among, eps, n, c, y, x)
	}
	panic("ref: no gradient of " + op.Name())
}

// together is an element with the mean and the variance of those among which it is.
func together(in Value, among [][4]int, eps float64, n, c, y, x int) normed {
	mean, variance := 0.0, 0.0
	for _, i := range among {
		mean += in.at(i[:]...) / float64(len(among))
	}
	for _, i := range among {
		variance += math.Pow(in.at(i[:]...)-mean, 2) / float64(len(among))
	}
	d := math.Sqrt(variance + eps)
	return normed{(in.at(n, c, y, x) - mean) / d, d, among}
}

// normGradient: with g = dy * weight, (g - mean(g) - x̂ * mean(g * x̂)) / deviation, the means over those that
// were normalised together, x̂ being the normalised values; g / deviation where the statistics are
// stored.
func normGradient(op ops.Op, out, dy, in Value, params []Value) {
	out, dy, in = out.image(), dy.image(), in.image()
	switch op := op.(type) {
	case *ops.LRN:
		lrnGradient(op, out, dy, in)
		return
	case *ops.L2Normalize:
		l2NormalizeGradient(op, out, dy, in)
		return
	}
	weight := named(op, in, params, "weight")
	scaled := func(i [4]int) float64 {
		g := dy.at(i[:]...)
		if weight != nil {
			g *= weight.at(i[1])
		}
		return g
	}
	all := map[[4]int]normed{}
	eachPixel(in, func(n, c, y, x int) { all[[4]int{n, c, y, x}] = normalised(op, in, params, n, c, y, x) })
	each(out, func(n, c, y, x int) float64 {
		here := all[[4]int{n, c, y, x}]
		g := scaled([4]int{n, c, y, x})
		count := float64(len(here.among))
		for _, i := range here.among {
			g -= scaled(i)/count + here.value*scaled(i)*all[i].value/count
		}
		return g / here.deviation
	})
}

// tensorSums: of a norm, for each channel the sums of dy and of dy * x̂; of prelu that of dy * x where x is below 0.
func tensorSums(op ops.Op, out, dy, in Value, params []Value) {
	dy, in = dy.image(), in.image()
	eachPixel(in, func(n, c, y, x int) {
		g := dy.at(n, c, y, x)
		if _, ok := op.(*ops.PReLU); ok {
			if v := in.at(n, c, y, x); !(v > 0) {
				out.Data[c%len(out.Data)] += g * v
			}
			return
		}
		out.Data[c] += g
		out.Data[in.Shape[1]+c] += g * normalised(op, in, params, n, c, y, x).value
	})
}

// lrnGradient: the quotient rule. With s[c] = k + alpha/size * sum of squares around c, the gradient of x[c] is
// dy[c] * s[c]^-beta - 2*beta*alpha/size * x[c] * sum over the channels i around c of dy[i] * x[i] * s[i]^(-beta-1).
func lrnGradient(op *ops.LRN, out, dy, in Value) {
	half, share := op.Size.MustInt()/2, op.Alpha.Float()/float64(op.Size.MustInt())
	beta := op.Beta.Float()
	around := func(c int, f func(i int)) {
		for i := range in.Shape[1] {
			if i >= c-half && i <= c+half {
				f(i)
			}
		}
	}
	each(out, func(n, c, y, x int) float64 {
		s := func(c int) float64 {
			sum := op.K.Float()
			around(c, func(i int) { sum += share * math.Pow(in.at(n, i, y, x), 2) })
			return sum
		}
		g := dy.at(n, c, y, x) * math.Pow(s(c), -beta)
		around(c, func(i int) {
			g -= 2 * beta * share * in.at(n, c, y, x) * dy.at(n, i, y, x) * in.at(n, i, y, x) * math.Pow(s(i), -beta-1)
		})
		return g
	})
}

// l2NormalizeGradient: (dy - y * sum of y*dy) / length, or dy / eps where the length is below eps.
func l2NormalizeGradient(op *ops.L2Normalize, out, dy, in Value) {
	each(out, func(n, c, y, x int) float64 {
		squares, along := 0.0, 0.0
		for i := range in.Shape[1] {
			squares += math.Pow(in.at(n, i, y, x), 2)
			along += in.at(n, i, y, x) * dy.at(n, i, y, x)
		}
		length := math.Sqrt(squares)
		if length < op.Eps.Float() {
			return dy.at(n, c, y, x) / op.Eps.Float()
		}
		return (dy.at(n, c, y, x) - in.at(n, c, y, x)*along/squares) / length
	})
}

// batchStats: the mean of each channel, and the mean square of what differs from it.
func batchStats(out, in Value) {
	in = in.image()
	channels, count := in.Shape[1], float64(len(in.Data)/in.Shape[1])
	eachPixel(in, func(n, c, y, x int) { out.Data[c] += in.at(n, c, y, x) / count })
	eachPixel(in, func(n, c, y, x int) {
		out.Data[channels+c] += math.Pow(in.at(n, c, y, x)-out.Data[c], 2) / count
	})
}

// batchNormalize: (x - mean) / sqrt(variance + eps) * weight + bias.
func batchNormalize(op *ops.BatchNormalize, out, in, stats Value, params []Value) {
	out, in = out.image(), in.image()
	each(out, func(n, c, y, x int) float64 {
		v, rest := centred(op.Of, in, stats, n, c, y, x), params
		if op.Of.Scale {
			v, rest = v*rest[0].at(c), rest[1:]
		}
		if op.Of.Shift {
			v += rest[0].at(c)
		}
		return v
	})
}

// centred is the normalised value of an element.
func centred(op *ops.BatchNorm, in, stats Value, n, c, y, x int) float64 {
	return (in.at(n, c, y, x) - stats.at(0, c)) / deviation(op, stats, c)
}

func deviation(op *ops.BatchNorm, stats Value, c int) float64 {
	return math.Sqrt(stats.at(1, c) + op.Eps.Float())
}

// batchSums: the sums of dy, and of dy * x̂.
func batchSums(op *ops.BatchSums, out, dy, in, stats Value) {
	dy, in = dy.image(), in.image()
	eachPixel(in, func(n, c, y, x int) {
		out.Data[c] += dy.at(n, c, y, x)
		out.Data[in.Shape[1]+c] += dy.at(n, c, y, x) * centred(op.Of, in, stats, n, c, y, x)
	})
}

// batchGradient: weight / deviation * (dy - mean(dy) - x̂ * mean(dy * x̂)).
func batchGradient(op *ops.BatchGradient, out Value, all, params []Value) {
	dy, in, stats, sums := all[0].image(), all[1].image(), all[2], all[3]
	out = out.image()
	count := float64(len(in.Data) / in.Shape[1])
	each(out, func(n, c, y, x int) float64 {
		v := dy.at(n, c, y, x) - sums.at(0, c)/count - centred(op.Of, in, stats, n, c, y, x)*sums.at(1, c)/count
		if op.Of.Scale {
			v *= params[0].at(c)
		}
		return v / deviation(op.Of, stats, c)
	})
}
