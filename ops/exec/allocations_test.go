package exec_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/exec"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/optest"
	"cnnlang/ops/tensor"
)

// Every op at a size at which its work has several parts, in whatever it is computed.
var wideCases = []opCase{
	{conv(64, pair(3, 3), padded(pad(1))), in{{1, 64, 30, 30}}},
	{conv(64, pair(7, 7), padded(pad(3)), stride(2, 2)), in{{1, 3, 64, 64}}},
	{conv(128, pair(1, 1), stride(2, 2)), in{{1, 64, 60, 60}}},
	{conv(64, pair(3, 3), padded(pad(1)), groups(64)), in{{1, 64, 56, 56}}},
	{conv(64, pair(3, 3), padded(pad(1)), groups(8)), in{{1, 64, 56, 56}}},
	{deconv(64, pair(2, 2), pair(2, 2), pad(0)), in{{1, 64, 20, 20}}},
	{deconv(33, pair(2, 2), pair(2, 2), samePad), in{{1, 8, 20, 20}}},
	{linear(1000), in{{1, 600}}},
	{linear(64), in{{1, 32, 40, 40}}},
	{&ops.BatchNorm{Eps: dim.Ratio(1, 1000), Scale: true, Shift: true}, in{{1, 64, 40, 40}}},
	{&ops.LayerNorm{Eps: dim.Ratio(1, 1000)}, in{{1, 64, 40, 40}}},
	{groupNorm(8, true, true), in{{1, 64, 40, 40}}},
	{instanceNorm(false, false), in{{1, 64, 40, 40}}},
	{lrn(5), in{{1, 64, 40, 40}}},
	{&ops.L2Normalize{Eps: dim.Ratio(1, 1000)}, in{{1, 64, 40, 40}}},
	{ops.ReLU.Op(), in{{1, 64, 40, 40}}},
	{ops.ReLU6.Op(), in{{1, 64, 40, 40}}},
	{&ops.LeakyReLU{Slope: dim.Ratio(1, 10)}, in{{1, 64, 40, 40}}},
	{&ops.HardSigmoid{Slope: dim.Ratio(1, 6)}, in{{1, 64, 40, 40}}},
	{ops.HardSwish.Op(), in{{1, 64, 40, 40}}},
	{&ops.PReLU{PerChannel: true}, in{{1, 64, 40, 40}}},
	{ops.Tanh.Op(), in{{1, 64, 40, 40}}},
	{&ops.ELU{Alpha: dim.Int(1)}, in{{1, 64, 40, 40}}},
	{ops.Softplus.Op(), in{{1, 64, 40, 40}}},
	{ops.Mish.Op(), in{{1, 64, 40, 40}}},
	{ops.Sigmoid.Op(), in{{1, 64, 40, 40}}},
	{ops.SiLU.Op(), in{{1, 64, 40, 40}}},
	{ops.GELU.Op(), in{{1, 64, 40, 40}}},
	{ops.TanhGELU.Op(), in{{1, 64, 40, 40}}},
	{optest.Softmax(1), in{{1, 64, 40, 40}}},
	{optest.Softmax(3), in{{1, 64, 40, 40}}},
	{maxpool(pair(3, 3), pair(2, 2), pad(1), false), in{{1, 64, 40, 40}}},
	{avgpool(pair(3, 3), pair(1, 1), pad(1), false, true), in{{1, 64, 40, 40}}},
	{&ops.AvgPoolTo{K: pair(3, 4)}, in{{1, 128, 40, 40}}},
	{&ops.GlobalAvgPool{}, in{{1, 128, 40, 40}}},
	{mean(1), in{{1, 128, 40, 40}}},
	{mean(2, 3), in{{1, 128, 40, 40}}},
	{top(1), in{{1, 128, 40, 40}}},
	{top(2), in{{1, 128, 40, 40}}},
	{&ops.Pow{P: dim.Ratio(1, 3)}, in{{1, 64, 40, 40}}},
	{&ops.Scale{S: dim.Ratio(17, 100)}, in{{1, 64, 40, 40}}},
	{&ops.Learned{Shape: dim.Shaped(64, 40, 40)}, in{{2, 3, 8, 8}}},
	{ops.Gate(dim.Shaped(64, 1, 1)), in{{1, 64, 40, 40}}},
	{&ops.ChannelAffine{Scale: numbers(3), Shift: numbers(3)}, in{{1, 3, 150, 150}}},
	{&ops.Slice{From: dim.Int(32), To: dim.Int(128)}, in{{1, 128, 40, 40}}},
	{&ops.ChannelShuffle{Groups: dim.Int(4)}, in{{1, 64, 40, 40}}},
	{border(pads(3, 4, 6, 5), ops.Reflect), in{{1, 64, 40, 40}}},
	{&ops.Crop{By: pads(1, 0, 2, 3)}, in{{1, 64, 40, 40}}},
	{shuffle(2), in{{1, 64, 40, 40}}},
	{shuffle(2), in{{1, 16, 80, 80}}},
	{unshuffle(2), in{{1, 64, 40, 40}}},
	{optest.Matmul(), in{{1, 8, 100, 64}, {1, 8, 64, 100}}},
	{optest.Matmul(), in{{1, 512, 900}, {1, 900, 1}}},
	{optest.Permute(0, 2, 3, 1), in{{1, 64, 40, 40}}},
	{optest.Permute(0, 2, 1, 3), in{{1, 64, 40, 40}}},
	{resize(80, 80, ops.Bilinear, false), in{{1, 64, 40, 40}}},
	{&ops.Add{}, in{{1, 64, 40, 40}, {1, 64, 40, 40}}},
	{&ops.Mul{}, in{{1, 64, 40, 40}, {1, 64, 40, 40}}},
	{gateThen(ops.SiLU), in{{1, 64, 40, 40}, {1, 64, 1, 1}, {1, 64, 40, 40}}},
	{gateThen(ops.SiLU), in{{1, 64, 40, 40}, {1, 1, 40, 40}, {1, 64, 40, 40}}},
	{&ops.Mul{}, in{{1, 64, 40, 40}, {1, 64, 1, 40}, {1, 1, 40, 1}}},
	{&ops.Max{}, in{{1, 64, 40, 40}, {1, 64, 40, 40}}},
	{&ops.Mean{}, in{{1, 64, 40, 40}, {1, 64, 40, 40}}},
	{&ops.Concat{Axis: dim.Int(1)}, in{{1, 64, 40, 40}, {1, 32, 40, 40}}},
}

// forms are the ways to compute a case with a halo, with means among them.
func forms(t *testing.T, c opCase, in []tensor.Tensor) (list []*optest.Way) {
	t.Helper()
	for _, w := range optest.Ways(t, c.op, in, optest.Params(c.op, 1, in...)) {
		w = w.WithHalo(1)
		list = append(list, w)
		if w.Precision == layout.F32 && w.IsBlocked() && c.op.Name() == "conv" {
			means := *w
			means.To.Means = true
			list = append(list, &means)
		}
	}
	return list
}

// TestNoAllocations computes every algorithm in several parts on one thread and on two;
// TestMain looks at what that allocates.
func TestNoAllocations(t *testing.T) {
	named, known := map[string]bool{}, map[string]bool{}
	for _, c := range wideCases {
		for _, w := range forms(t, c, optest.Inputs(c.in)) {
			algorithm := w.Prepared().Algorithm
			named[c.op.Name()], known[algorithm] = true, true
			if _, parts := w.Parts(1); parts < 2 {
				t.Errorf("%s %v, %s: its work is one part", c.op.Name(), c.in, algorithm)
			}
			w.Compute(t, 1)
			w.Compute(t, 2)
		}
	}
	for _, op := range ops.Builtins {
		if !named[op.Name()] && !slices.Contains([]string{"flatten", "dropout", "drop_path", "id", "reshape"}, op.Name()) { // which compute nothing
			t.Errorf("no case of %s", op.Name())
		}
	}
	isa, _ := exec.ISA()
	kinds := []string{"gemm-", "dot-", "depthwise-generic-3x3", "split-direct-", "split-direct-.*-image", "direct-.*-image"}
	if hasBlocks() {
		kinds = append(kinds, "direct-"+isa, "winograd-"+isa, "direct-"+isa+"-means", "depthwise-"+isa+"-means", "grouped-"+isa)
	}
	if isa == "avx2" {
		kinds = append(kinds, "direct-avx2-compacted") // narrow kernels alone do that
	}
	all := strings.Join(slices.Sorted(maps.Keys(known)), "\n")
	for _, kind := range kinds {
		if !regexp.MustCompile("(?m)^" + kind).MatchString(all) {
			t.Errorf("nothing is computed by %s, only by\n%s", kind, all)
		}
	}
}
