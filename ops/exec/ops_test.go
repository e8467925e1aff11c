package exec_test

import (
	"fmt"
	"math"
	"os"
	"slices"
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/exec"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/optest"
	"cnnlang/ops/tensor"
)

// No op allocates, in any algorithm and layout, on any number of threads.
func TestMain(m *testing.M) { os.Exit(optest.Exit(m)) }

// hasBlocks reports whether the selected instruction set has blocked kernels of float32.
func hasBlocks() bool {
	isa, _ := exec.ISA()
	return isa != "generic"
}

// bound is the allowed error: for sums by their length, for the rest some eps of numbers up
// to about 10.
func bound(c opCase) float64 {
	switch op := c.op.(type) {
	case *ops.Linear, *ops.Deconv, *ops.Matmul:
		return optest.SumBound(optest.Products(op, optest.Inputs(c.in)))
	}
	return 32 * eps
}

// These work only on plain values, or make such of blocks.
var plainOnly = []string{"layer_norm", "lrn", "l2_normalize", "flatten", "dropout", "drop_path", "id", "param", "channel_affine", "channel_shuffle", "mean", "permute", "matmul"}

// Every case in all ways: each op has one, and each that works in blocks has one in blocks
// of float32 and of bfloat16.
func TestOpsMatchReference(t *testing.T) {
	plain, blocks := map[string]bool{"conv": true}, map[layout.Element]map[string]bool{layout.Float32: {}, layout.BFloat16: {}}
	for _, c := range opCases {
		t.Run(fmt.Sprint(c.op.Name(), c.in), func(t *testing.T) {
			for _, w := range optest.Matches(t, c.op, func(*optest.Way) float64 { return bound(c) }, optest.Inputs(c.in)...) {
				switch {
				case w.Precision == layout.F32Fast:
				case w.IsBlocked():
					blocks[w.Out.Element][c.op.Name()] = true
				default:
					plain[c.op.Name()] = true
				}
			}
		})
	}
	for _, op := range ops.Builtins {
		name := op.Name()
		if !plain[name] {
			t.Errorf("no case of %s", name)
		}
		for e, done := range blocks {
			has := name != "conv" && (e == layout.BFloat16 || hasBlocks()) && !slices.Contains(plainOnly, name)
			if done[name] != has {
				t.Errorf("%s in blocks of %v: %v, want %v", name, e.Lanes(), done[name], has)
			}
		}
	}
}

// An epilogue must do the same as the separate ops. Those of convolutions are tested in
// package conv.
func TestEpilogues(t *testing.T) {
	for _, c := range []struct {
		op ops.Fuser
		in []int
	}{
		{deconv(3, pair(3, 3), pair(2, 2), pad(1)), []int{2, 4, 5, 6}},
		{deconv(3, pair(2, 2), pair(9, 9), pad(0)), []int{2, 4, 3, 3}},
		{deconv(9, pair(3, 3), pair(1, 1), pad(1)), []int{2, 6, 9, 9}},
		{linear(11), []int{3, 17}},
		{linear(11), []int{2, 5, 3, 3}},
	} {
		for _, norm := range []*ops.BatchNorm{nil, {Eps: dim.Ratio(1, 1000), Scale: true, Shift: true}, {Eps: dim.Ratio(1, 1000), Shift: true}} {
			for _, add := range []bool{false, true} {
				for _, act := range optest.Acts() {
					e := ops.Epilogue{Norm: norm, Add: add, Act: act}
					t.Run(fmt.Sprint(c.op.Name(), c.in, e), func(t *testing.T) {
						for _, w := range optest.CheckEpilogue(t, c.op, e, c.in) {
							if over := w.TryOver(t); add != (over == 1) {
								t.Errorf("%v: adds: %v, over %d inputs", w, add, over)
							}
						}
					})
				}
			}
		}
	}
}

// An op that overwrites its first input does so even if that is every input.
func TestInPlace(t *testing.T) {
	over := map[string]bool{}
	for _, c := range opCases {
		if _, multiplies := c.op.(*ops.Matmul); multiplies {
			continue // its inputs may differ in all axes, and it is never in place
		}
		x := optest.Rand(1, c.in[0]...)
		inputs := slices.Repeat([]tensor.Tensor{x}, len(c.in))
		for _, w := range optest.Ways(t, c.op, inputs, optest.Params(c.op, 3, inputs...)) {
			if slices.Contains(w.Overwrites, 0) {
				over[c.op.Name()] = true
				if w.TryOver(t) == 0 {
					t.Errorf("%s %v, %v: not over its input", c.op.Name(), c.in, w)
				}
			}
		}
	}
	want := []string{"prelu", "bn", "layer_norm", "group_norm", "instance_norm", "l2_normalize", "softmax", "scale", "pow", "channel_affine", "add", "mul", "max", "mean"}
	for _, a := range ops.Activations {
		want = append(want, a.Name())
	}
	for _, op := range ops.Builtins {
		if name := op.Name(); over[name] != slices.Contains(want, name) {
			t.Errorf("%s is computed in place: %v", name, over[name])
		}
	}
}

// An alias has nothing to do over its input's memory.
func TestAliases(t *testing.T) {
	for _, op := range []ops.Op{&ops.Flatten{}, &ops.Dropout{}, &ops.DropPath{}, &ops.Identity{}, optest.Reshape(7, 15), optest.Permute(0, 1, 2, 3), optest.Permute(0, 4, 1, 2, 3)} {
		name := op.Name()
		x := []tensor.Tensor{optest.Rand(1, 2, 3, 5, 7)}
		if p, is := op.(*ops.Permute); is && len(p.Axes) == 5 {
			x[0].Shape = append(x[0].Shape, 1) // which alone changes its place
		}
		for _, w := range optest.Ways(t, op, x, nil) {
			if !w.Alias {
				t.Errorf("%s, %v: no alias", name, w)
			}
			out := tensor.Tensor{Shape: w.Shape, Data: x[0].Data}
			if tasks := w.Prepared().Bind(out, x, nil, 1); len(tasks) != 0 {
				t.Errorf("%s has %d tasks over its input", name, len(tasks))
			}
		}
	}
}

// NaN and infinities propagate as in PyTorch.
func TestNaN(t *testing.T) {
	nan := float32(math.NaN())
	x := tensor.From([]float32{1, nan, 2, 3}, 1, 1, 2, 2)
	y := tensor.From([]float32{0, 0, nan, 0}, 1, 1, 2, 2)
	for _, c := range []struct {
		op   ops.Op
		in   []tensor.Tensor
		want []float32
	}{
		{ops.ReLU.Op(), []tensor.Tensor{x}, []float32{1, nan, 2, 3}},
		{ops.ReLU6.Op(), []tensor.Tensor{x}, []float32{1, nan, 2, 3}},
		{maxpool(pair(1, 2), pair(1, 1), pad(0), false), []tensor.Tensor{x}, []float32{nan, 3}},
		{maxpool(pair(2, 1), pair(1, 1), pad(0), false), []tensor.Tensor{x}, []float32{2, nan}},
		{&ops.Max{}, []tensor.Tensor{x, y}, []float32{1, nan, nan, 3}},
		{&ops.GlobalAvgPool{}, []tensor.Tensor{x}, []float32{nan}},
		{mean(2), []tensor.Tensor{x}, []float32{1.5, nan}},
		{top(2), []tensor.Tensor{x}, []float32{2, nan}},
		{top(3), []tensor.Tensor{x}, []float32{nan, 3}},
		{top(1, 2), []tensor.Tensor{x}, []float32{2, nan}},
	} {
		for _, w := range optest.Ways(t, c.op, c.in, nil) {
			got := w.Run(t, 1)
			optest.Close(t, tensor.From(got.Data, len(c.want)), tensor.From(c.want, len(c.want)), 0)
		}
	}
}

// What works in float32 is there in every precision.
func TestFloat32IsInAllPrecisions(t *testing.T) {
	for _, c := range opCases {
		var in []tensor.Shape
		for _, x := range c.in {
			in = append(in, x)
		}
		out := optest.Shape(t, c.op, optest.Inputs(c.in)...)
		names := func(precision layout.Precision) (names []string) {
			for _, a := range exec.Algorithms(c.op, in, out, precision) {
				if a.Precision == layout.F32 && a.Out.Element == layout.Float32 {
					names = append(names, fmt.Sprint(a.Name, a.In, a.Out))
				}
			}
			return names
		}
		want := names(layout.F32)
		for _, precision := range []layout.Precision{layout.BF16, layout.F32Fast} {
			if got := names(precision); !slices.Equal(got, want) {
				t.Errorf("%s of %v in %v: got %v, want %v", c.op.Name(), c.in, precision, got, want)
			}
		}
	}
}

// All algorithms to choose from lead, and there are several.
func TestTunable(t *testing.T) {
	for _, c := range []struct {
		op   ops.Op
		in   tensor.Shape
		want []string
	}{
		{conv(64, pair(3, 3), padded(pad(1))), tensor.Shape{1, 64, 28, 28}, []string{"direct", "winograd"}},
		{conv(64, pair(1, 1)), tensor.Shape{1, 64, 28, 28}, nil},
		{ops.ReLU.Op(), tensor.Shape{1, 64, 28, 28}, nil},
	} {
		out := optest.Shape(t, c.op, tensor.New(c.in...))
		var names []string
		for _, a := range exec.Tunable(c.op, []tensor.Shape{c.in}, out) {
			if names = append(names, a.Name); !a.Leads || a.Out != layout.Blocked(layout.Float32) {
				t.Errorf("%s of %s: to %v, leads: %v", a.Name, c.op.Name(), a.Out, a.Leads)
			}
		}
		if slices.Sort(names); hasBlocks() && !slices.Equal(names, c.want) || !hasBlocks() && names != nil {
			t.Errorf("%s of %v: %v, want %v", c.op.Name(), c.in, names, c.want)
		}
	}
}
