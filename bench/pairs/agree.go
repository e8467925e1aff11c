package main

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
)

// An answer is how far the whole answer of another engine is from ours.
type answer struct {
	Net       string  `json:"net"`
	Engine    string  `json:"engine"`
	Deviation float64 `json:"deviation"` // in standard deviations of the answer
}

// tolerances are how far the answers of a precision may be from float32's: what
// computes something else is not timed. bfloat16 has 8 bits, which 50 layers use
// up but for a few; integers without calibrated scales answer anything.
var tolerances = map[string]float64{"f32": 1e-3, "f32fast": 1e-3, "bf16": 0.1, "int8": math.Inf(1)}

func tolerance(precision string) float64 {
	if t, ok := tolerances[precision]; ok {
		return t
	}
	return tolerances["f32"]
}

// verify runs an engine that can write its whole answer once and compares that
// with the one of the library.
func verify(e engine, n *network) (*answer, error) {
	folder, err := os.MkdirTemp("", "pairs")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	file := filepath.Join(folder, "answer")
	w, err := start(e.title(), append(e.command(n, 1, 1), "--output", file))
	if err != nil {
		return nil, err
	}
	if err := w.quit(); err != nil {
		return nil, err
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if len(raw) != 4*len(n.Output) {
		return nil, fmt.Errorf("pairs: %s: %s answers %d bytes, want %d numbers", n.Net, e.title(), len(raw), len(n.Output))
	}
	values := make([]float64, len(n.Output))
	for i := range values {
		values[i] = float64(math.Float32frombits(binary.NativeEndian.Uint32(raw[4*i:])))
	}
	a := &answer{n.Net, e.Name, n.deviation(values)}
	return a, agree(n, e, values)
}

// agree refuses an engine whose answer, or its beginning, is not the net's.
func agree(n *network, e engine, values []float64) error {
	if d, most := n.deviation(values), tolerance(e.Precision); d > most {
		return fmt.Errorf("pairs: %s: the answer of %s is %.2g standard deviations from the library's, at most %.2g is the same network",
			n.Net, e.title(), d, most)
	}
	return nil
}
