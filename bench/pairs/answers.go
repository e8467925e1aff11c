package main

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
)

// tolerances are how far the answers of a precision may be from float32's, in standard
// deviations: an engine that computes something else is not timed. bfloat16 has 8 bits,
// most of which 50 layers use up; uncalibrated integers may give any answer.
var tolerances = map[string]float64{"f32": 1e-3, "f32fast": 1e-3, "bf16": 0.1, "int8": math.Inf(1)}

// verify runs each engine that can write its whole answer once and compares that
// with the one of the library.
func (o *options) verify(n *network, r *results) error {
	folder, err := os.MkdirTemp("", "pairs")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	for _, e := range o.engines(n) {
		if !e.writes {
			continue
		}
		file := filepath.Join(folder, "answer")
		w, err := start(e.name, append(e.command(n, 1, 1), "--output", file))
		if err != nil {
			return err
		}
		if err := w.quit(); err != nil {
			return err
		}
		raw, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if len(raw) != 4*len(n.Output) {
			return fmt.Errorf("pairs: %s: %s answers %d bytes, want %d numbers", n.Net, e.name, len(raw), len(n.Output))
		}
		values := make([]float64, len(n.Output))
		for i := range values {
			values[i] = float64(math.Float32frombits(binary.NativeEndian.Uint32(raw[4*i:])))
		}
		if err := agree(n, e, values); err != nil {
			return err
		}
		r.farthest = max(r.farthest, n.deviation(values))
		o.progress("%s: the answer of %s differs by %.1e standard deviations", n.Net, e.name, n.deviation(values))
	}
	return nil
}

// agree refuses an engine whose answer, or its beginning, is not the net's.
func agree(n *network, e engine, values []float64) error {
	if d, most := n.deviation(values), tolerances[e.precision]; !(d <= most) {
		return fmt.Errorf("pairs: %s: the answer of %s is %.2g standard deviations from the library's, at most %.2g is allowed",
			n.Net, e.name, d, most)
	}
	return nil
}
