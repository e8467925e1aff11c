package onnx

import (
	"encoding/binary"
	"math"
	"strconv"
)

// activations are what nodes compute of each element, by the name that Keras and PyTorch have
// for it too; Clip depends on its bounds.
var activations = map[string]string{
	"Relu": "relu", "Sigmoid": "sigmoid", "HardSwish": "hard_swish", "HardSigmoid": "hard_sigmoid", "Tanh": "tanh", "LeakyRelu": "leaky_relu",
	"Elu": "elu", "Gelu": "gelu", "Mish": "mish", "Swish": "silu", "Softplus": "softplus",
}

// gates are functions that with a product by what they are computed from make another one.
var gates = map[string]string{"sigmoid": "silu", "hard_sigmoid": "hard_swish"}

// none says that a layer has no activation.
const none = "none"

// layering are nodes that read what a layer computes as it is.
var layering = map[string]bool{"Conv": true, "ConvTranspose": true, "Gemm": true, "MatMul": true, "BatchNormalization": true, "Add": true, "Concat": true,
	"MaxPool": true, "AveragePool": true, "GlobalAveragePool": true, "GlobalMaxPool": true, "Flatten": true}

// readers are the nodes that have each value as an input.
func (g *graph) readers() map[string][]*node {
	all := map[string][]*node{}
	for _, n := range g.nodes {
		for _, name := range n.inputs {
			all[name] = append(all[name], n)
		}
	}
	return all
}

// activation is that of a layer: of the one node that reads its result, or of a gate and a product
// that both do. It is "" where it is not known, as of a result that other nodes read too.
func (g *graph) activation(n *node, readers map[string][]*node) string {
	if len(n.outputs) == 0 {
		return ""
	}
	after := readers[n.outputs[0]]
	switch {
	case len(after) == 1 && layering[after[0].op]:
		return none
	case len(after) == 1:
		return g.function(after[0])
	case len(after) != 2:
		return ""
	}
	gate, product := after[0], after[1]
	if gate.op == "Mul" {
		gate, product = product, gate
	}
	if product.op == "Mul" && len(product.inputs) == 2 && len(gate.outputs) > 0 && (product.inputs[0] == gate.outputs[0] || product.inputs[1] == gate.outputs[0]) {
		return gates[g.function(gate)]
	}
	return ""
}

// function is what a node computes of each element, "" if it is none that is known.
func (g *graph) function(n *node) string {
	if n.op != "Clip" {
		return activations[n.op]
	}
	least, most := g.bound(n, 1, "min"), g.bound(n, 2, "max")
	switch {
	case least == nil || *least != 0:
		return ""
	case most == nil:
		return "relu"
	}
	return "relu" + strconv.FormatFloat(float64(*most), 'g', -1, 32)
}

// bound is one of a Clip: an attribute, or since opset 11 an input; nil if there is none that
// is known.
func (g *graph) bound(n *node, input int, attribute string) *float32 {
	if f, ok := n.floats[attribute]; ok {
		return &f
	}
	if input >= len(n.inputs) {
		return nil
	}
	u := g.byName[n.inputs[input]]
	if u == nil || u.stored.count != 1 || u.stored.typ != 1 {
		return nil
	}
	raw, err := u.stored.Numbers(g.in)
	if err != nil || len(raw) != 4 {
		return nil
	}
	f := math.Float32frombits(binary.LittleEndian.Uint32(raw))
	return &f
}
