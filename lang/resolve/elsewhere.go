package resolve

import "strings"

// Names from other frameworks, each by its bareName.

// elsewhere maps their names of operations to the names here.
var elsewhere = map[string]string{
	"relu": "relu", "relu6": "relu6", "gelu": "gelu", "silu": "silu", "swish": "silu", "sigmoid": "sigmoid", "logistic": "sigmoid", "softmax": "softmax",
	"leakyrelu": "leaky_relu", "prelu": "prelu", "hardsigmoid": "hard_sigmoid", "hardswish": "hard_swish", "hswish": "hard_swish", "hsigmoid": "hard_sigmoid",
	"tanh": "tanh", "elu": "elu", "softplus": "softplus", "mish": "mish",
	"conv": "conv", "convolution": "conv", "convolutional": "conv",
	"convtranspose": "deconv", "convolutiontranspose": "deconv", "transposedconv": "deconv", "conv2dtranspose": "deconv",
	"deconvolution": "deconv", "upconv": "deconv",
	"linear": "linear", "dense": "linear", "fc": "linear", "fullyconnected": "linear", "innerproduct": "linear", "connected": "linear",
	"batchnorm": "bn", "batchnormalization": "bn", "layernorm": "layer_norm", "layernormalization": "layer_norm",
	"groupnorm": "group_norm", "groupnormalization": "group_norm", "instancenorm": "instance_norm", "instancenormalization": "instance_norm",
	"localresponsenorm": "lrn", "localresponsenormalization": "lrn", "lrn": "lrn",
	"maxpool": "maxpool", "maxpooling": "maxpool", "avgpool": "avgpool", "averagepool": "avgpool", "averagepooling": "avgpool",
	"adaptiveavgpool": "avgpool_to", "globalavgpool": "gap", "globalaveragepool": "gap", "globalaveragepooling": "gap",
	"globalmaxpool": "gmp", "globalmaxpooling": "gmp",
	"reducemean": "reduce_mean", "reducemax": "reduce_max", "amax": "reduce_max",
	"identity": "id", "cat": "concat", "concatenate": "concat", "route": "concat", "depthconcat": "concat",
	"eltwise": "add", "shortcut": "add", "residual": "add", "sum": "add", "plus": "add",
	"multiply": "mul", "maximum": "max", "average": "mean",
	"upsample": "upsample", "upsampling": "upsample", "upsamplingnearest": "upsample", "upsamplingbilinear": "upsample",
	"padding": "pad", "zeropad": "pad", "zeropadding": "pad", "constantpad": "pad", "reflectionpad": "pad", "replicationpad": "pad", "mirrorpad": "pad",
	"cropping":     "crop",
	"pixelshuffle": "pixel_shuffle", "pixelunshuffle": "pixel_unshuffle", "subpixel": "pixel_shuffle",
	"interpolate": "resize", "resize": "resize",
	"parameter": "param", "dropout": "dropout", "droppath": "drop_path", "stochasticdepth": "drop_path", "dropconnect": "drop_path", "flatten": "flatten", "channelshuffle": "channel_shuffle", "chunk": "split",
	"reshape": "reshape", "view": "reshape", "unflatten": "reshape", "permute": "permute", "transpose": "permute", "swapaxes": "permute", "movedim": "permute",
}

// absent lists what they have and this language has not, with what to write.
var absent = func() map[string]string {
	by := map[string]string{}
	for words, help := range map[string]string{
		"selu celu": "the activations are `relu`, `relu6`, `leaky_relu`, `prelu`, `elu`, `hard_swish`, `hard_sigmoid`, `silu`, `mish`, `gelu`, `sigmoid`, `tanh`, `softplus` and `softmax`",
		"norm normalize normalization syncbatchnorm":          "the normalisations are `bn`, `layer_norm`, `group_norm`, `instance_norm`, `lrn` and `l2_normalize`",
		"unpool maxunpool":                                    "nothing here puts pixels where a maximum was; `upsample(2)` doubles height and width",
		"centercrop":                                          "write `crop` with half the difference of the sizes, as in `crop([(H-h)/2, (W-w)/2])`",
		"depthtospace spacetodepth":                           "`pixel_shuffle` and `pixel_unshuffle` move channels to pixels and back, in PyTorch's order of channels, which is not TensorFlow's",
		"depthwiseconv depthwise dwconv depthwiseconvolution": "write `conv(C, 3x3, groups=C)`, C being the input channels",
		"separableconv separable depthwiseseparableconv":      "write `conv(C, 3x3, groups=C) -> conv(64, 1x1)`, C being the input channels",
		"pool pooling":                                        "write `maxpool(2x2)` or `avgpool(2x2)`",
		"activation act":                                      "write the function itself, as in `-> relu`",
		"sequential modulelist":                               "steps follow each other by themselves; `name: { … }` groups some under a name",
		"input inputlayer data":                               "the input is declared in the signature: `[N, 3, H = 224, W = 224] -> …`",
		"output":                                              "the last step of a body is its result",
		"layerscale channelscale":                             "write `mul { | id | layer_scale: param([C, 1, 1]) }`, a product with a learned tensor, C being the channels",
		"map foreach apply shared":                            "`label: each step` applies one step, with one set of weights, to every tensor of a list",
		"len length size count":                               "`len(@xs)` is how many tensors a list has, for expressions, as in `repeat i of len(@xs)`",
		"zip":                                                 "with the index a `repeat` reads a second list: `repeat i, x in @xs | add { | @x | @ys[i] }`",
		"times":                                               "write `repeat 3 step` or `repeat 3 { … }`, without a word after the number",
		"sub subtract minus difference":                       "write `add { | @a | @b -> scale(-1) }`, where `as a` and `as b` name the two values",
		"abs absolute":                                        "write `max { | id | scale(-1) }`",
		"neg negative":                                        "write `scale(-1)`",
		"min minimum":                                         "write `max { | @a -> scale(-1) | @b -> scale(-1) } -> scale(-1)`, where `as a` and `as b` name the two values",
		"div divide":                                          "write `mul { | @a | @b -> pow(-1) }`, where `as a` and `as b` name the two values",
		"square sqrt rsqrt reciprocal":                        "write `pow(2)`, `pow(0.5)`, `pow(-0.5)` or `pow(-1)`",
		"squeeze unsqueeze":                                   "`reshape([C, H*W])` gives an image another shape",
	} {
		for word := range strings.FieldsSeq(words) {
			by[word] = help
		}
	}
	return by
}()

// bareName is the last part of a name in lower case, without underscores and the number of
// dimensions: maxpool for nn.MaxPool2d.
func bareName(name string) string {
	name = name[strings.LastIndexByte(name, '.')+1:]
	name = strings.ReplaceAll(strings.ToLower(name), "_", "")
	return strings.TrimSuffix(name, "2d")
}

// typesElsewhere maps other names of types to the names here.
var typesElsewhere = map[string]string{
	"integer": "int", "number": "int` or `float", "double": "float", "real": "float", "boolean": "bool", "str": "string", "text": "string",
	"tuple": "dims", "size": "dims", "kernel": "dims", "array": "list", "module": "block", "layer": "block", "net": "block",
	"padding": "pad", "image": "tensor",
}

// noValue are other languages' words for no value.
var noValue = []string{"None", "null", "nil", "NULL", "none", "undefined"}

// flowing are common names for the value that goes from step to step.
var flowing = []string{"x", "input", "inputs", "out", "output", "y", "h", "self"}
