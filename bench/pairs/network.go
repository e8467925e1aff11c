package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
)

// A network is one exported by bench/onnx, with the contents of its NET.json.
type network struct {
	Net    string    `json:"net"`
	Input  []int     `json:"input"` // [C, H, W]
	Output []float64 `json:"output"`

	folder string
	losses []float64 // of the first worker that trains it
}

// readNetwork reads what was exported.
func readNetwork(folder, name string) (*network, error) {
	text, err := os.ReadFile(filepath.Join(folder, name+".json"))
	if err != nil {
		return nil, fmt.Errorf("pairs: %s is not exported: %w", name, err)
	}
	n := &network{folder: folder}
	if err := json.Unmarshal(text, n); err != nil {
		return nil, fmt.Errorf("pairs: %s.json: %w", name, err)
	}
	if n.Net != name || len(n.Input) != 3 || len(n.Output) == 0 {
		return nil, fmt.Errorf("pairs: %s.json does not describe %s", name, name)
	}
	return n, nil
}

func (n *network) file(extension string) string { return filepath.Join(n.folder, n.Net+extension) }

// input is the image's shape as the workers read it, 3x224x224.
func (n *network) input() string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(n.Input), " ", "x"), "[]")
}

// deviation is the largest difference between an answer, or its beginning, and the net's
// own, in standard deviations of the latter. NaN is infinitely far away.
func (n *network) deviation(answer []float64) float64 {
	if len(answer) == 0 || len(answer) > len(n.Output) {
		return math.Inf(1)
	}
	mean, squares := 0.0, 0.0
	for _, v := range n.Output {
		mean += v / float64(len(n.Output))
	}
	for _, v := range n.Output {
		squares += (v - mean) * (v - mean) / float64(len(n.Output))
	}
	largest := 0.0
	for i, v := range answer {
		difference := math.Abs(v-n.Output[i]) / math.Sqrt(squares)
		if math.IsNaN(difference) {
			return math.Inf(1)
		}
		largest = max(largest, difference)
	}
	return largest
}
