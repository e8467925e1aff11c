package conv_test

import (
	"slices"
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/optest"
	"cnnlang/ops/tensor"
)

// Convolutions to test epilogues with, and their algorithms; if they add, the one after
// "add".
var epilogueCases = []struct {
	in    [4]int
	op    *ops.Conv
	ways  []string // of any instruction set
	lines []string // where there are blocks of float32
	adds  []string // of lines, those that add as well
}{
	{[4]int{2, 5, 7, 9}, conv(9, pair(3, 3), padded(pad(1))), []string{"gemm"}, nil, nil},
	{[4]int{2, 5, 7, 9}, conv(9, pair(1, 1), unbiased), []string{"gemm"}, nil, nil},
	{[4]int{2, 6, 5, 5}, conv(9, pair(3, 3), groups(3)), []string{"gemm"}, nil, nil},
	{[4]int{2, 5, 3, 4}, conv(9, pair(3, 4)), []string{"dot"}, nil, nil},
	{[4]int{2, 5, 7, 9}, conv(10, pair(3, 3), groups(5)), []string{"gemm"}, nil, nil},
	{[4]int{2, 5, 7, 9}, conv(5, pair(2, 3), groups(5), unbiased), []string{"plain depthwise"}, nil, nil},
	{[4]int{2, 20, 9, 7}, conv(40, pair(3, 5), padded(pads(1, 1, 2, 2))), []string{"bf16"}, []string{"direct"}, []string{"direct"}},
	{[4]int{2, 20, 9, 7}, conv(40, pair(1, 1)), []string{"bf16"}, []string{"direct"}, []string{"direct"}},
	{[4]int{2, 20, 9, 7}, conv(40, pair(3, 3), padded(pad(1)), groups(20)), []string{"gemm"}, nil, nil},
	{[4]int{2, 20, 9, 7}, conv(20, pair(3, 3), padded(pad(1)), groups(20)), []string{"bf16 depthwise"}, []string{"depthwise"}, []string{"depthwise"}},
	{[4]int{2, 20, 9, 7}, conv(20, pair(3, 3), padded(pad(1)), groups(5)), []string{"gemm"}, []string{"grouped"}, nil},
	{[4]int{2, 20, 9, 7}, conv(64, pair(1, 1)), []string{"bf16", "split"}, []string{"direct"}, []string{"direct"}},
	{[4]int{2, 20, 9, 7}, conv(64, pair(3, 3), padded(pad(1))), []string{"bf16", "split"}, []string{"direct"}, []string{"direct"}},
}

// An epilogue must do the same as the separate ops, by every algorithm.
func TestEpilogues(t *testing.T) {
	for _, c := range epilogueCases {
		for _, norm := range []*ops.BatchNorm{nil, {Eps: dim.Ratio(1, 1000), Scale: true, Shift: true}, {Eps: dim.Ratio(1, 1000), Shift: true}} {
			for _, add := range []bool{false, true} {
				for _, act := range optest.Acts() {
					e := ops.Epilogue{Norm: norm, Add: add, Act: act}
					t.Run(describe(c.op, c.in)+e.String(), func(t *testing.T) {
						want := c.ways
						switch {
						case hasBlocks() && add:
							want = slices.Concat(want, c.adds)
						case hasBlocks():
							want = slices.Concat(want, c.lines)
						}
						ways := optest.CheckEpilogue(t, c.op, e, c.in[:])
						for _, name := range want {
							if !slices.ContainsFunc(ways, func(w *optest.Way) bool { return w.Name == name }) {
								t.Errorf("no %s among %v", name, ways)
							}
						}
					})
				}
			}
		}
	}
}

// The value added may be the result's own memory, also where Winograd's algorithm computes
// a tile directly, and in rows of which AVX2 tiles may break the second.
func TestAddInPlace(t *testing.T) {
	e := ops.Epilogue{Add: true, Act: ops.ReLU}
	for _, op := range []*ops.Conv{
		conv(40, pair(3, 3), padded(pad(1))), conv(40, pair(1, 1)), conv(50, pair(3, 3), padded(pad(1)), groups(50)),
	} {
		for _, width := range []int{9, 7} {
			x := []tensor.Tensor{optest.Rand(1, 2, 50, 9, width), optest.Rand(2, 2, op.Out.MustInt(), 9, width)}
			x[0].Data[0] = 1e20
			op := epilogued(op, e)
			leads := false
			for _, w := range optest.Every(t, op, x, optest.Params(op, 3, x...), func(*optest.Way, tensor.Tensor) {}) {
				leads = leads || w.Leads
			}
			if hasBlocks() && !leads {
				t.Error("not blocked")
			}
		}
	}
}
