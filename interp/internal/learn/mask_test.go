package learn_test

import (
	"testing"

	"cnnlang/interp/internal/learn"
	"cnnlang/interp/train/chance"
)

// TestDropoutDrops: the loss and the gradient of the bias behind a dropout and a drop_path, by hand, with the numbers that the
// random function says, in two steps.
func TestDropoutDrops(t *testing.T) {
	const images, pixels = 4, 2 * 6 * 6
	r := stepOf(t, "d: dropout(0.4) -> p: drop_path(0.3)", images)
	settings := plainly
	settings.ClipNorm, settings.Decay = 0, never
	l := r.learns(t, settings)
	for n := range 2 {
		batch := batchOf(images, n)
		drops, paths := make([]float32, images*pixels), make([]float32, images)
		chance.Dropout("d", 0.4, settings.Seed, n).Fill(drops, 0)
		chance.DropPath("p", 0.3, settings.Seed, n, 1).Fill(paths, 0)
		loss, bias, dropped := 0.0, [3]float64{}, 0
		for i := range images {
			var mean [2]float64
			for k := range pixels {
				at := i*pixels + k
				if drops[at] > 0 && paths[i] > 0 {
					mean[k/36] += batch[0][at] / 0.6 / 0.7 / 36
				} else {
					dropped++
				}
			}
			for k := range 3 {
				apart := r.tensors["fc.bias"][k] + r.tensors["fc.weight"][2*k]*mean[0] + r.tensors["fc.weight"][2*k+1]*mean[1] - batch[1][3*i+k]
				loss += apart * apart / 3 / images
				bias[k] += 2 * apart / 3 / images
			}
		}
		var got learn.Result
		if err := l.Step(t.Context(), batch, 0.1, &got); err != nil {
			t.Fatal(err)
		}
		within(t, "the loss", got.Losses[0], loss, 1e-12)
		gradient := r.backend.Value(r.step.Gradients[1].Node)
		for k := range bias {
			within(t, "the gradient of the bias", gradient[k], bias[k], 1e-12)
		}
		if dropped < 72 || dropped > 216 {
			t.Errorf("%d of %d numbers are dropped", dropped, images*pixels)
		}
	}
}
