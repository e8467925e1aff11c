package keras

import (
	"cnnlang/interp/internal/weightfile"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// A maker makes the operations of a layer. Its error is a refusal or an *ops.Fault, which are told
// together with those of other layers, or ends the reading.
type maker func(r *reader, c *call, in []value) (value, error)

// layers are those that can be imported, by their classes.
var layers map[string]maker

func init() {
	layers = map[string]maker{
		"Conv2D": one(convolution), "DepthwiseConv2D": one(depthwise), "SeparableConv2D": one(separable), "Conv2DTranspose": one(transposed), "Dense": one(dense),
		"BatchNormalization": one(batchNorm), "LayerNormalization": one(layerNorm), "Normalization": one(normalization), "Rescaling": one(rescaling),

		"Activation": one(activation), "ReLU": one(relu), "LeakyReLU": one(leakyReLU), "PReLU": one(prelu), "ELU": one(elu), "Softmax": one(softmax),

		"MaxPooling2D": one(maxPool), "AveragePooling2D": one(averagePool), "GlobalAveragePooling2D": one(globalAverage), "GlobalMaxPooling2D": one(globalMax),

		"ZeroPadding2D": one(zeroPadding), "Cropping2D": one(cropping), "UpSampling2D": one(upSampling),
		"Flatten": one(flatten), "Reshape": one(reshape), "Permute": one(permute), "Dropout": one(dropout),

		"Add": merge(&ops.Add{}), "Multiply": merge(&ops.Mul{}), "Average": merge(&ops.Mean{}), "Maximum": merge(&ops.Max{}),
		"Subtract": subtract, "Concatenate": concatenate,

		"InputLayer": one(pass),
	}
	for _, kind := range trainingOnly {
		layers[kind] = one(pass)
	}
}

// trainingOnly are layers that pass their input on, once a model is trained.
var trainingOnly = []string{"SpatialDropout2D", "GaussianNoise", "GaussianDropout", "AlphaDropout", "ActivityRegularization",
	"RandomFlip", "RandomRotation", "RandomZoom", "RandomTranslation", "RandomContrast", "RandomBrightness"}

// pass passes its input on.
func pass(r *reader, c *call, in value) (value, error) {
	if c.layer.Kind != "InputLayer" {
		r.notes = append(r.notes, c.where()+" is left out: it does nothing but in training")
	}
	return in, nil
}

// instead is what can be done about a layer that the language has not.
func instead(kind string) string {
	switch kind {
	case "Lambda", "TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer":
		return "what it computes is code, and not in the file; make it of layers, or write the network by hand"
	case "Convolution2D", "AtrousConvolution2D", "SeparableConvolution2D", "Deconvolution2D", "Merge":
		return "it is a layer of Keras 1; load the model with Keras 2, and save it again"
	}
	return "make it of other layers, or write the network by hand"
}

// one makes a layer with one input.
func one(make func(r *reader, c *call, in value) (value, error)) maker {
	return func(r *reader, c *call, in []value) (value, error) {
		if len(in) != 1 {
			return value{}, refuse("one input", "it has %d inputs", len(in))
		}
		return make(r, c, in[0])
	}
}

// image wants [N, C, H, W], whose axes a layer has in the order of all.
func (r *reader) image(c *call, in value) error {
	if len(in.node.Shape) != 4 {
		return refuse("images, [N, H, W, C]", "its input is %v", in.node.Shape)
	}
	if format, ok := text(c.layer.Config, "data_format"); ok && (format == "channels_first") != r.first {
		return refuse("one order of axes in all layers", "its data_format is %s, that of others is not", weightfile.Shown(format))
	}
	return nil
}

// merge makes a layer of several inputs.
func merge(op ops.Op) maker {
	return func(r *reader, c *call, in []value) (value, error) {
		if len(in) < 2 {
			return value{}, refuse("two inputs or more", "it has fewer than two inputs")
		}
		v, err := r.op(c, op, in...)
		v.positive = true
		for _, i := range in {
			v.positive = v.positive && i.positive
		}
		return v, err
	}
}

// subtract is the sum of the first and the other times -1.
func subtract(r *reader, c *call, in []value) (value, error) {
	if len(in) != 2 {
		return value{}, refuse("two inputs", "its inputs are not two")
	}
	minus, err := r.op(c, &ops.Scale{S: dim.Int(-1)}, in[1])
	if err != nil {
		return value{}, err
	}
	return r.op(c, &ops.Add{}, in[0], minus)
}

func concatenate(r *reader, c *call, in []value) (value, error) {
	if len(in) == 0 {
		return value{}, refuse("two inputs or more", "it has none")
	}
	axis, err := r.axis(c, len(in[0].node.Shape), -1, "axis")
	if err != nil {
		return value{}, err
	}
	return merge(&ops.Concat{Axis: dim.Int(axis)})(r, c, in)
}

// axis is an axis that a layer names by its number, negative from the end: the net's number for it.
func (r *reader) axis(c *call, rank, otherwise int, key string) (int, error) {
	n, err := number(c.layer.Config, dim.Int(otherwise), key)
	if err != nil {
		return 0, err
	}
	at, ok := n.Int()
	if at < 0 {
		at += rank
	}
	if !ok || at < 1 || at >= rank {
		return 0, unreadable(c.layer.Config, key)
	}
	return r.axes(rank)[at], nil
}

// axes are the net's numbers for the axes of a value in Keras.
func (r *reader) axes(rank int) []int {
	if rank == 4 && !r.first {
		return []int{0, 2, 3, 1}
	}
	return []int{0, 1, 2, 3}[:min(rank, 4)]
}
