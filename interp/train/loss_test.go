package train

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"cnnlang/interp/train/metrics"
	"cnnlang/interp/train/recipe"
	"cnnlang/ops"
	"cnnlang/ops/ref"
	"cnnlang/ops/tensor"
)

// TestMeanLosses: the loss of a picture that is checked is the one that is learned from, by its definition; of probabilities
// that of the numbers that they come from.
func TestMeanLosses(t *testing.T) {
	numbers := rand.New(rand.NewPCG(1, 2))
	for _, l := range []recipe.Loss{{Kind: recipe.CrossEntropy}, {Kind: recipe.BCE}, {Kind: recipe.BCE, PositiveWeights: []float64{0.5, 1, 3}}, {Kind: recipe.MSE}, {Kind: recipe.L1}, {Kind: recipe.SmoothL1, Beta: 0.7}} {
		for _, shape := range []tensor.Shape{{1, 3}, {1, 3, 2, 4}} {
			if l.Kind == recipe.CrossEntropy && len(shape) > 2 {
				continue
			}
			outputs, targets, probabilities := make([]float32, shape.Elements()), make([]float32, shape.Elements()), make([]float32, shape.Elements())
			in, want := ref.Value{Shape: shape}, ref.Value{Shape: shape}
			sum := 0.0
			for i := range outputs {
				outputs[i], targets[i] = float32(4*numbers.Float64()-2), numbers.Float32()
				if i%3 == 0 {
					targets[i] = float32(i / 3 % 2)
				}
				in.Data, want.Data = append(in.Data, float64(outputs[i])), append(want.Data, float64(targets[i]))
				sum += math.Exp(float64(outputs[i]))
			}
			for i, x := range outputs {
				probabilities[i] = float32(math.Exp(float64(x)) / sum)
				if l.Kind == recipe.BCE {
					probabilities[i] = float32(1 / (1 + math.Exp(-float64(x))))
				}
			}
			exact := ref.Exact(&ops.Loss{Kind: ops.LossKind(l.Kind), Beta: l.Beta, Weights: l.PositiveWeights}, []ref.Value{in, want}, nil).Data[0]
			if got := meanLoss(l, outputs, targets, false); math.Abs(got-exact) > 1e-12 {
				t.Errorf("%v of %v: got %v, want %v", l, shape, got, exact)
			}
			if l.Kind == recipe.BCE || l.Kind == recipe.CrossEntropy {
				if got := meanLoss(l, probabilities, targets, true); math.Abs(got-exact) > 1e-6 {
					t.Errorf("%v of %v from probabilities: got %v, want %v", l, shape, got, exact)
				}
			}
		}
	}
	if got := meanLoss(recipe.Loss{Kind: recipe.BCE}, []float32{1, 0}, []float32{1, 0}, true); got != 0 {
		t.Errorf("certain and right: got %v", got)
	}
	if got := meanLoss(recipe.Loss{Kind: recipe.BCE}, []float32{1, 0}, []float32{0, 0}, true); !math.IsInf(got, 1) {
		t.Errorf("certain and wrong: got %v", got)
	}
}

func TestPSNR(t *testing.T) {
	for _, c := range []struct {
		picture, want []float64
		psnr          float64
	}{
		{[]float64{0.5, 0.5}, []float64{0.6, 0.4}, 20}, // squares of 0.01
		{[]float64{1.5, -3}, []float64{1, 0}, 100},
		{[]float64{0, 0, 0, 0}, []float64{1, 0, 0, 0}, 10 * math.Log10(4)},
	} {
		if got := metrics.PSNR(c.picture, c.want); math.Abs(got-c.psnr) > 1e-9 {
			t.Error(fmt.Sprint(c, " got ", got))
		}
	}
}
