package ops_test

import (
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/optest"
	"cnnlang/ops/ref"
	"cnnlang/ops/tensor"
)

// FuzzWindows compares ops that slide windows with the reference, at whatever
// small shapes and arguments come up.
func FuzzWindows(f *testing.F) {
	f.Add([]byte{0, 1, 4, 9, 9, 3, 3, 1, 1, 1, 1, 1, 1, 0, 8, 0, 1, 1})
	f.Add([]byte{1, 2, 3, 5, 6, 4, 4, 2, 2, 1, 1, 1, 1, 0, 3, 0, 1, 1})
	f.Add([]byte{2, 1, 2, 7, 8, 3, 3, 2, 2, 0, 0, 0, 0, 1, 0, 0, 1, 1})
	f.Add([]byte{3, 1, 2, 7, 8, 3, 2, 2, 3, 1, 0, 1, 0, 3, 0, 0, 1, 1})
	f.Add([]byte{0, 1, 6, 9, 7, 3, 3, 2, 2, 0, 0, 0, 0, 0, 6, 5, 2, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < 18 {
			return
		}
		n := func(i, below int) int { return int(b[i]) % below }
		x := optest.Rand(uint64(b[0]), 1+n(1, 3), 1+n(2, 9), 1+n(3, 20), 1+n(4, 20))
		k, s := pair(1+n(5, 8), 1+n(6, 8)), pair(1+n(7, 5), 1+n(8, 5))
		p := pads(n(9, 4), n(10, 4), n(11, 4), n(12, 4))
		p.Mode = ops.PaddingMode(n(13, 8) / 2 % 4)
		if p.Mode != ops.Explicit {
			p = ops.Padding{Mode: p.Mode}
		}
		var op ops.Op
		switch n(0, 4) {
		case 0:
			g := 1 + n(15, 9)
			op = &ops.Conv{Out: dim.Int(g * (1 + n(14, 7))), K: k, Stride: s, Pad: p, Groups: dim.Int(g),
				Dilation: pair(1+n(16, 3), 1+n(17, 3)), Bias: n(14, 2) == 0}
		case 1:
			op = deconv(1+n(14, 7), k, s, p)
		case 2:
			op = maxpool(k, s, p, n(14, 2) == 0)
		case 3:
			op = avgpool(k, s, p, n(14, 2) == 0, n(15, 2) == 0)
		}
		if _, err := op.Infer(dim.Numbers{}, []dim.Shape{dim.Shaped(x.Shape...)}); err != nil {
			return
		}
		params := optest.Params(op, 7, x)
		optest.Close(t, optest.Run(t, op, []tensor.Tensor{x}, params, 2), ref.Run(op, []tensor.Tensor{x}, params), sumBound(9*8*8))
	})
}
