package onnx

import (
	"fmt"
	"slices"
	"strings"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/wire"
)

// A graph is what is read of a GraphProto.
type graph struct {
	*Tensors
	nodes  []*node
	all    []*use          // in the order of the file
	byName map[string]*use // Identity and Transpose nodes give further names
	notes  []string
	sparse int
}

// A use is a tensor under a name, and what the nodes make of it.
type use struct {
	name    string
	stored  *Stored
	of      *use  // what a Transpose, a Cast or a Reshape makes this of, or nil
	perm    []int // which axis of that each axis is; nil for the same
	alias   bool  // an Identity of another
	readers int
	setting bool // all readers take it for a shape, a bound or the like
	by      []string
	axes    weightfile.Axes
	layer   string
	leaf    string
	// reshaped is the node that gives it other axes, in the same order; changed is as in a
	// weightfile.Tensor.
	reshaped, changed string
}

// operands says what the inputs of nodes are that have weights, by their position.
var operands = map[string][]string{
	"Conv":                  {1: "weight", 2: "bias"},
	"ConvTranspose":         {1: "weight", 2: "bias"},
	"Gemm":                  {1: "weight", 2: "bias"},
	"MatMul":                {1: "weight"},
	"BatchNormalization":    {1: "weight", 2: "bias", 3: "running_mean", 4: "running_var"},
	"InstanceNormalization": {1: "weight", 2: "bias"},
	"LayerNormalization":    {1: "weight", 2: "bias"},
	"GroupNormalization":    {1: "weight", 2: "bias"},
	"PRelu":                 {1: "weight"},
}

// settingsOf are the nodes of which all inputs but the first are settings, floats too.
var settingsOf = map[string]bool{"Clip": true, "Resize": true, "Upsample": true, "Pad": true, "Dropout": true, "Reshape": true, "Slice": true}

// quantising are the nodes of quantised models.
var quantising = map[string]bool{"QLinearConv": true, "QLinearMatMul": true, "ConvInteger": true, "MatMulInteger": true, "DequantizeLinear": true}

// pools are further nodes that are layers; Pad changes what the next one does.
var pools = map[string]bool{"Pad": true, "MaxPool": true, "AveragePool": true, "GlobalAveragePool": true, "GlobalMaxPool": true}

func readGraph(in weightfile.Input, w *wire.Walker, m wire.Message) (*graph, error) {
	g := &graph{Tensors: NewTensors(in, w), byName: map[string]*use{}}
	nested, quantised := 0, ""
	err := m.Walk(func(f wire.Field) error {
		switch f.Number {
		case 1:
			n, err := g.readNode(f.Body.Called(fmt.Sprintf("node %d", len(g.nodes))))
			if err != nil {
				return err
			}
			g.nodes = append(g.nodes, n)
			if n.nested {
				nested++
			}
			if quantising[n.op] && quantised == "" {
				quantised = n.op
			}
			if n.value != nil && len(n.outputs) > 0 {
				return g.add(&use{name: n.outputs[0], stored: n.value})
			}
		case 5:
			t, err := g.Tensors.Read(f.Body.Called(fmt.Sprintf("initialiser %d", len(g.all))))
			if err != nil {
				return err
			}
			return g.add(&use{name: t.name, stored: t})
		case 15:
			g.sparse++
		}
		return nil
	})
	if g.sparse > 0 {
		g.notes = append(g.notes, fmt.Sprintf("sparse initialisers are passed over: %d", g.sparse))
	}
	if quantised != "" {
		g.notes = append(g.notes, "it is a quantised model, whose weights are integers (there is a "+quantised+"); take the one in floats that it was made from")
	}
	if nested == 1 {
		g.notes = append(g.notes, "the graphs inside of a node are passed over")
	} else if nested > 0 {
		g.notes = append(g.notes, fmt.Sprintf("the graphs inside of %d nodes are passed over", nested))
	}
	return g, err
}

// add lists a tensor.
func (g *graph) add(u *use) error {
	if u.name == "" {
		return g.in.Corrupt("", "tensor %d of the graph has no name; the file is damaged, export the model again", len(g.all))
	}
	if g.byName[u.name] != nil {
		return g.in.Corrupt(u.name, "is there twice; which of them counts cannot be known, export the model again")
	}
	if len(g.all) == g.in.Limits.MaxTensors() {
		return g.in.TooMany()
	}
	g.byName[u.name] = u
	g.all = append(g.all, u)
	return nil
}

// integer reports whether the elements are those of shapes and indices.
func (u *use) integer() bool {
	t := elements[u.stored.typ].typ
	return t == weightfile.I64 || t == weightfile.I32 || t == weightfile.Bool
}

// used are the tensors that may be weights: all but settings, and but names that an Identity
// gives to nobody.
func (g *graph) used() []*use {
	var list []*use
	for _, u := range g.all {
		if !u.setting && !(u.alias && u.leaf == "") {
			list = append(list, u)
		}
	}
	return list
}

// settings says what else the graph holds.
func (g *graph) settings() []string {
	var ops []string
	count := 0
	for _, u := range g.all {
		if u.setting {
			count++
			for _, op := range u.by {
				if shown := weightfile.Shown(op); !slices.Contains(ops, shown) && len(ops) < 10 {
					ops = append(ops, shown)
				}
			}
		}
	}
	if count == 0 {
		return nil
	}
	if count == 1 {
		return []string{"a setting of " + ops[0]}
	}
	return []string{fmt.Sprintf("%d settings of %s", count, strings.Join(ops, ", "))}
}

// layers are what the nodes say that have weights or are pools.
func (g *graph) layers() []weightfile.Layer {
	var all []weightfile.Layer
	readers := g.readers()
	for _, n := range g.nodes {
		var weight *use
		if roles := operands[n.op]; roles != nil && len(n.inputs) > 1 {
			weight = g.byName[n.inputs[1]]
		}
		switch {
		case weight != nil:
			l := n.layer(weight.shape())
			l.Activation = g.activation(n, readers)
			all = append(all, l)
		case pools[n.op]:
			all = append(all, n.layer(nil))
		}
	}
	return all
}

// changed names tensors that are not what their layers have.
func (g *graph) changed() string {
	var names []string
	for _, u := range g.used() {
		if u.changed != "" && len(names) < 4 {
			names = append(names, weightfile.Shown(u.name)+" "+u.changed)
		}
	}
	if names == nil {
		return ""
	}
	return "tensors are changed before their layers take them, so these numbers are not the layers' own: " + strings.Join(names, ", ")
}

// without says that there are no weights, or "": nets are published with constants in their
// place too, to be small.
func (g *graph) without() string {
	made := map[string]bool{}
	for _, n := range g.nodes {
		if n.op == "ConstantOfShape" && len(n.outputs) > 0 {
			made[n.outputs[0]] = true
		}
	}
	constant, weights := 0, 0
	for _, n := range g.nodes {
		if operands[n.op] != nil && len(n.inputs) > 1 {
			weights++
			if made[n.inputs[1]] {
				constant++
			}
		}
	}
	switch {
	case constant > 0:
		return fmt.Sprintf("has nothing to read for %d of the %d layers: their weights are made by ConstantOfShape nodes, so the file is the structure of a network only; fetch one with trained weights", constant, weights)
	case len(g.used()) == 0:
		return fmt.Sprintf("holds no weights: none of its %d nodes has an initialiser or a Constant as its weight; export the model with its parameters (export_params=True)", len(g.nodes))
	}
	return ""
}
