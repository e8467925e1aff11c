//go:build !race

package nettest

import (
	"sync"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/ops/ref"
	"cnnlang/ops/tensor"
)

// exactly computes the outputs and the side heads of a net with weights in float64, as
// its text defines it: by the reference of every op, with nothing folded, fused or rounded
// on the way.
func exactly(n *interp.Net, tensors map[string]tensor.Tensor, inputs []tensor.Tensor) [][]float64 {
	var outputs []*graph.Node
	for _, o := range n.Graph.Outputs {
		outputs = append(outputs, o.Node)
	}
	for _, side := range n.Graph.Sides {
		if side.Output != nil {
			outputs = append(outputs, side.Output)
		}
	}
	return exactValues(n.Graph, outputs, tensors, inputs)
}

// exactValues computes the values of some nodes. Images are independent, so each is a batch
// of its own on a goroutine of its own.
func exactValues(g *graph.Graph, outputs []*graph.Node, tensors map[string]tensor.Tensor, inputs []tensor.Tensor) [][]float64 {
	images := inputs[0].Shape[0]
	values := make([][]ref.Value, len(g.Nodes)) // by node and image
	for i, in := range g.Inputs {
		values[in.ID] = imagesOf(ref.Widen(inputs[i]))
	}
	readers := readersOf(g, outputs)
	for _, n := range g.Operations() {
		if readers[n.ID] == 0 {
			continue
		}
		var params []ref.Value
		for _, p := range n.Params {
			params = append(params, ref.Widen(tensors[p.Path]))
		}
		values[n.ID] = make([]ref.Value, images)
		var group sync.WaitGroup
		for i := range images {
			var in []ref.Value
			for _, x := range n.In {
				in = append(in, values[x.ID][i])
			}
			group.Go(func() { values[n.ID][i] = ref.Products(n.Op, in, params) })
		}
		group.Wait()
		for _, x := range n.In {
			if readers[x.ID]--; readers[x.ID] == 0 {
				values[x.ID] = nil
			}
		}
	}
	var all [][]float64
	for _, n := range outputs {
		var batch []float64
		for _, v := range values[n.ID] {
			batch = append(batch, v.Data...)
		}
		all = append(all, batch)
	}
	return all
}

// readersOf counts, by node, how often its value is needed to compute some nodes.
func readersOf(g *graph.Graph, outputs []*graph.Node) []int {
	readers := make([]int, len(g.Nodes))
	for _, n := range outputs {
		readers[n.ID]++
	}
	for id := len(g.Nodes) - 1; id > 0; id-- {
		if readers[id] == 0 {
			continue
		}
		for _, x := range g.Nodes[id].In {
			readers[x.ID]++
		}
	}
	return readers
}

// imagesOf cuts a batch into its images.
func imagesOf(v ref.Value) (images []ref.Value) {
	shape := append(tensor.Shape{1}, v.Shape[1:]...)
	size := shape.Elements()
	for i := range v.Shape[0] {
		images = append(images, ref.Value{Shape: shape, Data: v.Data[i*size:][:size]})
	}
	return images
}
