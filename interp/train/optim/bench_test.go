package optim

import (
	"testing"

	"cnnlang/interp/train/recipe"
)

// A step over a million numbers of float32.
func BenchmarkUpdate(b *testing.B) {
	const n = 1 << 20
	for _, c := range []struct {
		name string
		o    recipe.Optimizer
	}{
		{"sgd", recipe.Optimizer{Kind: recipe.SGD}},
		{"momentum", recipe.Optimizer{Kind: recipe.SGD, Momentum: 0.9}},
		{"rmsprop", recipe.Optimizer{Kind: recipe.RMSProp, Variant: recipe.TensorFlow, Decay: 0.9, Momentum: 0.9, Eps: 1}},
		{"adamw", recipe.Optimizer{Kind: recipe.AdamW, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8}},
	} {
		b.Run(c.name, func(b *testing.B) {
			t := Tensor[float32]{Value: noise(n, 0), Gradient: noise(n, 1), Slots: Start[float32](c.o, n), Decay: 1e-4, RateFactor: 1}
			b.SetBytes(4 * n)
			for i := range b.N {
				Update(c.o, t, Step{Rate: 1e-6, Scale: 1, Update: i + 1}, 0, n)
			}
		})
	}
	b.Run("norm", func(b *testing.B) {
		g := [][]float32{noise(n, 0)}
		b.SetBytes(4 * n)
		for b.Loop() {
			Norm(g)
		}
	})
}
