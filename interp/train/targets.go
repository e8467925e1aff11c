package train

import (
	"cnnlang/interp/graph"
	"cnnlang/interp/train/dataset"
	"cnnlang/interp/train/recipe"
)

// targets make of batches what a step takes.
type targets struct {
	loss    recipe.Loss
	classes int
	weights []float64 // of the classes, nil for 1
	heads   int
	dense   []float32 // [N, K]
	list    [][]float32
}

// newTargets checks that the output of a net can be compared with what the data have.
func newTargets(g *graph.Graph, d *dataset.Data, r *recipe.Recipe) (*targets, error) {
	out := g.Output().Shape
	per := out[1:].Elements()
	n, _ := d.Targets()
	switch {
	case n == 0 && r.Loss.Kind != recipe.CrossEntropy:
		return nil, misfit("the pictures have classes, for which the loss is `cross_entropy`, got `%s`", r.Loss.Kind)
	case n == 0 && per != len(d.Classes):
		return nil, misfit("the data have %d classes, and the output of %s is %v", len(d.Classes), g.Name, out)
	case n > 0 && n != per:
		return nil, misfit("the targets of the data are %d numbers each, and the output of %s is %v", n, g.Name, out)
	case n > 0 && r.Loss.Kind == recipe.CrossEntropy && len(out) != 2:
		return nil, misfit("`cross_entropy` of the shares of classes that the data have needs an output [N, %d], got %v", n, out)
	}
	t := &targets{loss: r.Loss, classes: per, dense: make([]float32, r.Batch*per)}
	switch w := r.ClassWeights; {
	case w.List != nil && len(w.List) != len(d.Classes):
		return nil, misfit("`class_weights` are %d, and the data have %d classes", len(w.List), len(d.Classes))
	case w.List != nil:
		t.weights = w.List
	case w.Auto && n == 0: // each class counts as much as any other
		counts := d.Train.Counts()
		for _, c := range counts {
			t.weights = append(t.weights, float64(d.Train.Len())/float64(max(c, 1)*len(counts)))
		}
	}
	if len(r.Loss.PositiveWeights) > 0 && len(r.Loss.PositiveWeights) != out[1] {
		return nil, misfit("`positive_weights` are %d, and the output of %s is %v", len(r.Loss.PositiveWeights), g.Name, out)
	}
	return t, nil
}

// beside are what goes into the net, and the targets of each head, valid until the next call.
func (t *targets) beside(inputs [][]float32, b *dataset.Batch) [][]float32 {
	t.fill(b)
	t.list = append(t.list[:0], inputs...)
	for range t.heads {
		t.list = append(t.list, t.dense)
	}
	return t.list
}

// fill spreads labels or shares over the classes, smoothed and weighed.
func (t *targets) fill(b *dataset.Batch) {
	k, s := t.classes, t.loss.Smoothing
	switch t.loss.Kind {
	case recipe.BCE:
		for i, v := range b.Targets {
			t.dense[i] = float32((1-s)*float64(v) + s/2)
		}
		return
	case recipe.CrossEntropy:
	default:
		copy(t.dense, b.Targets)
		return
	}
	rows, total := len(t.dense)/k, 0.0
	for n := range rows {
		for class := range k {
			share, weight := 0.0, 1.0
			if b.Targets != nil {
				share = float64(b.Targets[n*k+class])
			} else if b.Labels[n] == class {
				share = 1
			}
			if t.weights != nil {
				weight = t.weights[class]
			}
			total += share * weight
			t.dense[n*k+class] = float32(((1-s)*share + s/float64(k)) * weight)
		}
	}
	if t.weights == nil || total == 0 {
		return
	}
	for i := range t.dense { // so that the mean over rows is one by the labels' weights
		t.dense[i] *= float32(float64(rows) / total)
	}
}
