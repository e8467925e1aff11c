package caffe

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp/graph"
	"cnnlang/interp/importer/internal/flattest"
	"cnnlang/ops/tensor"
)

// steps reads a text and writes its operations in a line.
func steps(t *testing.T, text string) string {
	t.Helper()
	net, err := Read(flattest.Source("net.prototxt", []byte(text)))
	if err != nil {
		return err.Error()
	}
	var all []string
	for _, n := range net.Graph.Operations() {
		all = append(all, fmt.Sprint(graph.Describe(n.Op), " ", n.Shape))
	}
	return strings.Join(all, " -> ")
}

// TestLayers: what each type of layer becomes on [1, 4, 6, 8], by the definition in caffe.proto and the
// shapes that Caffe's layers give.
func TestLayers(t *testing.T) {
	for layer, want := range map[string]string{
		`type: "Power" power_param { scale: 2 }`:           "scale(s=2) [1, 4, 6, 8]",
		`type: "Power" power_param { shift: -1 }`:          "channel_affine(scale=[1 1 1 1], shift=[-1 -1 -1 -1]) [1, 4, 6, 8]",
		`type: "Power" power_param { power: 2 scale: .5 }`: "scale(s=0.5) [1, 4, 6, 8] -> pow(p=2) [1, 4, 6, 8]",
		`type: "Scale"`: "param(shape=[4 1 1], init=1) [1, 4, 1, 1] -> mul [1, 4, 6, 8]",
		`type: "Scale" scale_param { bias_term: true }`: "bn(eps=0) [1, 4, 6, 8]",
		`type: "Bias"`: "bn(eps=0, scale=false) [1, 4, 6, 8]",
		`type: "BatchNorm" batch_norm_param { eps: 1e-3 }`: "bn(eps=0.001, scale=false, shift=false) [1, 4, 6, 8]",
		`type: "ReLU" relu_param { negative_slope: 0.1 }`:  "leaky_relu(slope=0.1) [1, 4, 6, 8]",
		`type: "PReLU"`: "prelu(per_channel=true) [1, 4, 6, 8]",
		`type: "PReLU" prelu_param { channel_shared: true }`:      "prelu(per_channel=false) [1, 4, 6, 8]",
		`type: "ELU" elu_param { alpha: 0.5 }`:                    "elu(alpha=0.5) [1, 4, 6, 8]",
		`type: "Swish"`:                                           "silu [1, 4, 6, 8]",
		`type: "Clip" clip_param { min: 0 max: 6 }`:               "relu6 [1, 4, 6, 8]",
		`type: "BNLL"`:                                            "softplus [1, 4, 6, 8]",
		`type: "TanH"`:                                            "tanh [1, 4, 6, 8]",
		`type: "Softmax" softmax_param { axis: -1 }`:              "softmax(axis=3) [1, 4, 6, 8]",
		`type: "LRN" lrn_param { local_size: 3 alpha: 0.3 k: 2 }`: "lrn(size=3, alpha=0.3, beta=0.75, k=2) [1, 4, 6, 8]",
		`type: "LRN" lrn_param { local_size: 3 alpha: 0.3 norm_region: WITHIN_CHANNEL }`:                                "pow(p=2) [1, 4, 6, 8] -> avgpool(k=3x3, stride=1x1, pad=[1, 1, 1, 1], ceil=false, count_pad=true) [1, 4, 6, 8] -> channel_affine(scale=[3/10 3/10 3/10 3/10], shift=[1 1 1 1]) [1, 4, 6, 8] -> pow(p=-0.75) [1, 4, 6, 8] -> mul [1, 4, 6, 8]",
		`type: "Dropout" dropout_param { dropout_ratio: 0.4 }`:                                                          "dropout(p=0.4) [1, 4, 6, 8]",
		`type: "Pooling" pooling_param { kernel_size: 2 stride: 2 }`:                                                    "maxpool(k=2x2, stride=2x2, pad=[0, 0, 0, 0], ceil=true) [1, 4, 3, 4]",
		`type: "Pooling" pooling_param { pool: AVE kernel_h: 3 kernel_w: 2 stride_h: 2 stride_w: 3 pad_h: 1 pad_w: 0 }`: "avgpool(k=3x2, stride=2x3, pad=[1, 1, 0, 0], ceil=true, count_pad=true) [1, 4, 4, 3]",
		`type: "Pooling" pooling_param { kernel_size: 3 stride: 2 round_mode: FLOOR }`:                                  "maxpool(k=3x3, stride=2x2, pad=[0, 0, 0, 0], ceil=false) [1, 4, 2, 3]",
		`type: "Pooling" pooling_param { kernel_size: 3 stride: 2 ceil_mode: false pool: 1 }`:                           "avgpool(k=3x3, stride=2x2, pad=[0, 0, 0, 0], ceil=false, count_pad=true) [1, 4, 2, 3]",
		`type: "Pooling" pooling_param { global_pooling: true }`:                                                        "reduce_max(axis=[2 3]) [1, 4, 1, 1]",
		`type: "Pooling" pooling_param { pool: AVE global_pooling: true }`:                                              "gap [1, 4, 1, 1]",
		`type: "DepthwiseConvolution" convolution_param { num_output: 4 kernel_size: 3 pad: 1 group: 4 }`:               "conv(out=4, k=3x3, stride=1x1, pad=[1, 1, 1, 1], groups=4, dilation=1x1, bias=true) [1, 4, 6, 8]",
		`type: "ConvolutionDepthwise" convolution_param { num_output: 4 kernel_size: 3 stride: 2 bias_term: false }`:    "conv(out=4, k=3x3, stride=2x2, pad=[0, 0, 0, 0], groups=4, dilation=1x1, bias=false) [1, 4, 2, 3]",
		`type: "Deconvolution" convolution_param { num_output: 8 kernel_size: 4 stride: 2 pad: 1 group: 4 }`:            "deconv(out=8, k=4x4, stride=2x2, pad=[1, 1, 1, 1], groups=4, dilation=1x1, output_pad=0x0, bias=true) [1, 8, 12, 16]",
		`type: "InnerProduct" inner_product_param { num_output: 5 }`:                                                    "flatten [1, 192] -> linear(out=5, bias=true) [1, 5]",
		`type: "Flatten"`: "flatten [1, 192]",
		`type: "Flatten" flatten_param { axis: 2 }`:                                       "reshape(shape=[4 48]) [1, 4, 48]",
		`type: "Flatten" flatten_param { end_axis: 2 }`:                                   "reshape(shape=[24 8]) [1, 24, 8]",
		`type: "Reshape" reshape_param { shape { dim: 0 dim: 2 dim: -1 dim: 8 } }`:        "reshape(shape=[2 12 8]) [1, 2, 12, 8]",
		`type: "Reshape" reshape_param { shape { dim: 3 dim: 16 } axis: 2 }`:              "reshape(shape=[4 3 16]) [1, 4, 3, 16]",
		`type: "Reshape" reshape_param { shape { dim: 2 dim: 2 } axis: 1 num_axes: 1 }`:   "reshape(shape=[2 2 6 8]) [1, 2, 2, 6, 8]",
		`type: "Reshape" reshape_param { shape { dim: 1 dim: -1 } axis: -1 num_axes: 0 }`: "reshape(shape=[4 6 8 1 1]) [1, 4, 6, 8, 1, 1]",
		`type: "Reshape" reshape_param { shape { dim: -1 dim: 192 } }`:                    "flatten [1, 192]",
		`type: "Permute" permute_param { order: 0 order: 2 order: 3 order: 1 }`:           "permute(axes=[0 2 3 1]) [1, 6, 8, 4]",
		`type: "Permute" permute_param { order: 0 order: 3 }`:                             "permute(axes=[0 3 1 2]) [1, 8, 4, 6]",
		`type: "ShuffleChannel" shuffle_channel_param { group: 2 }`:                       "channel_shuffle(groups=2) [1, 4, 6, 8]",
	} {
		text := `input: "data" input_dim: 1 input_dim: 4 input_dim: 6 input_dim: 8 layer { name: "a" bottom: "data" top: "a" ` + layer + ` }`
		if got := steps(t, text); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", layer, got, want)
		}
	}
}

// TestMerges: layers of several bottoms or tops, on [1, 4, 6, 8] and a gate of [1, 4].
func TestMerges(t *testing.T) {
	const gate = "gap [1, 4, 1, 1] -> flatten [1, 4] -> "
	for layer, want := range map[string]string{
		`bottom: "data" bottom: "gate" top: "a" type: "Scale" scale_param { axis: 0 }`:                   gate + "reshape(shape=[4 1 1]) [1, 4, 1, 1] -> mul [1, 4, 6, 8]",
		`bottom: "gate" bottom: "data" bottom: "data" top: "a" type: "Axpy"`:                             gate + "reshape(shape=[4 1 1]) [1, 4, 1, 1] -> mul [1, 4, 6, 8] -> add [1, 4, 6, 8]",
		`bottom: "gate" bottom: "gate" top: "a" type: "Eltwise" eltwise_param { operation: PROD }`:       gate + "mul [1, 4]",
		`bottom: "gate" bottom: "gate" top: "a" type: "Eltwise" eltwise_param { coeff: 0.5 coeff: 0.5 }`: gate + "mean [1, 4]",
		`bottom: "gate" bottom: "gate" top: "a" type: "Eltwise" eltwise_param { coeff: 1 coeff: -1 }`:    gate + "scale(s=-1) [1, 4] -> add [1, 4]",
		`bottom: "gate" bottom: "gate" top: "a" type: "Concat" concat_param { concat_dim: 1 }`:           gate + "concat(axis=1) [1, 8]",
		`bottom: "gate" top: "a" top: "b" type: "Slice" slice_param { slice_point: 1 }`:                  gate + "slice(from=0, to=1) [1, 1] -> slice(from=1, to=4) [1, 3]",
		`bottom: "data" bottom: "pool" top: "a" type: "Crop" crop_param { axis: 2 offset: 1 offset: 2 }`: "maxpool(k=3x3, stride=2x2, pad=[0, 0, 0, 0], ceil=true) [1, 4, 3, 4] -> crop(by=[1, 2, 2, 2]) [1, 4, 3, 4]",
		`bottom: "data" bottom: "pool" top: "a" type: "Crop" crop_param { axis: 3 offset: 4 }`:           "maxpool(k=3x3, stride=2x2, pad=[0, 0, 0, 0], ceil=true) [1, 4, 3, 4] -> crop(by=[0, 0, 4, 0]) [1, 4, 6, 4]",
	} {
		text := `input: "data" input_shape { dim: 2 dim: 4 dim: 6 dim: 8 }
			layer { name: "gap" type: "Pooling" bottom: "data" top: "gap" pooling_param { pool: AVE global_pooling: true } }
			layer { name: "gate" type: "Flatten" bottom: "gap" top: "gate" }
			layer { name: "pool" type: "Pooling" bottom: "data" top: "pool" pooling_param { kernel_size: 3 stride: 2 } }
			layer { name: "quiet" type: "Silence" bottom: "pool" bottom: "gate" } layer { name: "a" ` + layer + ` }`
		if got := steps(t, text); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", layer, got, want)
		}
	}
}

// TestInputs: shapes and preparation by the layers that read pictures.
func TestInputs(t *testing.T) {
	for layer, want := range map[string]string{
		`type: "Data" transform_param { crop_size: 9 mirror: false mean_value: 104 mean_value: 117.5 mean_value: 123 }`:                         `[1, 3, 9, 9] prepare = picture(mean=[104, 117.5, 123], scale=255, order="bgr")`,
		`type: "Data" transform_param { crop_size: 9 mean_value: 127.5 scale: 0.00784314 }`:                                                     `[1, 1, 9, 9] prepare = picture(mean=[127.5], std=[127.5], scale=255)`,
		`type: "Data" transform_param { crop_size: 9 scale: 0.00390625 }`:                                                                       `[1, 3, 9, 9] prepare = picture(std=[256], scale=255, order="bgr")`,
		`type: "Data" transform_param { crop_size: 9 mean_value: 1 mean_value: 2 }`:                                                             `[1, 2, 9, 9] `,
		`type: "Data" transform_param { crop_size: 9 scale: -1 }`:                                                                               `[1, 3, 9, 9] `,
		`type: "Data" transform_param { crop_size: 9 scale: 0 }`:                                                                                `[1, 3, 9, 9] `,
		`type: "Data" transform_param { crop_size: 9 scale: 1e-15 }`:                                                                            `[1, 3, 9, 9] prepare = picture(std=[1000000000000000], scale=255, order="bgr")`,
		`type: "ImageData" image_data_param { new_height: 7 new_width: 5 is_color: false }`:                                                     `[1, 1, 7, 5] `,
		`type: "ImageData" image_data_param { new_height: 7 new_width: 5 } transform_param { crop_size: 4 force_gray: true scale: 0.00392157 }`: `[1, 1, 4, 4] prepare = picture(std=[255], scale=255)`,
		`type: "MemoryData" memory_data_param { batch_size: 5 channels: 2 height: 7 width: 5 }`:                                                 `[1, 2, 7, 5] `,
		`type: "DummyData" dummy_data_param { shape { dim: 5 dim: 2 dim: 7 dim: 5 } }`:                                                          `[1, 2, 7, 5] `,
		`type: "Input" input_param { shape { dim: 5 dim: 12 } }`:                                                                                `[1, 12] `,
		`type: "Data" transform_param { crop_size: 9 mean_file: "mean.binaryproto" }`:                                                           `[1, 3, 9, 9] `,
	} {
		text := `layer { name: "data" top: "data" ` + layer + ` } layer { name: "a" type: "ReLU" bottom: "data" top: "data" }`
		net, err := Read(flattest.Source("net.prototxt", []byte(text)))
		if err != nil {
			t.Errorf("%s: %v", layer, err)
			continue
		}
		if got := fmt.Sprint(net.Graph.Input().Shape, " ", strings.Join(net.Meta, "; ")); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", layer, got, want)
		}
	}
}

// TestComputedNumbers: a filler that Caffe computes, worked out by hand from BilinearFiller for a kernel of
// 4, and a matrix that is stored the other way round.
func TestComputedNumbers(t *testing.T) {
	r := &reader{weights: &weights{}}
	data, err := bilinear(&layer{name: "up"})(r, tensor.Shape{1, 1, 4, 4}).Read()
	row := []float64{0.25, 0.75, 0.75, 0.25}
	for i, x := range data {
		if want := row[i/4] * row[i%4]; math.Abs(float64(x)-want) > 1e-7 {
			t.Errorf("number %d is %v, want %v", i, x, want)
		}
	}
	if err != nil || len(data) != 16 {
		t.Errorf("got %d numbers, %v", len(data), err)
	}
	if got := turned([]float32{1, 2, 3, 4, 5, 6}, tensor.Shape{2, 3}); !slices.Equal(got, []float32{1, 4, 2, 5, 3, 6}) {
		t.Errorf("got %v", got)
	}
}

// TestPhases: layers that are not there in the test phase are left out.
func TestPhases(t *testing.T) {
	for rules, there := range map[string]bool{
		``: true, `include { phase: TEST }`: true, `include { phase: TRAIN }`: false, `include { phase: TRAIN } include { phase: TEST }`: true,
		`exclude { phase: TEST }`: false, `exclude { phase: TRAIN }`: true, `include { stage: "deploy" }`: false, `include { not_stage: "deploy" }`: true,
		`include { min_level: 1 }`: false, `include { max_level: -1 }`: false, `include { min_level: 0 max_level: 1 }`: true,
	} {
		text := `input: "data" input_shape { dim: 1 dim: 3 } layer { name: "a" type: "TanH" bottom: "data" top: "data" } layer { name: "b" type: "ReLU" bottom: "data" top: "data" ` + rules + ` }`
		if got := strings.Contains(steps(t, text), "relu"); got != there {
			t.Errorf("%s: got %v", rules, got)
		}
	}
}

// TestNotes: what is passed over is told.
func TestNotes(t *testing.T) {
	text := `layer { name: "data" type: "Data" top: "data" top: "label" transform_param { crop_size: 9 mean_value: 1 } } layer { name: "n" type: "Input" top: "n" }
		layer { name: "a" type: "LRN" bottom: "data" top: "a" lrn_param { engine: CUDNN fast: true } } layer { name: "b" type: "LRN" bottom: "a" top: "a" lrn_param { fast: true } }
		layer { name: "loss" type: "SoftmaxWithLoss" bottom: "a" bottom: "label" }`
	net, err := Read(flattest.Source("net.prototxt", []byte(text)))
	want := []string{`layers of training and its measures are left out: loss`, `the input "n" is left out: nothing reads it`, `layer "a" (LRN, line 2): fast in line 2 is not known and passed over`}
	if err != nil || !slices.Equal(net.Notes, want) {
		t.Errorf("got %q, %v", net.Notes, err)
	}
}

// TestNormWithinChannels: x / (1 + alpha/size² * (sum of squares around it))^beta, with nothing outside the map.
func TestNormWithinChannels(t *testing.T) {
	const h, w, half, alpha, beta = 5, 7, 2, 0.4, 0.75
	net, err := Read(flattest.Source("net.prototxt", []byte(`input: "data" input_dim: 1 input_dim: 2 input_dim: 5 input_dim: 7
		layer { name: "a" type: "LRN" bottom: "data" top: "a" lrn_param { local_size: 5 alpha: 0.4 k: 9 norm_region: WITHIN_CHANNEL } }`)))
	if err != nil {
		t.Fatal(err)
	}
	x := flattest.Image(tensor.Shape{1, 2, h, w})
	got := flattest.Run(t, net, x)[net.Graph.Output()]
	for i, v := range x.Data {
		c, row, column := i/(h*w), i/w%h, i%w
		sum := 0.0
		for r := max(row-half, 0); r <= min(row+half, h-1); r++ {
			for k := max(column-half, 0); k <= min(column+half, w-1); k++ {
				sum += math.Pow(float64(x.Data[(c*h+r)*w+k]), 2)
			}
		}
		if want := float64(v) * math.Pow(1+alpha/25*sum, -beta); !(math.Abs(got.Data[i]-want) < 1e-7) {
			t.Fatalf("got %v at %d, want %v", got.Data[i], i, want)
		}
	}
}
