package onnx

import (
	"slices"

	"cnnlang/interp/internal/weightfile"
)

// Converters of TensorFlow's models put channels last again before a map is flattened, with a
// Transpose, so that the dense layer behind counts it pixel by pixel. A lie is what is known of a
// value: how a map lies, or how one was counted that is flattened now.
type lie struct {
	order weightfile.Flattened
	flat  bool
}

// maps are nodes whose results are maps with channels first.
var maps = map[string]bool{"Conv": true, "ConvTranspose": true, "MaxPool": true, "AveragePool": true, "InstanceNormalization": true, "Resize": true, "Upsample": true, "DepthToSpace": true}

// plain are nodes behind which the order of what went before does not matter: what they make
// has one number for a channel, or is no map.
var plain = map[string]bool{"Gemm": true, "GlobalAveragePool": true, "GlobalMaxPool": true, "ReduceMean": true, "ReduceMax": true, "ReduceSum": true,
	"Shape": true, "Size": true, "Constant": true, "ConstantOfShape": true}

// flattened is the order in which the dense layers of a file count flattened maps.
func (g *graph) flattened(producer string) weightfile.Flattened {
	lies, order := map[string]lie{}, weightfile.Unsaid
	last := producer == "tf2onnx" || producer == "keras2onnx" // so its inputs have channels last
	made := map[string]bool{}
	for _, n := range g.nodes {
		if len(n.inputs) == 0 || len(n.outputs) == 0 {
			continue
		}
		if first := n.inputs[0]; last && !made[first] && g.byName[first] == nil {
			lies[first] = lie{order: weightfile.ByPixel}
		}
		of := lies[n.inputs[0]]
		if dense := n.op == "Gemm" || n.op == "MatMul"; dense && of.flat && len(n.inputs) > 1 && g.byName[n.inputs[1]] != nil {
			if order != weightfile.Unsaid && order != of.order {
				of.order = weightfile.Mixed
			}
			order = of.order
		}
		result := n.lies(of, lies)
		for _, name := range n.outputs[:min(len(n.outputs), mostFrom/4)] {
			if made[name] = true; result.order != weightfile.Unsaid {
				lies[name] = result
			}
		}
	}
	return order
}

// lies is what is known of a node's result; of is what is of its first input.
func (n *node) lies(of lie, lies map[string]lie) lie {
	switch {
	case maps[n.op]:
		return lie{order: weightfile.ByChannel}
	case plain[n.op] || n.op == "MatMul" && of.flat:
		return lie{}
	case n.op == "Flatten" || n.op == "Reshape" || n.op == "Squeeze":
		of.flat = of.order != weightfile.Unsaid
		return of
	case n.op == "Transpose" && of.order != weightfile.Unsaid:
		to := lie{weightfile.Mixed, of.flat}
		switch perm := n.ints["perm"]; {
		case of.flat:
		case of.order == weightfile.ByChannel && slices.Equal(perm, []int64{0, 2, 3, 1}):
			to.order = weightfile.ByPixel
		case of.order == weightfile.ByPixel && slices.Equal(perm, []int64{0, 3, 1, 2}):
			to.order = weightfile.ByChannel
		}
		return to
	}
	for _, name := range n.inputs {
		other := lies[name]
		switch {
		case of.order == weightfile.Unsaid:
			of = other
		case other.order != weightfile.Unsaid && other != of:
			of.order = weightfile.Mixed
		}
	}
	return of
}
