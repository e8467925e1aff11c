package ref

import (
	"math"
	"reflect"
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// A hand is a case computed by hand, not by a program.
type hand struct {
	name   string
	op     ops.Op
	in     []tensor.Tensor
	params []tensor.Tensor
	want   tensor.Tensor
}

var (
	ln2 = float32(math.Log(2))
	ln3 = float32(math.Log(3))
	nan = float32(math.NaN())
	inf = float32(math.Inf(1))
)

func n(x int) dim.Size                      { return dim.Int(x) }
func p(h, w int) dim.Pair                   { return dim.Pair{H: n(h), W: n(w)} }
func axes(x ...int) []dim.Size              { return dim.Shaped(x...) }
func of(x ...tensor.Tensor) []tensor.Tensor { return x }

// image is one channel of one image.
func image(h, w int, x ...float32) tensor.Tensor { return tensor.From(x, 1, 1, h, w) }

// pixel is one image of one pixel.
func pixel(x ...float32) tensor.Tensor { return tensor.From(x, 1, len(x), 1, 1) }

// vector is one vector; list is a parameter.
func vector(x ...float32) tensor.Tensor { return tensor.From(x, 1, len(x)) }
func list(x ...float32) tensor.Tensor   { return tensor.From(x, len(x)) }

func softmaxOp(axis int) ops.Op { return &ops.Softmax{Axis: n(axis)} }

func pads(top, bottom, left, right int) ops.Padding {
	return ops.Padding{Top: n(top), Bottom: n(bottom), Left: n(left), Right: n(right)}
}

func convOp(out int, k dim.Pair) ops.Conv {
	return ops.Conv{Out: n(out), K: k, Stride: p(1, 1), Groups: n(1), Dilation: p(1, 1)}
}

func convolutions() []hand {
	nine := image(3, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9)
	four := image(2, 2, 1, 2, 3, 4)
	k1234 := tensor.From([]float32{1, 2, 3, 4}, 1, 1, 2, 2)
	tens := tensor.From([]float32{1, 10, 100, 1000}, 1, 1, 2, 2)

	biased := convOp(1, p(2, 2))
	biased.Bias = true
	strided := convOp(1, p(2, 2))
	strided.Stride, strided.Pad = p(2, 2), pads(1, 0, 1, 0)
	grouped := convOp(2, p(1, 1))
	grouped.Groups = n(2)
	dilated := convOp(1, p(2, 2))
	dilated.Dilation = p(2, 2)
	same := convOp(1, p(1, 2))
	same.Pad.Mode = ops.Same
	half := convOp(1, p(1, 3))
	half.Pad.Mode = ops.Half
	fused := convOp(1, p(1, 1))
	fused.Bias = true

	deconv := ops.Deconv{Groups: n(1), Dilation: p(1, 1), Out: n(1), K: p(2, 2), Stride: p(1, 1)}
	cropped, apart, odd := deconv, deconv, deconv
	cropped.Pad = pads(1, 1, 1, 1)
	apart.Stride = p(2, 2)
	odd.Pad.Mode = ops.Same
	dilatedDeconv, longer := deconv, deconv
	dilatedDeconv.K, dilatedDeconv.Dilation = p(1, 2), p(1, 2)
	longer.K, longer.Stride, longer.OutputPad = p(1, 1), p(1, 2), p(0, 1)
	return []hand{
		{"conv, not flipped", &biased, of(nine), of(k1234, list(10)), image(2, 2, 47, 57, 77, 87)},
		{"conv, padded and strided", &strided, of(nine), of(k1234), image(2, 2, 4, 18, 36, 77)},
		{"conv, grouped", &grouped, of(pixel(3, 5)), of(tensor.From([]float32{2, 7}, 2, 1, 1, 1)), pixel(6, 35)},
		{"conv, dilated", &dilated, of(nine), of(k1234), image(1, 1, 64)},
		{"conv, same padding: the odd pixel after", &same, of(image(1, 4, 1, 2, 3, 4)),
			of(tensor.From([]float32{1, 10}, 1, 1, 1, 2)), image(1, 4, 21, 32, 43, 4)},
		{"conv, half padding", &half, of(image(1, 3, 1, 2, 3)),
			of(tensor.From([]float32{1, 10, 100}, 1, 1, 1, 3)), image(1, 3, 210, 321, 32)},
		// 3x+1 = 4, -5; norm (v-1)/2*2+1 = 4, -5; added -6, 3; relu.
		{"conv with norm, add and relu", fused.WithEpilogue(ops.Epilogue{Norm: &ops.BatchNorm{Eps: n(1), Scale: true, Shift: true}, Add: true, Act: ops.ReLU}),
			of(image(1, 2, 1, -2), image(1, 2, -10, 8)),
			of(tensor.From([]float32{3}, 1, 1, 1, 1), list(1), list(2), list(1), list(1), list(3)),
			image(1, 2, 0, 3)},
		{"deconv", &deconv, of(four), of(tens), image(3, 3, 1, 12, 20, 103, 1234, 2040, 300, 3400, 4000)},
		{"deconv, cropped", &cropped, of(four), of(tens), image(1, 1, 1234)},
		{"deconv, same: the odd row cropped last", &odd, of(four), of(tens), image(2, 2, 1, 12, 103, 1234)},
		{"deconv, stride 2", &apart, of(four), of(tens),
			image(4, 4, 1, 10, 2, 20, 100, 1000, 200, 2000, 3, 30, 4, 40, 300, 3000, 400, 4000)},
		{"deconv, channels in", &ops.Deconv{Groups: n(1), Dilation: p(1, 1), Out: n(1), K: p(1, 1), Stride: p(1, 1), Bias: true}, of(pixel(1, 2)),
			of(tensor.From([]float32{5, 7}, 2, 1, 1, 1), list(1)), pixel(20)},
		{"deconv, channels out", &ops.Deconv{Groups: n(1), Dilation: p(1, 1), Out: n(2), K: p(1, 1), Stride: p(1, 1)}, of(pixel(2)),
			of(tensor.From([]float32{3, 4}, 1, 2, 1, 1)), pixel(6, 8)},
		{"deconv, dilated", &dilatedDeconv, of(image(1, 2, 1, 2)), of(tensor.From([]float32{1, 10}, 1, 1, 1, 2)), image(1, 4, 1, 2, 10, 20)},
		{"deconv, one column more", &longer, of(image(1, 2, 1, 2)), of(tensor.From([]float32{3}, 1, 1, 1, 1)), image(1, 4, 3, 0, 6, 0)},
		{"deconv, grouped", &ops.Deconv{Groups: n(2), Dilation: p(1, 1), Out: n(4), K: p(1, 1), Stride: p(1, 1)}, of(pixel(3, 5)),
			of(tensor.From([]float32{2, 7, 1, 10}, 2, 2, 1, 1)), pixel(6, 21, 5, 50)},
		{"linear", &ops.Linear{Out: n(3), Bias: true}, of(vector(1, 2)),
			of(tensor.From([]float32{1, 2, 3, 4, 5, 6}, 3, 2), list(1, 0, -1)), vector(6, 11, 16)},
		{"linear on an image", &ops.Linear{Out: n(1)}, of(tensor.From([]float32{1, 2, 3, 4}, 1, 2, 1, 2)),
			of(tensor.From([]float32{1, 10}, 1, 2)), image(1, 2, 31, 42)},
	}
}

func norms() []hand {
	return []hand{
		{"bn", &ops.BatchNorm{Eps: n(4), Scale: true, Shift: true}, of(vector(1, 3)),
			of(list(6, 2), list(1, 0), list(0, 5), list(0, 12)), vector(4, -1)},
		{"bn without scale", &ops.BatchNorm{Eps: n(4), Shift: true}, of(vector(1, 3)), of(list(1, 7), list(0, 5), list(0, 12)), vector(1.5, 6.5)},
		{"bn without shift", &ops.BatchNorm{Eps: n(4), Scale: true}, of(vector(1, 3)), of(list(6, 2), list(0, 5), list(0, 12)), vector(3, -1)},
		{"bn without either", &ops.BatchNorm{Eps: n(4)}, of(vector(1, 3)), of(list(0, 5), list(0, 12)), vector(0.5, -0.5)},
		{"layer_norm", &ops.LayerNorm{Eps: n(3)}, of(pixel(1, 3)), of(list(2, 4), list(1, 1)), pixel(0, 3)},
		{"group_norm", &ops.GroupNorm{Groups: n(2), Scale: true, Shift: true}, of(pixel(1, 3, 10, 30)), of(list(2, 4, 1, 1), list(1, 1, 0, 5)), pixel(-1, 5, -1, 6)},
		// Mean 5, variance 6 and with eps 9.
		{"group_norm over pixels", &ops.GroupNorm{Groups: n(1), Eps: n(3), Shift: true}, of(tensor.From([]float32{2, 5, 5, 8, 8, 2}, 1, 2, 1, 3)), of(list(9, 9)), tensor.From([]float32{8, 9, 9, 10, 10, 8}, 1, 2, 1, 3)},
		{"group_norm of vectors, shifted", &ops.GroupNorm{Groups: n(1), Eps: n(3), Shift: true}, of(vector(1, 3)), of(list(7, 8)), vector(6.5, 8.5)},
		{"group_norm of what is not finite", &ops.GroupNorm{Groups: n(3), Eps: n(3)}, of(vector(1, nan, 1, 3, -inf, 1)), nil, vector(nan, nan, -0.5, 0.5, nan, nan)},
		{"instance_norm", &ops.InstanceNorm{}, of(tensor.From([]float32{1, 3, 10, 14}, 1, 2, 1, 2)), nil, tensor.From([]float32{-1, 1, -1, 1}, 1, 2, 1, 2)},
		{"instance_norm, scaled", &ops.InstanceNorm{Eps: n(3), Scale: true}, of(image(1, 2, 1, 3)), of(list(6)), image(1, 2, -3, 3)},
		{"instance_norm of one pixel", &ops.InstanceNorm{Eps: n(3), Shift: true}, of(pixel(7)), of(list(6)), pixel(6)},
		{"lrn", &ops.LRN{Size: n(3), Alpha: n(3), Beta: n(1), K: n(1)}, of(pixel(1, 2, 3)), nil,
			pixel(1.0/6, 2.0/15, 3.0/14)},
		{"lrn, a power", &ops.LRN{Size: n(1), Alpha: n(1), Beta: dim.Ratio(1, 2), K: n(7)}, of(pixel(3)), nil, pixel(0.75)},
		{"l2_normalize", &ops.L2Normalize{Eps: dim.Ratio(1, 1000)}, of(vector(3, 4)), nil, vector(0.6, 0.8)},
		{"l2_normalize below eps", &ops.L2Normalize{Eps: n(10)}, of(vector(3, 4)), nil, vector(0.3, 0.4)},
		{"softmax", softmaxOp(1), of(vector(0, ln3)), nil, vector(0.25, 0.75)},
		{"softmax of large numbers", softmaxOp(1), of(vector(1000, 1000)), nil, vector(0.5, 0.5)},
		{"softmax of rows", softmaxOp(3), of(image(2, 2, 0, ln3, ln3, 0)), nil, image(2, 2, 0.25, 0.75, 0.75, 0.25)},
		{"softmax of columns", softmaxOp(2), of(image(2, 2, 0, ln3, ln3, ln3)), nil, image(2, 2, 0.25, 0.5, 0.75, 0.5)},
		{"softmax of what is not finite", softmaxOp(3), of(image(4, 2, 1, inf, 1, -inf, nan, 0, -inf, -inf)), nil, image(4, 2, nan, nan, 1, 0, nan, nan, nan, nan)},
		{"relu", ops.ReLU.Op(), of(vector(-1, 0, 2, nan)), nil, vector(0, 0, 2, nan)},
		{"relu6", ops.ReLU6.Op(), of(vector(-1, 3, 9, nan)), nil, vector(0, 3, 6, nan)},
		{"leaky_relu", &ops.LeakyReLU{Slope: dim.Ratio(1, 4)}, of(vector(-8, 0, 2, nan, -inf)), nil, vector(-2, 0, 2, nan, -inf)},
		{"leaky_relu, rising", &ops.LeakyReLU{Slope: n(-1)}, of(vector(-8, 2)), nil, vector(8, 2)},
		{"leaky_relu of slope 0", &ops.LeakyReLU{}, of(vector(-8, 2, -inf)), nil, vector(0, 2, nan)},
		{"prelu", &ops.PReLU{PerChannel: true}, of(tensor.From([]float32{-1, 2, -3, nan}, 1, 2, 1, 2)), of(list(5, 7)), tensor.From([]float32{-5, 2, -21, nan}, 1, 2, 1, 2)},
		{"prelu of vectors", &ops.PReLU{PerChannel: true}, of(vector(-1, -1)), of(list(5, -7)), vector(-5, 7)},
		{"prelu, one slope", &ops.PReLU{}, of(tensor.From([]float32{-1, 2, -3, 4}, 1, 2, 1, 2)), of(list(5)), tensor.From([]float32{-5, 2, -15, 4}, 1, 2, 1, 2)},
		{"conv, bn and prelu", (&ops.Conv{Out: n(2), K: p(1, 1), Stride: p(1, 1), Groups: n(1), Dilation: p(1, 1)}).WithEpilogue(ops.Epilogue{Norm: &ops.BatchNorm{Scale: true, Shift: true}, Act: (&ops.PReLU{PerChannel: true}).Activation()}),
			of(pixel(1)), of(tensor.From([]float32{3, 4}, 2, 1, 1, 1), list(1, 1), list(-9, -4), list(0, 0), list(1, 1), list(5, 7)), pixel(-30, 0)},
		{"hard_sigmoid", &ops.HardSigmoid{Slope: dim.Ratio(1, 6)}, of(vector(-3, -1.5, 0, 3, 9, nan, -inf, inf)), nil, vector(0, 0.25, 0.5, 1, 1, nan, 0, 1)},
		{"hard_sigmoid of slope 1/5", &ops.HardSigmoid{Slope: dim.Ratio(1, 5)}, of(vector(-2.5, 1, 2.5)), nil, vector(0, 0.7, 1)},
		{"hard_swish", ops.HardSwish.Op(), of(vector(-4, -3, -1.5, 0, 1.5, 3, 4, nan, inf, -inf)), nil, vector(0, 0, -0.375, 0, 1.125, 3, 4, nan, inf, nan)},
		{"sigmoid", ops.Sigmoid.Op(), of(vector(0, ln3, -1000)), nil, vector(0.5, 0.75, 0)},
		{"silu", ops.SiLU.Op(), of(vector(0, ln3, -ln3)), nil, vector(0, 0.75*ln3, -0.25*ln3)},
		// Phi(1) = 0.841344746, from tables of the normal distribution.
		{"gelu", ops.GELU.Op(), of(vector(0, 1, -1)), nil, vector(0, 0.841344746, -0.158655254)},
		// Of 1: tanh(0.7978846 * 1.044715) = 0.6823840.
		{"gelu, approximate", ops.TanhGELU.Op(), of(vector(0, 1, -1, inf, nan, -inf)), nil, vector(0, 0.841191990, -0.158808010, inf, nan, nan)},
		// With e = 2: tanh is (4 - 1)/(4 + 1), and 8/10 of ln 2, n being 2*4.
		{"tanh", ops.Tanh.Op(), of(vector(0, ln2, -ln2, inf, -inf, nan)), nil, vector(0, 0.6, -0.6, 1, -1, nan)},
		{"elu", &ops.ELU{Alpha: n(4)}, of(vector(3, 0, -ln2, -inf, nan)), nil, vector(3, 0, -2, -4, nan)},
		{"softplus", ops.Softplus.Op(), of(vector(0, ln3, 1000, -inf, inf, nan)), nil, vector(ln2, 2*ln2, 1000, 0, inf, nan)},
		{"mish", ops.Mish.Op(), of(vector(0, ln2, 1000, -inf, nan)), nil, vector(0, 0.8*ln2, 1000, nan, nan)},
	}
}

func pools() []hand {
	two := tensor.From([]float32{1, 2, 3, 4, 10, 20, 30, 40}, 1, 2, 2, 2)
	sixteen := image(4, 4, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)
	return []hand{
		{"maxpool", &ops.MaxPool{K: p(2, 2), Stride: p(2, 2)}, of(sixteen), nil, image(2, 2, 6, 8, 14, 16)},
		{"maxpool, padding never wins", &ops.MaxPool{K: p(3, 3), Stride: p(1, 1), Pad: pads(1, 1, 1, 1)}, of(image(1, 1, -5)), nil, image(1, 1, -5)},
		{"maxpool, NaN wins", &ops.MaxPool{K: p(2, 2), Stride: p(1, 1)}, of(image(2, 2, 1, nan, 2, 3)), nil, image(1, 1, nan)},
		{"maxpool, floor", &ops.MaxPool{K: p(1, 2), Stride: p(1, 2)}, of(image(1, 5, 1, 2, 3, 4, 5)), nil, image(1, 2, 2, 4)},
		{"maxpool, ceil", &ops.MaxPool{K: p(1, 2), Stride: p(1, 2), Ceil: true}, of(image(1, 5, 1, 2, 3, 4, 5)), nil, image(1, 3, 2, 4, 5)},
		{"maxpool, ceil window beyond the image dropped", &ops.MaxPool{K: p(1, 1), Stride: p(1, 2), Ceil: true}, of(image(1, 2, 7, 8)), nil, image(1, 1, 7)},
		{"maxpool, same padding", &ops.MaxPool{K: p(1, 2), Stride: p(1, 2), Pad: ops.Padding{Mode: ops.Same}}, of(image(1, 3, 1, 2, 3)), nil, image(1, 2, 2, 3)},
		{"avgpool", &ops.AvgPool{K: p(2, 2), Stride: p(2, 2)}, of(sixteen), nil, image(2, 2, 3.5, 5.5, 11.5, 13.5)},
		{"avgpool, padding counts", &ops.AvgPool{K: p(2, 2), Stride: p(1, 1), Pad: pads(1, 1, 1, 1), CountPad: true}, of(image(1, 1, 4)), nil, image(2, 2, 1, 1, 1, 1)},
		{"avgpool, padding does not count", &ops.AvgPool{K: p(2, 2), Stride: p(1, 1), Pad: pads(1, 1, 1, 1)}, of(image(1, 1, 4)), nil, image(2, 2, 4, 4, 4, 4)},
		{"avgpool, what hangs over never counts", &ops.AvgPool{K: p(1, 2), Stride: p(1, 2), Ceil: true, CountPad: true}, of(image(1, 3, 2, 4, 6)), nil, image(1, 2, 3, 6)},
		// Five pixels to two: 0..2 and 2..4.
		{"avgpool_to", &ops.AvgPoolTo{K: p(1, 2)}, of(image(1, 5, 1, 2, 3, 4, 5)), nil, image(1, 2, 2, 4)},
		{"avgpool_to more than there are", &ops.AvgPoolTo{K: p(1, 3)}, of(image(1, 2, 1, 3)), nil, image(1, 3, 1, 2, 3)},
		{"gap", &ops.GlobalAvgPool{}, of(image(2, 2, 1, 2, 3, 6)), nil, image(1, 1, 3)},
		// Channels 1 2 / 3 4 and 10 20 / 30 40.
		{"reduce_mean, channels", &ops.ReduceMean{Axis: axes(1)}, of(two), nil, image(2, 2, 5.5, 11, 16.5, 22)},
		{"reduce_mean, height", &ops.ReduceMean{Axis: axes(2)}, of(two), nil, tensor.From([]float32{2, 3, 20, 30}, 1, 2, 1, 2)},
		{"reduce_mean, width", &ops.ReduceMean{Axis: axes(3)}, of(two), nil, tensor.From([]float32{1.5, 3.5, 15, 35}, 1, 2, 2, 1)},
		{"reduce_mean, height and width", &ops.ReduceMean{Axis: axes(3, 2)}, of(two), nil, pixel(2.5, 25)},
		{"reduce_mean, all", &ops.ReduceMean{Axis: axes(1, 2, 3)}, of(two), nil, pixel(13.75)},
		{"reduce_mean of infinities", &ops.ReduceMean{Axis: axes(3)}, of(image(3, 2, 1, inf, inf, -inf, 1, nan)), nil, image(3, 1, inf, nan, nan)},
		{"reduce_max, channels", &ops.ReduceMax{Axis: axes(1)}, of(two), nil, image(2, 2, 10, 20, 30, 40)},
		{"reduce_max, height", &ops.ReduceMax{Axis: axes(2)}, of(two), nil, tensor.From([]float32{3, 4, 30, 40}, 1, 2, 1, 2)},
		{"reduce_max, width", &ops.ReduceMax{Axis: axes(3)}, of(two), nil, tensor.From([]float32{2, 4, 20, 40}, 1, 2, 2, 1)},
		{"reduce_max, NaN wins", &ops.ReduceMax{Axis: axes(3)}, of(image(3, 2, nan, inf, -5, -inf, -inf, -inf)), nil, image(3, 1, nan, -5, -inf)},
	}
}

func bordered(top, bottom, left, right int, mode string) *ops.Border {
	return &ops.Border{By: ops.Padding{Top: n(top), Bottom: n(bottom), Left: n(left), Right: n(right)}, Mode: mode}
}

func moves() []hand {
	row := tensor.From([]float32{1, 2, 3, 4}, 1, 2, 1, 2)
	return []hand{
		{"flatten", &ops.Flatten{}, of(row), nil, vector(1, 2, 3, 4)},
		{"drop_path", &ops.DropPath{P: dim.Ratio(1, 2)}, of(vector(1, nan)), nil, vector(1, nan)},
		{"dropout", &ops.Dropout{}, of(vector(1, 2)), nil, vector(1, 2)},
		{"id", &ops.Identity{}, of(vector(1, 2)), nil, vector(1, 2)},
		{"slice", &ops.Slice{From: n(1), To: n(3)}, of(pixel(1, 2, 3, 4)), nil, pixel(2, 3)},
		{"channel_shuffle", &ops.ChannelShuffle{Groups: n(2)}, of(pixel(0, 1, 2, 3, 4, 5)), nil, pixel(0, 3, 1, 4, 2, 5)},
		{"concat channels", &ops.Concat{Axis: n(1)}, of(pixel(1, 2), pixel(3)), nil, pixel(1, 2, 3)},
		{"concat widths", &ops.Concat{Axis: n(3)}, of(image(2, 1, 1, 2), image(2, 2, 3, 4, 5, 6)), nil, image(2, 3, 1, 3, 4, 2, 5, 6)},
		{"pow of a whole number", &ops.Pow{P: n(3)}, of(vector(2, -2, 0, inf, -inf, nan)), nil, vector(8, -8, 0, inf, -inf, nan)},
		{"pow below 0", &ops.Pow{P: n(-2)}, of(vector(2, -4, 0, inf, -inf, nan)), nil, vector(0.25, 0.0625, inf, 0, 0, nan)},
		{"pow of a fraction", &ops.Pow{P: dim.Ratio(1, 2)}, of(vector(9, -9, 0, inf, nan)), nil, vector(3, nan, 0, inf, nan)},
		{"pow of 0", &ops.Pow{}, of(vector(2, 0, inf, nan)), nil, vector(1, 1, 1, 1)},
		{"scale", &ops.Scale{S: dim.Ratio(1, 2)}, of(vector(1, 2)), nil, vector(0.5, 1)},
		{"param", &ops.Learned{Shape: dim.Shaped(3)}, of(tensor.From([]float32{7, 8}, 2, 1)), of(tensor.From([]float32{1, 2, 3}, 3)),
			tensor.From([]float32{1, 2, 3, 1, 2, 3}, 2, 3)},
		{"mul with a learned gate", ops.Gate(dim.Shaped(2, 1, 1)), of(row), of(tensor.From([]float32{2, 10}, 2, 1, 1)), tensor.From([]float32{2, 4, 30, 40}, 1, 2, 1, 2)},
		// Channels 0 to 3 of a pixel are its four, row by row; 4 to 7 those of the second channel.
		{"pixel_shuffle", &ops.PixelShuffle{R: n(2)}, of(tensor.From([]float32{0, 10, 1, 11, 2, 12, 3, 13, 4, 14, 5, 15, 6, 16, 7, 17}, 1, 8, 1, 2)), nil,
			tensor.From([]float32{0, 1, 10, 11, 2, 3, 12, 13, 4, 5, 14, 15, 6, 7, 16, 17}, 1, 2, 2, 4)},
		{"pixel_unshuffle", &ops.PixelUnshuffle{R: n(2)}, of(tensor.From([]float32{0, 1, 10, 11, 2, 3, 12, 13, 4, 5, 14, 15, 6, 7, 16, nan}, 1, 2, 2, 4)), nil,
			tensor.From([]float32{0, 10, 1, 11, 2, 12, 3, 13, 4, 14, 5, 15, 6, 16, 7, nan}, 1, 8, 1, 2)},
		{"pad", bordered(1, 0, 0, 2, ops.Zeros), of(image(2, 2, 1, 2, 3, nan)), nil, image(3, 4, 0, 0, 0, 0, 1, 2, 0, 0, 3, nan, 0, 0)},
		{"pad, reflect", bordered(0, 1, 2, 2, ops.Reflect), of(image(2, 3, 1, 2, 3, 4, 5, inf)), nil,
			image(3, 7, 3, 2, 1, 2, 3, 2, 1, inf, 5, 4, 5, inf, 5, 4, 3, 2, 1, 2, 3, 2, 1)},
		{"pad, replicate", bordered(2, 0, 3, 0, ops.Replicate), of(image(1, 2, 1, 2)), nil, image(3, 5, 1, 1, 1, 1, 2, 1, 1, 1, 1, 2, 1, 1, 1, 1, 2)},
		{"crop", &ops.Crop{By: bordered(1, 0, 0, 1, "").By}, of(image(3, 2, 1, 2, 3, 4, nan, 6)), nil, image(2, 1, 3, nan)},
		{"resize, nearest", &ops.Resize{Size: p(1, 5), Mode: ops.Nearest}, of(image(1, 3, 1, 2, 3)), nil, image(1, 5, 1, 1, 2, 2, 3)},
		{"resize, nearest, smaller", &ops.Resize{Size: p(1, 2), Mode: ops.Nearest}, of(image(1, 5, 1, 2, 3, 4, 5)), nil, image(1, 2, 1, 3)},
		// Places -1/4, 1/4, 3/4 and 5/4, the first of which counts as 0.
		{"resize, bilinear", &ops.Resize{Size: p(1, 4), Mode: ops.Bilinear}, of(image(1, 2, 0, 8)), nil, image(1, 4, 0, 2, 6, 8)},
		{"resize, bilinear, corners", &ops.Resize{Size: p(1, 5), Mode: ops.Bilinear, AlignCorners: true}, of(image(1, 3, 0, 4, 8)), nil, image(1, 5, 0, 2, 4, 6, 8)},
		{"resize, corners of one pixel", &ops.Resize{Size: p(1, 1), Mode: ops.Bilinear, AlignCorners: true}, of(image(1, 3, 7, 4, 8)), nil, image(1, 1, 7)},
		{"resize, both ways", &ops.Resize{Size: p(3, 3), Mode: ops.Bilinear, AlignCorners: true}, of(image(2, 2, 0, 4, 8, 12)), nil, image(3, 3, 0, 2, 4, 4, 6, 8, 8, 10, 12)},
		{"resize, infinity", &ops.Resize{Size: p(1, 4), Mode: ops.Bilinear}, of(image(1, 2, 1, inf)), nil, image(1, 4, nan, nan, nan, nan)},
		{"resize, bilinear, of one size", &ops.Resize{Size: p(2, 3), Mode: ops.Bilinear}, of(image(1, 3, 1, inf, 2)), nil, image(2, 3, 1, nan, 2, 1, nan, 2)},
		// Half way: -3/32, 19/32, 19/32, -3/32; the outer pixels are those at the border.
		{"resize, bicubic", &ops.Resize{Size: p(1, 3), Mode: ops.Bicubic, AlignCorners: true}, of(image(1, 2, 0, 32)), nil, image(1, 3, 0, 16, 32)},
		{"resize, bicubic of four", &ops.Resize{Size: p(1, 7), Mode: ops.Bicubic, AlignCorners: true}, of(image(1, 4, 32, 0, 0, 0)), nil, image(1, 7, 32, 16, 0, -3, 0, 0, 0)},
		{"matmul", &ops.Matmul{}, of(tensor.From([]float32{1, 2, 3, 4, 5, 6}, 1, 2, 3), tensor.From([]float32{1, 10, 2, 20, 3, 30}, 1, 3, 2)), nil,
			tensor.From([]float32{14, 140, 32, 320}, 1, 2, 2)},
		{"matmul of two images", &ops.Matmul{}, of(tensor.From([]float32{1, 2, 3, 4}, 2, 1, 2), tensor.From([]float32{5, 6, 7, 8}, 2, 2, 1)), nil, tensor.From([]float32{17, 53}, 2, 1, 1)},
		{"matmul of what is not finite", &ops.Matmul{}, of(tensor.From([]float32{1, 0, inf, 1}, 1, 2, 2), tensor.From([]float32{1, 0, 1, inf}, 1, 2, 2)), nil,
			tensor.From([]float32{1, nan, inf, nan}, 1, 2, 2)},
		{"reshape", &ops.Reshape{Shape: dim.Shaped(3, 1, 2)}, of(image(2, 3, 1, 2, 3, 4, 5, 6)), nil, tensor.From([]float32{1, 2, 3, 4, 5, 6}, 1, 3, 1, 2)},
		{"permute", &ops.Permute{Axes: dim.Shaped(0, 2, 1)}, of(tensor.From([]float32{1, 2, 3, 4, 5, 6}, 1, 2, 3)), nil, tensor.From([]float32{1, 4, 2, 5, 3, 6}, 1, 3, 2)},
		// Axis 1 of the result is axis 3 of the input, and so on: [x, c, y].
		{"permute of three axes", &ops.Permute{Axes: dim.Shaped(0, 3, 1, 2)}, of(tensor.From([]float32{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, 1, 2, 2, 3)), nil,
			tensor.From([]float32{1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12}, 1, 3, 2, 2)},
		{"permute of what is not finite", &ops.Permute{Axes: dim.Shaped(0, 2, 1)}, of(tensor.From([]float32{nan, inf, 1, -inf}, 1, 2, 2)), nil, tensor.From([]float32{nan, 1, inf, -inf}, 1, 2, 2)},
		{"channel_affine", &ops.ChannelAffine{Scale: []dim.Size{n(2), n(3)}, Shift: []dim.Size{n(1), n(-1)}}, of(row), nil,
			tensor.From([]float32{3, 5, 8, 11}, 1, 2, 1, 2)},
		{"add", &ops.Add{}, of(vector(1, 2), vector(10, 20), vector(100, 200)), nil, vector(111, 222)},
		{"add and relu", (&ops.Add{}).WithEpilogue(ops.Epilogue{Act: ops.ReLU}), of(vector(1, 2), vector(-3, 4)), nil, vector(0, 6)},
		{"max", &ops.Max{}, of(vector(1, 5), vector(3, 4), vector(nan, 0)), nil, vector(nan, 5)},
		{"mean", &ops.Mean{}, of(vector(1, 2), vector(3, 6)), nil, vector(2, 4)},
		{"mul", &ops.Mul{}, of(vector(1, 2), vector(3, 6)), nil, vector(3, 12)},
		{"mul with a gate", &ops.Mul{}, of(pixel(2, 10), row), nil, tensor.From([]float32{2, 4, 30, 40}, 1, 2, 1, 2)},
		{"mul with a gate of pixels", &ops.Mul{}, of(row, image(1, 2, 2, 10)), nil, tensor.From([]float32{2, 20, 6, 40}, 1, 2, 1, 2)},
		{"mul with gates of all kinds", &ops.Mul{}, of(pixel(2), row, image(1, 2, 2, 10), pixel(1, 3)), nil, tensor.From([]float32{4, 40, 36, 240}, 1, 2, 1, 2)},
		{"mul of vectors with one number", &ops.Mul{}, of(vector(5), vector(1, 2)), nil, vector(5, 10)},
	}
}

func TestByHand(t *testing.T) {
	seen := map[reflect.Type]bool{}
	for _, cases := range [][]hand{convolutions(), norms(), pools(), moves()} {
		for _, c := range cases {
			seen[reflect.TypeOf(c.op)] = true
			got := Run(c.op, c.in, c.params)
			if !got.Shape.Equal(c.want.Shape) {
				t.Errorf("%s: got shape %v, want %v", c.name, got.Shape, c.want.Shape)
				continue
			}
			for i, w := range c.want.Data {
				g := got.Data[i]
				if !(math.Abs(float64(g-w)) <= 1e-7*math.Abs(float64(w)) && !math.IsInf(float64(w), 0)) && g != w && !(g != g && w != w) {
					t.Errorf("%s: got %v, want %v", c.name, got.Data, c.want.Data)
					break
				}
			}
		}
	}
	for _, op := range ops.Builtins {
		if !seen[reflect.TypeOf(op)] {
			t.Errorf("no case for %s", op.Name())
		}
	}
}
