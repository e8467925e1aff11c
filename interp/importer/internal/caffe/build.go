package caffe

import (
	"errors"
	"fmt"
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/internal/weightfile"
	"cnnlang/ops"
	"cnnlang/ops/tensor"
)

// A build makes the operations of a layer, whose inputs are known, and returns a value for each top;
// nil for what was refused.
type build func(r *reader, l *layer, in []*graph.Node) []*graph.Node

// An operator is a type of layer.
type operator struct {
	settings    string // the field that has its settings
	least, most int    // bottoms
	tops        int    // 0 for any number from 1
	// read takes the settings apart, so that mistakes in them are found even if the inputs are not known.
	read func(s *settings) build
}

const several = 4096 // bottoms of a layer that takes any number

// operators are the types of layers that can be read.
var operators map[string]operator

func init() {
	operators = map[string]operator{
		"Convolution":          {"convolution_param", 1, 1, 1, convolution},
		"DepthwiseConvolution": {"convolution_param", 1, 1, 1, convolution},
		"ConvolutionDepthwise": {"convolution_param", 1, 1, 1, convolution},
		"Deconvolution":        {"convolution_param", 1, 1, 1, convolution},
		"Pooling":              {"pooling_param", 1, 1, 1, pooling},
		"InnerProduct":         {"inner_product_param", 1, 1, 1, innerProduct},
		"BatchNorm":            {"batch_norm_param", 1, 1, 1, batchNorm},
		"Scale":                {"scale_param", 1, 2, 1, scale},
		"Bias":                 {"bias_param", 1, 2, 1, bias},
		"LRN":                  {"lrn_param", 1, 1, 1, lrn},
		"Power":                {"power_param", 1, 1, 1, power},
		"ReLU":                 {"relu_param", 1, 1, 1, relu},
		"PReLU":                {"prelu_param", 1, 1, 1, prelu},
		"ELU":                  {"elu_param", 1, 1, 1, elu},
		"Swish":                {"swish_param", 1, 1, 1, swish},
		"Clip":                 {"clip_param", 1, 1, 1, clip},
		"Sigmoid":              {"sigmoid_param", 1, 1, 1, activation("sigmoid")},
		"TanH":                 {"tanh_param", 1, 1, 1, activation("tanh")},
		"BNLL":                 {"bnll_param", 1, 1, 1, activation("softplus")},
		"ReLU6":                {"relu6_param", 1, 1, 1, activation("relu6")},
		"Softmax":              {"softmax_param", 1, 1, 1, softmax},
		"Dropout":              {"dropout_param", 1, 1, 1, dropout},
		"Concat":               {"concat_param", 1, several, 1, concat},
		"Eltwise":              {"eltwise_param", 1, several, 1, eltwise},
		"Axpy":                 {"axpy_param", 3, 3, 1, axpy},
		"Slice":                {"slice_param", 1, 1, 0, slice},
		"Split":                {"split_param", 1, 1, 0, split},
		"Crop":                 {"crop_param", 2, 2, 1, crop},
		"Flatten":              {"flatten_param", 1, 1, 1, flatten},
		"Reshape":              {"reshape_param", 1, 1, 1, reshape},
		"Permute":              {"permute_param", 1, 1, 1, permute},
		"ShuffleChannel":       {"shuffle_channel_param", 1, 1, 1, shuffle},
	}
}

// net makes the operations of all layers that are needed. Of a layer whose inputs are not known,
// because they need what was refused, only the settings are read.
func (r *reader) net() *flat.Net {
	r.addInputs()
	for _, l := range r.layers {
		if !l.needed || l.merged {
			continue
		}
		for i, n := range r.compute(l) {
			if i < len(l.gives) {
				l.gives[i].node = n
			}
		}
	}
	for _, v := range r.outputs {
		name := "output"
		if len(r.outputs) > 1 {
			name = r.names.Word(v.name, "output")
		}
		r.build.Output(name, v.node)
	}
	return r.build.Net()
}

func (r *reader) compute(l *layer) []*graph.Node {
	op, known := operators[l.kind]
	if !known {
		r.refuse(l.where(), "end the net before it with --stop-before "+weightfile.Shown(l.name), "layers of this type cannot be read")
		return nil
	}
	problems := len(r.problems)
	s := r.settings(l, op.settings)
	build := op.read(s)
	s.done()
	if len(l.reads) < op.least || len(l.reads) > op.most {
		r.refuse(l.where(), "", "%d bottoms, want %s", len(l.reads), wanted(op.least, op.most))
		return nil
	}
	if len(l.gives) == 0 || op.tops > 0 && len(l.gives) != op.tops {
		r.refuse(l.where(), "", "%d tops, want %s", len(l.gives), wanted(max(op.tops, 1), max(op.tops, 1)))
		return nil
	}
	var in []*graph.Node
	for _, v := range l.reads {
		in = append(in, v.node)
	}
	if len(r.problems) > problems || slices.Contains(in, nil) {
		return nil
	}
	return build(r, l, in)
}

func wanted(least, most int) string {
	switch most {
	case least:
		return fmt.Sprint(least)
	case several:
		return fmt.Sprintf("%d to %d", least, most)
	}
	return fmt.Sprintf("%d or %d", least, most)
}

// add adds an operation. Its tensors are those given, in their order; none without a file of numbers.
func (r *reader) add(l *layer, op ops.Op, stored []numbers, in ...*graph.Node) *graph.Node {
	path := ""
	if len(stored) > 0 {
		path = r.label(l)
	}
	n, err := r.build.Op(path, op, flat.About{Where: l.where()}, in...)
	if err != nil {
		fault, can := (*ops.Fault)(nil), ""
		if errors.As(err, &fault) {
			can = fault.Help
		}
		r.refuse(l.where(), can, "%v", err)
		return nil
	}
	if r.weights == nil {
		return n
	}
	var tensors []flat.Tensor
	for i, p := range n.Params {
		tensors = append(tensors, stored[i](r, p.Shape))
	}
	r.build.About(n).Tensors = tensors
	return n
}

// one adds an operation on one value, as the only top.
func one(op ops.Op, stored ...numbers) build {
	return func(r *reader, l *layer, in []*graph.Node) []*graph.Node {
		return []*graph.Node{r.add(l, op, stored, in...)}
	}
}

// label is the path of a layer's tensors.
func (r *reader) label(l *layer) string {
	if !l.labelled {
		if other := r.called[l.name]; other != nil {
			r.refuse(l.where(), "call one of them otherwise, here and in the file with the numbers", "the name is that of a layer in line %d, which has numbers, too", other.line)
		}
		r.called[l.name] = l
		l.label, l.labelled = r.names.Label(l.name), true
	}
	return l.label
}

// same passes the input on.
func same(_ *reader, _ *layer, in []*graph.Node) []*graph.Node { return in[:1] }

// axis is a place in a shape, of which negative ones count from the end; false beyond it.
func axis(n int, shape tensor.Shape) (int, bool) {
	if n < 0 {
		n += len(shape)
	}
	return n, n >= 0 && n < len(shape)
}
