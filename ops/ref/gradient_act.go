package ref

import (
	"math"

	"cnnlang/ops"
)

// byInput computes the gradient of an input from that of the result and the input.
func byInput(op ops.Op, out, dy, in Value, params []Value) {
	switch op := op.(type) {
	case *ops.PReLU:
		out, dy, in = out.image(), dy.image(), in.image()
		each(out, func(n, c, y, x int) float64 {
			if in.at(n, c, y, x) > 0 {
				return dy.at(n, c, y, x)
			}
			return dy.at(n, c, y, x) * params[0].Data[c%len(params[0].Data)]
		})
	case ops.Activator:
		for i, x := range in.Data {
			out.Data[i] = through(op.Activation(), slope(op.Activation(), x), dy.Data[i])
		}
	case *ops.Pow:
		p := op.P.Float()
		for i, x := range in.Data {
			if p != 0 {
				out.Data[i] = dy.Data[i] * p * math.Pow(x, p-1)
			}
		}
	case *ops.MaxPool:
		maxPoolGradient(op, out, dy, in)
	case *ops.ReduceMax:
		reduceMaxGradient(op, out, dy, in)
	default:
		normGradient(op, out, dy, in, params)
	}
}

// byResult computes it from the gradient of the result and the result.
func byResult(op ops.Op, out, dy, y Value) {
	switch op := op.(type) {
	case *ops.Softmax:
		softmaxGradient(op, out, dy, y)
	case ops.Activator:
		for i, v := range y.Data {
			out.Data[i] = through(op.Activation(), slopeAt(op.Activation(), v), dy.Data[i])
		}
	default:
		panic("ref: no gradient from the result of " + op.Name())
	}
}

// through is a gradient times a slope. Where a function of straight lines is level nothing passes, not even of infinity.
func through(a ops.Activation, slope, dy float64) float64 {
	switch a.Name() {
	case "relu", "relu6", "hard_sigmoid", "hard_swish":
		if slope == 0 {
			return 0
		}
	}
	return slope * dy
}

// slope is the derivative of an activation at x.
func slope(a ops.Activation, x float64) float64 {
	sigmoid := 1 / (1 + math.Exp(-x))
	switch a.Name() {
	case "leaky_relu":
		if x > 0 {
			return 1
		}
		return a.Arg().Float()
	case "elu":
		if x > 0 {
			return 1
		}
		return a.Arg().Float() * math.Exp(x)
	case "hard_sigmoid":
		if v := a.Arg().Float()*x + 0.5; v > 0 && v < 1 {
			return a.Arg().Float()
		}
		return 0
	case "hard_swish":
		switch {
		case x < -3:
			return 0
		case x >= 3:
			return 1
		}
		return x/3 + 0.5
	case "silu":
		return sigmoid * (1 + x*(1-sigmoid))
	case "gelu":
		if a == ops.TanhGELU {
			inner := math.Sqrt(2/math.Pi) * (x + 0.044715*x*x*x)
			t := math.Tanh(inner)
			return (1+t)/2 + x/2*(1-t*t)*math.Sqrt(2/math.Pi)*(1+3*0.044715*x*x)
		}
		return math.Erfc(-x/math.Sqrt2)/2 + x*math.Exp(-x*x/2)/math.Sqrt(2*math.Pi)
	case "mish":
		t := math.Tanh(softplus(x))
		return t + x*(1-t*t)*sigmoid
	}
	return slopeAt(a, activate(a, x))
}

// slopeAt is the derivative of an activation where its value is y.
func slopeAt(a ops.Activation, y float64) float64 {
	inside := func(is bool) float64 {
		if is || math.IsNaN(y) {
			return 1
		}
		return 0
	}
	switch a.Name() {
	case "relu":
		return inside(y > 0)
	case "relu6":
		return inside(y > 0 && y < 6)
	case "sigmoid":
		return y * (1 - y)
	case "tanh":
		return 1 - y*y
	case "softplus":
		return -math.Expm1(-y)
	case "leaky_relu":
		if y > 0 {
			return 1
		}
		return a.Arg().Float()
	case "elu":
		if y > 0 {
			return 1
		}
		return y + a.Arg().Float()
	case "hard_sigmoid":
		return a.Arg().Float() * inside(y > 0 && y < 1)
	}
	panic("ref: the slope of " + a.Name() + " does not follow from its value")
}

// softmaxGradient: y * (dy - sum of y*dy along the axis).
func softmaxGradient(op *ops.Softmax, out, dy, y Value) {
	axis := op.Axis.MustInt()
	indexed(out, func(index []int) float64 {
		at, sum := append([]int(nil), index...), 0.0
		for at[axis] = range y.Shape[axis] {
			sum += y.at(at...) * dy.at(at...)
		}
		return y.at(index...) * (dy.at(index...) - sum)
	})
}
