package interp

import (
	"fmt"
	"slices"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/weights"
	"cnnlang/ops"
	"cnnlang/ops/tensor"
)

// A given is what stands for a tensor of a batch normalisation that the file lacks: one value
// for all channels, or another tensor of the file.
type given struct {
	value float32
	from  string // its name in the file, or ""
}

func (g given) constant(shape tensor.Shape) tensor.Tensor {
	t := tensor.New(shape...)
	for i := range t.Data {
		t.Data[i] = g.value
	}
	return t
}

// statisticsOf are the mean and the variance of a batch normalisation, the last of its tensors.
func statisticsOf(n *graph.Node) (mean, variance graph.Param) {
	return n.Params[len(n.Params)-2], n.Params[len(n.Params)-1]
}

// The tensors that a normalisation may lack, in the order of notes.
const (
	normWeight = iota
	normBias
)

// affineOf are the weight and the bias of a batch normalisation, as far as it has them.
func affineOf(n *graph.Node) (list [2]*graph.Param) {
	next := 0
	norm := n.Op.(*ops.BatchNorm)
	for i, has := range []bool{normWeight: norm.Scale, normBias: norm.Shift} {
		if has {
			list[i] = &n.Params[next]
			next++
		}
	}
	return list
}

// give finds the tensors that a file may lack: the weight or the bias of batch normalisations that
// have their statistics (`affine=False`, Keras's scale and center); and all of a normalisation that is folded into the layer before it, which then has a bias that the
// net's does not.
func (r *reading) give(g *graph.Graph) {
	r.given = map[string]given{}
	readers := map[*graph.Node]int{}
	for _, o := range g.Outputs {
		readers[o.Node]++
	}
	for _, s := range g.Sides {
		readers[s.Output]++
	}
	for _, n := range g.Nodes {
		for _, in := range n.In {
			readers[in]++
		}
	}
	norms, lacking, folded := 0, [2][]string{}, 0
	for _, n := range g.Nodes {
		if n.Op == nil || n.Op.Name() != "bn" || len(n.Own()) == 0 {
			continue
		}
		held := func(p graph.Param) bool {
			_, ok := r.held[r.called(p).Path]
			return ok
		}
		switch mean, variance := statisticsOf(n); {
		case held(mean) && held(variance):
			norms++
			for i, p := range affineOf(n) {
				if p != nil && !held(*p) {
					lacking[i] = append(lacking[i], n.Path)
					r.given[p.Path] = given{value: float32(1 - i)}
				}
			}
		case !slices.ContainsFunc(n.Params, held) && readers[n.In[0]] == 1 && r.fold(n):
			folded++
		}
	}
	for i, what := range []string{"weight", "bias"} {
		which := ""
		switch n := len(lacking[i]); {
		case n == 0:
			continue
		case n < norms:
			which = ": " + weights.Listed(lacking[i])
		}
		r.notes = append(r.notes, fmt.Sprintf("%s no %s in the file, which is taken to be %d%s",
			counted(len(lacking[i]), "batch normalisation has", "batch normalisations have"), what, 1-i, which))
	}
	if folded > 0 {
		r.notes = append(r.notes, fmt.Sprintf("%s not in the file: folded into the layer before, whose bias it has", counted(folded, "batch normalisation is", "batch normalisations are")))
	}
}

// fold gives a normalisation of which the file has nothing the bias of the layer before it, where
// the file has one and the net does not.
func (r *reading) fold(norm *graph.Node) bool {
	before := norm.In[0]
	switch before.Op.(type) {
	case *ops.Conv, *ops.Linear, *ops.Deconv:
	default:
		return false
	}
	if len(before.Params) != 1 {
		return false // it has a bias of its own
	}
	bias := biasBeside(r.called(before.Params[0]).Path)
	if _, ok := r.held[bias]; !ok {
		return false
	}
	tensors := affineOf(norm)
	if tensors[normWeight] == nil || tensors[normBias] == nil {
		return false // it cannot do what the file's does
	}
	mean, variance := statisticsOf(norm)
	r.given[tensors[normWeight].Path], r.given[tensors[normBias].Path] = given{value: foldedWeight}, given{from: bias}
	r.given[mean.Path], r.given[variance.Path] = given{}, given{value: foldedVar}
	return true
}

// Of a folded normalisation weight / sqrt(running_var + eps) is to be 1, exactly, for any eps: beside
// 2^100 it is nothing.
const (
	foldedWeight = 1 << 50
	foldedVar    = foldedWeight * foldedWeight
)

// asHalf is what is written for a value where elements are float16, whose largest is 65504: in a
// folded normalisation eps is next to nothing beside 2^14 too, 3e-8 for one of 1e-3.
func (g given) asHalf() given {
	switch g.value {
	case foldedWeight:
		g.value = 1 << 7
	case foldedVar:
		g.value = 1 << 14
	}
	return g
}

// biasBeside is what a file calls the bias of the layer of a weight, "" where that is not known.
func biasBeside(weight string) string {
	for _, pair := range [][2]string{{"weight", "bias"}, {"weights", "biases"}, {"depthwise_weights", "biases"}, {"kernel", "bias"}, {"depthwise_kernel", "bias"}, {"W", "b"}} {
		for _, between := range []string{".", "/", "_"} {
			if layer, ok := strings.CutSuffix(weight, between+pair[0]); ok {
				return layer + between + pair[1]
			}
		}
	}
	return ""
}

// counted is a number with what it counts.
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
