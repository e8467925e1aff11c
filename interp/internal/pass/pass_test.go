package pass_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/graphtest"
	"cnnlang/interp/internal/pass"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

var args = regexp.MustCompile(`\(.*\)`)

// brief prints a graph one node a line, without arguments and shapes.
func brief(g *graph.Graph) string {
	var b strings.Builder
	for _, n := range g.Operations() {
		var in []int
		for _, m := range n.In {
			in = append(in, m.ID)
		}
		mark := ""
		if n == g.Output() {
			mark = " out"
		}
		if n.Side != nil {
			mark += " of " + n.Side.Name
		}
		fmt.Fprintf(&b, "%d %s: %s %v%s\n", n.ID, n.Path, args.ReplaceAllString(graph.Describe(n.Op), ""), in, mark)
	}
	return b.String()
}

func conv() ops.Op  { return graphtest.Conv(4, 3, 1, 1, true) }
func relu() ops.Op  { return ops.ReLU.Op() }
func prelu() ops.Op { return &ops.PReLU{PerChannel: true} }
func mean(countPad bool) ops.Op {
	return &ops.AvgPool{K: dim.Square(dim.Int(3)), Stride: dim.Square(dim.Int(1)), Pad: ops.Padding{Mode: ops.Half}, CountPad: countPad}
}
func add() ops.Op { return &ops.Add{} }

// narrowed is a mean, a convolution to fewer channels, its norm and an activation.
func narrowed(countPad, bias bool, path string, act ops.Op) func(*graphtest.Builder, *graph.Node) []*graph.Node {
	return func(b *graphtest.Builder, x *graph.Node) []*graph.Node {
		y := b.Add("pool", mean(countPad), b.Add("wide", graphtest.Conv(8, 1, 1, 1, false), x))
		y = b.Add("conv", graphtest.Conv(4, 1, 1, 1, bias), y)
		b.Add(path, act, b.Add("norm", graphtest.Norm(), y))
		return nil
	}
}

// TestPasses shows what small networks become. The function that builds one returns the
// nodes to keep.
func TestPasses(t *testing.T) {
	type nodes = []*graph.Node
	cases := []struct {
		name  string
		build func(b *graphtest.Builder, x *graph.Node) (keep nodes)
		opts  pass.Options
		want  string
	}{
		{"a norm and an activation go into the convolution", func(b *graphtest.Builder, x *graph.Node) nodes {
			x = b.Add("conv", conv(), x)
			x = b.Add("norm", graphtest.Norm(), x)
			b.Add("relu", relu(), x)
			return nil
		}, pass.Options{}, `
			1 conv: conv + norm + relu [0] out`},

		{"and into a linear layer", func(b *graphtest.Builder, x *graph.Node) nodes {
			x = b.Add("flatten", &ops.Flatten{}, x)
			x = b.Add("fc", graphtest.Linear(5), x)
			x = b.Add("norm", graphtest.Norm(), x)
			b.Add("gelu", ops.GELU.Op(), x)
			return nil
		}, pass.Options{}, `
			1 flatten: flatten [0]
			2 fc: linear + norm + gelu [1] out`},

		{"a convolution takes the zeros around its image over, and no other pixels", func(b *graphtest.Builder, x *graph.Node) nodes {
			pad := func(path, mode string, x *graph.Node) *graph.Node {
				return b.Add(path, &ops.Border{By: ops.Padding{Top: dim.Int(1), Bottom: dim.Int(0), Left: dim.Int(2), Right: dim.Int(3)}, Mode: mode}, x)
			}
			x = b.Add("conv1", conv(), pad("zeros", ops.Zeros, x))
			x = b.Add("conv2", conv(), pad("mirrored", ops.Reflect, x))
			twice := pad("twice", ops.Zeros, x)
			b.Add("concat", graphtest.Concat(), twice, b.Add("conv3", conv(), twice))
			return nil
		}, pass.Options{}, `
			1 conv1: conv [0]
			2 mirrored: pad [1]
			3 conv2: conv [2]
			4 twice: pad [3]
			5 conv3: conv [4]
			6 concat: concat [4 5] out`},

		{"through identities", func(b *graphtest.Builder, x *graph.Node) nodes {
			x = b.Add("conv", conv(), b.Add("id", &ops.Identity{}, x))
			x = b.Add("norm", graphtest.Norm(), b.Add("dropout", &ops.Dropout{P: dim.Ratio(1, 2)}, x))
			b.Add("last", &ops.Identity{}, x)
			return nil
		}, pass.Options{}, `
			1 conv: conv + norm [0] out`},

		{"through merges of one branch", func(b *graphtest.Builder, x *graph.Node) nodes {
			x = b.Add("concat", graphtest.Concat(), b.Add("conv", conv(), x))
			x = b.Add("norm", graphtest.Norm(), b.Add("add", &ops.Add{}, x))
			b.Add("relu", relu(), b.Add("mean", &ops.Mean{}, b.Add("max", &ops.Max{}, x)))
			return nil
		}, pass.Options{}, `
			1 conv: conv + norm + relu [0] out`},

		{"only the first of two norms, only the first of two activations", func(b *graphtest.Builder, x *graph.Node) nodes {
			x = b.Add("norm1", graphtest.Norm(), b.Add("conv1", conv(), x))
			x = b.Add("norm2", graphtest.Norm(), x)
			x = b.Add("relu1", relu(), b.Add("conv2", conv(), x))
			x = b.Add("relu2", relu(), x)
			b.Add("norm3", graphtest.Norm(), x)
			return nil
		}, pass.Options{}, `
			1 conv1: conv + norm [0]
			2 norm2: bn [1]
			3 conv2: conv + relu [2]
			4 relu2: relu [3]
			5 norm3: bn [4] out`},

		{"not what is read twice", func(b *graphtest.Builder, x *graph.Node) nodes {
			x = b.Add("conv1", conv(), x)
			y := b.Add("norm", graphtest.Norm(), x)
			z := b.Add("conv2", conv(), y)
			b.Add("concat", graphtest.Concat(), x, z, b.Add("relu", relu(), z))
			return nil
		}, pass.Options{}, `
			1 conv1: conv [0]
			2 norm: bn [1]
			3 conv2: conv [2]
			4 relu: relu [3]
			5 concat: concat [1 3 4] out`},

		{"a residual sum goes into its convolution", func(b *graphtest.Builder, x *graph.Node) nodes {
			y := b.Add("conv1", conv(), x)
			y = b.Add("norm1", graphtest.Norm(), y)
			y = b.Add("relu1", relu(), y)
			y = b.Add("conv2", conv(), y)
			y = b.Add("norm2", graphtest.Norm(), y)
			y = b.Add("add", add(), y, x)
			b.Add("relu2", relu(), y)
			return nil
		}, pass.Options{}, `
			1 conv1: conv + norm + relu [0]
			2 conv2: conv + norm + add + relu [1 0] out`},

		{"into the gate of a squeeze and excitation, with the activation", func(b *graphtest.Builder, x *graph.Node) nodes {
			y := b.Add("conv", conv(), x)
			gate := b.Add("gate", ops.Sigmoid.Op(), b.Add("gap", &ops.GlobalAvgPool{}, y))
			y = b.Add("mul", &ops.Mul{}, y, gate)
			b.Add("relu", relu(), b.Add("add", add(), y, x))
			return nil
		}, pass.Options{}, `
			1 conv: conv [0]
			2 gap: gap [1]
			3 gate: sigmoid [2]
			4 mul: mul + add + relu [1 3 0] out`},

		{"a learned gate goes into its product", func(b *graphtest.Builder, x *graph.Node) nodes {
			gate := func(path string, shape ...int) *graph.Node {
				return b.Add(path, &ops.Learned{Shape: dim.Shaped(shape...)}, b.Graph.Input())
			}
			y := b.Add("mul1", &ops.Mul{}, b.Add("conv", conv(), x), gate("gate1", 4, 1, 1))
			y = b.Add("mul2", &ops.Mul{}, gate("gate2", 4, 1, 1), y)
			shared := gate("shared", 4, 1, 1)
			y = b.Add("mul3", &ops.Mul{}, y, shared)
			y = b.Add("mul4", &ops.Mul{}, y, shared)
			b.Add("mul5", &ops.Mul{}, y, gate("whole", 4, 5, 6))
			return nil
		}, pass.Options{}, `
			1 conv: conv [0]
			2 mul1: mul [1]
			3 mul2: mul [2]
			4 shared: param [0]
			5 mul3: mul [3 4]
			6 mul4: mul [5 4]
			7 whole: param [0]
			8 mul5: mul [6 7] out`},

		{"but not one that is asked for", func(b *graphtest.Builder, x *graph.Node) nodes {
			gate := b.Add("gate", &ops.Learned{Shape: dim.Shaped(4, 1, 1)}, x)
			b.Add("mul", &ops.Mul{}, x, gate)
			return nodes{gate}
		}, pass.Options{}, `
			1 gate: param [0]
			2 mul: mul [0 1] out`},

		{"not into a product without gate", func(b *graphtest.Builder, x *graph.Node) nodes {
			y := b.Add("mul", &ops.Mul{}, x, x)
			b.Add("add", add(), y, x)
			return nil
		}, pass.Options{}, `
			1 mul: mul [0 0]
			2 add: add [1 0] out`},

		{"a convolution to fewer channels goes before the mean, the norm with it, and the activation behind", narrowed(false, true, "relu", relu()), pass.Options{}, `
			1 wide: conv [0]
			2 conv: conv + norm [1]
			3 pool: avgpool [2]
			4 conv: relu [3] out`},

		{"where the pool counts its padding, the norm stays behind", narrowed(true, false, "relu", relu()), pass.Options{}, `
			1 wide: conv [0]
			2 conv: conv [1]
			3 pool: avgpool [2]
			4 conv: bn [3]
			5 conv: relu [4] out`},

		{"nor does one go to as many channels, over a bias, or past a reader", func(b *graphtest.Builder, x *graph.Node) nodes {
			wide := b.Add("wide", graphtest.Conv(8, 1, 1, 1, false), x)
			a := b.Add("conv1", graphtest.Conv(8, 1, 1, 1, false), b.Add("pool1", mean(false), wide))
			c := b.Add("conv2", graphtest.Conv(4, 1, 1, 1, true), b.Add("pool2", mean(true), wide))
			read := b.Add("pool3", mean(false), wide)
			d := b.Add("conv3", graphtest.Conv(4, 1, 1, 1, false), read)
			b.Add("concat", graphtest.Concat(), a, c, d, read)
			return nil
		}, pass.Options{}, `
			1 wide: conv [0]
			2 pool1: avgpool [1]
			3 conv1: conv [2]
			4 pool2: avgpool [1]
			5 conv2: conv [4]
			6 pool3: avgpool [1]
			7 conv3: conv [6]
			8 concat: concat [3 5 7 6] out`},

		{"into the later of two", func(b *graphtest.Builder, x *graph.Node) nodes {
			y := b.Add("norm2", graphtest.Norm(), b.Add("conv2", conv(), x))
			z := b.Add("norm3", graphtest.Norm(), b.Add("conv3", conv(), x))
			b.Add("add", add(), y, z)
			return nil
		}, pass.Options{}, `
			1 conv2: conv + norm [0]
			2 conv3: conv + norm + add [0 1] out`},

		{"into the earlier where the later is not free", func(b *graphtest.Builder, x *graph.Node) nodes {
			y := b.Add("conv1", conv(), x)
			z := b.Add("relu", relu(), b.Add("conv2", conv(), x))
			b.Add("add", add(), y, z)
			return nil
		}, pass.Options{}, `
			1 conv2: conv + relu [0]
			2 conv1: conv + add [0 1] out`},

		{"one sum to a convolution", func(b *graphtest.Builder, x *graph.Node) nodes {
			y := b.Add("add1", add(), b.Add("conv", conv(), x), x)
			b.Add("add2", add(), y, x)
			return nil
		}, pass.Options{}, `
			1 conv: conv + add [0 0]
			2 add2: add [1 0] out`},

		{"a value added to itself stays", func(b *graphtest.Builder, x *graph.Node) nodes {
			x = b.Add("conv", conv(), x)
			b.Add("add", add(), x, x)
			return nil
		}, pass.Options{}, `
			1 conv: conv [0]
			2 add: add [1 1] out`},

		{"an activation goes into a sum of three", func(b *graphtest.Builder, x *graph.Node) nodes {
			b.Add("relu", ops.ReLU6.Op(), b.Add("add", add(), b.Add("conv", conv(), x), x, x))
			return nil
		}, pass.Options{}, `
			1 conv: conv [0]
			2 add: add + relu6 [1 0 0] out`},

		{"slopes go into a convolution, behind its sum too, and not into a sum of three", func(b *graphtest.Builder, x *graph.Node) nodes {
			x = b.Add("p1", prelu(), b.Add("norm", graphtest.Norm(), b.Add("conv1", conv(), x)))
			x = b.Add("p2", prelu(), b.Add("add2", add(), b.Add("conv2", conv(), x), x))
			b.Add("p3", prelu(), b.Add("add3", add(), b.Add("conv3", conv(), x), x, x))
			return nil
		}, pass.Options{}, `
			1 conv1: conv + norm + prelu [0]
			2 conv2: conv + add + prelu [1 1]
			3 conv3: conv [2]
			4 add3: add [3 2 2]
			5 p3: prelu [4] out`},

		{"nor into a product", func(b *graphtest.Builder, x *graph.Node) nodes {
			b.Add("slopes", prelu(), b.Add("mul", &ops.Mul{}, x, x))
			return nil
		}, pass.Options{}, `
			1 mul: mul [0 0]
			2 slopes: prelu [1] out`},

		{"slopes stay behind a mean that changes places with their convolution", narrowed(false, true, "slopes", prelu()), pass.Options{}, `
			1 wide: conv [0]
			2 conv: conv + norm [1]
			3 pool: avgpool [2]
			4 conv: prelu [3] out`},

		{"and so where the pool counts its padding", narrowed(true, false, "slopes", prelu()), pass.Options{}, `
			1 wide: conv [0]
			2 conv: conv [1]
			3 pool: avgpool [2]
			4 conv: bn [3]
			5 conv: prelu [4] out`},

		{"no sum after an activation, no norm after a sum", func(b *graphtest.Builder, x *graph.Node) nodes {
			x = b.Add("add", add(), b.Add("relu", relu(), b.Add("conv1", conv(), x)), x)
			y := b.Add("add2", add(), b.Add("conv2", conv(), x), x)
			b.Add("norm", graphtest.Norm(), y)
			return nil
		}, pass.Options{}, `
			1 conv1: conv + relu [0]
			2 add: add [1 0]
			3 conv2: conv + add [2 2]
			4 norm: bn [3] out`},

		{"what nothing needs goes", func(b *graphtest.Builder, x *graph.Node) nodes {
			y := b.Add("conv1", conv(), x)
			b.Add("relu", relu(), b.Add("lost", conv(), y))
			b.Add("conv2", conv(), y)
			return nil
		}, pass.Options{}, `
			1 conv1: conv [0]
			2 conv2: conv [1] out`},

		{"unless it is kept", func(b *graphtest.Builder, x *graph.Node) nodes {
			y := b.Add("conv1", conv(), x)
			lost := b.Add("lost", conv(), y)
			b.Add("conv2", conv(), y)
			return nodes{lost}
		}, pass.Options{}, `
			1 conv1: conv [0]
			2 lost: conv [1]
			3 conv2: conv [1] out`},

		{"a kept convolution keeps its norm", func(b *graphtest.Builder, x *graph.Node) nodes {
			x = b.Add("conv", conv(), x)
			b.Add("relu", relu(), b.Add("norm", graphtest.Norm(), x))
			return nodes{x}
		}, pass.Options{}, `
			1 conv: conv [0]
			2 norm: bn [1]
			3 relu: relu [2] out`},

		{"a kept norm its activation", func(b *graphtest.Builder, x *graph.Node) nodes {
			x = b.Add("norm", graphtest.Norm(), b.Add("conv", conv(), x))
			b.Add("relu", relu(), x)
			return nodes{x}
		}, pass.Options{}, `
			1 conv: conv + norm [0]
			2 relu: relu [1] out`},

		{"a kept identity stays", func(b *graphtest.Builder, x *graph.Node) nodes {
			x = b.Add("id", &ops.Identity{}, b.Add("conv", conv(), x))
			b.Add("norm", graphtest.Norm(), x)
			return nodes{x}
		}, pass.Options{}, `
			1 conv: conv [0]
			2 id: id [1]
			3 norm: bn [2] out`},

		{"side heads go", side, pass.Options{}, `
			1 conv: conv + norm [0] out`},
		{"unless asked for", side, pass.Options{Sides: []string{"aux"}}, `
			1 conv: conv [0]
			2 aux: conv + relu [1] of aux
			3 norm: bn [1] out`},
		{"or one of their nodes is kept", func(b *graphtest.Builder, x *graph.Node) nodes {
			side(b, x)
			return nodes{b.Graph.Nodes[2]}
		}, pass.Options{}, `
			1 conv: conv [0]
			2 aux: conv [1] of aux
			3 relu: relu [2] of aux
			4 norm: bn [1] out`},

		{"an output is also read from outside", func(b *graphtest.Builder, x *graph.Node) nodes {
			x = b.Add("conv", conv(), x)
			b.Head("aux")
			y := b.Add("aux1", conv(), b.Add("relu", relu(), x))
			z := b.Add("aux2", relu(), y)
			b.Side.Output = y
			return nodes{z}
		}, pass.Options{}, `
			1 conv: conv [0] out
			2 relu: relu [1] of aux
			3 aux1: conv [2] of aux
			4 aux2: relu [3] of aux`},

		{"no more than asked for", func(b *graphtest.Builder, x *graph.Node) nodes {
			b.Add("relu", relu(), b.Add("norm", graphtest.Norm(), b.Add("conv", conv(), x)))
			return nil
		}, pass.Options{After: "norm"}, `
			1 conv: conv + norm [0]
			2 relu: relu [1] out`},

		{"nothing left but the input", func(b *graphtest.Builder, x *graph.Node) nodes {
			b.Add("id", &ops.Identity{}, x)
			return nil
		}, pass.Options{}, ``},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := graphtest.Start(c.name, 1, 4, 5, 6)
			c.opts.Keep = c.build(b, b.Graph.Input())
			g := b.Graph
			before := brief(g)
			after, to := pass.Run(g, c.opts)
			want := strings.ReplaceAll(strings.TrimSpace(c.want), "\t", "")
			if diff := cmp.Diff(want, strings.TrimSpace(brief(after))); diff != "" {
				t.Error(diff)
			}
			if brief(g) != before {
				t.Errorf("the graph before changed: %s", brief(g))
			}
			if to[g.Output()] != after.Output() || to[g.Input()] != after.Input() {
				t.Error("the map loses the input or the output")
			}
			for _, n := range c.opts.Keep {
				if m := to[n]; m == nil || m.ID >= len(after.Nodes) || after.Nodes[m.ID] != m {
					t.Errorf("the map loses node %d", n.ID)
				}
			}
			if c.opts.After == "" {
				again, _ := pass.Run(after, pass.Options{Keep: images(to, c.opts.Keep), Sides: c.opts.Sides})
				if diff := cmp.Diff(brief(after), brief(again)); diff != "" {
					t.Errorf("a second time changes the graph: %s", diff)
				}
			}
			for _, n := range after.Nodes {
				if n.ID < len(g.Nodes) && g.Nodes[n.ID] == n {
					t.Errorf("node %d is in both graphs", n.ID)
				}
			}
		})
	}
}

func images(m pass.Map, nodes []*graph.Node) []*graph.Node {
	var list []*graph.Node
	for _, n := range nodes {
		list = append(list, m[n])
	}
	return list
}

// side is a convolution with a norm on the main path and a side head between.
func side(b *graphtest.Builder, x *graph.Node) []*graph.Node {
	x = b.Add("conv", conv(), x)
	b.Head("aux")
	b.Add("relu", relu(), b.Add("aux", conv(), x))
	b.Main()
	b.Add("norm", graphtest.Norm(), x)
	return nil
}
