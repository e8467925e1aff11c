package onnx

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"cnnlang/interp/importer/internal/flat"
	"cnnlang/ops/dim"
)

// A call is a node with the values that it reads.
type call struct {
	*tracer
	*node
	scope *scope
	in    []*value // nil for one that is left out
	opset int
	// looked has the inputs that were looked at.
	looked map[int]bool
	// more are the results behind the first.
	more []*value
}

// newestOpset is the last version of ONNX's operators that is known.
const newestOpset = 23

// quantised are the operators of quantised models.
var quantised = map[string]bool{"QuantizeLinear": true, "DequantizeLinear": true, "DynamicQuantizeLinear": true, "QLinearConv": true, "QLinearMatMul": true, "ConvInteger": true, "MatMulInteger": true}

// run computes the node's results.
func (c *call) run() ([]*value, error) {
	if c.domain != "" {
		return c.foreign()
	}
	if c.op == "If" {
		return c.branch()
	}
	op, known := operators[c.op]
	switch {
	case quantised[c.op]:
		return []*value{c.fail("the model is quantised", "import the one in floats that it was made from")}, nil
	case !known && elsewhere[c.op][0] != "":
		return []*value{c.fail(elsewhere[c.op][0], elsewhere[c.op][1])}, nil
	case !known:
		return []*value{c.fail(fmt.Sprintf("%s is no operator of opset %d that has a counterpart here", c.op, c.opset), "")}, nil
	}
	for _, v := range c.in {
		if v != nil && v.lost() {
			return []*value{c.dependent()}, nil
		}
	}
	if len(c.in) < op.inputs || slices.Contains(c.in[:op.inputs], nil) {
		return nil, c.corrupt("has %s with %d inputs, want %d; the file is damaged, export the model again", c.where(), len(c.in), op.inputs)
	}
	if folded := c.fold(); folded != nil {
		return []*value{folded}, nil
	}
	switch {
	case !c.reads():
		return []*value{c.fail("it computes on constants what is not folded", "export the model with its constants folded")}, nil
	case op.do == nil:
		return []*value{c.fail("it is known for sizes alone, and reads a value of the network", "")}, nil
	case !c.onData(op.inputs):
		return []*value{c.fail("what it computes on is a constant, and another input is computed", "export the model with its constants folded")}, nil
	}
	v := op.do(c)
	if i := c.overlooked(op.inputs); i > 0 && !v.lost() {
		v = c.fail(fmt.Sprintf("input %d is not one that %s of opset %d is known to have", i, c.op, c.opset), "")
	}
	return append([]*value{v}, c.more...), nil
}

// onData reports whether a value of the network is among what the operator computes on, which has so many inputs at least.
func (c *call) onData(inputs int) bool {
	on := c.in[:1]
	switch {
	case symmetric[c.op] && inputs == 1: // any number of them
		on = c.in
	case symmetric[c.op]:
		on = c.in[:inputs]
	}
	return slices.ContainsFunc(on, (*value).isComputed)
}

// symmetric are the operators of which any input may be a value of the network. All others compute on the first.
var symmetric = map[string]bool{"Add": true, "Sub": true, "Mul": true, "Div": true, "Sum": true, "Max": true, "Min": true, "Mean": true, "Concat": true, "MatMul": true}

// overlooked is the first input behind those that must be there that the operator has not looked at, as one
// that was an attribute before; 0 for none.
func (c *call) overlooked(inputs int) int {
	for i := inputs; i < len(c.in); i++ {
		if c.in[i] != nil && !c.looked[i] && !anyNumber[c.op] {
			return i
		}
	}
	return 0
}

// anyNumber are the operators that have any number of inputs.
var anyNumber = map[string]bool{"Sum": true, "Max": true, "Min": true, "Mean": true, "Concat": true}

// elsewhere says of operators why they have no counterpart, and what can be done.
var elsewhere = map[string][2]string{
	"Loop": {"control flow"}, "Scan": {"control flow"}, "LSTM": {"a recurrent layer"}, "GRU": {"a recurrent layer"}, "RNN": {"a recurrent layer"},
	"NonMaxSuppression": {"the choice of boxes of a detector", "--stop-before it, or before what prepares it"},
	"ArgMax":            {"the place of a maximum", "--stop-before it gives the numbers themselves, of which run shows the highest"},
	"LogSoftmax":        {"logarithms", "--stop-before it gives what it reads, which has the same order and whose softmax are the probabilities"},
	"TopK":              {"the highest of some numbers", "--stop-before it gives all of them"},
}

// dependent is the value of a node that reads what cannot be imported, which says why already.
func (c *call) dependent() *value {
	v := c.fail("", "")
	v.step.problem = nil
	return v
}

// reads reports whether anything that the node reads is computed.
func (c *call) reads() bool {
	return slices.ContainsFunc(c.in, (*value).isComputed)
}

// data is input i as a step; known numbers are none.
func (c *call) data(i int) *step {
	c.look(i)
	if i < len(c.in) && c.in[i] != nil {
		return c.in[i].step
	}
	return nil
}

// input is input i, nil where it is left out.
func (c *call) input(i int) *value {
	c.look(i)
	if i < len(c.in) {
		return c.in[i]
	}
	return nil
}

func (c *call) look(i int) {
	if c.looked == nil {
		c.looked = map[int]bool{}
	}
	c.looked[i] = true
}

// attribute is the one of a name, that of the function's call where it stands for one.
func (c *call) attribute(name string) *attribute {
	a := c.attributes[name]
	if a == nil || a.ref == "" {
		return a
	}
	return c.scope.given[a.ref]
}

func (c *call) int(name string, otherwise int) int {
	if a := c.attribute(name); a != nil {
		return int(a.integer)
	}
	return otherwise
}

func (c *call) float(name string, otherwise float64) float64 {
	if a := c.attribute(name); a != nil {
		return widest(a.float)
	}
	return otherwise
}

// widest is a float32 as the shortest decimal that stands for it, as it was written once.
func widest(v float32) float64 {
	wide, _ := strconv.ParseFloat(strconv.FormatFloat(float64(v), 'g', -1, 32), 64)
	return wide
}

func (c *call) text(name, otherwise string) string {
	if a := c.attribute(name); a != nil {
		return a.text
	}
	return otherwise
}

// ints is a list, nil where it is not given; a single number is one too.
func (c *call) ints(name string) []int {
	a := c.attribute(name)
	if a == nil {
		return nil
	}
	list := []int{}
	for _, v := range a.ints {
		list = append(list, int(v))
	}
	return list
}

// setting is a list of integers that was an attribute once and is an input since an opset; ok is
// false where it is computed, and the list nil where it is not given.
func (c *call) setting(name string, input, since int) (list []int, ok bool) {
	if c.opset < since {
		return c.ints(name), true
	}
	switch v := c.input(input); {
	case v == nil:
		return nil, true
	case v.known != nil:
		return v.known.ints(), true
	}
	return nil, false
}

// axis is an axis counted from the end where it is negative; false where there is none such.
func axis(a, rank int) (int, bool) {
	if a < 0 {
		a += rank
	}
	return a, a >= 0 && a < rank
}

// axes are several, in order, none twice.
func axesOf(list []int, rank int) ([]int, bool) {
	all := []int{}
	for _, a := range list {
		a, ok := axis(a, rank)
		if !ok || slices.Contains(all, a) {
			return nil, false
		}
		all = append(all, a)
	}
	slices.Sort(all)
	return all, true
}

// number is a float as the language writes it: a short decimal, or a fraction of small numbers
// that is the same float32. It is invalid for what the language cannot write.
func number(v float64) dim.Size {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return dim.Invalid()
	}
	if text := strconv.FormatFloat(v, 'e', -1, 32); len(text) > len("1.23456e-01") {
		if fraction, ok := simple(v); ok {
			return fraction
		}
	}
	if size, ok := flat.Float(float32(v)); ok {
		return size
	}
	return dim.Invalid()
}

// simple is a fraction with a denominator up to 1024 that is the same float32.
func simple(v float64) (dim.Size, bool) {
	for den := int64(3); den <= 1024; den++ {
		if num := math.Round(v * float64(den)); num != 0 && float32(num/float64(den)) == float32(v) && math.Abs(num) < 1<<20 {
			return dim.Ratio(int64(num), den), true
		}
	}
	return dim.Size{}, false
}
