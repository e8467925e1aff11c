package tfjs

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"cnnlang/interp/internal/weightfile"
)

// A graph model is the nodes of a graph of TensorFlow. Weights are nodes, and what a weight is
// follows from the operation that reads it:
//
//	{"name": "conv/kernel", "op": "Const"}   {"name": "x", "op": "Conv2D", "input": ["in", "conv/kernel"],
//	                                          "attr": {"strides": {"list": {"i": ["1", "2", "2", "1"]}}, "padding": {"s": "U0FNRQ=="}}}
type node struct {
	Name, Op string
	Input    []string
	Attr     map[string]struct {
		S    string
		F    *float64
		B    bool
		List struct {
			I []json.RawMessage
			S []string
		}
	}
}

// An operand is what an operation takes a weight for.
type operand struct {
	leaf string
	axes weightfile.Axes
}

// operands are those of operations, by their place.
var operands = map[string]map[int]operand{
	"Conv2D":                      {1: {"kernel", weightfile.HWIO}},
	"_FusedConv2D":                {1: {"kernel", weightfile.HWIO}, 2: {"bias", weightfile.C}},
	"DepthwiseConv2dNative":       {1: {"depthwise_kernel", weightfile.HWIM}},
	"FusedDepthwiseConv2dNative":  {1: {"depthwise_kernel", weightfile.HWIM}, 2: {"bias", weightfile.C}},
	"_FusedDepthwiseConv2dNative": {1: {"depthwise_kernel", weightfile.HWIM}, 2: {"bias", weightfile.C}},
	"Conv2DBackpropInput":         {1: {"kernel", weightfile.HWOI}},
	"MatMul":                      {1: {"kernel", weightfile.IO}},
	"_FusedMatMul":                {1: {"kernel", weightfile.IO}, 2: {"bias", weightfile.C}},
	"BiasAdd":                     {1: {"bias", weightfile.C}},
	"FusedBatchNorm":              norm,
	"FusedBatchNormV2":            norm,
	"FusedBatchNormV3":            norm,
	"_FusedBatchNormEx":           norm,
}

var norm = map[int]operand{1: {"gamma", weightfile.C}, 2: {"beta", weightfile.C}, 3: {"moving_mean", weightfile.C}, 4: {"moving_variance", weightfile.C}}

// graph says what the tensors of a graph model are.
func (f *file) graph(raw json.RawMessage) error {
	index := map[string]int{}
	for i, t := range f.List {
		index[t.Name] = i
	}
	nodes, same := 0, map[string]string{} // of a node that only passes a weight on, the weight
	return weightfile.EachOf(raw, func(raw json.RawMessage) error {
		var n node
		if len(raw) > longestEntry {
			return nil // one that holds a list of its own, and no weight
		}
		if raw == nil || json.Unmarshal(raw, &n) != nil {
			return f.In.Corrupt("", "has a modelTopology whose node %d is not one of TensorFlow's; fetch it again", nodes)
		}
		if nodes++; nodes > 4*f.In.Limits.MaxTensors() {
			return &weightfile.LimitError{Path: f.In.Path, Limit: "nodes", Got: int64(nodes), Max: 4 * int64(f.In.Limits.MaxTensors()), Help: "no network needs so many; fetch the file again"}
		}
		if (n.Op == "Identity" || n.Op == "ReadVariableOp") && len(n.Input) > 0 {
			same[n.Name] = source(n.Input[0], same)
			return nil
		}
		if n.Op == "Transpose" || decoded(n.Attr["data_format"].S) == "NCHW" {
			f.Said.Flattened = weightfile.Mixed // what is done to maps is not followed
		}
		roles, known := operands[n.Op]
		if !known && !slices.Contains(windows, n.Op) {
			return nil
		}
		for at, role := range roles {
			if at >= len(n.Input) {
				continue
			}
			i, ok := index[source(n.Input[at], same)]
			if !ok || len(f.List[i].Shape) != len(role.axes) || f.List[i].Leaf != "" {
				continue
			}
			t := &f.List[i]
			t.Layer, t.Leaf, t.Axes = n.Name, role.leaf, role.axes
			if role.axes == weightfile.IO && n.Attr["transpose_b"].B {
				t.Axes = weightfile.OI
			}
		}
		f.Said.Layers = append(f.Said.Layers, n.layer())
		return nil
	})
}

// windows are further nodes that are layers; those that pad change what the next one does.
var windows = []string{"MaxPool", "AvgPool", "Pad", "PadV2", "MirrorPad"}

// source is the weight that an input names, without the number of its output.
func source(input string, same map[string]string) string {
	name, _, _ := strings.Cut(input, ":")
	if from, ok := same[name]; ok {
		return from
	}
	return name
}

// layer is what a node says of itself.
func (n *node) layer() weightfile.Layer {
	l := weightfile.Layer{Name: n.Name, Kind: n.Op, Eps: n.Attr["epsilon"].F}
	l.Padding = strings.ToLower(decoded(n.Attr["padding"].S))
	first := decoded(n.Attr["data_format"].S) == "NCHW"
	l.Stride, l.Dilation = n.window("strides", first), n.window("dilations", first)
	if pads := n.ints("explicit_paddings"); l.Padding == "explicit" && len(pads) == 8 {
		at := 2
		if first {
			at = 4
		}
		l.Padding = strings.Join([]string{strconv.Itoa(pads[at]), strconv.Itoa(pads[at+2]), strconv.Itoa(pads[at+1]), strconv.Itoa(pads[at+3])}, ",")
	}
	if n.Op == "MaxPool" || n.Op == "AvgPool" {
		l.Ceil, l.CountPad, l.Kernel = new(bool), new(bool), n.window("ksize", first)
	}
	for _, s := range n.Attr["fused_ops"].List.S {
		if op := decoded(s); op != "BiasAdd" {
			l.Activation = strings.ToLower(op)
		}
	}
	return l
}

// window is the two numbers of an attribute that belong to the height and the width.
func (n *node) window(name string, first bool) []int {
	all := n.ints(name)
	switch {
	case len(all) != 4:
		return nil
	case first:
		return all[2:]
	}
	return all[1:3]
}

// ints are the integers of an attribute, which protobuf's JSON writes as texts.
func (n *node) ints(name string) []int {
	var all []int
	for _, raw := range n.Attr[name].List.I {
		i, err := strconv.Atoi(strings.Trim(string(raw), `"`))
		if err != nil {
			return nil
		}
		all = append(all, i)
	}
	return all
}

// decoded is a text of protobuf's JSON, which may be in base64: SAME is not, as it would be no
// word.
func decoded(s string) string {
	raw, err := base64.StdEncoding.DecodeString(s)
	odd := func(b rune) bool {
		return b != '_' && (b < '0' || b > '9') && (b < 'A' || b > 'Z') && (b < 'a' || b > 'z')
	}
	if err == nil && strings.IndexFunc(string(raw), odd) < 0 {
		return string(raw)
	}
	return s
}
