package namemap

import (
	"cnnlang/interp/graph"
	"cnnlang/ops"
)

// A Layout is how a publisher's tools write tensors: what they call the tensors of a layer,
// and in which order they keep the axes.
type Layout struct {
	Name string
	// Between joins the segments of a path and the leaf behind them.
	Between string
	// last says that channels are the last axis, of maps and of weights.
	last bool
	// suffix may follow every name in a file.
	suffix string
	leaves map[string]map[string]string // by the layer's kind, from the net's leaf
}

// The layouts, a closed table.
//
// keras: the variables of keras.layers as the published files of keras.applications have
// them: `kernel` and `bias` of Conv2D, Conv2DTranspose and Dense, `depthwise_kernel` of
// DepthwiseConv2D and SeparableConv2D (whose `pointwise_kernel` is that of a step of its own
// here, so a row names it), `gamma`, `beta`, `moving_mean` and `moving_variance` of
// BatchNormalization, LayerNormalization and GroupNormalization.
//
// keras1: the same as Keras 1 named them, before 2017: `W` and `b`, `running_mean` and
// `running_std`, which holds the variance, each behind the layer's name and `_`.
//
// slim: the variables of tf_slim.layers: `weights` and `biases` of conv2d, conv2d_transpose
// and fully_connected, `depthwise_weights` of separable_conv2d, and the normalisations'
// under `BatchNorm`, `LayerNorm`, `GroupNorm` and `InstanceNorm`, the scopes in which a layer calls them.
//
// All three write a convolution [H, W, in, out], a depthwise one [H, W, in, multiplier], a
// transposed one [H, W, out, in], a linear layer [in, out], flatten maps row by row, and may
// end a variable's name in `:0`, TensorFlow's number of an operation's output.
var layouts = []*Layout{
	{Name: "torch", Between: "."},
	{Name: "keras", Between: "/", last: true, suffix: ":0", leaves: map[string]map[string]string{
		"conv":       {"weight": "kernel", "bias": "bias"},
		depthwise:    {"weight": "depthwise_kernel", "bias": "bias"},
		"deconv":     {"weight": "kernel", "bias": "bias"},
		"linear":     {"weight": "kernel", "bias": "bias"},
		"bn":         {"weight": "gamma", "bias": "beta", "running_mean": "moving_mean", "running_var": "moving_variance"},
		"layer_norm": {"weight": "gamma", "bias": "beta"},
		"group_norm": {"weight": "gamma", "bias": "beta"},
	}},
	{Name: "keras1", Between: "_", last: true, suffix: ":0", leaves: map[string]map[string]string{
		"conv":    {"weight": "W", "bias": "b"},
		depthwise: {"weight": "depthwise_kernel", "bias": "b"},
		"deconv":  {"weight": "W", "bias": "b"},
		"linear":  {"weight": "W", "bias": "b"},
		"bn":      {"weight": "gamma", "bias": "beta", "running_mean": "running_mean", "running_var": "running_std"},
	}},
	{Name: "slim", Between: "/", last: true, suffix: ":0", leaves: map[string]map[string]string{
		"conv":    {"weight": "weights", "bias": "biases"},
		depthwise: {"weight": "depthwise_weights", "bias": "biases"},
		"deconv":  {"weight": "weights", "bias": "biases"},
		"linear":  {"weight": "weights", "bias": "biases"},
		"bn": {"weight": "BatchNorm/gamma", "bias": "BatchNorm/beta",
			"running_mean": "BatchNorm/moving_mean", "running_var": "BatchNorm/moving_variance"},
		"layer_norm":    {"weight": "LayerNorm/gamma", "bias": "LayerNorm/beta"},
		"group_norm":    {"weight": "GroupNorm/gamma", "bias": "GroupNorm/beta"},
		"instance_norm": {"weight": "InstanceNorm/gamma", "bias": "InstanceNorm/beta"},
	}},
}

// depthwise is the kind of a conv with a group for each channel, a layer of its own there.
const depthwise = "depthwise conv"

// LayoutOf finds a layout, or returns nil.
func LayoutOf(name string) *Layout {
	for _, l := range layouts {
		if l.Name == name {
			return l
		}
	}
	return nil
}

// Layouts lists the names of the layouts.
func Layouts() []string {
	var names []string
	for _, l := range layouts {
		names = append(names, l.Name)
	}
	return names
}

// leaf is what the layout calls a tensor of a layer.
func (l *Layout) leaf(kind, own string) string {
	if name := l.leaves[kind][own]; name != "" {
		return name
	}
	return own
}

// kindOf is a key of a layout's leaves.
func kindOf(n *graph.Node) string {
	if c, ok := n.Op.(*ops.Conv); ok && len(n.In) > 0 {
		if groups, _ := c.Groups.Int(); groups > 1 && groups == n.In[0].Shape[1] {
			return depthwise
		}
	}
	return n.Op.Name()
}
