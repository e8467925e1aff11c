package exec_test

import (
	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/optest"
)

// What the cases are made of.
var (
	conv, deconv, linear, lrn = optest.Conv, optest.Deconv, optest.Linear, optest.LRN
	maxpool, avgpool          = optest.MaxPool, optest.AvgPool
	gateThen, numbers         = optest.GateThen, optest.Numbers
	pair, pads, pad           = optest.Pair, optest.Pads, optest.Pad
	stride, dilation, groups  = optest.Stride, optest.Dilation, optest.Groups
	padded                    = optest.Padded

	samePad = ops.Padding{Mode: ops.Same}
	halfPad = ops.Padding{Mode: ops.Half}
)

const eps = optest.Eps

func resize(h, w int, mode string, corners bool) ops.Op {
	return &ops.Resize{Size: pair(h, w), Mode: mode, AlignCorners: corners}
}

func border(by ops.Padding, mode string) ops.Op { return &ops.Border{By: by, Mode: mode} }

// spread is a deconv with its further settings.
func spread(d *ops.Deconv, groups int, dilation, more dim.Pair) ops.Op {
	d.Groups, d.Dilation, d.OutputPad = dim.Int(groups), dilation, more
	return d
}

// bare is a deconv without bias that has so many more rows and columns.
func bare(d *ops.Deconv, rows, columns int) ops.Op {
	d.Bias, d.OutputPad = false, pair(rows, columns)
	return d
}

func shuffle(r int) ops.Op    { return &ops.PixelShuffle{R: dim.Int(r)} }
func unshuffle(r int) ops.Op  { return &ops.PixelUnshuffle{R: dim.Int(r)} }
func mean(axes ...int) ops.Op { return &ops.ReduceMean{Axis: dim.Shaped(axes...)} }
func top(axes ...int) ops.Op  { return &ops.ReduceMax{Axis: dim.Shaped(axes...)} }

func groupNorm(groups int, scale, shift bool) ops.Op {
	return &ops.GroupNorm{Groups: dim.Int(groups), Eps: dim.Ratio(1, 1000), Scale: scale, Shift: shift}
}

func instanceNorm(scale, shift bool) ops.Op {
	return &ops.InstanceNorm{Eps: dim.Ratio(1, 1000), Scale: scale, Shift: shift}
}

// in is the shapes of an op's inputs.
type in = [][]int

// An opCase is an op on inputs of these shapes.
type opCase struct {
	op ops.Op
	in in
}

// opCases are the ops but conv, at shapes around what they are split by: blocks
// of 64 pixels, 512 and 16384 elements, 8 rows, 256 products.
var opCases = []opCase{
	{linear(1), in{{1, 1}}},
	{linear(7), in{{1, 255}}},
	{linear(8), in{{3, 256}}},
	{linear(9), in{{5, 257}}},
	{linear(1000), in{{1, 2048}}},
	{linear(700), in{{40, 600}}},
	{linear(5), in{{2, 7, 3, 5}}},
	{linear(5), in{{2, 7, 1, 1}}},
	{linear(64), in{{1, 32, 9, 9}}},

	{deconv(3, pair(2, 2), pair(2, 2), pad(0)), in{{1, 5, 7, 6}}},
	{deconv(3, pair(3, 3), pair(1, 1), pad(1)), in{{2, 4, 5, 7}}},
	{deconv(9, pair(4, 4), pair(2, 2), pad(1)), in{{3, 17, 8, 8}}},
	{deconv(3, pair(3, 5), pair(2, 3), pads(0, 1, 2, 0)), in{{1, 2, 4, 5}}},
	{deconv(3, pair(2, 1), pair(3, 4), pad(0)), in{{1, 2, 4, 5}}},
	{deconv(3, pair(3, 4), pair(2, 2), samePad), in{{1, 2, 4, 5}}},
	{deconv(3, pair(5, 3), pair(2, 1), halfPad), in{{1, 2, 4, 5}}},
	{deconv(2, pair(3, 17), pair(9, 8), pads(1, 0, 3, 2)), in{{2, 3, 3, 4}}},
	{deconv(33, pair(2, 2), pair(2, 2), pad(0)), in{{1, 270, 9, 9}}},
	{spread(deconv(6, pair(3, 3), pair(2, 2), pad(1)), 2, pair(1, 1), pair(1, 1)), in{{2, 4, 5, 6}}},
	{spread(deconv(4, pair(3, 2), pair(2, 3), pads(1, 0, 2, 1)), 1, pair(3, 2), pair(2, 0)), in{{2, 3, 5, 6}}},
	{spread(deconv(4, pair(2, 3), pair(1, 1), pad(0)), 2, pair(2, 3), pair(0, 1)), in{{1, 6, 5, 6}}},
	{spread(deconv(6, pair(3, 5), pair(9, 8), pads(1, 0, 3, 2)), 3, pair(2, 5), pair(4, 3)), in{{2, 3, 3, 4}}},
	{spread(deconv(5, pair(3, 3), pair(2, 2), samePad), 1, pair(1, 2), pair(0, 0)), in{{1, 3, 4, 5}}},

	{&ops.BatchNorm{Eps: dim.Ratio(1, 100000), Scale: true, Shift: true}, in{{3, 17}}},
	{&ops.BatchNorm{Eps: dim.Ratio(1, 100000), Scale: true, Shift: true}, in{{2, 5, 7, 9}}},
	{&ops.BatchNorm{Eps: dim.Ratio(1, 100000), Scale: true, Shift: true}, in{{1, 3, 150, 150}}},
	{&ops.BatchNorm{Eps: dim.Ratio(1, 100000), Shift: true}, in{{2, 5, 7, 9}}},
	{&ops.BatchNorm{Eps: dim.Ratio(1, 100000), Scale: true}, in{{2, 40, 7, 9}}},
	{&ops.BatchNorm{Eps: dim.Ratio(1, 100000)}, in{{2, 40, 7, 9}}},
	{&ops.LayerNorm{Eps: dim.Ratio(1, 1000000)}, in{{2, 96, 7, 9}}},
	{&ops.LayerNorm{Eps: dim.Ratio(1, 1000000)}, in{{3, 17}}},
	{&ops.LayerNorm{Eps: dim.Ratio(1, 1000000)}, in{{1, 2, 8, 8}}},
	{groupNorm(2, true, true), in{{2, 6, 7, 9}}},
	{groupNorm(1, true, false), in{{2, 5, 7, 9}}},
	{groupNorm(5, false, true), in{{1, 5, 1, 9}}},
	{groupNorm(3, true, true), in{{3, 18}}},
	{groupNorm(1, false, false), in{{1, 2, 150, 151}}},
	{instanceNorm(false, false), in{{2, 5, 7, 9}}},
	{instanceNorm(true, true), in{{2, 3, 70, 3}}},
	{lrn(1), in{{1, 3, 5, 5}}},
	{lrn(5), in{{2, 7, 9, 9}}},
	{lrn(99), in{{1, 4, 3, 43}}},
	{lrn(3), in{{3, 8}}},
	{&ops.L2Normalize{Eps: dim.Ratio(1, 1000)}, in{{3, 17}}},
	{&ops.L2Normalize{Eps: dim.Ratio(1, 1000)}, in{{2, 5, 5, 13}}},
	{&ops.L2Normalize{Eps: dim.Int(3)}, in{{2, 5, 5, 13}}},
	{optest.Matmul(), in{{2, 5, 7}, {2, 7, 3}}},
	{optest.Matmul(), in{{1, 3, 33, 300}, {1, 3, 300, 65}}},
	{optest.Matmul(), in{{2, 70, 1}, {2, 1, 130}}},
	{optest.Matmul(), in{{1, 130, 512}, {1, 512, 150}}}, // rows that share lines of the cache
	{optest.Matmul(), in{{1, 140, 341}, {1, 341, 29}}},  // so do every third
	{optest.Matmul(), in{{2, 25, 1100}, {2, 1100, 24}}}, // several sums
	{optest.Matmul(), in{{1, 67, 40}, {1, 40, 700}}},
	{optest.Matmul(), in{{1, 1, 530}, {1, 530, 40}}},
	{optest.Matmul(), in{{2, 3, 21, 90}, {2, 3, 90, 1}}},
	{optest.Matmul(), in{{2, 1, 3}, {2, 3, 1}}},
	{optest.Matmul(), in{{1, 2, 3, 9, 10}, {1, 2, 3, 10, 17}}},
	{optest.Reshape(7, 6, 10), in{{2, 3, 4, 35}}},
	{optest.Reshape(40, 3, 35), in{{2, 40, 7, 15}}},
	{optest.Reshape(17, 1, 70), in{{2, 17, 10, 7}}},
	{optest.Reshape(33, 12, 2), in{{2, 33, 1, 24}}},
	{optest.Permute(0, 2, 1), in{{2, 33, 50}}},
	{optest.Permute(0, 2, 3, 1), in{{2, 3, 5, 7}}},
	{optest.Permute(0, 3, 1, 2), in{{2, 17, 4, 40}}},
	{optest.Permute(0, 3, 2, 1), in{{2, 5, 31, 18}}},
	{optest.Permute(0, 2, 3, 1), in{{2, 50, 5, 9}}},
	{optest.Permute(0, 2, 1, 3), in{{2, 50, 5, 9}}},
	{optest.Permute(0, 3, 1, 2), in{{2, 16, 4, 9}}},
	{optest.Permute(0, 2, 1, 3), in{{2, 5, 6, 7}}},
	{optest.Permute(0, 2, 1, 3), in{{1, 2, 3, 20000}}},
	{optest.Permute(0, 1, 3, 2), in{{2, 5, 1, 9}}},
	{optest.Permute(0, 4, 2, 3, 1), in{{2, 3, 4, 5, 18}}},
	{optest.Permute(0, 3, 1, 4, 2), in{{2, 3, 4, 5, 6}}},
	{optest.Permute(0, 1, 2, 3), in{{2, 3, 4, 5}}},
	{optest.Permute(0, 1), in{{2, 3}}},

	{optest.Softmax(1), in{{1, 1000}}},
	{optest.Softmax(1), in{{5, 1}}},
	{optest.Softmax(1), in{{2, 21, 5, 13}}},
	{optest.Softmax(1), in{{2, 150, 3, 100}}},
	{optest.Softmax(1), in{{2, 16, 3, 9}}},
	{optest.Softmax(1), in{{2, 50, 2, 1}}},
	{optest.Softmax(2), in{{2, 3, 200, 7}}},
	{optest.Softmax(2), in{{2, 40, 1, 9}}},
	{optest.Softmax(3), in{{2, 40, 2, 70}}},
	{optest.Softmax(3), in{{2, 3, 5, 131}}},
	{optest.Softmax(3), in{{2, 3, 5, 1}}},
	{optest.Softmax(2), in{{1, 3, 70, 32, 2}}},
	{optest.Softmax(3), in{{2, 2, 3, 5, 33}}},

	{ops.ReLU.Op(), in{{1, 3, 5, 7}}},
	{ops.ReLU.Op(), in{{2, 16384}}},
	{ops.ReLU6.Op(), in{{1, 16385}}},
	{&ops.LeakyReLU{Slope: dim.Ratio(1, 10)}, in{{1, 16385}}},
	{&ops.LeakyReLU{Slope: dim.Ratio(-3, 2)}, in{{2, 3, 5, 7}}},
	{&ops.PReLU{PerChannel: true}, in{{3, 1001}}},
	{&ops.PReLU{PerChannel: true}, in{{2, 3, 5, 7}}},
	{&ops.PReLU{}, in{{2, 3, 5, 7}}},
	{&ops.HardSigmoid{Slope: dim.Ratio(1, 6)}, in{{2, 16383}}},
	{&ops.HardSigmoid{Slope: dim.Ratio(1, 5)}, in{{2, 3, 5, 7}}},
	{ops.HardSwish.Op(), in{{1, 16385}}},
	{ops.Sigmoid.Op(), in{{1, 16383}}},
	{ops.SiLU.Op(), in{{2, 3, 5, 7}}},
	{ops.GELU.Op(), in{{2, 3, 5, 7}}},
	{ops.TanhGELU.Op(), in{{2, 3, 50, 71}}},
	{ops.Tanh.Op(), in{{2, 3, 5, 7}}},
	{&ops.ELU{Alpha: dim.Ratio(3, 2)}, in{{2, 3, 5, 7}}},
	{ops.Softplus.Op(), in{{2, 3, 5, 7}}},
	{ops.Mish.Op(), in{{2, 3, 5, 7}}},

	{maxpool(pair(1, 1), pair(1, 1), pad(0), false), in{{1, 1, 1, 1}}},
	{maxpool(pair(3, 3), pair(2, 2), pad(1), false), in{{2, 5, 13, 14}}},
	{maxpool(pair(3, 3), pair(2, 2), pad(0), true), in{{1, 3, 7, 8}}},
	{maxpool(pair(2, 2), pair(2, 2), pad(0), true), in{{1, 3, 7, 8}}},
	{maxpool(pair(2, 2), pair(3, 3), pad(1), true), in{{1, 3, 7, 9}}},
	{maxpool(pair(1, 1), pair(2, 3), pad(0), true), in{{1, 3, 6, 8}}},
	{maxpool(pair(3, 2), pair(1, 3), pads(2, 0, 1, 1), false), in{{1, 3, 5, 11}}},
	{maxpool(pair(3, 3), pair(2, 2), samePad, true), in{{1, 3, 8, 9}}},
	{maxpool(pair(2, 3), pair(3, 2), samePad, false), in{{1, 3, 8, 9}}},
	{maxpool(pair(5, 5), pair(1, 1), halfPad, false), in{{1, 3, 3, 4}}},
	{maxpool(pair(3, 3), pair(2, 2), pad(1), false), in{{1, 30, 100, 101}}},

	{avgpool(pair(3, 3), pair(1, 1), pad(1), false, true), in{{2, 5, 7, 9}}},
	{avgpool(pair(3, 3), pair(1, 1), pad(1), false, false), in{{2, 5, 7, 9}}},
	{avgpool(pair(3, 3), pair(2, 2), pad(1), true, true), in{{1, 5, 6, 8}}},
	{avgpool(pair(3, 3), pair(2, 2), pad(1), true, false), in{{1, 5, 6, 8}}},
	{avgpool(pair(2, 2), pair(3, 3), pads(0, 1, 1, 1), true, true), in{{1, 5, 6, 8}}},
	{avgpool(pair(2, 2), pair(3, 3), pads(0, 1, 1, 1), true, false), in{{1, 5, 6, 8}}},
	{avgpool(pair(3, 2), pair(2, 3), samePad, false, true), in{{1, 5, 6, 8}}},
	{avgpool(pair(3, 2), pair(2, 3), samePad, true, false), in{{1, 5, 6, 8}}},
	{avgpool(pair(7, 7), pair(1, 1), pad(0), false, true), in{{1, 64, 7, 7}}},
	{&ops.AvgPoolTo{K: pair(1, 1)}, in{{2, 3, 7, 5}}},
	{&ops.AvgPoolTo{K: pair(7, 7)}, in{{1, 3, 7, 7}}},
	{&ops.AvgPoolTo{K: pair(3, 4)}, in{{2, 3, 7, 5}}},
	{&ops.AvgPoolTo{K: pair(5, 9)}, in{{1, 3, 3, 4}}},
	{&ops.GlobalAvgPool{}, in{{3, 5, 7, 9}}},
	{&ops.GlobalAvgPool{}, in{{1, 5, 1, 1}}},
	{mean(1), in{{2, 5, 7, 9}}},
	{mean(2), in{{2, 5, 7, 9}}},
	{mean(3), in{{2, 5, 7, 9}}},
	{mean(2, 3), in{{2, 5, 7, 9}}},
	{mean(1, 3), in{{2, 5, 7, 9}}},
	{mean(1, 2, 3), in{{2, 5, 7, 9}}},
	{mean(1), in{{1, 3, 150, 151}}},
	{mean(3), in{{1, 1, 2, 40000}}},
	{top(1), in{{2, 5, 7, 9}}},
	{top(2), in{{2, 5, 7, 9}}},
	{top(3), in{{2, 5, 7, 9}}},
	{top(2, 3), in{{2, 5, 7, 9}}},
	{top(1, 2), in{{2, 5, 7, 9}}},
	{top(1, 2, 3), in{{2, 5, 1, 1}}},

	{&ops.Flatten{}, in{{2, 3, 5, 7}}},
	{&ops.Flatten{}, in{{2, 3}}},
	{&ops.DropPath{}, in{{2, 3, 5, 7}}},
	{&ops.Dropout{}, in{{2, 3}}},
	{&ops.Identity{}, in{{1, 3, 200, 200}}},
	{&ops.Pow{P: dim.Int(3)}, in{{1, 3, 5, 7}}},
	{&ops.Pow{P: dim.Int(-2)}, in{{2, 17, 5, 7}}},
	{&ops.Pow{P: dim.Int(11)}, in{{2, 17}}},
	{&ops.Scale{S: dim.Ratio(17, 100)}, in{{1, 3, 5, 7}}},
	{&ops.Learned{Shape: dim.Shaped(1)}, in{{1, 1}}},
	{&ops.Learned{Shape: dim.Shaped(7)}, in{{3, 2, 5, 5}}},
	{&ops.Learned{Shape: dim.Shaped(7, 5)}, in{{2, 2}}},
	{&ops.Learned{Shape: dim.Shaped(3, 1, 1)}, in{{5, 3, 4, 4}}},
	{&ops.Learned{Shape: dim.Shaped(3, 83, 127)}, in{{2, 3, 4, 4}}},
	{ops.Gate(dim.Shaped(3, 1, 1)), in{{2, 3, 5, 7}}},
	{ops.Gate(dim.Shaped(3)), in{{2, 3}}},
	{&ops.ChannelAffine{Scale: numbers(3), Shift: numbers(3)}, in{{2, 3, 5, 7}}},
	{&ops.Slice{From: dim.Int(0), To: dim.Int(1)}, in{{1, 1}}},
	{&ops.Slice{From: dim.Int(2), To: dim.Int(5)}, in{{3, 7, 3, 5}}},
	{&ops.ChannelShuffle{Groups: dim.Int(1)}, in{{1, 6, 3, 5}}},
	{&ops.ChannelShuffle{Groups: dim.Int(3)}, in{{2, 12, 3, 5}}},
	{&ops.ChannelShuffle{Groups: dim.Int(6)}, in{{1, 6}}},

	{border(pads(1, 0, 2, 3), ops.Zeros), in{{2, 3, 5, 7}}},
	{border(pads(3, 4, 6, 5), ops.Reflect), in{{2, 3, 5, 7}}},
	{border(pads(3, 0, 9, 8), ops.Replicate), in{{2, 3, 1, 2}}},
	{border(pads(1, 1, 0, 500), ops.Zeros), in{{1, 1, 100, 2}}},
	{&ops.Crop{By: pads(1, 0, 2, 3)}, in{{2, 3, 5, 7}}},
	{&ops.Crop{By: pads(0, 4, 6, 0)}, in{{1, 3, 5, 7}}},
	{shuffle(2), in{{2, 12, 3, 5}}},
	{shuffle(3), in{{1, 9, 4, 7}}},
	{shuffle(1), in{{2, 3, 5, 7}}},
	{unshuffle(2), in{{2, 3, 6, 10}}},
	{unshuffle(3), in{{1, 1, 6, 9}}},

	{resize(3, 4, ops.Nearest, false), in{{2, 3, 7, 5}}},
	{resize(9, 11, ops.Nearest, false), in{{1, 3, 4, 5}}},
	{resize(10, 14, ops.Bilinear, false), in{{2, 3, 5, 7}}},
	{resize(1, 1, ops.Bilinear, true), in{{2, 3, 5, 7}}},
	{resize(7, 300, ops.Bilinear, true), in{{1, 3, 9, 150}}},
	{resize(10, 3, ops.Bicubic, false), in{{2, 3, 5, 7}}},
	{resize(4, 9, ops.Bicubic, true), in{{2, 3, 5, 1}}},

	{&ops.Add{}, in{{1, 3, 5, 7}}},
	{&ops.Add{}, in{{1, 3, 5, 7}, {1, 3, 5, 7}}},
	{&ops.Add{}, in{{2, 16385}, {2, 16385}, {2, 16385}}},
	{(&ops.Add{}).WithEpilogue(ops.Epilogue{Act: ops.ReLU6}), in{{2, 700}, {2, 700}}},
	{&ops.Max{}, in{{1, 3, 5, 7}, {1, 3, 5, 7}, {1, 3, 5, 7}}},
	{&ops.Mean{}, in{{1, 3, 5, 7}, {1, 3, 5, 7}, {1, 3, 5, 7}}},
	{&ops.Mul{}, in{{2, 3, 5, 7}}},
	{&ops.Mul{}, in{{2, 3, 25, 27}, {2, 3, 25, 27}}},
	{&ops.Mul{}, in{{2, 3, 25, 27}, {2, 3, 1, 1}}},
	{&ops.Mul{}, in{{2, 3, 1, 1}, {2, 3, 5, 7}, {2, 3, 1, 1}, {2, 3, 5, 7}}},
	{&ops.Mul{}, in{{2, 3, 1, 1}, {2, 3, 1, 1}}},
	{&ops.Mul{}, in{{2, 3}, {2, 3}}},
	{&ops.Mul{}, in{{2, 3}, {2, 1}}},
	{&ops.Mul{}, in{{2, 3, 25, 27}, {2, 1, 25, 27}}},
	{&ops.Mul{}, in{{2, 1, 25, 1}, {2, 3, 25, 27}, {2, 3, 1, 1}, {2, 1, 1, 27}}},
	{&ops.Mul{}, in{{2, 3, 5, 1}, {2, 3, 5, 7}}},
	{&ops.Mul{}, in{{2, 3, 5, 7}, {2, 3, 1, 7}}},
	{&ops.Mul{}, in{{2, 3, 5, 7}, {2, 1, 1, 1}}},
	{gateThen(ops.ReLU), in{{2, 3, 25, 27}, {2, 1, 25, 27}, {2, 3, 25, 27}}},
	{gateThen(ops.ReLU), in{{2, 3, 25, 27}, {2, 3, 1, 1}, {2, 3, 25, 27}}},
	{gateThen(ops.GELU), in{{2, 3, 1, 1}, {2, 3, 5, 7}, {2, 3, 5, 7}}},
	{(&ops.Mul{}).WithEpilogue(ops.Epilogue{Act: ops.ReLU6}), in{{2, 3, 5, 7}, {2, 3, 5, 7}}},
	{&ops.Concat{Axis: dim.Int(1)}, in{{1, 3, 5, 7}}},
	{&ops.Concat{Axis: dim.Int(1)}, in{{2, 3, 5, 7}, {2, 1, 5, 7}, {2, 6, 5, 7}}},
	{&ops.Concat{Axis: dim.Int(2)}, in{{2, 3, 5, 7}, {2, 3, 1, 7}}},
	{&ops.Concat{Axis: dim.Int(3)}, in{{2, 3, 5, 7}, {2, 3, 5, 1}}},
	{&ops.Concat{Axis: dim.Int(1)}, in{{3, 2}, {3, 5}}},
	{&ops.Concat{Axis: dim.Int(1)}, in{{1, 2, 300, 301}, {1, 1, 300, 301}}},

	// Images with several blocks of channels.
	{maxpool(pair(3, 3), pair(2, 2), pad(1), false), in{{2, 37, 13, 30}}},
	{maxpool(pair(3, 3), pair(1, 1), pad(1), false), in{{1, 16, 9, 29}}},
	{avgpool(pair(3, 3), pair(1, 1), pad(1), false, true), in{{1, 32, 9, 29}}},
	{avgpool(pair(3, 3), pair(2, 2), pad(1), true, false), in{{2, 17, 8, 30}}},
	{&ops.GlobalAvgPool{}, in{{2, 40, 7, 9}}},
	{&ops.GlobalAvgPool{}, in{{1, 20, 61, 70}}},
	{&ops.AvgPoolTo{K: pair(3, 4)}, in{{2, 20, 7, 5}}},
	{mean(1), in{{2, 40, 5, 7}}},
	{mean(2), in{{2, 40, 5, 7}}},
	{mean(3), in{{2, 40, 5, 7}}},
	{mean(3, 2), in{{2, 40, 5, 7}}},
	{mean(1, 2), in{{2, 40, 5, 7}}},
	{mean(1, 3), in{{2, 40, 5, 7}}},
	{mean(1, 2, 3), in{{2, 64, 5, 7}}},
	{top(1), in{{2, 37, 13, 30}}},
	{top(1), in{{2, 64, 5, 7}}},
	{top(2), in{{2, 40, 5, 7}}},
	{top(3), in{{2, 40, 5, 7}}},
	{top(2, 3), in{{2, 70, 15, 7}}},
	{top(1, 2, 3), in{{2, 40, 5, 7}}},
	{top(1), in{{2, 16, 5, 7}}},
	{&ops.Mul{}, in{{2, 40, 5, 7}, {2, 40, 1, 1}}},
	{&ops.Mul{}, in{{2, 40, 5, 7}, {2, 1, 5, 7}}},
	{&ops.Mul{}, in{{2, 1, 5, 7}, {2, 40, 5, 7}}},
	{&ops.Mul{}, in{{2, 40, 5, 7}, {2, 1, 5, 1}}},
	{&ops.Mul{}, in{{2, 40, 1, 7}, {2, 40, 5, 7}}},
	{&ops.Mul{}, in{{2, 40, 5, 7}, {2, 40, 5, 1}}},
	{gateThen(ops.ReLU), in{{2, 40, 5, 7}, {2, 1, 5, 7}, {2, 40, 5, 7}}},
	{gateThen(ops.SiLU), in{{2, 40, 5, 7}, {2, 40, 5, 1}, {2, 40, 5, 7}}},
	{gateThen(ops.None), in{{2, 40, 1, 7}, {2, 40, 5, 7}, {2, 40, 5, 7}}},
	{&ops.Mul{}, in{{2, 40, 1, 1}, {2, 40, 5, 7}}},
	{gateThen(ops.None), in{{2, 40, 1, 1}, {2, 40, 5, 7}, {2, 40, 5, 7}}},
	{gateThen(ops.ReLU), in{{2, 40, 5, 7}, {2, 40, 1, 1}, {2, 40, 5, 7}}},
	{gateThen(ops.SiLU), in{{2, 40, 5, 7}, {2, 40, 1, 1}, {2, 40, 5, 7}}},
	{(&ops.Mul{}).WithEpilogue(ops.Epilogue{Act: ops.ReLU}), in{{2, 40, 5, 7}, {2, 40, 1, 1}}},
	{&ops.Concat{Axis: dim.Int(1)}, in{{2, 32, 5, 7}, {2, 16, 5, 7}, {2, 5, 5, 7}}},
	{&ops.Slice{From: dim.Int(16), To: dim.Int(37)}, in{{2, 40, 5, 7}}},
	{&ops.BatchNorm{Eps: dim.Ratio(1, 1000), Scale: true, Shift: true}, in{{2, 40, 5, 7}}},
	{groupNorm(8, true, true), in{{2, 40, 5, 7}}},
	{groupNorm(4, true, true), in{{1, 40, 130, 3}}},
	{groupNorm(1, false, true), in{{2, 64, 5, 7}}},
	{groupNorm(32, true, true), in{{1, 64, 5, 7}}},
	{instanceNorm(true, true), in{{2, 40, 5, 7}}},
	{instanceNorm(false, false), in{{2, 33, 64, 2}}},
	{deconv(40, pair(2, 2), pair(2, 2), pad(0)), in{{2, 24, 6, 9}}},
	{deconv(20, pair(4, 4), pair(2, 2), pad(1)), in{{2, 40, 7, 8}}},
	{deconv(24, pair(3, 3), pair(1, 1), pad(1)), in{{2, 24, 9, 7}}},
	{deconv(16, pair(5, 3), pair(3, 2), pads(4, 0, 2, 1)), in{{1, 16, 5, 8}}},
	{spread(deconv(33, pair(3, 3), pair(2, 2), pad(1)), 1, pair(1, 1), pair(1, 1)), in{{2, 17, 7, 5}}},
	{spread(deconv(64, pair(3, 3), pair(2, 2), pad(1)), 4, pair(1, 1), pair(1, 0)), in{{1, 32, 6, 7}}},
	{spread(deconv(8, pair(2, 2), pair(2, 2), pad(0)), 2, pair(1, 1), pair(0, 0)), in{{1, 8, 6, 7}}}, // groups too small for blocks of 32
	{spread(deconv(40, pair(4, 4), pair(2, 2), pad(1)), 40, pair(1, 1), pair(0, 0)), in{{2, 40, 6, 7}}},
	{spread(deconv(16, pair(3, 4), pair(2, 2), pad(1)), 1, pair(3, 2), pair(1, 1)), in{{1, 24, 6, 7}}},
	{deconv(24, pair(3, 3), pair(1, 1), pad(0)), in{{1, 16, 9, 9}}},
	{deconv(16, pair(3, 3), pair(1, 1), pad(2)), in{{1, 16, 9, 9}}},
	{deconv(16, pair(3, 3), pair(1, 1), pad(3)), in{{1, 16, 9, 9}}}, // crops more than a kernel reaches
	{deconv(40, pair(1, 1), pair(1, 1), pad(0)), in{{2, 24, 5, 7}}},
	{deconv(24, pair(1, 1), pair(1, 1), pad(0)), in{{3, 40, 1, 1}}},
	{deconv(24, pair(5, 2), pair(1, 1), pads(1, 3, 0, 1)), in{{2, 40, 6, 7}}},
	{spread(deconv(40, pair(3, 3), pair(1, 1), pad(1)), 40, pair(1, 1), pair(0, 0)), in{{2, 40, 6, 7}}},
	{spread(deconv(40, pair(3, 3), pair(1, 1), pad(1)), 10, pair(1, 1), pair(0, 0)), in{{2, 40, 6, 17}}},
	{spread(deconv(48, pair(3, 3), pair(1, 1), pad(1)), 3, pair(1, 2), pair(0, 0)), in{{1, 24, 6, 7}}},
	{bare(deconv(24, pair(1, 1), pair(2, 2), pad(0)), 1, 1), in{{2, 40, 7, 8}}}, // pixels that see nothing
	{bare(deconv(24, pair(1, 1), pair(2, 3), pads(1, 0, 1, 1)), 0, 2), in{{1, 40, 6, 7}}},
	{bare(deconv(16, pair(2, 1), pair(3, 2), pad(0)), 1, 0), in{{1, 33, 5, 6}}},
	{border(pads(1, 0, 2, 3), ops.Zeros), in{{2, 40, 5, 7}}},
	{border(pads(3, 4, 6, 5), ops.Reflect), in{{2, 70, 5, 7}}},
	{border(pads(0, 2, 9, 0), ops.Replicate), in{{1, 40, 5, 1}}},
	{&ops.Crop{By: pads(1, 0, 2, 3)}, in{{2, 40, 5, 7}}},
	{shuffle(2), in{{2, 160, 5, 7}}},
	{shuffle(3), in{{1, 153, 3, 4}}},
	{shuffle(1), in{{1, 33, 3, 4}}},
	{unshuffle(2), in{{2, 10, 6, 10}}},
	{unshuffle(3), in{{1, 37, 6, 9}}},
	{resize(10, 14, ops.Nearest, false), in{{2, 40, 5, 7}}},
	{resize(10, 14, ops.Bilinear, false), in{{2, 40, 5, 7}}},
	{resize(3, 2, ops.Bilinear, true), in{{2, 40, 5, 7}}},
	{resize(9, 12, ops.Bicubic, false), in{{2, 40, 5, 7}}},
	{ops.Gate(dim.Shaped(40, 1, 1)), in{{2, 40, 5, 7}}},
	{ops.ReLU6.Op(), in{{2, 40, 8, 8}}},
	{&ops.LeakyReLU{Slope: dim.Ratio(1, 5)}, in{{2, 40, 5, 7}}},
	{&ops.PReLU{PerChannel: true}, in{{2, 40, 5, 7}}},
	{&ops.PReLU{}, in{{2, 40, 5, 7}}},
	{&ops.HardSigmoid{Slope: dim.Ratio(1, 6)}, in{{2, 40, 5, 7}}},
	{ops.HardSwish.Op(), in{{2, 40, 5, 7}}},
	{ops.Sigmoid.Op(), in{{2, 40, 5, 7}}},
	{ops.TanhGELU.Op(), in{{2, 40, 5, 7}}},
	{&ops.Concat{Axis: dim.Int(1)}, in{{2, 64, 5, 7}, {2, 16, 5, 7}, {2, 33, 5, 7}}},
	{&ops.Slice{From: dim.Int(32), To: dim.Int(70)}, in{{2, 80, 5, 7}}},
	{maxpool(pair(2, 2), pair(2, 2), pad(0), false), in{{2, 64, 8, 30}}},
}
