package onnx

import (
	"slices"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/mapped"
	"cnnlang/ops"
	"cnnlang/ops/tensor"
)

// foldable pairs convolutions and linear layers with the normalisations that alone read them.
func (e *exporter) foldable() map[*graph.Node]*graph.Node {
	pairs := map[*graph.Node]*graph.Node{}
	if !e.opts.FoldNorms {
		return pairs
	}
	for n := range e.written {
		if n.Op == nil || n.Op.Name() != "bn" {
			continue
		}
		before := n.In[0]
		if before.Op != nil && slices.Contains([]string{"conv", "deconv", "linear"}, before.Op.Name()) && len(e.users[before]) == 1 {
			pairs[before] = n
		}
	}
	e.foldTogether(pairs)
	return pairs
}

// foldTogether leaves out the layers whose weight another layer has, too, for another item of an
// `each`, that is not folded with the same normalisation.
func (e *exporter) foldTogether(pairs map[*graph.Node]*graph.Node) {
	of := func(n *graph.Node) string {
		if norm := pairs[n]; norm != nil {
			return norm.Params[0].Path + graph.Describe(norm.Op)
		}
		return ""
	}
	norm, apart := map[string]string{}, map[string]bool{} // by the weight
	for n := range e.written {
		if len(n.Params) == 0 {
			continue
		}
		weight := n.Params[0].Path
		if with, known := norm[weight]; known && with != of(n) {
			apart[weight] = true
		}
		norm[weight] = of(n)
	}
	for n := range pairs {
		if apart[n.Params[0].Path] {
			delete(pairs, n)
		}
	}
}

// foldedInto are the inputs of a layer with the normalisation behind it, whose factors are computed
// in float64.
func (s *step) foldedInto(norm *graph.Node, bias bool, shape []int) []string {
	weight := s.node.Params[0]
	if len(shape) == 0 {
		shape = weight.Shape
	}
	groups := 0 // of a transposed convolution, whose weight has the channels of the result behind those of the input
	if op, ok := s.node.Op.(*ops.Deconv); ok {
		groups = op.Groups.MustInt()
	}
	name, biasName := s.called(weight.Path), ""
	if bias {
		biasName = s.called(s.node.Params[1].Path)
	} else {
		biasName = s.biasOf(name)
	}
	return []string{s.in[0],
		s.tensor(Initializer{Name: name, Shape: shape, Values: Numbers(func(weights Tensors) ([]float32, error) {
			return foldedWeight(weights, weight, norm, groups)
		}), From: s.node.Params[:1]}),
		s.tensor(Initializer{Name: biasName, Shape: norm.Params[0].Shape, Values: Numbers(func(weights Tensors) ([]float32, error) {
			return foldedBias(weights, s.node, norm, bias)
		}), From: slices.Concat(s.node.Params[1:], norm.Params)}),
	}
}

// biasOf is a name for the bias of a layer without one, the same for all items of an `each`.
func (s *step) biasOf(weight string) string {
	key := "bias " + weight
	if s.held[key] == "" {
		s.held[key] = s.names.values.free(beside(weight))
	}
	return s.held[key]
}

// beside is what the bias of a layer is called whose weight has this name.
func beside(weight string) string {
	at := strings.LastIndexAny(weight, "./") + 1
	return weight[:at] + "bias"
}

// affine are the factor and the summand of each channel that a normalisation comes to.
func affine(weights Tensors, norm *graph.Node) (scale, shift []float64, err error) {
	var params []tensor.Tensor
	for _, p := range norm.Params {
		t, err := weights.Tensor(p)
		if err != nil {
			return nil, nil, err
		}
		params = append(params, t)
	}
	err = mapped.Guard(func() error {
		scale, shift = norm.Op.(*ops.BatchNorm).Affine(params)
		return nil
	})
	return scale, shift, err
}

func foldedWeight(weights Tensors, p graph.Param, norm *graph.Node, groups int) ([]float32, error) {
	scale, _, err := affine(weights, norm)
	if err != nil {
		return nil, err
	}
	t, err := weights.Tensor(p)
	if err != nil {
		return nil, err
	}
	channels, each := p.Shape[0], tensor.Shape(p.Shape[1:]).Elements() // or if groups is not 0 those of the input
	outputOf := func(i int) int { return i / each }
	if groups > 0 {
		filters := p.Shape[1]
		outputOf = func(i int) int { return i/each*groups/channels*filters + i%each/(each/filters) }
	}
	out := make([]float32, len(t.Data))
	err = mapped.Guard(func() error {
		for i, v := range t.Data {
			out[i] = float32(float64(v) * scale[outputOf(i)])
		}
		return nil
	})
	return out, err
}

func foldedBias(weights Tensors, layer, norm *graph.Node, bias bool) ([]float32, error) {
	scale, shift, err := affine(weights, norm)
	if err != nil {
		return nil, err
	}
	if bias {
		t, err := weights.Tensor(layer.Params[1])
		if err != nil {
			return nil, err
		}
		err = mapped.Guard(func() error {
			for i, v := range t.Data {
				shift[i] += float64(v) * scale[i]
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	out := make([]float32, len(shift))
	for i, v := range shift {
		out[i] = float32(v)
	}
	return out, nil
}
