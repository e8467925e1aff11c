package ops_test

import (
	"cnnlang/ops"
	"cnnlang/ops/optest"
)

// What the cases are made of.
var (
	conv, deconv, linear, lrn = optest.Conv, optest.Deconv, optest.Linear, optest.LRN
	maxpool, avgpool          = optest.MaxPool, optest.AvgPool
	pair, pads, pad, numbers  = optest.Pair, optest.Pads, optest.Pad, optest.Numbers
	stride, dilation, groups  = optest.Stride, optest.Dilation, optest.Groups
	softmax, reshape, permute = optest.Softmax, optest.Reshape, optest.Permute
	padded, mode, unbiased    = optest.Padded, optest.Mode, optest.Unbiased

	samePad = ops.Padding{Mode: ops.Same}
	halfPad = ops.Padding{Mode: ops.Half}
)

// in is the shapes of an op's inputs.
type in = [][]int
