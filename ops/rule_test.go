package ops_test

import (
	"errors"
	"strings"
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// spread is a deconv with its further settings.
func spread(d *ops.Deconv, groups int, dilation, more dim.Pair) ops.Op {
	d.Groups, d.Dilation, d.OutputPad = dim.Int(groups), dilation, more
	return d
}

func infer(op ops.Op, shapes in) (dim.Shape, error) {
	var s []dim.Shape
	for _, x := range shapes {
		s = append(s, dim.Shaped(x...))
	}
	return op.Infer(dim.Numbers{}, s)
}

// Layers of published networks and the edge cases of each rule.
func TestShapes(t *testing.T) {
	for _, c := range []struct {
		op   ops.Op
		in   in
		want string
	}{
		{conv(64, pair(7, 7), stride(2, 2), padded(pad(3))), in{{1, 3, 224, 224}}, "[1, 64, 112, 112]"}, // ResNet
		{conv(96, pair(11, 11), stride(4, 4)), in{{1, 3, 227, 227}}, "[1, 96, 55, 55]"},                 // AlexNet
		{conv(32, pair(3, 3), stride(2, 2)), in{{1, 3, 299, 299}}, "[1, 32, 149, 149]"},                 // Inception v3
		{conv(192, pair(1, 7), mode(ops.Half)), in{{1, 128, 17, 17}}, "[1, 192, 17, 17]"},
		{conv(8, pair(4, 4), mode(ops.Half)), in{{1, 8, 6, 6}}, "[1, 8, 7, 7]"}, // an even k grows
		{conv(8, pair(3, 3), mode(ops.Valid), dilation(2, 1)), in{{1, 8, 9, 9}}, "[1, 8, 5, 7]"},
		{conv(8, pair(3, 3), mode(ops.Same), stride(2, 3)), in{{1, 8, 9, 9}}, "[1, 8, 5, 3]"},
		{conv(8, pair(9, 9), mode(ops.Same)), in{{1, 8, 2, 2}}, "[1, 8, 2, 2]"},
		{conv(8, pair(2, 2), padded(pads(1, 0, 0, 2))), in{{1, 8, 5, 5}}, "[1, 8, 5, 6]"},
		{deconv(64, pair(2, 2), pair(2, 2), pad(0)), in{{1, 128, 28, 28}}, "[1, 64, 56, 56]"}, // U-Net
		{deconv(64, pair(4, 4), pair(2, 2), pad(1)), in{{1, 128, 28, 28}}, "[1, 64, 56, 56]"}, // DCGAN
		{deconv(64, pair(3, 5), pair(2, 3), samePad), in{{1, 128, 7, 5}}, "[1, 64, 14, 15]"},
		{linear(10), in{{4, 84}}, "[4, 10]"},
		{linear(10), in{{4, 84, 3, 5}}, "[4, 10, 3, 5]"},
		{maxpool(pair(3, 3), pair(2, 2), pad(1), false), in{{1, 64, 112, 112}}, "[1, 64, 56, 56]"}, // ResNet
		{maxpool(pair(3, 3), pair(2, 2), pad(0), true), in{{1, 64, 112, 112}}, "[1, 64, 56, 56]"},  // GoogLeNet
		{maxpool(pair(3, 3), pair(2, 2), pad(0), false), in{{1, 64, 112, 112}}, "[1, 64, 55, 55]"},
		{maxpool(pair(2, 2), pair(2, 2), pad(1), true), in{{1, 1, 3, 4}}, "[1, 1, 2, 3]"}, // the last would start in the padding
		{maxpool(pair(1, 1), pair(3, 3), pad(0), true), in{{1, 1, 4, 5}}, "[1, 1, 2, 2]"}, // starts 0, 3 and, dropped, 6
		{maxpool(pair(2, 2), pair(3, 3), pads(1, 0, 1, 0), true), in{{1, 1, 1, 3}}, "[1, 1, 1, 2]"},
		{avgpool(pair(3, 3), pair(1, 1), pad(1), true, true), in{{1, 1, 17, 17}}, "[1, 1, 17, 17]"},
		{avgpool(pair(3, 3), pair(2, 2), samePad, true, true), in{{1, 1, 17, 16}}, "[1, 1, 9, 8]"},
		{&ops.AvgPoolTo{K: pair(7, 5)}, in{{1, 8, 10, 10}}, "[1, 8, 7, 5]"},
		{&ops.GlobalAvgPool{}, in{{2, 8, 7, 7}}, "[2, 8, 1, 1]"},
		{&ops.Flatten{}, in{{2, 512, 7, 7}}, "[2, 25088]"},
		{&ops.Slice{From: dim.Int(2), To: dim.Int(5)}, in{{1, 5, 3, 3}}, "[1, 3, 3, 3]"},
		{&ops.PixelShuffle{R: dim.Int(3)}, in{{1, 9, 17, 16}}, "[1, 1, 51, 48]"}, // ESPCN
		{&ops.PixelUnshuffle{R: dim.Int(2)}, in{{1, 3, 8, 6}}, "[1, 12, 4, 3]"},
		{spread(deconv(64, pair(3, 3), pair(2, 2), pad(1)), 4, pair(1, 1), pair(1, 1)), in{{1, 128, 64, 64}}, "[1, 64, 128, 128]"}, // CycleGAN
		{spread(deconv(64, pair(3, 2), pair(2, 3), pad(1)), 1, pair(2, 4), pair(1, 3)), in{{1, 8, 5, 6}}, "[1, 64, 12, 21]"},
		{&ops.Border{By: pad(3), Mode: ops.Reflect}, in{{1, 3, 256, 256}}, "[1, 3, 262, 262]"}, // CycleGAN
		{&ops.Border{By: pads(3, 0, 0, 3), Mode: ops.Reflect}, in{{1, 3, 4, 4}}, "[1, 3, 7, 7]"},
		{&ops.Border{By: pads(0, 9, 0, 0), Mode: ops.Replicate}, in{{1, 3, 1, 4}}, "[1, 3, 10, 4]"},
		{&ops.Crop{By: pads(4, 4, 4, 4)}, in{{1, 64, 64, 64}}, "[1, 64, 56, 56]"}, // U-Net
		{&ops.Crop{By: pads(0, 3, 1, 2)}, in{{1, 1, 4, 4}}, "[1, 1, 1, 1]"},
		{&ops.Concat{Axis: dim.Int(1)}, in{{1, 64, 28, 28}, {1, 128, 28, 28}, {1, 32, 28, 28}}, "[1, 224, 28, 28]"},
		{&ops.Mul{}, in{{1, 8, 1, 1}, {1, 8, 7, 7}, {1, 8, 1, 1}}, "[1, 8, 7, 7]"},
		{&ops.Mul{}, in{{1, 8, 1, 1}, {1, 8, 1, 1}}, "[1, 8, 1, 1]"},
		{&ops.Mul{}, in{{2, 8, 7, 7}, {2, 1, 7, 7}}, "[2, 8, 7, 7]"}, // CBAM
		{&ops.Mul{}, in{{2, 1, 7, 1}, {2, 8, 1, 1}, {2, 8, 7, 5}, {2, 8, 1, 5}}, "[2, 8, 7, 5]"},
		{&ops.Mul{}, in{{2, 1}, {2, 8}}, "[2, 8]"},
		{&ops.ReduceMean{Axis: dim.Shaped(1)}, in{{2, 8, 7, 5}}, "[2, 1, 7, 5]"},
		{&ops.ReduceMean{Axis: dim.Shaped(3, 2)}, in{{2, 8, 7, 5}}, "[2, 8, 1, 1]"},
		{&ops.ReduceMax{Axis: dim.Shaped(2)}, in{{2, 8, 7, 5}}, "[2, 8, 1, 5]"},
		{&ops.Add{}, in{{1, 8, 7, 7}}, "[1, 8, 7, 7]"},
		{softmax(1), in{{1, 21, 9, 9}}, "[1, 21, 9, 9]"},
		{&ops.Resize{Size: pair(480, 1), Mode: ops.Bilinear}, in{{2, 21, 15, 20}}, "[2, 21, 480, 1]"},
		{&ops.Resize{Size: pair(7, 5), Mode: ops.Bicubic, AlignCorners: true}, in{{1, 3, 14, 10}}, "[1, 3, 7, 5]"},
		{&ops.Learned{Shape: dim.Shaped(8, 1, 1)}, in{{2, 3}}, "[2, 8, 1, 1]"},
		{&ops.GroupNorm{Groups: dim.Int(4)}, in{{2, 8}}, "[2, 8]"},
		{&ops.DropPath{P: dim.Int(1)}, in{{2, 8}}, "[2, 8]"},
		{&ops.Matmul{}, in{{2, 49, 32}, {2, 32, 64}}, "[2, 49, 64]"},
		{&ops.Matmul{}, in{{2, 8, 49, 32}, {2, 8, 32, 1}}, "[2, 8, 49, 1]"},
		{reshape(64, 784), in{{2, 64, 28, 28}}, "[2, 64, 784]"},
		{reshape(2, 2, 2, 2, 2, 2, 2), in{{3, 128}}, "[3, 2, 2, 2, 2, 2, 2, 2]"},
		{permute(0, 2, 3, 1), in{{2, 64, 28, 29}}, "[2, 28, 29, 64]"},
		{permute(0, 1), in{{2, 64}}, "[2, 64]"},
		{softmax(4), in{{1, 2, 3, 4, 5}}, "[1, 2, 3, 4, 5]"},
	} {
		got, err := infer(c.op, c.in)
		if err != nil || got.String() != c.want {
			t.Errorf("%s %+v of %v: got %v, %v; want %s", c.op.Name(), c.op, c.in, got, err, c.want)
		}
	}
}

var image = in{{1, 8, 5, 6}}

// Every kind of fault, for each argument.
var faultCases = []struct {
	op    ops.Op
	in    in
	kind  ops.FaultKind
	arg   string
	input int
	axis  int
	msg   string
}{
	{conv(4, pair(3, 3)), in{{1, 8}}, ops.WrongRank, "", 0, -1,
		"`conv` needs an image [N, C, H, W], got [1, 8]"},
	{linear(4), in{{1, 2, 3}}, ops.WrongRank, "", 0, -1,
		"`linear` needs [N, C] or [N, C, H, W], got [1, 2, 3]"},
	{&ops.GlobalAvgPool{}, in{{1, 8}}, ops.WrongRank, "", 0, -1,
		"`gap` needs an image [N, C, H, W], got [1, 8]"},
	{softmax(1), in{{8}}, ops.WrongRank, "", 0, -1,
		"`softmax` works on channels and needs [N, C] or [N, C, H, W], got [8]"},

	{conv(4, pair(7, 3), padded(pads(1, 0, 0, 0))), image, ops.WindowTooBig, "k", 0, 2,
		"the window of `conv` spans 7 pixels, but the height is 6 (1 + 5 + 0 with padding)"},
	{conv(4, pair(3, 4), dilation(1, 2)), image, ops.WindowTooBig, "k", 0, 3,
		"the window of `conv` spans 7 pixels, but the width is 6 (0 + 6 + 0 with padding)"},
	{maxpool(pair(6, 6), pair(6, 6), pad(0), true), image, ops.WindowTooBig, "k", 0, 2,
		"the window of `maxpool` spans 6 pixels, but the height is 5 (0 + 5 + 0 with padding)"},

	{conv(9, pair(1, 1), groups(3)), image, ops.NotDivisible, "groups", 0, 1,
		"`groups` of `conv` must divide its input channels, got 3 groups of 8 channels"},
	{conv(9, pair(1, 1), groups(4)), image, ops.NotDivisible, "groups", 0, 1,
		"`groups` of `conv` must divide its output channels, got 4 groups of 9 channels"},
	{&ops.ChannelShuffle{Groups: dim.Int(3)}, image, ops.NotDivisible, "groups", 0, 1,
		"`groups` of `channel_shuffle` must divide its input channels, got 3 groups of 8 channels"},

	{&ops.PixelShuffle{R: dim.Int(3)}, image, ops.NotDivisible, "r", 0, 1,
		"the channels of `pixel_shuffle` must be a multiple of 9, got 8"},
	{&ops.PixelUnshuffle{R: dim.Int(2)}, image, ops.NotDivisible, "r", 0, 2,
		"the height of `pixel_unshuffle` must be a multiple of 2, got 5"},
	{&ops.PixelUnshuffle{R: dim.Int(5)}, image, ops.NotDivisible, "r", 0, 3,
		"the width of `pixel_unshuffle` must be a multiple of 5, got 6"},
	{&ops.PixelShuffle{R: dim.Int(0)}, image, ops.BadValue, "r", -1, -1,
		"`r` of `pixel_shuffle` must be a whole number of at least 1, got 0"},
	{&ops.PixelShuffle{R: dim.Int(1 << 40)}, image, ops.BadValue, "r", -1, -1,
		"`r` of `pixel_shuffle` is too large, got 1099511627776"},
	{spread(deconv(4, pair(2, 2), pair(2, 2), pad(0)), 3, pair(1, 1), pair(0, 0)), image, ops.NotDivisible, "groups", 0, 1,
		"`groups` of `deconv` must divide its input channels, got 3 groups of 8 channels"},
	{spread(deconv(4, pair(2, 2), pair(2, 3), pad(0)), 1, pair(1, 1), pair(2, 2)), image, ops.BadValue, "output_pad", -1, -1,
		"`output_pad` of `deconv` must be less than `stride` or `dilation`, got 2x2, 2x3 and 1x1"},
	{spread(deconv(4, pair(2, 2), pair(2, 2), pad(0)), 1, pair(0, 1), pair(0, 0)), image, ops.BadValue, "dilation", -1, -1,
		"`dilation` of `deconv` must be whole numbers of at least 1, got 0x1"},
	{spread(deconv(4, pair(2, 2), pair(2, 2), samePad), 1, pair(1, 1), pair(1, 0)), image, ops.BadValue, "output_pad", -1, -1,
		"`output_pad` of `deconv` has no meaning with `pad=same`, got 1x0"},
	{&ops.Border{By: pads(0, 5, 0, 0), Mode: ops.Reflect}, image, ops.Unfit, "by", 0, -1,
		"`by` of `pad` must be less than the height that it reflects, got 5 of 5 pixels"},
	{&ops.Border{By: pads(0, 0, 6, 0), Mode: ops.Reflect}, image, ops.Unfit, "by", 0, -1,
		"`by` of `pad` must be less than the width that it reflects, got 6 of 6 pixels"},
	{&ops.Border{By: pads(0, 0, -1, 0), Mode: ops.Zeros}, image, ops.BadValue, "by", -1, -1,
		"`by` of `pad` must be whole numbers of at least 0, got [[0, 0], [-1, 0]]"},
	{&ops.Border{By: samePad, Mode: ops.Zeros}, image, ops.BadValue, "by", -1, -1,
		"`by` of `pad` must be numbers of pixels, got same, which follows from a window"},
	{&ops.Border{By: pad(1), Mode: "circular"}, image, ops.BadValue, "mode", -1, -1,
		"`mode` of `pad` must be \"zeros\", \"reflect\" or \"replicate\", got \"circular\""},
	{&ops.Border{By: pad(1 << 40), Mode: ops.Zeros}, image, ops.TooLarge, "", -1, -1,
		"the result of `pad` is [1, 8, 2199023255557, 2199023255558], beyond the limit of 2147483647 elements"},
	{&ops.Crop{By: pads(2, 3, 0, 0)}, image, ops.Unfit, "by", 0, -1,
		"`by` of `crop` takes the whole height away: 2 and 3 of 5 pixels"},
	{&ops.Crop{By: halfPad}, image, ops.BadValue, "by", -1, -1,
		"`by` of `crop` must be numbers of pixels, got half, which follows from a window"},
	{conv(0, pair(1, 1)), image, ops.BadValue, "out", -1, -1,
		"`out` of `conv` must be a whole number of at least 1, got 0"},
	{&ops.Linear{Out: dim.Ratio(1, 2)}, image, ops.BadValue, "out", -1, -1,
		"`out` of `linear` must be a whole number of at least 1, got 1/2"},
	{conv(4, pair(3, 0)), image, ops.BadValue, "k", -1, -1,
		"`k` of `conv` must be whole numbers of at least 1, got 3x0"},
	{conv(4, pair(3, 3), stride(0, 0)), image, ops.BadValue, "stride", -1, -1,
		"`stride` of `conv` must be a whole number of at least 1, got 0"},
	{conv(4, pair(3, 3), stride(0, 1)), image, ops.BadValue, "stride", -1, -1,
		"`stride` of `conv` must be whole numbers of at least 1, got 0x1"},
	{conv(4, pair(3, 3), dilation(1, 0)), image, ops.BadValue, "dilation", -1, -1,
		"`dilation` of `conv` must be whole numbers of at least 1, got 1x0"},
	{conv(4, pair(1, 1), groups(0)), image, ops.BadValue, "groups", -1, -1,
		"`groups` of `conv` must be a whole number of at least 1, got 0"},
	{conv(4, pair(3, 3), padded(pads(0, -1, 0, 0))), image, ops.BadValue, "pad", -1, -1,
		"`pad` of `conv` must be whole numbers of at least 0, got [[0, -1], [0, 0]]"},
	{maxpool(pair(2, 2), pair(2, 2), pads(0, 2, 0, 0), false), image, ops.BadValue, "pad", -1, -1,
		"`pad` of `maxpool` must be smaller than its window 2x2, or a window sees only padding; got [[0, 2], [0, 0]]"},
	{deconv(4, pair(2, 2), pair(3, 3), samePad), image, ops.BadValue, "pad", -1, -1,
		"`pad=same` of `deconv` needs `k` of at least `stride`, got 2x2 and 3x3"},
	{deconv(4, pair(2, 2), pair(1, 1), pads(3, 3, 0, 0)), image, ops.Unfit, "pad", 0, -1,
		"`pad` of `deconv` crops the whole height away: 3 and 3 of 6 pixels"},
	{lrn(4), image, ops.BadValue, "size", -1, -1, "`size` of `lrn` must be odd, got 4"},
	{&ops.BatchNorm{Eps: dim.Int(-1), Scale: true, Shift: true}, image, ops.BadValue, "eps", -1, -1,
		"`eps` of `bn` must be at least 0, got -1"},
	{&ops.Learned{}, image, ops.BadValue, "shape", -1, -1,
		"`shape` of `param` must have 1 to 3 sizes, got 0"},
	{&ops.Learned{Shape: dim.Shaped(1, 2, 3, 4)}, image, ops.BadValue, "shape", -1, -1,
		"`shape` of `param` must have 1 to 3 sizes, got 4"},
	{&ops.Learned{Shape: []dim.Size{dim.Int(8), dim.Ratio(1, 2)}}, image, ops.BadValue, "shape", -1, -1,
		"`shape` of `param` must be whole numbers of at least 1, got [8, 1/2]"},
	{&ops.Learned{Shape: dim.Shaped(8, 0)}, image, ops.BadValue, "shape", -1, -1,
		"`shape` of `param` must be whole numbers of at least 1, got [8, 0]"},
	{&ops.Learned{Shape: dim.Shaped(100000, 100000)}, image, ops.TooLarge, "", -1, -1,
		"the result of `param` is [1, 100000, 100000], beyond the limit of 2147483647 elements"},
	{&ops.Resize{Size: pair(4, 0), Mode: ops.Nearest}, image, ops.BadValue, "size", -1, -1,
		"`size` of `resize` must be whole numbers of at least 1, got 4x0"},
	{&ops.Resize{Size: pair(4, 4), Mode: "area"}, image, ops.BadValue, "mode", -1, -1,
		"`mode` of `resize` must be \"nearest\", \"bilinear\" or \"bicubic\", got \"area\""},
	{&ops.Resize{Size: pair(4, 4), Mode: ops.Nearest, AlignCorners: true}, image, ops.BadValue, "align_corners", -1, -1,
		"`align_corners` of `resize` has no meaning where the nearest pixel is taken"},
	{&ops.Resize{Size: pair(4, 4), Mode: ops.Bilinear}, in{{1, 8}}, ops.WrongRank, "", 0, -1,
		"`resize` needs an image [N, C, H, W], got [1, 8]"},
	{&ops.Resize{Size: pair(1<<16, 1<<16), Mode: ops.Bicubic}, image, ops.TooLarge, "", -1, -1,
		"the result of `resize` is [1, 8, 65536, 65536], beyond the limit of 2147483647 elements"},
	{&ops.HardSigmoid{Slope: dim.Ratio(-1, 6)}, image, ops.BadValue, "slope", -1, -1,
		"`slope` of `hard_sigmoid` must be at least 0, got -1/6"},
	{&ops.PReLU{PerChannel: true}, in{{8}}, ops.WrongRank, "", 0, -1,
		"`prelu` works on channels and needs [N, C] or [N, C, H, W], got [8]"},
	{&ops.DropPath{P: dim.Ratio(-1, 2)}, image, ops.BadValue, "p", -1, -1,
		"`p` of `drop_path` must lie between 0 and 1, got -0.5"},
	{&ops.Dropout{P: dim.Ratio(3, 2)}, image, ops.BadValue, "p", -1, -1,
		"`p` of `dropout` must lie between 0 and 1, got 1.5"},
	{&ops.Slice{From: dim.Int(3), To: dim.Int(9)}, image, ops.Unfit, "to", 0, -1,
		"`slice` ends at channel 9, but its input has only 8 channels"},
	{&ops.Slice{From: dim.Int(3), To: dim.Int(3)}, image, ops.BadValue, "to", -1, -1,
		"`to` of `slice` must be above `from`, got 3 to 3"},
	{&ops.Slice{From: dim.Int(-1), To: dim.Int(3)}, image, ops.BadValue, "from", -1, -1,
		"`from` of `slice` must be a whole number of at least 0, got -1"},
	{&ops.ChannelAffine{Scale: numbers(8), Shift: numbers(3)}, image, ops.Unfit, "shift", 0, -1,
		"`shift` of `channel_affine` must have one value for each of the 8 channels, got 3"},
	{&ops.Concat{Axis: dim.Int(4)}, image, ops.BadValue, "axis", -1, -1,
		"`axis` of `concat` must be a whole number from 1 to 3 for [1, 8, 5, 6], got 4"},
	{&ops.Concat{Axis: dim.Ratio(1, 2)}, image, ops.BadValue, "axis", -1, -1,
		"`axis` of `concat` must be a whole number from 1 to 3 for [1, 8, 5, 6], got 1/2"},

	{&ops.Matmul{}, in{{1, 49, 32}, {1, 49, 32}}, ops.SizesDiffer, "", 1, -1, "`matmul` multiplies rows of 32 numbers by columns of 49"},
	{&ops.Matmul{}, in{{1, 8, 49, 32}, {1, 4, 32, 49}}, ops.SizesDiffer, "", 1, 1,
		"branches 1 and 2 of `matmul` must agree in channels, got [1, 8, 49, 32] and [1, 4, 32, 49]"},
	{&ops.Matmul{}, in{{1, 49, 32}, {1, 1, 32, 49}}, ops.SizesDiffer, "", 1, -1,
		"branches 1 and 2 of `matmul` must agree in the number of axes, got [1, 49, 32] and [1, 1, 32, 49]"},
	{&ops.Matmul{}, in{{1, 32}, {1, 32}}, ops.WrongRank, "", 0, -1, "`matmul` needs matrices, [N, …, a, k] and [N, …, k, b], got [1, 32]"},
	{&ops.Matmul{}, in{{1, 2, 2}}, ops.WrongCount, "", -1, -1, "`matmul` takes 2 tensors, and here is one"},
	{&ops.Matmul{}, in{{1, 2, 2}, {1, 2, 2}, {1, 2, 2}}, ops.WrongCount, "", -1, -1, "`matmul` takes 2 tensors, and here are 3"},
	{reshape(4, 61), image, ops.CountDiffers, "shape", 0, -1, "`reshape` makes 244 numbers of 240"},
	{reshape(), image, ops.BadValue, "shape", -1, -1, "`shape` of `reshape` must have 1 to 7 sizes, got 0"},
	{reshape(1, 1, 1, 1, 1, 1, 1, 240), image, ops.BadValue, "shape", -1, -1, "`shape` of `reshape` must have 1 to 7 sizes, got 8"},
	{reshape(8, -1), image, ops.BadValue, "shape", -1, -1, "`shape` of `reshape` must be whole numbers of at least 1, got [8, -1]"},
	{&ops.Reshape{Shape: []dim.Size{dim.Int(16), dim.Ratio(5, 2), dim.Int(6)}}, image, ops.BadValue, "shape", -1, -1,
		"`shape` of `reshape` must be whole numbers of at least 1, got [16, 5/2, 6]"},
	{reshape(1<<30, 1<<30), image, ops.CountDiffers, "shape", 0, -1, "`reshape` makes too many numbers of 240"},
	{permute(0, 2, 1), image, ops.WrongRank, "axes", 0, -1, "`permute` names 3 axes, got [1, 8, 5, 6]"},
	{permute(1, 0, 2, 3), image, ops.BadValue, "axes", -1, -1,
		"`axes` of `permute` must be 0 and then the other axes in their new order, got [1, 0, 2, 3]"},
	{permute(0, 1, 1, 3), image, ops.BadValue, "axes", -1, -1,
		"`axes` of `permute` must be 0 and then the other axes in their new order, got [0, 1, 1, 3]"},
	{permute(0, 1, 2, 4), image, ops.BadValue, "axes", -1, -1,
		"`axes` of `permute` must be 0 and then the other axes in their new order, got [0, 1, 2, 4]"},
	{permute(), image, ops.BadValue, "axes", -1, -1,
		"`axes` of `permute` must be 0 and then the other axes in their new order, got []"},
	{softmax(4), image, ops.BadValue, "axis", -1, -1,
		"`axis` of `softmax` must be a whole number from 1 to 3 for [1, 8, 5, 6], got 4"},
	{softmax(0), image, ops.BadValue, "axis", -1, -1,
		"`axis` of `softmax` must be a whole number from 1 to 3 for [1, 8, 5, 6], got 0"},

	{&ops.Add{}, in{{1, 512, 28, 28}, {1, 256, 56, 56}}, ops.SizesDiffer, "", 1, 1,
		"branches 1 and 2 of `add` must agree in channels, got [1, 512, 28, 28] and [1, 256, 56, 56]"},
	{&ops.Max{}, in{{1, 8, 5, 6}, {1, 8, 5, 6}, {1, 8, 4, 6}}, ops.SizesDiffer, "", 2, 2,
		"branches 1 and 3 of `max` must agree in height, got [1, 8, 5, 6] and [1, 8, 4, 6]"},
	{&ops.Mean{}, in{{1, 8, 5, 6}, {1, 8}}, ops.SizesDiffer, "", 1, -1,
		"branches 1 and 2 of `mean` must agree in the number of axes, got [1, 8, 5, 6] and [1, 8]"},
	{&ops.Mul{}, in{{1, 8, 1, 1}, {1, 8, 5, 6}, {1, 8, 5, 7}}, ops.SizesDiffer, "", 2, 3,
		"branches 2 and 3 of `mul` must agree in width, got [1, 8, 5, 6] and [1, 8, 5, 7]"},
	{&ops.Mul{}, in{{1, 8, 5, 6}, {1, 4, 1, 1}}, ops.SizesDiffer, "", 1, 1,
		"branches 1 and 2 of `mul` must agree in channels, got [1, 8, 5, 6] and [1, 4, 1, 1]"},
	{&ops.Mul{}, in{{1, 1, 5, 6}, {1, 8, 1, 1}}, ops.SizesDiffer, "", 1, 1,
		"branches 1 and 2 of `mul` must agree in channels, got [1, 1, 5, 6] and [1, 8, 1, 1]"},
	{&ops.Mul{}, in{{2, 8, 5, 6}, {1, 8, 1, 1}}, ops.SizesDiffer, "", 1, 0,
		"branches 1 and 2 of `mul` must agree in batch size, got [2, 8, 5, 6] and [1, 8, 1, 1]"},
	{&ops.Mul{}, in{{1, 8, 5, 1}, {1, 8, 5, 6}, {1, 8, 4, 1}}, ops.SizesDiffer, "", 2, 2,
		"branches 2 and 3 of `mul` must agree in height, got [1, 8, 5, 6] and [1, 8, 4, 1]"},
	{&ops.ReduceMean{Axis: dim.Shaped(1)}, in{{1, 8}}, ops.WrongRank, "", 0, -1,
		"`reduce_mean` needs an image [N, C, H, W], got [1, 8]"},
	{&ops.GroupNorm{Groups: dim.Int(3)}, image, ops.NotDivisible, "groups", 0, 1,
		"`groups` of `group_norm` must divide its input channels, got 3 groups of 8 channels"},
	{&ops.GroupNorm{Groups: dim.Int(0)}, image, ops.BadValue, "groups", -1, -1,
		"`groups` of `group_norm` must be a whole number of at least 1, got 0"},
	{&ops.GroupNorm{Groups: dim.Int(1), Eps: dim.Int(-1)}, image, ops.BadValue, "eps", -1, -1,
		"`eps` of `group_norm` must be at least 0, got -1"},
	{&ops.InstanceNorm{}, in{{1, 8}}, ops.WrongRank, "", 0, -1,
		"`instance_norm` needs an image [N, C, H, W], got [1, 8]"},
	{&ops.ReduceMean{}, image, ops.BadValue, "axis", -1, -1,
		"`axis` of `reduce_mean` names no axis"},
	{&ops.ReduceMax{Axis: dim.Shaped(2, 4)}, image, ops.BadValue, "axis", -1, -1,
		"`axis` of `reduce_max` must be a whole number from 1 to 3 for [1, 8, 5, 6], got 4"},
	{&ops.ReduceMax{Axis: dim.Shaped(0)}, image, ops.BadValue, "axis", -1, -1,
		"`axis` of `reduce_max` must be a whole number from 1 to 3 for [1, 8, 5, 6], got 0"},
	{&ops.ReduceMax{Axis: []dim.Size{dim.Ratio(3, 2)}}, image, ops.BadValue, "axis", -1, -1,
		"`axis` of `reduce_max` must be a whole number from 1 to 3 for [1, 8, 5, 6], got 3/2"},
	{&ops.ReduceMax{Axis: dim.Shaped(2, 3, 2)}, image, ops.BadValue, "axis", -1, -1,
		"`axis` of `reduce_max` names the height twice, got [2, 3, 2]"},
	{&ops.Concat{Axis: dim.Int(1)}, in{{1, 8, 5, 6}, {1, 8, 5, 5}}, ops.SizesDiffer, "", 1, 3,
		"branches 1 and 2 of `concat` must agree in width, got [1, 8, 5, 6] and [1, 8, 5, 5]"},

	{conv(4, pair(1, 1), padded(pad(1<<40))), image, ops.TooLarge, "", -1, -1,
		"the result of `conv` is [1, 4, 2199023255557, 2199023255558], beyond the limit of 2147483647 elements"},
	{conv(1<<16, pair(1, 1)), in{{1, 1, 256, 256}}, ops.TooLarge, "", -1, -1,
		"the result of `conv` is [1, 65536, 256, 256], beyond the limit of 2147483647 elements"},
	{linear(1 << 20), in{{1, 1 << 20}}, ops.TooLarge, "", -1, -1,
		"the weight of `linear` is [1048576, 1048576], beyond the limit of 2147483647 elements"},
	{conv(1, pair(1, 1), padded(pad(dim.Limit))), image, ops.TooLarge, "", 0, 2,
		"the padded height of `conv` is beyond the limit of 2147483647"},
	{ops.ReLU.Op(), in{{1 << 32}}, ops.TooLarge, "", 0, -1,
		"the input of `relu` is [4294967296], beyond the limit of 2147483647 elements"},
}

func TestFaults(t *testing.T) {
	for _, c := range faultCases {
		_, err := infer(c.op, c.in)
		var f *ops.Fault
		if !errors.As(err, &f) {
			t.Errorf("%s of %v: got %v, want the fault %q", c.op.Name(), c.in, err, c.msg)
			continue
		}
		if f.Kind != c.kind || f.Arg != c.arg || f.Input != c.input || f.Axis != c.axis || f.Msg != c.msg {
			t.Errorf("%s of %v:\ngot  kind %v, arg %q, input %d, axis %d, %s\nwant kind %v, arg %q, input %d, axis %d, %s",
				c.op.Name(), c.in, f.Kind, f.Arg, f.Input, f.Axis, f.Msg, c.kind, c.arg, c.input, c.axis, c.msg)
		}
		if strings.Contains(f.Msg+f.Help, "\n") {
			t.Errorf("%q is more than one line", f.Msg)
		}
	}
}

// An added input must have the shape of the result.
func TestFaultOfAddedInput(t *testing.T) {
	op := conv(4, pair(3, 3)).WithEpilogue(ops.Epilogue{Add: true})
	_, err := infer(op, in{{1, 8, 5, 6}, {1, 4, 3, 5}})
	const want = "the input added to `conv` must agree with its result in width, got [1, 4, 3, 5] and [1, 4, 3, 4]"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// Rules ask nothing after a fault: a proof would note requirements that follow from the
// mistake.
func TestNoQuestionsAfterAFault(t *testing.T) {
	for _, op := range []ops.Op{
		conv(0, pair(3, 3), groups(3)), deconv(0, pair(2, 2), pair(3, 3), samePad), linear(0),
		maxpool(pair(0, 3), pair(2, 2), pad(1), true), &ops.Slice{From: dim.Int(-1)},
		&ops.Border{By: pad(7), Mode: ops.Reflect}, &ops.Crop{By: pads(2, 3, 9, 9)}, &ops.Crop{By: samePad},
		&ops.PixelShuffle{R: dim.Int(3)}, &ops.PixelUnshuffle{R: dim.Int(2)},
	} {
		asked := &counted{}
		if _, err := op.Infer(asked, []dim.Shape{dim.Shaped(1, 8, 5, 6)}); err == nil {
			t.Errorf("%s: no fault", op.Name())
		}
		if asked.after > 0 {
			t.Errorf("%s asks %d questions after the answer no", op.Name(), asked.after)
		}
	}
}

// counted counts the questions after the first unmet requirement.
type counted struct {
	dim.Numbers
	no    bool
	after int
}

func (c *counted) Require(p dim.Size, r dim.Relation) bool {
	if c.no {
		c.after++
	}
	yes := c.Numbers.Require(p, r)
	c.no = c.no || !yes
	return yes
}
