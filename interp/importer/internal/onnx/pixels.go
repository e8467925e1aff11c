package onnx

import (
	"fmt"
	"slices"

	"cnnlang/ops"
	"cnnlang/ops/dim"
)

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
