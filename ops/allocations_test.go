package ops_test

import (
	"maps"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/optest"
	"cnnlang/ops/tensor"
)

// Every op at a size at which its work has several parts, in whatever it is computed.
var wideCases = []struct {
	op ops.Op
	in in
}{
	{conv(64, pair(3, 3), padded(pad(1))).Choose("direct"), in{{1, 64, 30, 30}}},
	{conv(64, pair(3, 3), padded(pad(1))).Choose("winograd"), in{{1, 64, 30, 30}}},
	{conv(64, pair(7, 7), padded(pad(3)), stride(2, 2)), in{{1, 3, 64, 64}}},
	{conv(128, pair(1, 1), stride(2, 2)), in{{1, 64, 60, 60}}},
	{conv(64, pair(3, 3), padded(pad(1)), groups(64)), in{{1, 64, 56, 56}}},
	{conv(64, pair(3, 3), padded(pad(1)), groups(8)), in{{1, 64, 56, 56}}},
	{deconv(64, pair(2, 2), pair(2, 2), pad(0)), in{{1, 64, 20, 20}}},
	{deconv(33, pair(2, 2), pair(2, 2), samePad), in{{1, 8, 20, 20}}},
	{linear(1000), in{{1, 600}}},
	{linear(64), in{{1, 32, 40, 40}}},
	{&ops.BatchNorm{Eps: dim.Ratio(1, 1000)}, in{{1, 64, 40, 40}}},
	{&ops.LayerNorm{Eps: dim.Ratio(1, 1000)}, in{{1, 64, 40, 40}}},
	{lrn(5), in{{1, 64, 40, 40}}},
	{&ops.L2Normalize{Eps: dim.Ratio(1, 1000)}, in{{1, 64, 40, 40}}},
	{&ops.ReLU{}, in{{1, 64, 40, 40}}},
	{&ops.ReLU6{}, in{{1, 64, 40, 40}}},
	{&ops.Sigmoid{}, in{{1, 64, 40, 40}}},
	{&ops.SiLU{}, in{{1, 64, 40, 40}}},
	{&ops.GELU{}, in{{1, 64, 40, 40}}},
	{&ops.Softmax{}, in{{1, 64, 40, 40}}},
	{maxpool(pair(3, 3), pair(2, 2), pad(1), false), in{{1, 64, 40, 40}}},
	{avgpool(pair(3, 3), pair(1, 1), pad(1), false, true), in{{1, 64, 40, 40}}},
	{&ops.AvgPoolTo{K: pair(3, 4)}, in{{1, 128, 40, 40}}},
	{&ops.GlobalAvgPool{}, in{{1, 128, 40, 40}}},
	{&ops.Scale{S: dim.Ratio(17, 100)}, in{{1, 64, 40, 40}}},
	{&ops.LayerScale{}, in{{1, 64, 40, 40}}},
	{&ops.ChannelAffine{Scale: numbers(3), Shift: numbers(3)}, in{{1, 3, 150, 150}}},
	{&ops.Slice{From: dim.Int(32), To: dim.Int(128)}, in{{1, 128, 40, 40}}},
	{&ops.ChannelShuffle{Groups: dim.Int(4)}, in{{1, 64, 40, 40}}},
	{&ops.Add{}, in{{1, 64, 40, 40}, {1, 64, 40, 40}}},
	{&ops.Mul{}, in{{1, 64, 40, 40}, {1, 64, 40, 40}}},
	{gateThen(ops.ActSiLU), in{{1, 64, 40, 40}, {1, 64, 1, 1}, {1, 64, 40, 40}}},
	{&ops.Max{}, in{{1, 64, 40, 40}, {1, 64, 40, 40}}},
	{&ops.Mean{}, in{{1, 64, 40, 40}, {1, 64, 40, 40}}},
	{&ops.Concat{Axis: dim.Int(1)}, in{{1, 64, 40, 40}, {1, 32, 40, 40}}},
}

// TestNoAllocations computes every algorithm in several parts on one thread and on two;
// TestMain looks at what that allocates.
func TestNoAllocations(t *testing.T) {
	named, known := map[string]bool{}, map[string]bool{}
	for _, c := range wideCases {
		x := random(c.in)
		params := optest.Params(c.op, 1, x...)
		for _, p := range everyForm(t, c.op, x, params) {
			named[c.op.Name()], known[p.Algorithm()] = true, true
			if parts := p.runOn(t, 1); parts < 2 {
				t.Errorf("%s %v, %s: its work is one part", c.op.Name(), c.in, p.Algorithm())
			}
			p.runOn(t, 2)
		}
	}
	for _, op := range ops.Builtins {
		if !named[op.Name()] && !slices.Contains([]string{"flatten", "dropout", "id"}, op.Name()) { // which compute nothing
			t.Errorf("no case of %s", op.Name())
		}
	}
	isa, _ := ops.ISA()
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

// TestFirstRunsAllocateNothing computes grouped convolutions each in a process of its own:
// what is made once for all must be made before the first run that wants it, whatever was
// computed before. With -short, as under emulation, no process is started.
func TestFirstRunsAllocateNothing(t *testing.T) {
	if testing.Short() {
		return
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range blockedConvs {
		if c.op.Groups == dim.Int(1) || c.in[1] > 60 {
			continue
		}
		name := strings.ReplaceAll(describe(c.op, c.in), " ", "_")
		child := exec.Command(self, "-test.short", "-test.v", "-test.run=^TestBlockedConvMatchesReference$/^"+regexp.QuoteMeta(name)+"$")
		if text, err := child.CombinedOutput(); err != nil || !strings.Contains(string(text), "--- PASS: TestBlockedConvMatchesReference/") {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
	}
}

// A form is an op prepared for inputs in their layouts.
type form struct {
	ops.Prepared
	in  []tensor.Tensor
	out int // float32
}

// runOn computes it and returns the most parts of a task.
func (f form) runOn(t *testing.T, threads int) (parts int) {
	t.Helper()
	out := tensor.Tensor{Data: make([]float32, f.out)}
	tasks := f.Bind(out, f.in, make([]float32, f.Scratch(threads)), threads)
	for _, task := range tasks {
		parts = max(parts, task.Parts())
	}
	optest.Do(t, tasks, threads)
	return parts
}

// plainForm prepares an op for values in row-major order.
func plainForm(t *testing.T, op ops.Op, in, params []tensor.Tensor) form {
	t.Helper()
	return form{optest.Prepare(t, op, in, params), in, optest.Shape(t, op, in...).Elements()}
}

// everyForm prepares an op for all kinds of values that it computes, results with means
// among them.
func everyForm(t *testing.T, op ops.Op, in, params []tensor.Tensor) []form {
	t.Helper()
	out := optest.Shape(t, op, in...)
	var shapes []tensor.Shape
	for _, x := range in {
		shapes = append(shapes, x.Shape)
	}
	list := []form{plainForm(t, op, in, params)}
	add := func(how ops.Blocking, prepare preparer, to ops.Layout) {
		if how.In == nil {
			return
		}
		var values []ops.Value
		var laid []tensor.Tensor
		for i, x := range in {
			values = append(values, ops.Value{Shape: x.Shape, Layout: how.In[i]})
			laid = append(laid, laidAny(how.In[i], x))
		}
		list = append(list, form{prepare(values, ops.Value{Shape: out, Layout: to}, params), laid, ops.Value{Shape: out, Layout: to}.Floats()})
	}
	blocks := ops.Layout{Block: ops.Lanes, HaloH: 1, HaloW: 1}
	if b, ok := op.(ops.Blocker); ok {
		how := b.Blocked(shapes, out)
		add(how, b.PrepareBlocked, blocks)
		if means := blocks; op.Name() == "conv" {
			means.Means = true
			add(how, b.PrepareBlocked, means)
		}
	}
	if b, ok := op.(ops.BF16Blocker); ok {
		add(b.BlockedBF16(shapes, out), b.PrepareBF16, ops.Layout{Block: 32, BF16: true, HaloH: 1, HaloW: 1})
	}
	if b, ok := op.(ops.Splitter); ok {
		add(b.BlockedSplit(shapes, out), b.PrepareSplit, blocks)
	}
	return list
}
