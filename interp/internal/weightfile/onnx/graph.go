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
	in     weightfile.Input
	walker *wire.Walker
	nodes  []*node
	all    []*use          // in the order of the file
	byName map[string]*use // Identity and Transpose nodes give further names
	notes  []string
	files  map[string]otherFile // that hold numbers, by location
	others int64                // their sizes
	sparse int
}

// A use is a tensor under a name, and what the nodes make of it.
type use struct {
	name    string
	stored  *stored
	turned  *use // what this is the transpose of, or nil
	alias   bool // an Identity of another
	readers int
	setting bool // all readers take it for a shape, a bound or the like
	by      []string
	axes    weightfile.Axes
	layer   string
	leaf    string
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
	g := &graph{in: in, walker: w, byName: map[string]*use{}, files: map[string]otherFile{}}
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
			t, err := g.readTensor(f.Body.Called(fmt.Sprintf("initialiser %d", len(g.all))))
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
	if nested > 0 {
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

// resolve finds what reads each tensor.
func (g *graph) resolve() error {
	for _, n := range g.nodes {
		if len(n.inputs) > 0 && len(n.outputs) > 0 && g.byName[n.inputs[0]] != nil && g.byName[n.outputs[0]] == nil {
			of := g.byName[n.inputs[0]]
			switch {
			case n.op == "Identity":
				if err := g.add(&use{name: n.outputs[0], stored: of.stored, turned: of.turned, alias: true}); err != nil {
					return err
				}
				of.readers++
				continue
			case n.op == "Transpose" && of.turned == nil && slices.Equal(n.ints["perm"], []int64{1, 0}):
				g.byName[n.outputs[0]] = &use{name: n.outputs[0], stored: of.stored, turned: of}
				continue
			}
		}
		for i, name := range n.inputs {
			if u := g.byName[name]; u != nil {
				u.readBy(n, i)
			}
		}
	}
	return nil
}

// readBy notes that a node has the tensor as input i.
func (u *use) readBy(n *node, i int) {
	roles := operands[n.op]
	leaf := ""
	if i < len(roles) {
		leaf = roles[i]
	}
	axes := n.axes(u, i)
	if n.op == "PRelu" && leaf != "" && u.stored.perChannel() {
		u.stored.shape, axes = u.stored.shape[:1], weightfile.C
	}
	if u.turned != nil {
		u, axes = u.turned, map[weightfile.Axes]weightfile.Axes{weightfile.IO: weightfile.OI, weightfile.OI: weightfile.IO}[axes]
	}
	setting := leaf == "" && (u.integer() || settingsOf[n.op] && i > 0 || u.stored.constant && u.stored.count == 1)
	if u.readers++; u.readers == 1 {
		u.axes, u.setting = axes, setting
		if leaf != "" {
			u.layer, u.leaf = n.name, leaf
		}
	} else {
		if u.axes != axes {
			u.axes = weightfile.Unknown
		}
		u.setting = u.setting && setting
	}
	if len(u.by) < 4 && !slices.Contains(u.by, n.op) {
		u.by = append(u.by, n.op)
	}
}

// integer reports whether the elements are those of shapes and indices.
func (u *use) integer() bool {
	t := elements[u.stored.typ].typ
	return t == weightfile.I64 || t == weightfile.I32 || t == weightfile.Bool
}

// axes are those of a tensor as input i.
func (n *node) axes(u *use, i int) weightfile.Axes {
	rank := len(u.stored.shape)
	switch {
	case rank == 1 && i < len(operands[n.op]) && operands[n.op][i] != "":
		return weightfile.C
	case i != 1:
		return weightfile.Unknown
	case rank == 4 && n.op == "Conv":
		return weightfile.OIHW
	case rank == 4 && n.op == "ConvTranspose":
		return weightfile.IOHW
	case rank == 2 && n.op == "Gemm" && len(n.ints["transB"]) == 1 && n.ints["transB"][0] != 0:
		return weightfile.OI
	case rank == 2 && (n.op == "Gemm" || n.op == "MatMul"):
		return weightfile.IO
	}
	return weightfile.Unknown
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
			l := n.layer(weight.stored.shape)
			l.Activation = g.activation(n, readers)
			all = append(all, l)
		case pools[n.op]:
			all = append(all, n.layer(nil))
		}
	}
	return all
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
