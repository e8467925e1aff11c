package onnx

import (
	"fmt"
	"math"

	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// activate is the operation of a node that computes each number by itself.
func activate(op ops.Op) func(*call) *value {
	return func(c *call) *value { return c.apply(op, nil, c.data(0)) }
}

// element is an operator for each number that is a piece of others.
func element(c *call) *value {
	return c.piece(elementwise{c.op}, c.data(0).shape, c.data(0))
}

// leaky are activations with an argument.
func (c *call) leaky() *value {
	switch c.op {
	case "LeakyRelu":
		return c.apply(&ops.LeakyReLU{Slope: number(c.float("alpha", 0.01))}, nil, c.data(0))
	case "Elu":
		return c.apply(&ops.ELU{Alpha: number(c.float("alpha", 1))}, nil, c.data(0))
	case "Selu":
		alpha, gamma := c.float("alpha", selu[0]), c.float("gamma", selu[1])
		if c.opset < 6 {
			alpha, gamma = c.float("alpha", 1.6732), c.float("gamma", 1.0507)
		}
		return c.times(c.apply(&ops.ELU{Alpha: number(alpha)}, nil, c.data(0)), gamma)
	case "Celu": // the one operation by another: alpha * elu(x / alpha)
		alpha := c.float("alpha", 1)
		return c.times(c.apply(&ops.ELU{Alpha: dim.Int(1)}, nil, c.piece(affine{1 / alpha, 0}, c.data(0).shape, c.data(0)).step), alpha)
	}
	return c.apply(&ops.Gelu{Approximate: c.text("approximate", "none") == "tanh"}, nil, c.data(0))
}

// selu are alpha and gamma of SELU, of Klambauer et al., "Self-Normalizing Neural Networks", 2017, as ONNX has them.
var selu = [2]float64{1.67326319217681884765625, 1.05070102214813232421875}

// times is a value times a number.
func (c *call) times(v *value, by float64) *value {
	if v.lost() {
		return v
	}
	return c.piece(affine{by, 0}, v.shape, v.step)
}

// softsign is x / (1 + |x|).
func (c *call) softsign() *value {
	x := c.data(0)
	size := c.piece(elementwise{"Abs"}, x.shape, x)
	return c.apply(&ops.Mul{}, nil, x, c.piece(power{-1}, x.shape, c.piece(affine{1, 1}, x.shape, size.step).step).step)
}

// hardSigmoid is one whose line goes through 1/2, or relu6 of another line.
func (c *call) hardSigmoid() *value {
	alpha, beta := c.float("alpha", 0.2), c.float("beta", 0.5)
	if beta != 0.5 {
		return c.times(c.apply(ops.ReLU6.Op(), nil, c.piece(affine{6 * alpha, 6 * beta}, c.data(0).shape, c.data(0)).step), 1./6)
	}
	return c.apply(&ops.HardSigmoid{Slope: number(alpha)}, nil, c.data(0))
}

// prelu has slopes for the channels, or one.
func (c *call) prelu() *value {
	x, slope := c.data(0), c.in[1].asWeight()
	if x == nil || slope == nil || slope.strange != "" {
		return c.fail("its slopes are computed", "weights are tensors of the file")
	}
	if c.opset < 7 && len(slope.shape) == 1 && len(x.shape) > 1 && slope.shape[0] == x.shape[1] { // which came before axes counted from the last
		return c.apply(&ops.PReLU{PerChannel: true}, []*weight{slope}, x)
	}
	channels := len(slope.shape) >= len(x.shape)-1 && elements(slope.shape) == x.shape[1] && slope.shape[len(slope.shape)-len(x.shape)+1] == x.shape[1] ||
		len(x.shape) == 2 && elements(slope.shape) == x.shape[1]
	switch {
	case elements(slope.shape) == 1:
		return c.apply(&ops.PReLU{}, []*weight{slope.reshaped(1)}, x)
	case channels:
		return c.apply(&ops.PReLU{PerChannel: true}, []*weight{slope.reshaped(x.shape[1])}, x)
	}
	return c.fail(fmt.Sprintf("slopes of shape %v for %v", slope.shape, x.shape), "one for each channel, or one")
}

// clip has its bounds as attributes, or since opset 11 as inputs.
func (c *call) clip() *value {
	low, high := math.Inf(-1), math.Inf(1)
	if c.opset < 11 {
		low, high = c.float("min", low), c.float("max", high)
	}
	for i, bound := range []*float64{&low, &high} {
		v := c.input(1 + i)
		if c.opset < 11 || v == nil {
			continue
		}
		number, ok := v.scalar()
		if !ok {
			return c.fail("its bounds are computed", "bounds are numbers of the file")
		}
		*bound = number
	}
	if c.data(0) == nil {
		return c.fail("it bounds a constant", "")
	}
	return c.clipped(c.data(0), low, high)
}

// clipped is a value between two bounds; what is as large as a float32 can be is none.
func (c *call) clipped(x *step, low, high float64) *value {
	if high >= math.MaxFloat32 {
		high = math.Inf(1)
	}
	if low <= -math.MaxFloat32 {
		low = math.Inf(-1)
	}
	switch {
	case low == 0 && math.IsInf(high, 1):
		return c.apply(ops.ReLU.Op(), nil, x)
	case low == 0 && high == 6:
		return c.apply(ops.ReLU6.Op(), nil, x)
	case math.IsInf(low, -1) && math.IsInf(high, 1):
		return &value{shape: x.shape, step: x}
	}
	return c.piece(clip{low, high}, x.shape, x)
}

// cast changes the type of numbers, which here are float32 always.
func (c *call) cast() *value {
	if to := c.text("to", ""); c.opset < 6 && to != "FLOAT" && to != "DOUBLE" {
		return c.fail(fmt.Sprintf("a change to %s, which rounds", quoted(to)), "numbers are float32")
	}
	if narrower[c.int("to", 1)] {
		return c.fail(fmt.Sprintf("a change to type %d, which rounds", c.int("to", 1)), "numbers are float32")
	}
	return c.same()
}

// same passes its input on.
func (c *call) same() *value { return c.in[0] }

// dropout is one of inference.
func (c *call) dropout() *value {
	x := c.data(0)
	training := c.opset < 7 && c.int("is_test", 0) == 0
	ratio := c.float("ratio", 0.5)
	if c.opset >= 12 {
		if v := c.input(1); v != nil {
			ratio, _ = v.scalar()
			ratio = widest(float32(ratio))
		}
		if v := c.input(2); v != nil {
			is, known := v.scalar()
			training = !known || is != 0
		}
	}
	if training && c.opset >= 12 {
		return c.fail("training_mode=true: it drops values", "export after model.eval()")
	}
	if !(ratio >= 0 && ratio <= 1) {
		return c.fail(fmt.Sprintf("a ratio of %v", ratio), "0 to 1")
	}
	return c.apply(&ops.Dropout{P: number(ratio)}, nil, x)
}
