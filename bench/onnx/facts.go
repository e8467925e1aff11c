package main

import (
	"context"
	"encoding/json"
	"io"

	"cnnlang/interp"
	"cnnlang/interp/atomicfile"
	"cnnlang/ops/tensor"
)

// Facts are what the harness needs to know about an exported net, NET.json.
type facts struct {
	Net        string    `json:"net"`
	Input      []int     `json:"input"` // [C, H, W]
	MACs       int       `json:"macs"`  // of one image
	Parameters int       `json:"parameters"`
	Seed       uint64    `json:"seed"`
	Nodes      int       `json:"nodes"`  // of the .onnx file
	Output     []float32 `json:"output"` // of the library for one image of the workers' input
}

// answer runs the net once in the library.
func answer(n *interp.Net, w interp.Weights) ([]float32, error) {
	ctx := context.Background()
	model, err := n.Build(ctx, interp.Options{Weights: w, Threads: 1})
	if err != nil {
		return nil, err
	}
	defer model.Close()
	output, err := model.Run(ctx, workersInput(n.Graph.Input().Shape))
	return output.Data, err
}

// workersInput is the input that every worker makes for itself: bench/README.md
// has the rule.
func workersInput(shape tensor.Shape) tensor.Tensor {
	t := tensor.New(shape...)
	r := uint32(12345)
	for i := range t.Data {
		r = r*1103515245 + 12345
		t.Data[i] = float32(float64(r>>8)/(1<<23) - 1)
	}
	return t
}

func (f facts) write(path string) error {
	text, err := json.Marshal(f)
	if err != nil {
		return err
	}
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := w.Write(append(text, '\n'))
		return err
	})
}
