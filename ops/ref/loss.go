package ref

import (
	"math"

	"cnnlang/ops"
)

// loss: see ops.LossKind.
func loss(op *ops.Loss, out, in, target Value) {
	in, target = in.image(), target.image()
	perImage := float64(in.Shape[2] * in.Shape[3])
	if op.Kind != ops.CrossEntropy {
		perImage *= float64(in.Shape[1])
	}
	eachPixel(in, func(n, c, y, x int) {
		v, t := in.at(n, c, y, x), target.at(n, c, y, x)
		one := 0.0
		switch d := v - t; op.Kind {
		case ops.CrossEntropy:
			if t != 0 {
				one = t * (logSum(in, n, y, x) - v)
			}
		case ops.BCE:
			one = weightOf(op, c)*t*softplus(-v) + (1-t)*softplus(v)
		case ops.MSE:
			one = d * d
		case ops.L1:
			one = math.Abs(d)
		case ops.SmoothL1:
			one = math.Abs(d) - op.Beta/2
			if math.Abs(d) < op.Beta {
				one = d * d / (2 * op.Beta)
			}
		}
		out.Data[n] += one / perImage
	})
}

func weightOf(op *ops.Loss, c int) float64 {
	if op.Weights == nil {
		return 1
	}
	return op.Weights[c]
}

// logSum is log of the sum of exp of the channels of a pixel.
func logSum(in Value, n, y, x int) float64 {
	largest, sum := math.Inf(-1), 0.0
	for c := range in.Shape[1] {
		largest = max(largest, in.at(n, c, y, x))
	}
	for c := range in.Shape[1] {
		sum += math.Exp(in.at(n, c, y, x) - largest)
	}
	return largest + math.Log(sum)
}

// lossGradient: the derivative of loss, times the factor.
func lossGradient(op *ops.LossGradient, out, in, target Value) {
	out, in, target = out.image(), in.image(), target.image()
	l := &op.Of
	factor := op.Factor / float64(in.Shape[2]*in.Shape[3])
	if l.Kind != ops.CrossEntropy {
		factor /= float64(in.Shape[1])
	}
	each(out, func(n, c, y, x int) float64 {
		v, t := in.at(n, c, y, x), target.at(n, c, y, x)
		d := v - t
		switch l.Kind {
		case ops.CrossEntropy:
			total := 0.0
			for i := range in.Shape[1] {
				total += target.at(n, i, y, x)
			}
			return factor * (math.Exp(v-logSum(in, n, y, x))*total - t)
		case ops.BCE:
			return factor * ((1-t)*activate(ops.Sigmoid, v) - weightOf(l, c)*t*activate(ops.Sigmoid, -v))
		case ops.MSE:
			return factor * 2 * d
		case ops.SmoothL1:
			if math.Abs(d) < l.Beta {
				return factor * d / l.Beta
			}
		}
		switch {
		case d > 0:
			return factor
		case d < 0:
			return -factor
		}
		return factor * d // of NaN NaN
	})
}
