package ops

import (
	"context"

	"cnnlang/ops/tensor"
)

// WinogradTiles computes a convolution by Winograd's algorithm and returns how many tiles
// it has, and how many of these were computed directly.
func WinogradTiles(c *Conv, in []Value, out Value, params []tensor.Tensor, result tensor.Tensor, data []tensor.Tensor) (all, direct int) {
	w := newWinograd(c, in, out, c.packing(params, out.Shape[1]))
	p := w.prepare().(*prepared)
	mem := make([]float32, p.Scratch(1))
	for i, task := range p.Bind(result, data, mem, 1) {
		for part := range task.Parts() {
			task.Do(context.Background(), part, 0)
		}
		if i%3 != 2 {
			continue
		}
		runs := w.blocks[i/3]
		for _, flag := range mem[p.share-w.most:][:tilesOf(runs)] {
			all++
			if flag != 0 {
				direct++
			}
		}
	}
	return all, direct
}
