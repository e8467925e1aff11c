package main

import (
	"fmt"
	"math"
	"slices"

	"cnnlang/interp/onnx"
)

// A quantizer rewrites a model for 8-bit integer arithmetic, in the form that ONNX Runtime
// recognises: every value goes through QuantizeLinear and DequantizeLinear, weights are
// int8 with a scale for each filter. Values have one fixed, uncalibrated scale, so the
// answers are meaningless, but take as long as with any other scale.
type quantizer struct {
	out      onnx.Model
	weights  onnx.Tensors
	tensors  map[string]onnx.Initializer
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

// quantize returns the model in 8 bits. Its batch normalisations have to be folded, since a
// quantised convolution cannot be followed by one.
func quantize(m *onnx.Model, weights onnx.Tensors) (*onnx.Model, error) {
	q := &quantizer{weights: weights, tensors: map[string]onnx.Initializer{}, readers: map[string][]string{}, values: map[string]string{}, positive: map[string]bool{}, held: map[string]bool{}}
	q.out.Name, q.out.Inputs, q.out.Outputs = m.Name, m.Inputs, m.Outputs
	for _, t := range m.Initializers {
		q.tensors[t.Name] = t
	}
	for _, n := range m.Nodes {
		if n.Op == "BatchNormalization" {
			return nil, fmt.Errorf("onnx: %s cannot be folded, so %s cannot be quantised", n.Name, m.Name)
		}
		for _, in := range n.Inputs {
			q.readers[in] = append(q.readers[in], n.Op)
		}
	}
	for _, in := range m.Inputs {
		q.pass(in.Name, in.Shape)
	}
	for _, n := range m.Nodes {
		if err := q.node(n); err != nil {
			return nil, err
		}
	}
	return &q.out, nil
}

// node copies a node, with its inputs and output in 8 bits.
func (q *quantizer) node(n onnx.Node) (err error) {
	c := n
	c.Inputs = slices.Clone(n.Inputs)
	positive := !slices.Contains([]string{"Conv", "Gemm", "Add", "Mul"}, n.Op)
	for i, in := range n.Inputs {
		t, constant := q.tensors[in]
		switch {
		case !constant:
			c.Inputs[i] = q.values[in]
			positive = positive && q.positive[in]
		case i == 1 && (n.Op == "Conv" || n.Op == "Gemm"):
			c.Inputs[i], err = q.weight(t)
		case i == 2 && (n.Op == "Conv" || n.Op == "Gemm"):
			c.Inputs[i], err = q.bias(t, q.tensors[n.Inputs[1]])
		default:
			q.hold(t)
		}
		if err != nil {
			return err
		}
	}
	q.positive[n.Output] = positive || slices.Contains([]string{"Relu", "Clip", "Sigmoid"}, n.Op)
	q.out.Nodes = append(q.out.Nodes, c)
	if next := q.readers[n.Output]; n.Output == q.out.Outputs[0].Name || slices.Equal(next, []string{"Relu"}) || slices.Equal(next, []string{"Clip"}) {
		q.values[n.Output] = n.Output // an activation is part of the operator before it
		return nil
	}
	q.pass(n.Output, n.Shape)
	return nil
}

// pass sends a value through 8 bits.
func (q *quantizer) pass(name string, shape []int) {
	zero, kind := uint8(128), "any"
	if q.positive[name] {
		zero, kind = 0, "positive"
	}
	scale := q.hold(onnx.Initializer{Name: "scale", Values: []float32{valueScale}})
	point := q.hold(onnx.Initializer{Name: "zero/" + kind, Values: []uint8{zero}})
	q.add("QuantizeLinear", []string{name, scale, point}, name+"/8bit", shape)
	q.add("DequantizeLinear", []string{name + "/8bit", scale, point}, name+"/value", shape)
	q.values[name] = name + "/value"
}

// add adds a node that is named after its output.
func (q *quantizer) add(op string, inputs []string, output string, shape []int, attributes ...onnx.Attribute) {
	q.out.Nodes = append(q.out.Nodes, onnx.Node{Name: output, Op: op, Inputs: inputs, Output: output, Shape: shape, Attributes: attributes})
}

// weight holds a weight as int8 with a scale for each filter.
func (q *quantizer) weight(t onnx.Initializer) (string, error) {
	data, scales, err := q.filters(t)
	if err != nil {
		return "", err
	}
	each := len(data) / len(scales)
	levels := make([]int8, len(data))
	for i, v := range data {
		levels[i] = int8(math.RoundToEven(float64(v / scales[i/each])))
	}
	zeros := onnx.Initializer{Name: t.Name + "/zero", Shape: []int{len(scales)}, Values: make([]int8, len(scales))}
	return q.dequantized(onnx.Initializer{Name: t.Name, Shape: t.Shape, Values: levels}, scales, zeros), nil
}

// bias holds a bias as int32 in units of the value's scale times the filter's.
func (q *quantizer) bias(t, weight onnx.Initializer) (string, error) {
	_, scales, err := q.filters(weight)
	if err != nil {
		return "", err
	}
	data, err := t.Floats(q.weights)
	if err != nil {
		return "", err
	}
	levels := make([]int32, len(scales))
	for i, v := range data {
		scales[i] *= valueScale
		levels[i] = int32(math.RoundToEven(float64(v / scales[i])))
	}
	zeros := onnx.Initializer{Name: t.Name + "/zero", Shape: []int{len(scales)}, Values: make([]int32, len(scales))}
	return q.dequantized(onnx.Initializer{Name: t.Name, Shape: t.Shape, Values: levels}, scales, zeros), nil
}

func (q *quantizer) dequantized(levels onnx.Initializer, scales []float32, zeros onnx.Initializer) string {
	scale := q.hold(onnx.Initializer{Name: levels.Name + "/scale", Shape: []int{len(scales)}, Values: scales})
	name := levels.Name + "/value"
	q.add("DequantizeLinear", []string{q.hold(levels), scale, q.hold(zeros)}, name, levels.Shape, onnx.Attribute{Name: "axis", Value: 0})
	return name
}

// filters are the numbers of a weight, and of each filter the largest magnitude divided by
// mostLevel.
func (q *quantizer) filters(t onnx.Initializer) (data, scales []float32, err error) {
	if data, err = t.Floats(q.weights); err != nil {
		return nil, nil, err
	}
	scales = make([]float32, t.Shape[0])
	each := len(data) / len(scales)
	for i := range scales {
		largest := float32(1e-6) // of a filter of zeros
		for _, v := range data[i*each:][:each] {
			largest = max(largest, max(v, -v))
		}
		scales[i] = largest / mostLevel
	}
	return data, scales, nil
}

func (q *quantizer) hold(t onnx.Initializer) string {
	if !q.held[t.Name] {
		q.held[t.Name] = true
		q.out.Initializers = append(q.out.Initializers, t)
	}
	return t.Name
}
