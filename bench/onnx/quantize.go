package main

import (
	"fmt"
	"math"
	"slices"
)

// A quantizer rewrites a model for 8-bit integer arithmetic, in the form that ONNX Runtime
// recognises: every value goes through QuantizeLinear and DequantizeLinear, weights are
// int8 with a scale for each filter. Values have one fixed, uncalibrated scale, so the
// answers are meaningless, but take as long as with any other scale.
type quantizer struct {
	out      model
	tensors  map[string]initializer
	readers  map[string][]string // of a value: the operators that read it
	values   map[string]string   // by their names in the old model
	positive map[string]bool     // old values that are never below 0
	held     map[string]bool
}

// valueScale is the scale of every value; weights have levels up to mostLevel.
const (
	valueScale = 0.05
	mostLevel  = 127
)

// quantize returns the model in 8 bits. Batch normalisations are folded first, since a
// quantised convolution cannot be followed by one.
func quantize(m *model) (*model, error) {
	folded, err := foldNorms(m)
	if err != nil {
		return nil, err
	}
	q := &quantizer{tensors: folded.byName(), readers: folded.readers(), values: map[string]string{}, positive: map[string]bool{}, held: map[string]bool{}}
	q.out.name, q.out.input, q.out.output = m.name, m.input, m.output
	q.pass(m.input.name, m.input.shape)
	for _, n := range folded.nodes {
		q.node(n)
	}
	return &q.out, nil
}

func (m *model) byName() map[string]initializer {
	tensors := map[string]initializer{}
	for _, t := range m.initializers {
		tensors[t.name] = t
	}
	return tensors
}

func (m *model) readers() map[string][]string {
	readers := map[string][]string{}
	for _, n := range m.nodes {
		for _, in := range n.inputs {
			readers[in] = append(readers[in], n.op)
		}
	}
	return readers
}

// node copies a node, with its inputs and output in 8 bits.
func (q *quantizer) node(n node) {
	c := n
	c.inputs = slices.Clone(n.inputs)
	positive := !slices.Contains([]string{"Conv", "Gemm", "Add", "Mul"}, n.op)
	for i, in := range n.inputs {
		t, constant := q.tensors[in]
		switch {
		case !constant:
			c.inputs[i] = q.values[in]
			positive = positive && q.positive[in]
		case i == 1 && (n.op == "Conv" || n.op == "Gemm"):
			c.inputs[i] = q.weight(t)
		case i == 2 && (n.op == "Conv" || n.op == "Gemm"):
			c.inputs[i] = q.bias(t, q.tensors[n.inputs[1]])
		default:
			q.hold(t)
		}
	}
	q.positive[n.output] = positive || slices.Contains([]string{"Relu", "Clip", "Sigmoid"}, n.op)
	q.out.nodes = append(q.out.nodes, c)
	if next := q.readers[n.output]; n.output == q.out.output.name || slices.Equal(next, []string{"Relu"}) || slices.Equal(next, []string{"Clip"}) {
		q.values[n.output] = n.output // an activation is part of the operator before it
		return
	}
	q.pass(n.output, n.shape)
}

// pass sends a value through 8 bits.
func (q *quantizer) pass(name string, shape []int) {
	zero, kind := uint8(128), "any"
	if q.positive[name] {
		zero, kind = 0, "positive"
	}
	scale := q.hold(initializer{name: "scale", data: []float32{valueScale}})
	point := q.hold(initializer{name: "zero/" + kind, data: []uint8{zero}})
	q.out.nodes = append(q.out.nodes,
		node{op: "QuantizeLinear", inputs: []string{name, scale, point}, output: name + "/8bit", shape: shape},
		node{op: "DequantizeLinear", inputs: []string{name + "/8bit", scale, point}, output: name + "/value", shape: shape})
	q.values[name] = name + "/value"
}

// weight holds a weight as int8 with a scale for each filter.
func (q *quantizer) weight(t initializer) string {
	data := t.data.([]float32)
	scales := filterScales(t)
	each := len(data) / len(scales)
	levels := make([]int8, len(data))
	for i, v := range data {
		levels[i] = int8(math.RoundToEven(float64(v / scales[i/each])))
	}
	zeros := initializer{name: t.name + "/zero", shape: []int{len(scales)}, data: make([]int8, len(scales))}
	return q.dequantized(initializer{t.name, t.shape, levels}, scales, zeros)
}

// bias holds a bias as int32 in units of the value's scale times the filter's.
func (q *quantizer) bias(t, weight initializer) string {
	scales := filterScales(weight)
	levels := make([]int32, len(scales))
	for i, v := range t.data.([]float32) {
		scales[i] *= valueScale
		levels[i] = int32(math.RoundToEven(float64(v / scales[i])))
	}
	zeros := initializer{name: t.name + "/zero", shape: []int{len(scales)}, data: make([]int32, len(scales))}
	return q.dequantized(initializer{t.name, t.shape, levels}, scales, zeros)
}

func (q *quantizer) dequantized(levels initializer, scales []float32, zeros initializer) string {
	scale := q.hold(initializer{name: levels.name + "/scale", shape: []int{len(scales)}, data: scales})
	name := levels.name + "/value"
	q.out.nodes = append(q.out.nodes, node{op: "DequantizeLinear", inputs: []string{q.hold(levels), scale, q.hold(zeros)},
		output: name, shape: levels.shape, attributes: []attribute{{"axis", 0}}})
	return name
}

// filterScales are the largest magnitude of each filter divided by mostLevel.
func filterScales(t initializer) []float32 {
	data, filters := t.data.([]float32), t.shape[0]
	scales := make([]float32, filters)
	each := len(data) / filters
	for i := range scales {
		largest := float32(1e-6) // of a filter of zeros
		for _, v := range data[i*each:][:each] {
			largest = max(largest, max(v, -v))
		}
		scales[i] = largest / mostLevel
	}
	return scales
}

func (q *quantizer) hold(t initializer) string {
	if !q.held[t.name] {
		q.held[t.name] = true
		q.out.initializers = append(q.out.initializers, t)
	}
	return t.name
}

// foldNorms folds each batch normalisation into the convolution before it.
func foldNorms(m *model) (*model, error) {
	tensors, readers := m.byName(), m.readers()
	made := map[string]int{} // by the output of a convolution: its index in nodes
	out := &model{name: m.name, input: m.input, output: m.output}
	for _, n := range m.nodes {
		if n.op != "BatchNormalization" {
			if n.op == "Conv" {
				made[n.output] = len(out.nodes)
			}
			out.nodes = append(out.nodes, n)
			continue
		}
		at, ok := made[n.inputs[0]]
		if !ok || len(readers[n.inputs[0]]) != 1 {
			return nil, fmt.Errorf("onnx: %s cannot be folded, so %s cannot be quantised", n.output, m.name)
		}
		conv := &out.nodes[at]
		weight, bias := foldNorm(*conv, n, tensors)
		tensors[weight.name], tensors[bias.name] = weight, bias
		conv.inputs, conv.output = []string{conv.inputs[0], weight.name, bias.name}, n.output
	}
	for _, t := range tensors {
		out.initializers = append(out.initializers, t)
	}
	return out, nil
}

// foldNorm returns the weight and bias of a convolution with its norm folded in.
func foldNorm(conv, norm node, tensors map[string]initializer) (weight, bias initializer) {
	old := tensors[conv.inputs[1]]
	param := func(i int) []float32 { return tensors[norm.inputs[i]].data.([]float32) }
	scale, shift, mean, variance := param(1), param(2), param(3), param(4)
	eps := norm.attributes[0].value.(float32)
	weight = initializer{old.name + "/folded", old.shape, slices.Clone(old.data.([]float32))}
	folded := make([]float32, len(scale))
	each := len(weight.data.([]float32)) / len(scale)
	for i := range scale {
		factor := scale[i] / float32(math.Sqrt(float64(variance[i]+eps)))
		before := float32(0)
		if len(conv.inputs) > 2 {
			before = tensors[conv.inputs[2]].data.([]float32)[i]
		}
		folded[i] = (before-mean[i])*factor + shift[i]
		for j := range each {
			weight.data.([]float32)[i*each+j] *= factor
		}
	}
	return weight, initializer{old.name + "/folded bias", []int{len(folded)}, folded}
}
