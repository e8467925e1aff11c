package ops_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"strings"
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/dim"
)

func TestCosts(t *testing.T) {
	for _, c := range []struct {
		op          ops.Op
		in          in
		macs, flops int
	}{
		// [1, 4, 2, 2] out of windows of 3*3*3: 16*27.
		{conv(4, pair(3, 3), unbiased), in{{1, 3, 4, 4}}, 432, 864},
		{conv(4, pair(3, 3)), in{{1, 3, 4, 4}}, 432, 864 + 16},
		{conv(4, pair(1, 1), groups(2), unbiased), in{{3, 6, 2, 2}}, 3 * 4 * 4 * 3, 2 * 3 * 4 * 4 * 3},
		// The first layer of ResNet-50.
		{conv(64, pair(7, 7), stride(2, 2), padded(pad(3)), unbiased), in{{1, 3, 224, 224}}, 118013952, 236027904},
		// 2*3*3 pixels in, each times 2*2 weights for each of 5 out; 5*6*6 biases.
		{deconv(5, pair(2, 2), pair(2, 2), pad(0)), in{{1, 2, 3, 3}}, 360, 720 + 180},
		{spread(deconv(4, pair(2, 2), pair(2, 2), pad(0)), 2, pair(1, 1), pair(0, 0)), in{{1, 2, 3, 3}}, 144, 288 + 144},
		{linear(10), in{{2, 84}}, 1680, 3360 + 20},
		{linear(10), in{{1, 84, 2, 3}}, 5040, 10080 + 60},
		{&ops.BatchNorm{Scale: true, Shift: true}, in{{2, 3, 4, 5}}, 0, 240},
		{&ops.LayerNorm{}, in{{2, 3, 4, 5}}, 0, 240},
		{&ops.GroupNorm{Groups: dim.Int(3), Scale: true, Shift: true}, in{{2, 3, 4, 5}}, 0, 960},
		{&ops.InstanceNorm{}, in{{2, 3, 4, 5}}, 0, 960},
		{lrn(5), in{{2, 3, 4, 5}}, 0, 240},
		{&ops.L2Normalize{}, in{{2, 3}}, 0, 12},
		{softmax(1), in{{2, 3}}, 0, 18},
		{ops.ReLU.Op(), in{{2, 3, 4, 5}}, 0, 120},
		{ops.ReLU6.Op(), in{{2, 3}}, 0, 6},
		{&ops.LeakyReLU{}, in{{2, 3}}, 0, 12},
		{&ops.PReLU{}, in{{2, 3}}, 0, 12},
		{&ops.HardSigmoid{}, in{{2, 3}}, 0, 24},
		{ops.HardSwish.Op(), in{{2, 3}}, 0, 30},
		{ops.Sigmoid.Op(), in{{2, 3}}, 0, 6},
		{ops.SiLU.Op(), in{{2, 3}}, 0, 6},
		{ops.GELU.Op(), in{{2, 3}}, 0, 6},
		{ops.Tanh.Op(), in{{2, 3}}, 0, 6},
		{&ops.ELU{}, in{{2, 3}}, 0, 6},
		{ops.Softplus.Op(), in{{2, 3}}, 0, 6},
		{ops.Mish.Op(), in{{2, 3}}, 0, 6},
		{maxpool(pair(3, 2), pair(1, 1), pad(0), false), in{{1, 2, 4, 4}}, 0, 2 * 2 * 3 * 6},
		{avgpool(pair(3, 2), pair(1, 1), pad(0), false, true), in{{1, 2, 4, 4}}, 0, 2 * 2 * 3 * 6},
		{&ops.AvgPoolTo{K: pair(2, 3)}, in{{1, 2, 4, 4}}, 0, 2 * 2 * 3 * 2 * 2},
		{&ops.GlobalAvgPool{}, in{{1, 2, 4, 4}}, 0, 32},
		{&ops.ReduceMean{Axis: dim.Shaped(1)}, in{{2, 3, 4, 5}}, 0, 120},
		{&ops.ReduceMax{Axis: dim.Shaped(2, 3)}, in{{2, 3, 4, 5}}, 0, 120},
		{&ops.Flatten{}, in{{1, 2, 4, 4}}, 0, 0},
		{&ops.DropPath{}, in{{1, 2, 4, 4}}, 0, 0},
		{&ops.Dropout{}, in{{1, 2, 4, 4}}, 0, 0},
		{&ops.Identity{}, in{{1, 2, 4, 4}}, 0, 0},
		{&ops.Pow{}, in{{1, 2, 4, 4}}, 0, 32},
		{&ops.Scale{}, in{{1, 2, 4, 4}}, 0, 32},
		{&ops.Learned{Shape: dim.Shaped(3, 4)}, in{{1, 2, 4, 4}}, 0, 0},
		{ops.Gate(dim.Shaped(2, 1, 1)), in{{1, 2, 4, 4}}, 0, 32},
		{&ops.ChannelAffine{Scale: numbers(2), Shift: numbers(2)}, in{{1, 2, 4, 4}}, 0, 64},
		{&ops.Slice{To: dim.Int(1)}, in{{1, 2, 4, 4}}, 0, 0},
		{&ops.Resize{Size: pair(3, 2), Mode: ops.Nearest}, in{{1, 2, 4, 4}}, 0, 0},
		{&ops.Resize{Size: pair(3, 2), Mode: ops.Bilinear}, in{{1, 2, 4, 4}}, 0, 96},
		{&ops.Resize{Size: pair(3, 2), Mode: ops.Bicubic}, in{{1, 2, 4, 4}}, 0, 384},
		{reshape(32), in{{1, 2, 4, 4}}, 0, 0},
		{permute(0, 2, 1, 3), in{{1, 2, 4, 4}}, 0, 0},
		{&ops.ChannelShuffle{Groups: dim.Int(2)}, in{{1, 2, 4, 4}}, 0, 0},
		{&ops.PixelShuffle{R: dim.Int(2)}, in{{1, 4, 3, 5}}, 0, 0},
		{&ops.PixelUnshuffle{R: dim.Int(2)}, in{{1, 2, 4, 4}}, 0, 0},
		{&ops.Border{By: pad(1), Mode: ops.Zeros}, in{{1, 2, 4, 4}}, 0, 0},
		{&ops.Crop{By: pad(1)}, in{{1, 2, 4, 4}}, 0, 0},
		{&ops.Add{}, in{{1, 2}, {1, 2}, {1, 2}}, 0, 4},
		{&ops.Mul{}, in{{1, 2, 4, 4}, {1, 2, 1, 1}}, 0, 32},
		{&ops.Mul{}, in{{1, 1, 4, 4}, {1, 2, 4, 4}}, 0, 32},
		{&ops.Max{}, in{{1, 2}, {1, 2}}, 0, 2},
		{&ops.Mean{}, in{{1, 2}, {1, 2}}, 0, 4},
		{&ops.Matmul{}, in{{2, 3, 4, 5}, {2, 3, 5, 6}}, 720, 1440},
		{&ops.Concat{Axis: dim.Int(1)}, in{{1, 2}, {1, 2}}, 0, 0},
	} {
		out, err := infer(c.op, c.in)
		if err != nil {
			t.Error(err)
			continue
		}
		var shapes []dim.Shape
		for _, s := range c.in {
			shapes = append(shapes, dim.Shaped(s...))
		}
		got := c.op.Cost(shapes, out)
		if got.MACs != dim.Int(c.macs) || got.FLOPs != dim.Int(c.flops) {
			t.Errorf("%s of %v: got %v MACs, %v FLOPs; want %d, %d", c.op.Name(), c.in, got.MACs, got.FLOPs, c.macs, c.flops)
		}
	}
}

// Fusing changes no total.
func TestFusedCost(t *testing.T) {
	x := dim.Shaped(1, 8, 5, 6)
	norm := &ops.BatchNorm{Scale: true, Shift: true}
	for _, op := range []ops.Fuser{conv(4, pair(3, 3)), deconv(4, pair(3, 3), pair(2, 2), pad(0)), linear(4)} {
		out, err := op.Infer(dim.Numbers{}, []dim.Shape{x})
		if err != nil {
			t.Fatal(err)
		}
		want := op.Cost([]dim.Shape{x}, out).FLOPs
		for _, next := range []struct {
			op ops.Op
			in []dim.Shape
		}{{norm, []dim.Shape{out}}, {&ops.Add{}, []dim.Shape{out, out}}, {ops.ReLU.Op(), []dim.Shape{out}}} {
			want = want.Add(next.op.Cost(next.in, out).FLOPs)
		}
		fused := op.WithEpilogue(ops.Epilogue{Norm: norm, Add: true, Act: ops.ReLU})
		if got := fused.Cost([]dim.Shape{x, out}, out).FLOPs; got != want {
			t.Errorf("%s: got %v FLOPs fused, %v apart", op.Name(), got, want)
		}
	}
}

func TestParams(t *testing.T) {
	norm := &ops.BatchNorm{Scale: true, Shift: true}
	for _, c := range []struct {
		op   ops.Op
		in   []int
		want string
	}{
		{conv(8, pair(3, 5), groups(2)), []int{1, 6, 9, 9}, "weight[8, 3, 3, 5] bias[8]"},
		{conv(8, pair(3, 5), unbiased), []int{1, 6, 9, 9}, "weight[8, 6, 3, 5]"},
		{conv(8, pair(1, 1)).WithEpilogue(ops.Epilogue{Norm: norm}), []int{1, 6, 9, 9},
			"weight[8, 6, 1, 1] bias[8] weight[8] bias[8] running_mean[8]* running_var[8]*"},
		{deconv(8, pair(3, 5), pair(1, 1), pad(0)), []int{1, 6, 9, 9}, "weight[6, 8, 3, 5] bias[8]"},
		{spread(deconv(8, pair(3, 5), pair(1, 1), pad(0)), 2, pair(1, 1), pair(0, 0)), []int{1, 6, 9, 9}, "weight[6, 4, 3, 5] bias[8]"},
		{linear(8), []int{1, 6}, "weight[8, 6] bias[8]"},
		{norm, []int{1, 6, 9, 9}, "weight[6] bias[6] running_mean[6]* running_var[6]*"},
		{&ops.BatchNorm{Shift: true}, []int{1, 6, 9, 9}, "bias[6] running_mean[6]* running_var[6]*"},
		{&ops.BatchNorm{Scale: true}, []int{1, 6}, "weight[6] running_mean[6]* running_var[6]*"},
		{conv(8, pair(1, 1), unbiased).WithEpilogue(ops.Epilogue{Norm: &ops.BatchNorm{}, Act: (&ops.PReLU{}).Activation()}), []int{1, 6, 9, 9},
			"weight[8, 6, 1, 1] running_mean[8]* running_var[8]* weight[1]"},
		{&ops.LayerNorm{}, []int{1, 6, 9, 9}, "weight[6] bias[6]"},
		{&ops.GroupNorm{Groups: dim.Int(2), Scale: true, Shift: true}, []int{1, 6, 9, 9}, "weight[6] bias[6]"},
		{&ops.GroupNorm{Groups: dim.Int(2), Shift: true}, []int{1, 6, 9, 9}, "bias[6]"},
		{&ops.InstanceNorm{}, []int{1, 6, 9, 9}, ""},
		{&ops.InstanceNorm{Scale: true}, []int{1, 6, 9, 9}, "weight[6]"},
		{&ops.Learned{Shape: dim.Shaped(6, 1, 1)}, []int{1, 3, 9, 9}, "[6, 1, 1]"},
		{ops.Gate(dim.Shaped(6, 1, 1)), []int{1, 6, 9, 9}, "[6, 1, 1]"},
		{ops.ReLU.Op(), []int{1, 6, 9, 9}, ""},
	} {
		var got []string
		for _, p := range c.op.Params([]dim.Shape{dim.Shaped(c.in...)}) {
			running := ""
			if p.Running {
				running = "*"
			}
			got = append(got, fmt.Sprint(p.Leaf, p.Shape, running))
		}
		if text := strings.Join(got, " "); text != c.want {
			t.Errorf("%s: got %s, want %s", c.op.Name(), text, c.want)
		}
	}
}

// Every op says in its doc comment what it costs.
func TestEveryOpDocumentsItsCost(t *testing.T) {
	docs := typeComments(t)
	for _, op := range ops.Builtins {
		name := reflect.TypeOf(op).Elem().Name()
		if !strings.Contains(docs[name], "\nCost: ") {
			t.Errorf("the comment of %s does not say its cost", name)
		}
	}
}

func typeComments(t *testing.T) map[string]string {
	docs := map[string]string{}
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.TYPE {
				docs[g.Specs[0].(*ast.TypeSpec).Name.Name] = g.Doc.Text()
			}
		}
	}
	return docs
}
