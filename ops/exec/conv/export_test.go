package conv

import (
	"context"

	"cnnlang/ops"
	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/tensor"
)

// Names lists the rows of the table that can fit on the selected instruction set.
func Names() []string { return rows(func(*algorithm) bool { return true }) }

// WithMeans are those that can write the means of their results.
func WithMeans() []string { return rows(func(a *algorithm) bool { return a.means }) }

func rows(which func(*algorithm) bool) (names []string) {
	for _, a := range algorithms {
		lines := a.blocked && a.precision == layout.F32
		if lines && !hasTiles() || a.name == "compacted" && kernel.TilePixels >= wideTile {
			continue
		}
		if which(&a) {
			names = append(names, a.name)
		}
	}
	return names
}

// WinogradTiles computes a convolution by Winograd's algorithm and returns how many tiles
// it has, and how many of these were computed directly.
func WinogradTiles(c *ops.Conv, in []layout.Value, out layout.Value, params []tensor.Tensor, result tensor.Tensor, data []tensor.Tensor) (all, direct int) {
	p := newProblem([]*ops.Conv{c}, in[0].Shape, out.Shape)
	w := newWinograd(p, values{in: in, out: out, params: params})
	prepared := w.prepare()
	mem := make([]float32, prepared.Scratch(1))
	for i, task := range prepared.Bind(result, data, mem, 1) {
		for part := range task.Parts() {
			task.Do(context.Background(), part, 0)
		}
		if i%3 != 2 {
			continue
		}
		runs := w.blocks[i/3]
		for _, flag := range mem[prepared.Shared-w.most:][:tilesOf(runs)] {
			all++
			if flag != 0 {
				direct++
			}
		}
	}
	return all, direct
}
