package ops_test

import (
	"fmt"
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// assumed answers like a proof: it takes every requirement as met and decides as
// configured.
type assumed struct{ decide bool }

func (assumed) Require(p dim.Size, r dim.Relation) bool { return true }

func (assumed) Split(p dim.Size, r dim.Relation) bool { return false }

func (a assumed) OfArgument() dim.Facts { return a }

func (a assumed) Decide(p dim.Size, r dim.Relation) bool {
	if p.Known() {
		return dim.Numbers{}.Decide(p, r)
	}
	return a.decide
}

// The rules work for unknown sizes: no rule asks for a number.
func TestSymbolicShapes(t *testing.T) {
	N, C, H, W := dim.Var("N"), dim.Var("C"), dim.Var("H"), dim.Var("W")
	c := dim.Var("c")
	x, y := dim.Shape{N, C, H, W}, dim.Shape{N, c, H, W}
	for _, test := range []struct {
		op   ops.Op
		in   []dim.Shape
		want string
	}{
		{&ops.Conv{Out: c, K: dim.Square(dim.Var("k")), Stride: dim.Square(dim.Var("s")), Pad: halfPad, Groups: dim.Var("g"), Dilation: pair(1, 1)},
			[]dim.Shape{x}, ""},
		{conv(8, pair(3, 3), padded(pad(1)), stride(2, 2)), []dim.Shape{x}, "[N, 8, ceil(H/2), ceil(W/2)]"},
		{conv(8, pair(3, 3), padded(pad(1))), []dim.Shape{x}, "[N, 8, H, W]"},
		{conv(8, pair(5, 3), mode(ops.Half)), []dim.Shape{x}, "[N, 8, H, W]"},
		{conv(8, pair(3, 3), mode(ops.Same), stride(2, 1)), []dim.Shape{x}, "[N, 8, ceil(H/2), W]"},
		{maxpool(pair(3, 3), pair(2, 2), pad(1), false), []dim.Shape{x}, "[N, C, ceil(H/2), ceil(W/2)]"},
		{maxpool(pair(3, 3), pair(1, 1), pad(1), true), []dim.Shape{x}, "[N, C, H, W]"},
		{deconv(8, pair(2, 2), pair(2, 2), pad(0)), []dim.Shape{x}, "[N, 8, 2*H, 2*W]"},
		{spread(deconv(8, pair(3, 3), pair(2, 2), pad(1)), 4, pair(1, 1), pair(1, 1)), []dim.Shape{x}, "[N, 8, 2*H, 2*W]"},
		{&ops.Linear{Out: c}, []dim.Shape{{N, C}}, "[N, c]"},
		{&ops.BatchNorm{Scale: true, Shift: true}, []dim.Shape{x}, "[N, C, H, W]"},
		{ops.GELU.Op(), []dim.Shape{x}, "[N, C, H, W]"},
		{&ops.AvgPoolTo{K: pair(1, 1)}, []dim.Shape{x}, "[N, C, 1, 1]"},
		{&ops.ReduceMean{Axis: dim.Shaped(1)}, []dim.Shape{x}, "[N, 1, H, W]"},
		{&ops.ReduceMax{Axis: dim.Shaped(2, 3)}, []dim.Shape{x}, "[N, C, 1, 1]"},
		{&ops.Flatten{}, []dim.Shape{{N, C, dim.Int(7), dim.Int(7)}}, "[N, 49*C]"},
		{&ops.Slice{From: c, To: C}, []dim.Shape{x}, "[N, C - c, H, W]"},
		{&ops.ChannelShuffle{Groups: c}, []dim.Shape{x}, "[N, C, H, W]"},
		{&ops.PixelShuffle{R: dim.Int(2)}, []dim.Shape{{N, C.Mul(dim.Int(4)), H, W}}, "[N, C, 2*H, 2*W]"},
		{&ops.PixelShuffle{R: c}, []dim.Shape{{N, C.Mul(c).Mul(c), H, W}}, "[N, C, H*c, W*c]"},
		{&ops.PixelUnshuffle{R: dim.Int(2)}, []dim.Shape{x}, "[N, 4*C, H/2, W/2]"},
		{&ops.Border{By: pads(1, 2, 0, 3), Mode: ops.Reflect}, []dim.Shape{x}, "[N, C, H + 3, W + 3]"},
		{&ops.Border{By: ops.Padding{Top: c, Bottom: c, Left: c, Right: c}, Mode: ops.Zeros}, []dim.Shape{x}, "[N, C, H + 2*c, W + 2*c]"},
		{&ops.Crop{By: pads(1, 2, 0, 3)}, []dim.Shape{x}, "[N, C, H - 3, W - 3]"},
		{&ops.ChannelAffine{Scale: numbers(3), Shift: numbers(3)}, []dim.Shape{x}, "[N, C, H, W]"},
		{&ops.Concat{Axis: dim.Int(1)}, []dim.Shape{x, y}, "[N, C + c, H, W]"},
		{&ops.Reshape{Shape: []dim.Size{C, H.Mul(W)}}, []dim.Shape{x}, "[N, C, H*W]"},
		{&ops.Matmul{}, []dim.Shape{{N, H, C}, {N, C, W}}, "[N, H, W]"},
		{permute(0, 2, 3, 1), []dim.Shape{x}, "[N, H, W, C]"},
		{softmax(2), []dim.Shape{x}, "[N, C, H, W]"},
		{&ops.Add{}, []dim.Shape{x, x}, "[N, C, H, W]"},
		{&ops.GroupNorm{Groups: c, Scale: true}, []dim.Shape{x}, "[N, C, H, W]"},
		{&ops.InstanceNorm{Shift: true}, []dim.Shape{x}, "[N, C, H, W]"},
		{lrn(5), []dim.Shape{x}, "[N, C, H, W]"},
	} {
		out, err := test.op.Infer(assumed{false}, test.in)
		if err != nil {
			t.Errorf("%s: %v", test.op.Name(), err)
			continue
		}
		if test.want != "" && out.String() != test.want {
			t.Errorf("%s: got %v, want %s", test.op.Name(), out, test.want)
		}
		cost := test.op.Cost(test.in, out)
		if !cost.MACs.IsValid() || !cost.FLOPs.IsValid() {
			t.Errorf("%s: got cost %v", test.op.Name(), cost)
		}
		_ = fmt.Sprint(test.op.Params(test.in))
	}
}

// An unknown size is not that of a gate, though it may be 1 by chance: it must be equal.
func TestSymbolicGate(t *testing.T) {
	one := dim.Int(1)
	x := dim.Shape{dim.Var("N"), dim.Var("C"), dim.Var("H"), dim.Var("W")}
	for _, gate := range []dim.Shape{{x[0], x[1], one, one}, {x[0], one, x[2], x[3]}, {x[0], x[1], x[2], one}, {x[0], one, one, one}} {
		for _, in := range [][]dim.Shape{{x, gate}, {gate, x}, {gate, x, x}} {
			out, err := (&ops.Mul{}).Infer(refusing{}, in)
			if err != nil || out.String() != "[N, C, H, W]" {
				t.Errorf("%v: got %v, %v", in, out, err)
			}
		}
	}
	for axis := range x {
		other := x.Clone()
		other[axis] = dim.Var("other")
		_, err := (&ops.Mul{}).Infer(refusing{}, []dim.Shape{x, other})
		if f, ok := err.(*ops.Fault); !ok || f.Kind != ops.SizesDiffer || f.Axis != axis {
			t.Errorf("%v and %v: got %v", x, other, err)
		}
	}
}

// refusing meets what holds for all sizes, and nothing else.
type refusing struct{}

func (refusing) Require(p dim.Size, r dim.Relation) bool {
	return p.Known() && dim.Numbers{}.Require(p, r)
}
func (refusing) Decide(p dim.Size, r dim.Relation) bool { return false }
func (refusing) Split(p dim.Size, r dim.Relation) bool  { return false }
func (r refusing) OfArgument() dim.Facts                { return r }

// An axis that is not known may be any.
func TestSymbolicAxis(t *testing.T) {
	x := dim.Shape{dim.Var("N"), dim.Var("C"), dim.Var("H"), dim.Var("W")}
	out, err := (&ops.ReduceMax{Axis: []dim.Size{dim.Var("a")}}).Infer(assumed{true}, []dim.Shape{x})
	if err != nil || out.String() != "[N, 1, H, W]" { // the first that is asked for
		t.Errorf("got %v, %v", out, err)
	}
	if _, err := (&ops.ReduceMax{Axis: []dim.Size{dim.Var("a")}}).Infer(assumed{false}, []dim.Shape{x}); err == nil {
		t.Error("an axis that is none")
	}
}

// A shape whose element count is more than a proof can represent is no fault.
func TestSymbolicProductIsNotNeeded(t *testing.T) {
	x := dim.Shape{dim.Var("N"), dim.Int(0), dim.Int(0), dim.Int(0)}
	for axis := 1; axis < 4; axis++ {
		for i := range 40 {
			x[axis] = x[axis].Add(dim.Var(fmt.Sprint("v", axis, "_", i)))
		}
	}
	if x.Product().IsValid() {
		t.Fatalf("the product of %v can be held", x)
	}
	if _, err := (ops.ReLU.Op()).Infer(assumed{}, []dim.Shape{x}); err != nil {
		t.Error(err)
	}
}
