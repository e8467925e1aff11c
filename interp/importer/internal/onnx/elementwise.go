package onnx

import (
	"fmt"
	"math"
	"slices"

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
	}
	return c.apply(&ops.Gelu{Approximate: c.text("approximate", "none") == "tanh"}, nil, c.data(0))
}

// hardSigmoid is one whose line goes through 1/2.
func (c *call) hardSigmoid() *value {
	alpha, beta := c.float("alpha", 0.2), c.float("beta", 0.5)
	if beta != 0.5 {
		return c.fail(fmt.Sprintf("beta %v", beta), "hard_sigmoid has a beta of 0.5")
	}
	return c.apply(&ops.HardSigmoid{Slope: number(alpha)}, nil, c.data(0))
}

// prelu has slopes for the channels, or one.
func (c *call) prelu() *value {
	x, slope := c.data(0), c.in[1].asWeight()
	if x == nil || slope == nil || slope.strange != "" {
		return c.fail("its slopes are computed", "weights are tensors of the file")
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

// pad puts pixels around images.
func (c *call) pad() *value {
	x := c.data(0)
	pads, known := c.setting("pads", 1, 11)
	if c.opset < 2 {
		pads = c.ints("paddings")
	}
	number := c.float("value", 0)
	if v := c.input(2); c.opset >= 11 && v != nil {
		if number, known = v.scalar(); !known {
			return c.fail("it pads with a computed number", "zeros")
		}
	}
	rank := len(x.shape)
	axes := []int{}
	for a := range rank {
		axes = append(axes, a)
	}
	if v := c.input(3); c.opset >= 18 && v != nil && v.known != nil {
		axes = v.known.ints()
	}
	if !known || len(pads) != 2*len(axes) {
		return c.fail("its pads are computed", "numbers of the file")
	}
	var by [4][2]int
	for i, a := range axes {
		a, ok := axis(a, rank)
		before, after := pads[i], pads[len(axes)+i]
		switch {
		case before == 0 && after == 0:
			continue
		case before < 0 || after < 0:
			return c.fail(fmt.Sprintf("negative pads %v", pads), "a Slice takes pixels away")
		case !ok || rank != 4 || a < 2 || before > 1<<31-1 || after > 1<<31-1:
			return c.fail(fmt.Sprintf("it pads axis %d of %v", a, x.shape), "pad is around images")
		}
		by[a] = [2]int{before, after}
	}
	if by == [4][2]int{} {
		return &value{shape: x.shape, step: x}
	}
	mode := map[string]string{"constant": ops.Zeros, "reflect": ops.Reflect, "edge": ops.Replicate}[c.text("mode", "constant")]
	switch {
	case mode == "":
		return c.fail("mode "+quoted(c.text("mode", "")), "constant, reflect and edge")
	case mode == ops.Zeros && number != 0:
		shape := slices.Clone(x.shape)
		shape[2], shape[3] = shape[2]+by[2][0]+by[2][1], shape[3]+by[3][0]+by[3][1]
		if !fits(shape) {
			return c.fail(fmt.Sprintf("a result of %v", shape), "")
		}
		return c.piece(constantPad{by[2], by[3], number}, shape, x)
	}
	return c.apply(&ops.Border{By: sides(by[2], by[3]), Mode: mode}, nil, x)
}

// depthToSpace has the channels of a square together (CRD), or since the channels of a pixel lie
// square by square (DCR) puts them in that order first.
func (c *call) depthToSpace() *value {
	x, r := c.data(0), c.int("blocksize", 0)
	if bad := c.images(x); bad != nil {
		return bad
	}
	if r < 1 || r > 1<<15 || x.shape[1]%(r*r) != 0 {
		return c.fail(fmt.Sprintf("a blocksize of %d for %d channels", r, x.shape[1]), "")
	}
	if c.text("mode", "DCR") == "DCR" {
		v := c.apply(&ops.ChannelShuffle{Groups: dim.Int(r * r)}, nil, x)
		if v.lost() {
			return v
		}
		x = v.step
	}
	return c.apply(&ops.PixelShuffle{R: dim.Int(r)}, nil, x)
}

// spaceToDepth is the way back of DCR.
func (c *call) spaceToDepth() *value {
	x, r := c.data(0), c.int("blocksize", 0)
	if bad := c.images(x); bad != nil {
		return bad
	}
	if r < 1 || r > 1<<15 {
		return c.fail(fmt.Sprintf("a blocksize of %d", r), "")
	}
	v := c.apply(&ops.PixelUnshuffle{R: dim.Int(r)}, nil, x)
	if v.lost() {
		return v
	}
	return c.apply(&ops.ChannelShuffle{Groups: dim.Int(x.shape[1])}, nil, v.step)
}
