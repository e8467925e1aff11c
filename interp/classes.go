package interp

import (
	"cmp"
	"math"
	"slices"

	"cnnlang/ops/tensor"
)

// A Class is one of the classes that a net distinguishes.
type Class struct {
	Index       int
	Name        string // "" where they have none
	Score       float32
	Probability float64 // the softmax of the scores, or the score where a net ends in probabilities
}

// Classes returns the k highest classes of each image of an output [N, C], highest first
// and equal ones by index, by the names of Options.Labels or of the net's meta; it returns none
// for an output of another shape.
func (n *Net) Classes(output tensor.Tensor, k int) [][]Class {
	return n.classes(n.ownLabels().Names, output, k)
}

// Classes are those of the net by the model's Labels, which the weights may say.
func (m *Model) Classes(output tensor.Tensor, k int) [][]Class {
	return m.Net.classes(m.Labels.Names, output, k)
}

func (n *Net) classes(names []string, output tensor.Tensor, k int) [][]Class {
	if len(output.Shape) != 2 || len(output.Data) != output.Shape.Elements() {
		return nil
	}
	computed := n.givesProbabilities()
	classes := output.Shape[1]
	all := make([][]Class, output.Shape[0])
	for i := range all {
		scores := output.Data[i*classes : (i+1)*classes]
		chances := Softmax(scores)
		all[i] = []Class{}
		for _, class := range TopK(scores, k) {
			c := Class{Index: class, Score: scores[class], Probability: chances[class]}
			if computed {
				c.Probability = float64(c.Score)
			}
			if len(names) == classes {
				c.Name = names[class]
			}
			all[i] = append(all[i], c)
		}
	}
	return all
}

// TopK lists the indices of the k highest scores, highest first and equal ones in order.
// NaN comes last.
func TopK(scores []float32, k int) []int {
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	return order[:min(max(k, 0), len(order))]
}

// Softmax returns exp(x) / sum of exp(x), computed so that nothing overflows.
func Softmax(scores []float32) []float64 {
	highest := math.Inf(-1)
	for _, x := range scores {
		highest = max(highest, float64(x))
	}
	out := make([]float64, len(scores))
	sum := 0.0
	for i, x := range scores {
		out[i] = math.Exp(float64(x) - highest)
		sum += out[i]
	}
	for i := range out {
		out[i] /= sum
	}
	return out
}
