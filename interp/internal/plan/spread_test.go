package plan

import (
	"fmt"
	"testing"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/graphtest"
	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/optest"
	"cnnlang/ops/tensor"
)

// What is made of one pixel lies in blocks where it fills them, as what it is added to does, and
// has the bits of what is made of plain values, but for the rounding of weighed pixels.
func TestOnePixelBecomesBlocks(t *testing.T) {
	for _, op := range []ops.Op{
		&ops.Resize{Size: dim.Square(dim.Int(9)), Mode: ops.Nearest},
		&ops.Resize{Size: dim.Square(dim.Int(9)), Mode: ops.Bilinear},
		&ops.Resize{Size: dim.Square(dim.Int(9)), Mode: ops.Bicubic, AlignCorners: true},
		&ops.Border{By: ops.Padding{Top: dim.Int(4), Bottom: dim.Int(4), Left: dim.Int(3), Right: dim.Int(5)}, Mode: ops.Replicate},
		&ops.AvgPoolTo{K: dim.Square(dim.Int(9))},
	} {
		for _, channels := range []int{4, 20, 32} {
			t.Run(fmt.Sprint(op.Name(), channels), func(t *testing.T) {
				b := graphtest.Start("common", 2, 32, 9, 9)
				x := b.Add("x", graphtest.Conv(channels, 3, 1, 1, true), b.Graph.Input())
				pixel := b.Add("pixel", graphtest.Conv(channels, 1, 1, 1, true), b.Add("mean", &ops.GlobalAvgPool{}, x))
				spread := b.Add("spread", op, pixel)
				b.Add("add", &ops.Add{}, x, spread)
				p := planned(t, b.Graph, pixel, spread)
				if blocked, want := p.program.of[spread].blocked(), channels > 4 && hasBlocks(); blocked != want {
					t.Errorf("it lies in blocks: %v, want %v", blocked, want)
				}
				checkValues(t, p, reference(b.Graph, graphtest.Inputs(b.Graph, 1)...), spread, b.Graph.Output())
				s := run(t, p, 2, 1)
				in, _ := s.At(pixel)
				got, _ := s.At(spread)
				want := optest.NewWay(optest.Plain(t, op, []tensor.Tensor{in}), []tensor.Tensor{in}, nil, got.Shape).Run(t, 1)
				if r, is := op.(*ops.Resize); is && r.Mode == ops.Bilinear { // whose kernel for blocks rounds less often
					optest.Close(t, got, want, 4*optest.Eps)
				} else if !same(got.Data, want.Data) {
					t.Error("other bits than of plain values")
				}
			})
		}
	}
}

// A value that is only shown, or that stays one pixel, is not brought into blocks.
func TestOnePixelStaysPlain(t *testing.T) {
	b := graphtest.Start("pixel", 1, 32, 9, 9)
	mean := b.Add("mean", &ops.GlobalAvgPool{}, b.Add("x", graphtest.Conv(32, 3, 1, 1, true), b.Graph.Input()))
	var stay []*graph.Node
	for i, op := range []ops.Op{&ops.Resize{Size: dim.Square(dim.Int(1)), Mode: ops.Nearest}, ops.HardSwish.Op()} {
		stay = append(stay, b.Add(fmt.Sprint(i), op, mean))
	}
	b.Add("add", &ops.Add{}, stay...)
	p := planned(t, b.Graph)
	for _, n := range stay {
		if p.program.of[n].blocked() {
			t.Errorf("%s lies in blocks", n.Path)
		}
	}
}
