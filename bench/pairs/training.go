package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
)

// trainers are what takes steps of training, all compared with torch.
func (o *options) trainers(n *network) []engine {
	net := filepath.Join(o.scripts, "training", n.Net+".cnn")
	if _, err := os.Stat(net); err != nil {
		net = n.Net // of the library
	}
	size := func(threads, batch int) []string {
		return []string{"--threads", strconv.Itoa(threads), "--batch", strconv.Itoa(batch), "--freeze", o.freeze}
	}
	return []engine{
		{name: "torch", precision: "f32", against: "torch", trains: true, command: func(n *network, threads, batch int) []string {
			worker := []string{o.python, filepath.Join(o.scripts, "torch_worker.py"), n.file(".onnx"), "--input", n.input(), "--train"}
			return append(worker, size(threads, batch)...)
		}},
		{name: nameOurs, precision: "f32", against: "torch", trains: true, command: func(n *network, threads, batch int) []string {
			return append(append([]string{o.training, "--weights", n.file(".safetensors")}, size(threads, batch)...), net)
		}},
	}
}

// mostApart is how far the losses of the first steps may be from those of the first worker, as a share.
const mostApart = 1e-3

// learnAlike refuses a worker whose losses are not those of the first. Each step follows from those before, so
// another gradient or another update shows.
func (n *network) learnAlike(e engine, losses []float64) error {
	if n.losses == nil {
		n.losses = losses
	}
	alike := len(losses) == len(n.losses) && len(losses) > 1
	for i := 0; alike && i < len(losses); i++ {
		alike = math.Abs(losses[i]-n.losses[i]) <= mostApart*math.Abs(n.losses[i])
	}
	if !alike {
		return fmt.Errorf("pairs: %s: the losses of %s are %v, and those of the first worker %v", n.Net, e.name, losses, n.losses)
	}
	return nil
}
