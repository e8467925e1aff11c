package onnx

import (
	"math"
	"strconv"

	"google.golang.org/protobuf/encoding/protowire"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/wire"
	"cnnlang/ops/tensor"
)

// A node is one operation of the graph: what is read of a NodeProto.
type node struct {
	op, name        string
	inputs, outputs []string
	ints            map[string][]int64 // attributes, a single integer too
	floats          map[string]float32
	autoPad         string
	value           *Stored // of a Constant
	nested          bool    // it has graphs of its own, as If and Loop have
}

// attributes are those that are read.
var attributes = map[string]bool{"alpha": true, "auto_pad": true, "beta": true, "ceil_mode": true, "count_include_pad": true, "dilations": true, "epsilon": true, "group": true, "kernel_shape": true, "max": true, "min": true,
	"pads": true, "perm": true, "strides": true, "to": true, "transA": true, "transB": true, "value": true}

func (g *graph) readNode(m wire.Message) (*node, error) {
	n := &node{ints: map[string][]int64{}, floats: map[string]float32{}}
	if err := g.remember(); err != nil {
		return nil, err
	}
	err := m.Walk(func(f wire.Field) error {
		var err error
		switch f.Number {
		case 1:
			n.inputs, err = appendText(n.inputs, f.Body)
		case 2:
			n.outputs, err = appendText(n.outputs, f.Body)
		case 3:
			n.name, err = f.Body.Text()
		case 4:
			n.op, err = f.Body.Text()
		case 5:
			err = g.readAttribute(n, f.Body)
		}
		return err
	})
	if n.name == "" && len(n.outputs) > 0 {
		n.name = n.outputs[0]
	}
	return n, err
}

func appendText(list []string, m wire.Message) ([]string, error) {
	text, err := m.Text()
	return append(list, text), err
}

// readAttribute reads an attribute if it is one of attributes.
func (g *graph) readAttribute(n *node, m wire.Message) error {
	name, nested := "", false
	if err := m.Walk(func(f wire.Field) (err error) {
		if f.Number == 1 {
			name, err = f.Body.Text()
		}
		nested = nested || f.Number == 6 || f.Number == 11
		return err
	}); err != nil {
		return err
	}
	n.nested = n.nested || nested
	if !attributes[name] {
		return nil
	}
	var ints []int64
	err := m.Walk(func(f wire.Field) (err error) {
		switch {
		case f.Number == 2 && f.Type == protowire.Fixed32Type:
			n.floats[name] = math.Float32frombits(uint32(f.Word))
		case f.Number == 3 || f.Number == 8:
			ints, err = f.Ints(ints)
		case f.Number == 4 && name == "auto_pad":
			n.autoPad, err = f.Body.Text()
		case f.Number == 5 && name == "value" && n.op == "Constant":
			if n.value, err = g.Tensors.Read(f.Body.Called("a Constant's value")); err == nil {
				n.value.constant = true
			}
		}
		return err
	})
	if len(ints) > 0 {
		n.ints[name] = ints
	}
	return err
}

// layer is what the node says of its layer; weight is the shape of its weight, nil for none.
func (n *node) layer(weight tensor.Shape) weightfile.Layer {
	l := weightfile.Layer{Name: n.name, Kind: n.op}
	axes := len(n.ints["kernel_shape"])
	if axes == 0 {
		axes = max(0, len(weight)-2)
	}
	switch n.op {
	case "BatchNormalization":
		eps := 1e-5
		if e, given := n.floats["epsilon"]; given {
			// The shortest decimal, as it was written before it was rounded to 32 bits.
			eps, _ = strconv.ParseFloat(strconv.FormatFloat(float64(e), 'g', -1, 32), 64)
		}
		l.Eps = &eps
	case "MaxPool", "AveragePool":
		ceil := len(n.ints["ceil_mode"]) == 1 && n.ints["ceil_mode"][0] != 0
		l.Ceil = &ceil
		if n.op == "AveragePool" {
			count := len(n.ints["count_include_pad"]) == 1 && n.ints["count_include_pad"][0] != 0
			l.CountPad = &count
		}
		l.Kernel, l.Stride, l.Padding = n.each("kernel_shape", axes), n.each("strides", axes), n.padding(axes)
	case "Conv", "ConvTranspose":
		l.Stride, l.Dilation, l.Padding = n.each("strides", axes), n.each("dilations", axes), n.padding(axes)
		if l.Groups = 1; len(n.ints["kernel_shape"]) > 0 {
			l.Kernel = n.each("kernel_shape", axes)
		} else if len(weight) > 2 {
			l.Kernel = weight[2:]
		}
		if g := n.ints["group"]; len(g) == 1 && g[0] > 0 && g[0] <= math.MaxInt32 {
			l.Groups = int(g[0])
		}
	}
	return l
}

// each is an attribute of a number for each axis, 1 where it is not given.
func (n *node) each(name string, axes int) []int {
	var list []int
	for _, v := range n.ints[name] {
		list = append(list, int(v))
	}
	for len(n.ints[name]) == 0 && len(list) < axes {
		list = append(list, 1)
	}
	return list
}

// padding is that of a layer with two axes, "" if it has others.
func (n *node) padding(axes int) string {
	switch n.autoPad {
	case "SAME_UPPER":
		return "same"
	case "SAME_LOWER":
		return "same_lower"
	case "VALID":
		return "valid"
	}
	pads := n.ints["pads"]
	if len(pads) == 0 && axes == 2 {
		pads = []int64{0, 0, 0, 0}
	}
	if len(pads) != 4 {
		return ""
	}
	text := ""
	for i, p := range pads {
		if i > 0 {
			text += ","
		}
		text += strconv.FormatInt(p, 10)
	}
	return text
}
