// Command onnx writes library nets as ONNX models with generated weights, for other engines
// to run: NET.onnx, the same weights as NET.safetensors, and facts about the net as
// NET.json.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"cnnlang/interp"
	"cnnlang/interp/onnx"
	"cnnlang/ops/tensor"
)

func main() {
	out := flag.String("out", ".", "the folder to write to")
	seed := flag.Uint64("seed", 0, "seed of the weights, as of `cnnlang run --weights random`")
	int8 := flag.Bool("int8", false, "write NET.int8.onnx alone, a model in 8 bits for measuring speed only: its answers are meaningless")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "Usage: onnx [-out FOLDER] [-seed N] [-int8] NET...")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() == 0 {
		flag.Usage()
		os.Exit(2)
	}
	for _, name := range flag.Args() {
		if *int8 {
			if err := exportQuantized(name, *seed, *out); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			continue
		}
		f, err := exportNet(name, *seed, *out)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Printf("%s: %d nodes, %d MACs, %d parameters\n", f.Net, f.Nodes, f.MACs, f.Parameters)
	}
}

// netOf makes a library net at its own size.
func netOf(name string) (*interp.Net, error) {
	p, err := interp.Open(name)
	if err != nil {
		return nil, err
	}
	nets, list, err := p.Check(interp.Options{})
	if err != nil {
		return nil, err
	}
	if len(nets) != 1 || list.HasErrors() {
		return nil, fmt.Errorf("onnx: %s does not check; `cnnlang check` says why", name)
	}
	return nets[0], nil
}

// modelOf makes the model of a net's main path, and opens its generated tensors.
func modelOf(n *interp.Net, seed uint64, opts onnx.Options) (*onnx.Model, *interp.Parameters, error) {
	m, err := onnx.Of(n.Graph, opts)
	if err != nil {
		return nil, nil, err
	}
	weights, err := n.Parameters(context.Background(), interp.RandomWeights(seed), nil)
	return m, weights, err
}

// exportNet writes the three files of a net.
func exportNet(name string, seed uint64, folder string) (*facts, error) {
	n, err := netOf(name)
	if err != nil {
		return nil, err
	}
	m, weights, err := modelOf(n, seed, onnx.Options{})
	if err != nil {
		return nil, err
	}
	defer weights.Close()
	f := &facts{Net: n.Name, Input: n.Graph.Input().Shape[1:], MACs: n.Main.MACs.MustInt(), Parameters: n.Main.Params.MustInt(), Seed: seed, Nodes: len(m.Nodes)}
	if f.Output, err = answer(n, interp.RandomWeights(seed)); err != nil {
		return nil, err
	}
	path := func(extension string) string { return filepath.Join(folder, n.Name+extension) }
	if err := write(m, path(".onnx"), weights); err != nil {
		return nil, err
	}
	main := map[string]tensor.Tensor{} // without those of side heads
	for _, p := range n.Graph.Params(false) {
		if main[p.Path], err = weights.Tensor(p); err != nil {
			return nil, err
		}
	}
	if err := interp.WriteWeights(context.Background(), path(".safetensors"), main); err != nil {
		return nil, err
	}
	return f, f.write(path(".json"))
}

// exportQuantized writes the model of a net in 8 bits.
func exportQuantized(name string, seed uint64, folder string) error {
	n, err := netOf(name)
	if err != nil {
		return err
	}
	m, weights, err := modelOf(n, seed, onnx.Options{FoldNorms: true})
	if err != nil {
		return err
	}
	defer weights.Close()
	if m, err = quantize(m, weights); err != nil {
		return err
	}
	return write(m, filepath.Join(folder, n.Name+".int8.onnx"), weights)
}

func write(m *onnx.Model, path string, weights onnx.Tensors) error {
	_, err := m.Write(context.Background(), onnx.Destination{Path: path}, weights)
	return err
}
