package selftest

import (
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// cases are every operation that has kernels, at sizes that are no multiple of what these
// compute at once.
var cases = []testCase{
	{conv(48, 3, 1, 1), [][]int{{1, 40, 15, 13}}},
	{conv(33, 3, 2, 1), [][]int{{1, 17, 15, 13}}},
	{conv(64, 1, 1, 1), [][]int{{2, 48, 7, 7}}},
	{conv(24, 1, 2, 1), [][]int{{1, 20, 9, 11}}},
	{conv(20, 7, 2, 1), [][]int{{1, 3, 21, 23}}},
	{conv(40, 3, 1, 40), [][]int{{1, 40, 15, 14}}},
	{conv(24, 5, 2, 24), [][]int{{1, 24, 15, 14}}},
	{conv(64, 3, 1, 16), [][]int{{1, 64, 14, 14}}},
	{conv(64, 3, 2, 4), [][]int{{1, 64, 14, 14}}},
	{&ops.Deconv{Out: dim.Int(9), K: pair(4), Stride: pair(2), Pad: pads(1), Groups: dim.Int(1), Dilation: pair(1), OutputPad: pair(1), Bias: true}, [][]int{{1, 17, 8, 7}}},
	{&ops.Linear{Out: dim.Int(41), Bias: true}, [][]int{{1, 257}}},
	{&ops.Linear{Out: dim.Int(41), Bias: true}, [][]int{{9, 257}}},
	{&ops.MaxPool{K: pair(3), Stride: pair(2), Pad: pads(1)}, [][]int{{1, 35, 15, 13}}},
	{&ops.AvgPool{K: pair(3), Stride: pair(1), Pad: pads(1)}, [][]int{{1, 35, 15, 13}}},
	{&ops.GlobalAvgPool{}, [][]int{{1, 35, 7, 7}}},
	{&ops.ReduceMean{Axis: dim.Shaped(1)}, [][]int{{1, 35, 7, 9}}},
	{&ops.ReduceMax{Axis: dim.Shaped(2, 3)}, [][]int{{1, 35, 7, 9}}},
	{&ops.BatchNorm{Eps: dim.Ratio(1, 100000), Scale: true, Shift: true}, [][]int{{1, 35, 7, 9}}},
	{&ops.LayerNorm{Eps: dim.Ratio(1, 1000000)}, [][]int{{1, 35, 7, 9}}},
	{&ops.GroupNorm{Groups: dim.Int(5), Eps: dim.Ratio(1, 100000), Scale: true, Shift: true}, [][]int{{1, 35, 7, 9}}},
	{&ops.InstanceNorm{Eps: dim.Ratio(1, 100000)}, [][]int{{1, 35, 7, 9}}},
	{&ops.Softmax{Axis: dim.Int(1)}, [][]int{{2, 1001}}},
	{ops.ReLU.Op(), [][]int{{1, 35, 7, 9}}},
	{ops.ReLU6.Op(), [][]int{{1, 35, 7, 9}}},
	{&ops.LeakyReLU{Slope: dim.Ratio(1, 10)}, [][]int{{1, 35, 7, 9}}},
	{&ops.PReLU{PerChannel: true}, [][]int{{1, 35, 7, 9}}},
	{&ops.HardSigmoid{Slope: dim.Ratio(1, 6)}, [][]int{{1, 35, 7, 9}}},
	{ops.HardSwish.Op(), [][]int{{1, 35, 7, 9}}},
	{ops.Sigmoid.Op(), [][]int{{1, 35, 7, 9}}},
	{ops.SiLU.Op(), [][]int{{1, 35, 7, 9}}},
	{ops.GELU.Op(), [][]int{{1, 35, 7, 9}}},
	{ops.TanhGELU.Op(), [][]int{{1, 35, 7, 9}}},
	{ops.Tanh.Op(), [][]int{{1, 35, 7, 9}}},
	{&ops.ELU{Alpha: dim.Int(1)}, [][]int{{1, 35, 7, 9}}},
	{ops.Softplus.Op(), [][]int{{1, 35, 7, 9}}},
	{&ops.Pow{P: dim.Int(3)}, [][]int{{1, 35, 7, 9}}},
	{ops.Mish.Op(), [][]int{{1, 35, 7, 9}}},
	{&ops.Resize{Size: pair(15), Mode: ops.Bilinear}, [][]int{{1, 35, 7, 9}}},
	{&ops.Border{By: pads(3), Mode: ops.Reflect}, [][]int{{1, 35, 7, 9}}},
	{&ops.Crop{By: pads(2)}, [][]int{{1, 35, 7, 9}}},
	{&ops.PixelShuffle{R: dim.Int(2)}, [][]int{{1, 140, 7, 9}}},
	{&ops.PixelUnshuffle{R: dim.Int(3)}, [][]int{{1, 35, 6, 9}}},
	{&ops.Matmul{}, [][]int{{1, 3, 35, 65}, {1, 3, 65, 50}}},
	{&ops.Matmul{}, [][]int{{1, 3, 35, 65}, {1, 3, 65, 1}}},
	{&ops.Permute{Axes: dim.Shaped(0, 2, 3, 1)}, [][]int{{1, 35, 7, 9}}},
	{&ops.Add{}, [][]int{{1, 35, 7, 9}, {1, 35, 7, 9}}},
	{&ops.Mul{}, [][]int{{1, 35, 7, 9}, {1, 35, 1, 1}}},
	{&ops.Mul{}, [][]int{{1, 35, 7, 9}, {1, 1, 7, 9}}},
}

func conv(out, k, stride, groups int) ops.Op {
	return &ops.Conv{Out: dim.Int(out), K: pair(k), Stride: pair(stride), Groups: dim.Int(groups), Dilation: pair(1), Pad: pads(k / 2), Bias: true}
}

func pair(n int) dim.Pair { return dim.Pair{H: dim.Int(n), W: dim.Int(n)} }

func pads(n int) ops.Padding {
	return ops.Padding{Top: dim.Int(n), Bottom: dim.Int(n), Left: dim.Int(n), Right: dim.Int(n)}
}
