package exec_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/optest"
	"cnnlang/ops/ref"
	"cnnlang/ops/tensor"
)

func bn(scale, shift bool) *ops.BatchNorm {
	return &ops.BatchNorm{Eps: dim.Ratio(1, 1000), Scale: scale, Shift: shift}
}

func layerNorm() ops.Op { return &ops.LayerNorm{Eps: dim.Ratio(1, 1000)} }
func l2() ops.Op        { return &ops.L2Normalize{Eps: dim.Int(2)} }
func avgTo(h, w int) ops.Op {
	return &ops.AvgPoolTo{K: pair(h, w)}
}

func adjoint(of ops.Op, image ...int) ops.Op { return &ops.Adjoint{Of: of, Shape: image} }

func weights(out int, k dim.Pair, more ...func(*ops.Conv)) ops.Op {
	return &ops.ConvWeights{Of: conv(out, k, append(more, optest.Unbiased)...)}
}

// gradientCases are the ops that gradients are made of, but for functions of single numbers.
var gradientCases = []opCase{
	{adjoint(avgpool(pair(3, 3), pair(2, 2), pad(1), false, true), 2, 19, 9, 8), in{{2, 19, 5, 4}}},
	{adjoint(avgpool(pair(3, 2), pair(2, 1), pad(1), true, true), 1, 3, 8, 8), in{{1, 3, 5, 9}}},
	{adjoint(avgpool(pair(3, 3), pair(2, 2), pad(1), true, false), 1, 33, 6, 6), in{{1, 33, 4, 4}}},
	{adjoint(avgpool(pair(2, 1), pair(3, 3), pad(0), false, false), 2, 3, 8, 8), in{{2, 3, 3, 3}}},
	{adjoint(avgpool(pair(5, 5), pair(1, 1), samePad, false, false), 1, 16, 7, 90), in{{1, 16, 7, 90}}},
	{adjoint(avgTo(3, 4), 2, 17, 7, 6), in{{2, 17, 3, 4}}},
	{adjoint(avgTo(5, 7), 1, 3, 2, 3), in{{1, 3, 5, 7}}},
	{adjoint(resize(9, 10, ops.Nearest, false), 2, 17, 4, 5), in{{2, 17, 9, 10}}},
	{adjoint(resize(3, 2, ops.Nearest, false), 1, 3, 7, 9), in{{1, 3, 3, 2}}},
	{adjoint(resize(9, 13, ops.Bilinear, false), 2, 17, 4, 5), in{{2, 17, 9, 13}}},
	{adjoint(resize(8, 3, ops.Bilinear, true), 1, 5, 4, 7), in{{1, 5, 8, 3}}},
	{adjoint(resize(70, 90, ops.Bilinear, false), 1, 16, 1, 1), in{{1, 16, 70, 90}}},
	{adjoint(resize(9, 13, ops.Bicubic, false), 2, 17, 4, 5), in{{2, 17, 9, 13}}},
	{adjoint(resize(3, 9, ops.Bicubic, true), 1, 2, 4, 5), in{{1, 2, 3, 9}}},
	{adjoint(border(pads(2, 1, 3, 0), ops.Reflect), 2, 17, 4, 5), in{{2, 17, 7, 8}}},
	{adjoint(border(pads(2, 1, 3, 70), ops.Replicate), 1, 3, 4, 5), in{{1, 3, 7, 78}}},

	{&ops.ByInput{Of: maxpool(pair(3, 3), pair(2, 2), pad(1), false)}, in{{2, 19, 5, 4}, {2, 19, 9, 8}}},
	{&ops.ByInput{Of: maxpool(pair(2, 3), pair(1, 2), pad(1), true)}, in{{1, 3, 9, 5}, {1, 3, 8, 8}}},
	{&ops.ByInput{Of: maxpool(pair(2, 2), pair(3, 3), pad(0), false)}, in{{3, 16, 3, 3}, {3, 16, 8, 8}}},
	{&ops.ByInput{Of: top(1)}, in{{2, 1, 5, 6}, {2, 7, 5, 6}}},
	{&ops.ByInput{Of: top(2, 3)}, in{{2, 7, 1, 1}, {2, 7, 5, 70}}},
	{&ops.ByInput{Of: top(1, 3)}, in{{2, 1, 5, 1}, {2, 7, 5, 6}}},
	{&ops.ByInput{Of: bn(true, true)}, in{{2, 17, 5, 6}, {2, 17, 5, 6}}},
	{&ops.ByInput{Of: bn(false, false)}, in{{3, 5}, {3, 5}}},
	{&ops.ByInput{Of: layerNorm()}, in{{2, 17, 5, 26}, {2, 17, 5, 26}}},
	{&ops.ByInput{Of: layerNorm()}, in{{3, 40}, {3, 40}}},
	{&ops.ByInput{Of: layerNorm()}, in{{3, 40, 7}, {3, 40, 7}}},
	{&ops.ByInput{Of: groupNorm(3, true, true)}, in{{2, 18, 5, 6}, {2, 18, 5, 6}}},
	{&ops.ByInput{Of: groupNorm(2, false, true)}, in{{2, 8}, {2, 8}}},
	{&ops.ByInput{Of: instanceNorm(true, false)}, in{{2, 18, 5, 6}, {2, 18, 5, 6}}},
	{&ops.ByInput{Of: instanceNorm(false, false)}, in{{1, 3, 9, 8}, {1, 3, 9, 8}}},
	{&ops.ByInput{Of: lrn(5)}, in{{2, 9, 9, 8}, {2, 9, 9, 8}}},
	{&ops.ByInput{Of: lrn(3)}, in{{2, 7}, {2, 7}}},
	{&ops.ByInput{Of: l2()}, in{{2, 5, 9, 8}, {2, 5, 9, 8}}},
	{&ops.ByResult{Of: optest.Softmax(1)}, in{{2, 5, 9, 8}, {2, 5, 9, 8}}},
	{&ops.ByResult{Of: optest.Softmax(3)}, in{{2, 5, 9, 8}, {2, 5, 9, 8}}},
	{&ops.ByResult{Of: optest.Softmax(1)}, in{{3, 10}, {3, 10}}},
	{&ops.TensorSums{Of: bn(true, true)}, in{{3, 17, 5, 6}, {3, 17, 5, 6}}},
	{&ops.TensorSums{Of: bn(false, true)}, in{{3, 17}, {3, 17}}},
	{&ops.TensorSums{Of: layerNorm()}, in{{2, 17, 5, 26}, {2, 17, 5, 26}}},
	{&ops.TensorSums{Of: layerNorm()}, in{{3, 40}, {3, 40}}},
	{&ops.TensorSums{Of: groupNorm(3, true, true)}, in{{2, 18, 5, 6}, {2, 18, 5, 6}}},
	{&ops.TensorSums{Of: instanceNorm(true, true)}, in{{2, 18, 5, 6}, {2, 18, 5, 6}}},
	{&ops.MaxShare{I: 0}, in{{2, 7, 5, 6}, {2, 7, 5, 6}, {2, 7, 5, 6}}},
	{&ops.MaxShare{I: 2}, in{{2, 7}, {2, 7}, {2, 7}, {2, 7}}},

	{&ops.ChannelSums{}, in{{3, 17, 5, 6}}},
	{&ops.ChannelSums{}, in{{5, 3}}},
	{&ops.AxisSums{Axes: []int{2, 3}}, in{{3, 17, 5, 6}}},
	{&ops.AxisSums{Axes: []int{1}}, in{{3, 17, 5, 6}}},
	{&ops.AxisSums{Axes: []int{1, 3}}, in{{3, 17, 5, 6}}},
	{&ops.AxisSums{Axes: []int{1}}, in{{3, 17}}},
	{&ops.AxisSums{Axes: []int{2}}, in{{3, 7, 5, 2, 3}}},
	{&ops.ImageSums{}, in{{3, 17, 5, 6}}},
	{&ops.ImageSums{}, in{{3, 17}}},
	{&ops.Row{I: 1}, in{{2, 17}}},
	{&ops.Spread{Shape: []int{17, 5, 6}}, in{{3, 17, 1, 1}}},
	{&ops.Spread{Shape: []int{17, 5, 6}}, in{{3, 1, 5, 6}}},
	{&ops.Spread{Shape: []int{17, 5, 6}}, in{{3, 17, 5, 1}}},
	{&ops.Spread{Shape: []int{17}}, in{{3, 1}}},
	{&ops.Part{Axis: 1, From: 3, To: 7}, in{{3, 9, 5, 6}}},
	{&ops.Part{Axis: 3, From: 3, To: 5}, in{{3, 9, 5, 6}}},
	{&ops.Part{Axis: 2, From: 0, To: 5}, in{{3, 9, 7}}},
	{&ops.Place{From: 3, Channels: 9}, in{{3, 4, 5, 6}}},
	{&ops.Place{From: 0, Channels: 5}, in{{3, 4}}},

	{&ops.BatchStats{}, in{{3, 17, 5, 6}}},
	{&ops.BatchStats{}, in{{3, 40, 70, 9}}},
	{&ops.BatchStats{}, in{{9, 5}}},
	{&ops.BatchNormalize{Of: bn(true, true)}, in{{3, 17, 5, 6}, {2, 17}}},
	{&ops.BatchNormalize{Of: bn(false, true)}, in{{3, 16, 5, 6}, {2, 16}}},
	{&ops.BatchNormalize{Of: bn(true, false)}, in{{9, 17}, {2, 17}}},
	{&ops.BatchNormalize{Of: bn(true, true)}, in{{1, 3, 170, 170}, {2, 3}}}, // in pieces
	{normThen(ops.Epilogue{Act: ops.ReLU}), in{{3, 17, 5, 6}, {2, 17}}},
	{normThen(ops.Epilogue{Act: ops.SiLU}), in{{3, 40, 70, 9}, {2, 40}}},
	{normThen(ops.Epilogue{Add: true}), in{{3, 17, 5, 6}, {2, 17}, {3, 17, 5, 6}}},
	{normThen(ops.Epilogue{Add: true, Act: ops.ReLU}), in{{3, 40, 70, 9}, {2, 40}, {3, 40, 70, 9}}},
	{normThen(ops.Epilogue{Add: true, Act: ops.ReLU6}), in{{9, 17}, {2, 17}, {9, 17}}},
	{&ops.BatchSums{Of: bn(true, true)}, in{{3, 17, 5, 6}, {3, 17, 5, 6}, {2, 17}}},
	{&ops.BatchSums{Of: bn(true, true)}, in{{3, 40, 70, 9}, {3, 40, 70, 9}, {2, 40}}},
	{&ops.BatchSums{Of: bn(false, false)}, in{{9, 17}, {9, 17}, {2, 17}}},
	{&ops.BatchGradient{Of: bn(true, true)}, in{{3, 17, 5, 6}, {3, 17, 5, 6}, {2, 17}, {2, 17}}},
	{&ops.BatchGradient{Of: bn(false, true)}, in{{9, 17}, {9, 17}, {2, 17}, {2, 17}}},
	{&ops.BatchGradient{Of: bn(true, true)}, in{{1, 3, 170, 170}, {1, 3, 170, 170}, {2, 3}, {2, 3}}},

	{weights(5, pair(3, 3), padded(pad(1))), in{{2, 3, 9, 8}, {2, 5, 9, 8}}},
	{weights(40, pair(3, 3), padded(pad(1))), in{{3, 19, 14, 13}, {3, 40, 14, 13}}},
	{weights(32, pair(3, 3), padded(pad(1)), stride(2, 2)), in{{2, 35, 14, 13}, {2, 32, 7, 7}}},
	{weights(33, pair(1, 1)), in{{5, 48, 7, 7}, {5, 33, 7, 7}}},
	{weights(17, pair(1, 1), stride(2, 2)), in{{2, 20, 9, 8}, {2, 17, 5, 4}}},
	{weights(40, pair(1, 1), stride(2, 2), padded(pads(1, 0, 0, 1))), in{{3, 40, 9, 8}, {3, 40, 5, 5}}},
	{weights(33, pair(1, 1), stride(1, 3)), in{{2, 48, 5, 8}, {2, 33, 5, 3}}},
	{weights(32, pair(5, 4), padded(pads(3, 1, 0, 2)), stride(2, 3)), in{{2, 24, 11, 13}, {2, 32, 6, 4}}},
	{weights(32, pair(3, 3), padded(pads(2, 1, 1, 2)), dilation(2, 3), stride(3, 2)), in{{1, 16, 11, 13}, {1, 32, 4, 5}}},
	{weights(64, pair(3, 3), padded(pad(1)), stride(2, 2), groups(2)), in{{2, 32, 9, 8}, {2, 64, 5, 4}}},
	{weights(80, pair(1, 1)), in{{3, 150, 5, 7}, {3, 80, 5, 7}}},
	{weights(144, pair(1, 1), stride(2, 2)), in{{9, 32, 8, 6}, {9, 144, 4, 3}}},
	{weights(24, pair(7, 7), padded(pad(3)), stride(2, 2)), in{{2, 3, 30, 29}, {2, 24, 15, 15}}},
	{weights(16, pair(3, 3), padded(pad(1))), in{{40, 1, 16, 16}, {40, 16, 16, 16}}},
	{weights(16, pair(3, 2), padded(pads(2, 0, 1, 2)), dilation(2, 3)), in{{2, 18, 9, 11}, {2, 16, 7, 11}}},
	{weights(32, pair(3, 3), padded(pad(1)), groups(2)), in{{2, 32, 9, 8}, {2, 32, 9, 8}}},
	{weights(32, pair(3, 3), padded(pad(1)), groups(8)), in{{2, 32, 9, 8}, {2, 32, 9, 8}}},
	{weights(24, pair(3, 3), padded(pad(1)), stride(2, 2), groups(4)), in{{2, 48, 9, 8}, {2, 24, 5, 4}}},
	{weights(40, pair(3, 3), padded(pad(1)), groups(20)), in{{2, 40, 9, 8}, {2, 40, 9, 8}}},
	{weights(40, pair(3, 2), padded(pad(1)), stride(2, 2), groups(5)), in{{2, 40, 9, 8}, {2, 40, 5, 5}}},
	{weights(48, pair(1, 3), groups(6)), in{{3, 48, 5, 9}, {3, 48, 5, 7}}},
	{weights(19, pair(3, 3), padded(pad(1)), groups(19)), in{{2, 19, 9, 8}, {2, 19, 9, 8}}},
	{weights(32, pair(5, 5), padded(pad(2)), stride(2, 2), groups(32)), in{{2, 32, 9, 8}, {2, 32, 5, 4}}},
	{weights(38, pair(3, 3), groups(19)), in{{2, 19, 9, 8}, {2, 38, 7, 6}}},
	{weights(35, pair(1, 1)), in{{37, 50, 1, 1}, {37, 35, 1, 1}}},
	{weights(35, pair(5, 4)), in{{7, 20, 5, 4}, {7, 35, 1, 1}}},
	{weights(70, pair(1, 1)), in{{1, 70, 60, 60}, {1, 70, 60, 60}}},
	{weights(3, pair(1, 1)), in{{1, 2, 60, 60}, {1, 3, 60, 60}}},
}

// normThen is a norm by statistics with an epilogue.
func normThen(e ops.Epilogue) ops.Op {
	return (&ops.BatchNormalize{Of: bn(true, true)}).WithEpilogue(e)
}

// lossCases are all kinds of loss.
func lossCases() (list []opCase) {
	for _, l := range []ops.Loss{{Kind: ops.CrossEntropy}, {Kind: ops.BCE}, {Kind: ops.BCE, Weights: []float64{1, 2, 0.5, 3, 1, 1, 7}},
		{Kind: ops.MSE}, {Kind: ops.L1}, {Kind: ops.SmoothL1, Beta: 0.5}} {
		for _, shape := range [][]int{{3, 7}, {2, 7, 9, 8}} {
			list = append(list, opCase{&l, in{shape, shape}}, opCase{&ops.LossGradient{Of: l, Factor: 0.25}, in{shape, shape}})
		}
	}
	return list
}

// functionCases are gradients of functions of single numbers, in all layouts.
func functionCases() (list []opCase) {
	third := dim.Ratio(1, 3)
	byInput := []ops.Op{ops.HardSwish.Op(), ops.SiLU.Op(), ops.GELU.Op(), ops.TanhGELU.Op(), ops.Mish.Op(),
		&ops.LeakyReLU{Slope: dim.Int(-1)}, &ops.ELU{Alpha: dim.Int(-1)}, &ops.HardSigmoid{Slope: dim.Int(0)},
		&ops.PReLU{}, &ops.PReLU{PerChannel: true}, &ops.Pow{P: dim.Int(0)}, &ops.Pow{P: dim.Int(1)}, &ops.Pow{P: dim.Int(3)}, &ops.Pow{P: dim.Int(-1)}}
	byResult := []ops.Op{ops.ReLU.Op(), ops.ReLU6.Op(), ops.Sigmoid.Op(), ops.Tanh.Op(), ops.Softplus.Op(),
		&ops.LeakyReLU{Slope: third}, &ops.ELU{Alpha: third}, &ops.HardSigmoid{Slope: third}}
	for _, shape := range [][]int{{2, 19, 9, 8}, {3, 7}} {
		for _, op := range byInput {
			list = append(list, opCase{&ops.ByInput{Of: op}, in{shape, shape}})
		}
		for _, op := range byResult {
			list = append(list, opCase{&ops.ByResult{Of: op}, in{shape, shape}})
		}
		list = append(list, opCase{&ops.TensorSums{Of: &ops.PReLU{PerChannel: true}}, in{shape, shape}}, opCase{&ops.TensorSums{Of: &ops.PReLU{}}, in{shape, shape}})
	}
	return list
}

func allGradientCases() []opCase {
	return append(append(append([]opCase(nil), gradientCases...), lossCases()...), functionCases()...)
}

// gradientInputs are random numbers, with equal ones among them where a maximum is asked for, variances where
// there are statistics, and targets of losses from 0 to 1.
func gradientInputs(c opCase) []tensor.Tensor {
	x := optest.Inputs(c.in)
	variances := func(stats tensor.Tensor) {
		for i := len(stats.Data) / 2; i < len(stats.Data); i++ {
			stats.Data[i] = stats.Data[i]*stats.Data[i] + 0.1
		}
	}
	switch op := c.op.(type) {
	case *ops.BatchNormalize:
		variances(x[1])
	case *ops.BatchSums, *ops.BatchGradient:
		variances(x[2])
	case *ops.MaxShare:
		halves(x[1:])
	case *ops.ByInput:
		switch op.Of.(type) {
		case *ops.MaxPool, *ops.ReduceMax:
			halves(x[1:])
		}
	case *ops.Loss, *ops.LossGradient:
		for i, v := range x[1].Data {
			x[1].Data[i] = float32(max(0, min(1, math.Abs(float64(v)-0.5))))
		}
	}
	return x
}

// halves rounds numbers, so that some are equal.
func halves(list []tensor.Tensor) {
	for _, x := range list {
		for i, v := range x.Data {
			x.Data[i] = float32(math.Round(2*float64(v)) / 2)
		}
	}
}

// gradientBound is the allowed error: sums are taken in float64, or in blocks of float32; of the rest
// some eps of the largest number.
func gradientBound(c opCase, want tensor.Tensor) float64 {
	largest := 1.0
	for _, v := range want.Data {
		if a := math.Abs(float64(v)); !math.IsNaN(a) && !math.IsInf(a, 0) {
			largest = max(largest, a)
		}
	}
	bound := 4 * eps * largest
	if _, ok := c.op.(*ops.ConvWeights); ok {
		dy := c.in[1]
		return bound + optest.SumBound(dy[0]*dy[2]*dy[3])
	}
	return bound
}

// Every op that gradients are made of, in all ways.
func TestGradientsMatchReference(t *testing.T) {
	for i, c := range allGradientCases() {
		t.Run(fmt.Sprint(i, c.op.Name(), c.in), func(t *testing.T) {
			x := gradientInputs(c)
			params := optest.Params(c.op, 100, x...)
			want := ref.Run(c.op, x, params)
			optest.Every(t, c.op, x, params, func(w *optest.Way, got tensor.Tensor) {
				optest.Close(t, got, want, gradientBound(c, want))
			})
		})
	}
}

// Values that are special, and where functions have kinks, are those of the definition.
func TestGradientsOfSpecialValues(t *testing.T) {
	special := []float32{0, float32(math.Copysign(0, -1)), 3, -3, 6, 1, 0.5, -0.5, float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), 1e30, -1e30}
	cases := functionCases()
	for _, c := range gradientCases {
		switch op := c.op.(type) {
		case *ops.MaxShare:
			cases = append(cases, c)
		case *ops.ByInput:
			switch op.Of.(type) {
			case *ops.MaxPool, *ops.ReduceMax:
				cases = append(cases, c)
			}
		}
	}
	for i, c := range cases {
		x := gradientInputs(c)
		for _, v := range x[1:] {
			for i := range v.Data {
				if i%3 == 0 {
					v.Data[i] = special[i/3%len(special)]
				}
			}
		}
		params := optest.Params(c.op, 100, x...)
		want := ref.Run(c.op, x, params)
		for _, w := range optest.Ways(t, c.op, x, params) {
			t.Run(fmt.Sprint(i, c.op.Name(), c.in, w), func(t *testing.T) {
				optest.Close(t, w.Run(t, 1), want, gradientBound(c, want))
			})
		}
	}
}

// Of a gradient that is infinite nothing passes where a function of straight lines is level. (Where one only becomes
// flat, as a sigmoid does, rounding decides whether infinity is multiplied by 0.)
func TestInfiniteGradients(t *testing.T) {
	tested := 0
	for i, c := range functionCases() {
		switch strings.TrimSuffix(c.op.Name(), "'") {
		case "relu", "relu6", "hard_sigmoid", "hard_swish", "leaky_relu", "prelu":
			tested++
		default:
			continue
		}
		x := gradientInputs(c)
		for k := range x[0].Data {
			if k%2 == 0 {
				x[0].Data[k] = float32(math.Inf(1 - k%4))
			}
			if k%3 > 0 {
				x[1].Data[k] *= 100
			}
		}
		params := optest.Params(c.op, 100, x...)
		want := ref.Run(c.op, x, params)
		for _, w := range optest.Ways(t, c.op, x, params) {
			t.Run(fmt.Sprint(i, c.op.Name(), c.in, w), func(t *testing.T) {
				optest.Close(t, w.Run(t, 1), want, gradientBound(c, want))
			})
		}
	}
	if tested != 18 {
		t.Errorf("%d cases are tested, want 18", tested)
	}
}

// The statistics of numbers far from 0 lose nothing by their mean.
func TestStatisticsFarFromZero(t *testing.T) {
	x := optest.Rand(1, 3, 40, 70, 5)
	for i := range x.Data {
		x.Data[i] += 10_000 + float32(i/(70*5)%3)
	}
	want := ref.Run(&ops.BatchStats{}, []tensor.Tensor{x}, nil)
	for _, w := range optest.Ways(t, &ops.BatchStats{}, []tensor.Tensor{x}, nil) {
		got := w.Run(t, 1)
		for i, v := range got.Data {
			if d := math.Abs(float64(v) - float64(want.Data[i])); d > 8*eps*math.Abs(float64(want.Data[i])) {
				t.Errorf("%v: %d: got %v, want %v", w, i, v, want.Data[i])
			}
		}
	}
}

// longGradients are those of which one number, or those of a row or a plane, take long.
var longGradients = []opCase{
	{adjoint(avgTo(1, 1), 1, 16, 400, 400), in{{1, 16, 1, 1}}},
	{adjoint(avgpool(pair(1, 1<<10), pair(1, 1), pad(0), false, true), 1, 1, 1, 1<<11), in{{1, 1, 1, 1<<10 + 1}}},
	{adjoint(resize(1000, 1000, ops.Bilinear, false), 1, 1, 1, 1), in{{1, 1, 1000, 1000}}},
	{adjoint(border(pads(0, 0, 0, 1<<20), ops.Replicate), 1, 1, 1, 1), in{{1, 1, 1, 1<<20 + 1}}},
	{&ops.ByInput{Of: maxpool(pair(1000, 1000), pair(1, 1), pad(0), false)}, in{{1, 1, 1, 1}, {1, 1, 1000, 1000}}},
	{&ops.ByInput{Of: top(1, 2, 3)}, in{{1, 1, 1, 1}, {1, 16, 200, 200}}},
	{&ops.ByInput{Of: layerNorm()}, in{{1, 1 << 20}, {1, 1 << 20}}},
	{&ops.ByInput{Of: groupNorm(1, true, true)}, in{{1, 16, 200, 200}, {1, 16, 200, 200}}},
	{&ops.ByInput{Of: l2()}, in{{1, 1 << 20}, {1, 1 << 20}}},
	{&ops.ByResult{Of: optest.Softmax(1)}, in{{1, 1 << 20}, {1, 1 << 20}}},
	{&ops.TensorSums{Of: groupNorm(1, true, true)}, in{{1, 1, 1000, 1000}, {1, 1, 1000, 1000}}},
	{&ops.TensorSums{Of: layerNorm()}, in{{1, 1 << 20}, {1, 1 << 20}}},
	{&ops.TensorSums{Of: &ops.PReLU{}}, in{{1, 1, 1000, 1000}, {1, 1, 1000, 1000}}},
	{&ops.ChannelSums{}, in{{1, 1, 1000, 1000}}},
	{&ops.AxisSums{Axes: []int{1}}, in{{1, 1 << 20, 1, 1}}},
	{&ops.BatchStats{}, in{{1, 1, 1000, 1000}}},
	{&ops.BatchStats{}, in{{1 << 16, 1, 4, 4}}},
	{&ops.BatchSums{Of: bn(true, true)}, in{{1, 1, 1000, 1000}, {1, 1, 1000, 1000}, {2, 1}}},
	{&ops.ImageSums{}, in{{1 << 20, 1}}},
	{&ops.Loss{Kind: ops.CrossEntropy}, in{{1, 1 << 18}, {1, 1 << 18}}},
	{&ops.Loss{Kind: ops.MSE}, in{{1, 1, 1000, 1000}, {1, 1, 1000, 1000}}},
	{&ops.LossGradient{Of: ops.Loss{Kind: ops.CrossEntropy}, Factor: 1}, in{{1, 1 << 18}, {1, 1 << 18}}},
	{weights(1, pair(1, 1)), in{{1, 1, 1000, 1000}, {1, 1, 1000, 1000}}},
	{weights(16, pair(3, 3), padded(pad(1))), in{{1, 16, 200, 200}, {1, 16, 200, 200}}},
}

// The work between two checks of the context takes far less than 50 ms, as that of the ops does.
func TestLooksOfGradientsAreClose(t *testing.T) {
	for _, c := range longGradients {
		x := optest.Inputs(c.in)
		numbers := optest.Shape(t, c.op, x...).Elements()
		for _, v := range x {
			numbers += v.Shape.Elements()
		}
		for _, w := range forms(t, c, x) {
			if w.IsBlocked() && numbers > 1<<20 && x[0].Shape[1] < layout.Lanes {
				continue // blocks would be zeros
			}
			looks := looksOf(t, w, 0)
			if int64(numbers) > (looks-2)*(1<<20) {
				t.Errorf("%s %v, %v: %d looks for %d numbers", c.op.Name(), c.in, w, looks, numbers)
			}
			for _, end := range []int64{2, looks / 2, looks} {
				if beyond := looksOf(t, w, end) - end; beyond > 8 {
					t.Errorf("%s %v, %v: %d looks after the context ended at %d of %d", c.op.Name(), c.in, w, beyond, end, looks)
				}
			}
		}
	}
}
