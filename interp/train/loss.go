package train

import (
	"math"

	"cnnlang/interp/train/recipe"
)

// meanLoss is the loss of a picture without smoothing, by the outputs of a net and their targets, both [K]: the mean over the
// numbers, or the sum for cross entropy. Outputs are those before an activation that the loss contains, or probabilities.
func meanLoss(l recipe.Loss, outputs, targets []float32, probabilities bool) float64 {
	if l.Kind == recipe.CrossEntropy {
		return crossEntropy(outputs, targets, probabilities)
	}
	sum, group := 0.0, len(outputs)/max(1, len(l.PositiveWeights)) // numbers of a class
	for i, v := range outputs {
		x, t := float64(v), float64(targets[i])
		switch away := math.Abs(x - t); l.Kind {
		case recipe.BCE:
			weight := 1.0
			if l.PositiveWeights != nil {
				weight = l.PositiveWeights[i/group]
			}
			if probabilities {
				x = math.Log(x) - math.Log1p(-x)
			}
			if t != 0 { // which an infinite number must not be multiplied by
				sum += weight * t * softplus(-x)
			}
			if t != 1 {
				sum += (1 - t) * softplus(x)
			}
		case recipe.MSE:
			sum += away * away
		case recipe.L1:
			sum += away
		case recipe.SmoothL1:
			if away < l.Beta {
				sum += away * away / (2 * l.Beta)
			} else {
				sum += away - l.Beta/2
			}
		}
	}
	return sum / float64(len(outputs))
}

// softplus is log(1 + exp(x)).
func softplus(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }

func crossEntropy(outputs, targets []float32, probabilities bool) (loss float64) {
	most, sum := math.Inf(-1), 0.0
	for _, v := range outputs {
		most = max(most, float64(v))
	}
	for _, v := range outputs {
		sum += math.Exp(float64(v) - most)
	}
	for i, t := range targets {
		switch {
		case t == 0:
		case probabilities:
			loss -= float64(t) * math.Log(float64(outputs[i]))
		default:
			loss += float64(t) * (most + math.Log(sum) - float64(outputs[i]))
		}
	}
	return loss
}
