package keras

import (
	"encoding/json"
	"slices"
	"strings"

	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/topology"
	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// functions are activations by their names, without those that have settings.
var functions = map[string]ops.Op{
	"relu": ops.ReLU.Op(), "relu6": ops.ReLU6.Op(), "sigmoid": ops.Sigmoid.Op(), "tanh": ops.Tanh.Op(), "softplus": ops.Softplus.Op(), "mish": ops.Mish.Op(),
	"swish": ops.SiLU.Op(), "silu": ops.SiLU.Op(), "gelu": ops.GELU.Op(), "hard_swish": ops.HardSwish.Op(), "hard_silu": ops.HardSwish.Op(),
	"elu": &ops.ELU{Alpha: dim.Int(1)}, "leaky_relu": &ops.LeakyReLU{Slope: dim.Ratio(1, 5)},
}

// positive are activations that give nothing below 0.
var positive = map[string]bool{"relu": true, "relu6": true, "sigmoid": true, "softplus": true, "hard_sigmoid": true, "softmax": true}

// activation is a layer that is one.
func activation(r *reader, c *call, in value) (value, error) { return r.activate(c, in) }

// activate applies the activation of a layer, if it has one.
func (r *reader) activate(c *call, in value) (value, error) {
	raw := setting(c.layer.Config, "activation")
	if raw == nil {
		return in, nil
	}
	var object struct {
		Class  string `json:"class_name"`
		Config json.RawMessage
	}
	name, named := text(c.layer.Config, "activation")
	if !named && json.Unmarshal(raw, &object) == nil {
		if json.Unmarshal(object.Config, &name) != nil { // else {"class_name": "function", "config": "relu"}
			return r.activationLayer(c, object.Class, object.Config, in)
		}
	}
	name = name[strings.LastIndexByte(name, '>')+1:] // package>name
	return r.function(c, name, in)
}

// activationLayer applies an activation that is written as a layer.
func (r *reader) activationLayer(c *call, class string, config json.RawMessage, in value) (value, error) {
	make := layers[class]
	inner := *c
	l := *c.layer
	l.Config = topology.Settings{}
	if json.Unmarshal(config, &l.Config) != nil || make == nil || class == "Activation" || !strings.HasSuffix(class, "LU") && class != "Softmax" {
		return value{}, refuse("a name, or ReLU, LeakyReLU, ELU, Softmax", "its activation is %s", weightfile.Shown(class))
	}
	inner.layer = &l
	return make(r, &inner, []value{in})
}

// function applies an activation by its name.
func (r *reader) function(c *call, name string, in value) (value, error) {
	op := functions[name]
	switch {
	case name == "linear":
		return in, nil
	case name == "softmax":
		return r.softmax(c, in, len(in.node.Shape)-1)
	case name == "hard_sigmoid" && r.version >= 3:
		op = &ops.HardSigmoid{Slope: dim.Ratio(1, 6)}
	case name == "hard_sigmoid":
		op = &ops.HardSigmoid{Slope: dim.Ratio(1, 5)}
	}
	if op == nil {
		return value{}, refuse("relu, relu6, leaky_relu, elu, sigmoid, hard_sigmoid, tanh, swish, hard_swish, gelu, mish, softplus, softmax", "its activation is %s", weightfile.Shown(name))
	}
	return r.pointwise(c, op, in, positive[name])
}

// pointwise applies an operation to each number by itself.
func (r *reader) pointwise(c *call, op ops.Op, in value, positive bool) (value, error) {
	v, err := r.op(c, op, in)
	v.flattened, v.positive = in.flattened, positive
	return v, err
}

// softmax is over an axis by the number that Keras has for it.
func (r *reader) softmax(c *call, in value, axis int) (value, error) {
	v, err := r.pointwise(c, &ops.Softmax{Axis: dim.Int(r.axes(len(in.node.Shape))[axis])}, in, true)
	return v, err
}

func softmax(r *reader, c *call, in value) (value, error) {
	rank := len(in.node.Shape)
	axes, ok := axesOf(c.layer.Config, rank)
	if !ok || len(axes) != 1 || axes[0] < 1 {
		return value{}, refuse("one axis that is not the batch", "its axis is %s", raw(c.layer.Config, "axis"))
	}
	return r.softmax(c, in, axes[0])
}

// axesOf are the axes of a layer, one or a list, counted from 0; the last where none is said.
func axesOf(s topology.Settings, rank int) ([]int, bool) {
	list := []int{-1}
	if raw := setting(s, "axis"); raw != nil {
		var single int
		if json.Unmarshal(raw, &single) == nil {
			list = []int{single}
		} else if list = nil; json.Unmarshal(raw, &list) != nil {
			return nil, false
		}
	}
	for i := range list {
		if list[i] < 0 {
			list[i] += rank
		}
		if list[i] < 0 || list[i] >= rank {
			return nil, false
		}
	}
	return list, true
}

func relu(r *reader, c *call, in value) (value, error) {
	zero := dim.Int(0)
	slope, err1 := number(c.layer.Config, zero, "negative_slope")
	threshold, err2 := number(c.layer.Config, zero, "threshold")
	highest, err3 := number(c.layer.Config, zero, "max_value") // 0: without limit
	for _, err := range []error{err1, err2, err3} {
		if err != nil {
			return value{}, err
		}
	}
	capped := setting(c.layer.Config, "max_value") != nil
	switch {
	case threshold == zero && slope == zero && !capped:
		return r.function(c, "relu", in)
	case threshold == zero && slope == zero && highest == dim.Int(6):
		return r.function(c, "relu6", in)
	case threshold == zero && !capped:
		return r.pointwise(c, &ops.LeakyReLU{Slope: slope}, in, false)
	}
	return value{}, refuse("no limit, or 6 without a slope", "its max_value is %s, negative_slope %s, threshold %s", raw(c.layer.Config, "max_value"), slope.Decimal(), threshold.Decimal())
}

func leakyReLU(r *reader, c *call, in value) (value, error) {
	slope, err := number(c.layer.Config, dim.Ratio(3, 10), "alpha", "negative_slope")
	if err != nil {
		return value{}, err
	}
	return r.pointwise(c, &ops.LeakyReLU{Slope: slope}, in, false)
}

func elu(r *reader, c *call, in value) (value, error) {
	alpha, err := number(c.layer.Config, dim.Int(1), "alpha")
	if err != nil {
		return value{}, err
	}
	return r.pointwise(c, &ops.ELU{Alpha: alpha}, in, false)
}

// prelu has a slope for each channel, which Keras writes as [1, 1, C] where rows and columns share it.
func prelu(r *reader, c *call, in value) (value, error) {
	shape := in.node.Shape
	channels := shape[1]
	file := tensor.Shape{channels}
	if len(shape) == 4 {
		shared, _ := sizesOf(c.layer.Config, "shared_axes")
		want := []int{1, 2}
		if file = (tensor.Shape{1, 1, channels}); r.first {
			file, want = tensor.Shape{channels, 1, 1}, []int{2, 3}
		}
		if !slices.Equal(slices.Sorted(slices.Values(shared)), want) {
			return value{}, refuse("shared_axes [1, 2]: a slope for each channel", "its shared_axes are %s, so that each pixel has its own slopes", raw(c.layer.Config, "shared_axes"))
		}
	}
	if in.flattened != nil {
		return value{}, refuse("after a dense layer, or before the Flatten", "it stands between a Flatten and a dense layer")
	}
	t, err := r.tensor(c, tensor.Shape{channels}, order{shape: file, split: tensor.Shape{channels}, axes: []int{0}}, "alpha")
	if err != nil {
		return value{}, err
	}
	return r.weighted(c, "", &ops.PReLU{PerChannel: true}, []flat.Tensor{t}, in)
}

func dropout(r *reader, c *call, in value) (value, error) {
	p, err := number(c.layer.Config, dim.Ratio(1, 2), "rate", "p")
	if err != nil {
		return value{}, err
	}
	return r.pointwise(c, &ops.Dropout{P: p}, in, in.positive)
}
