package train

import (
	"math"
	"slices"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/interp/train/chance"
	"cnnlang/interp/train/recipe"
	"cnnlang/ops"
	"cnnlang/ops/tensor"
)

// initial makes a tensor as it is before anything is learned: biases and running means are 0, norms and running
// variances 1, weights are drawn.
func initial(of *graph.Node, p graph.Param, how recipe.Init, seed uint64) tensor.Tensor {
	t := tensor.New(p.Shape...)
	leaf := p.Path[strings.LastIndexByte(p.Path, '.')+1:]
	switch op := of.Op.(type) {
	case *ops.Learned:
		fill(t.Data, float32(op.Init.Float()))
	case *ops.PReLU:
		fill(t.Data, 0.25) // He et al. 2015, arXiv:1502.01852, section 2.1
	default:
		switch {
		case leaf == "bias" || leaf == "running_mean":
		case len(p.Shape) < 2:
			fill(t.Data, 1)
		default:
			draw(t, chance.Named("init."+p.Path, seed), how)
		}
	}
	return t
}

func fill(data []float32, v float32) {
	for i := range data {
		data[i] = v
	}
}

// draw draws the weights of a layer.
func draw(t tensor.Tensor, s chance.Stream, how recipe.Init) {
	fanIn := float64(t.Shape[1:].Elements())
	switch how.Kind {
	case recipe.HeNormalOut:
		std := math.Sqrt(2 / float64(t.Shape[0]*tensor.Shape(t.Shape[2:]).Elements()))
		if len(t.Shape) == 2 { // as torch draws linear layers beside it
			bound := 1 / math.Sqrt(fanIn)
			uniform(t.Data, s, bound)
			return
		}
		for i := range t.Data {
			t.Data[i] = float32(std * normal(s, i))
		}
	case recipe.Truncated:
		truncated(t.Data, s, how.Std)
	default:
		gain := 2.0 // half of what goes in is cut off by relu
		if len(t.Shape) == 2 || t.Shape[1] == 1 {
			gain = 1
		}
		uniform(t.Data, s, math.Sqrt(3*gain/fanIn))
	}
}

func uniform(data []float32, s chance.Stream, bound float64) {
	for i := range data {
		data[i] = float32(bound * s.Signed(i))
	}
}

// normal is number i of a standard normal distribution, by the transform of Box and Muller (1958).
func normal(s chance.Stream, i int) float64 {
	radius := math.Sqrt(-2 * math.Log(1-s.Unit(2*i)))
	return radius * math.Cos(2*math.Pi*s.Unit(2*i+1))
}

// truncated draws from a normal distribution, and again where a number is more than two deviations off.
func truncated(data []float32, s chance.Stream, std float64) {
	next := 0
	for i := range data {
		for {
			v := normal(s, next)
			next++
			if math.Abs(v) <= 2 {
				data[i] = float32(std * v)
				break
			}
		}
	}
}

// lastOfBranches are the weights of the bn at the end of the branches that are added to a shortcut: of the inputs
// of an addition that with the most operations of its own.
func lastOfBranches(g *graph.Graph) (paths []string) {
	for _, n := range g.Operations() {
		if _, adds := n.Op.(*ops.Add); !adds {
			continue
		}
		var branch *graph.Node
		most := 0
		for i, in := range n.In {
			own := before(in)
			for other := range before(slices.Concat(n.In[:i], n.In[i+1:])...) {
				delete(own, other)
			}
			if len(own) > most {
				branch, most = in, len(own)
			}
		}
		if branch == nil {
			continue
		}
		if b, ok := branch.Op.(*ops.BatchNorm); ok && b.Scale {
			paths = append(paths, branch.Params[0].Path)
		}
	}
	return paths
}

// before are some nodes and all that they are made of.
func before(nodes ...*graph.Node) map[*graph.Node]bool {
	all := map[*graph.Node]bool{}
	for len(nodes) > 0 {
		n := nodes[len(nodes)-1]
		if nodes = nodes[:len(nodes)-1]; !all[n] {
			all[n] = true
			nodes = append(nodes, n.In...)
		}
	}
	return all
}

// Norms are how many bn the net has, and how many of them keep their stored statistics in the epochs in which all learns.
func (t *Trainer) Norms() (all, stored int) {
	p := newPolicy(t.o.Net.Graph, &t.o.Recipe, t.fresh, true)
	for _, n := range t.o.Net.Graph.Nodes {
		if _, is := n.Op.(*ops.BatchNorm); is {
			all++
			if p.stored(n) {
				stored++
			}
		}
	}
	return all, stored
}
