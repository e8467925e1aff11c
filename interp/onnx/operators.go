package onnx

import "slices"

// operators are those that are written, each with the opset that brought the version of it that
// opset 17 has.
var operators = map[string]int{
	"Add":                14,
	"AveragePool":        11,
	"BatchNormalization": 15,
	"Clip":               13,
	"Concat":             13,
	"Conv":               11,
	"ConvTranspose":      11,
	"Div":                14,
	"Elu":                6,
	"Erf":                13,
	"Expand":             13,
	"Flatten":            13,
	"Gather":             13,
	"Gemm":               13,
	"GlobalAveragePool":  1,
	"HardSigmoid":        6,
	"HardSwish":          14,
	"Identity":           16,
	"LRN":                13,
	"LayerNormalization": 17,
	"LeakyRelu":          16,
	"Max":                13,
	"MaxPool":            12,
	"Mean":               13,
	"Mul":                14,
	"PRelu":              16,
	"Pad":                13,
	"ReduceL2":           13,
	"Relu":               14,
	"Reshape":            14,
	"Resize":             13,
	"Shape":              15,
	"Sigmoid":            13,
	"Slice":              13,
	"Softmax":            13,
	"Softplus":           1,
	"Tanh":               13,
	"Transpose":          13,
}

// Ints is an attribute that is a list, nil if the node has none of the name.
func (n Node) Ints(name string) []int {
	i := slices.IndexFunc(n.Attributes, func(a Attribute) bool { return a.Name == name })
	if i < 0 {
		return nil
	}
	list, _ := n.Attributes[i].Value.([]int)
	return list
}
