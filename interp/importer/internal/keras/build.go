package keras

import (
	"errors"
	"fmt"
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/topology"
	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// A reader makes the flat net of a model.
type reader struct {
	source   flat.Source
	file     topology.File
	model    *topology.Model
	version  int // of Keras
	first    bool
	builder  *flat.Builder
	calls    []*call
	tensors  map[weight][]int // in file, usually one
	problems []flat.Problem
	notes    []string
}

// A value is what a call gives.
type value struct {
	node *graph.Node
	// flattened are C, H, W of the map that a vector was, where its numbers are in the other order
	// than Keras has them.
	flattened *[3]int
	// pad are margins that the next layer takes for its own.
	pad *ops.Padding
	// positive says that no number is below 0.
	positive bool
	none     bool // because of a problem that is told
}

// A refusal is an error about one layer: what it is, and what can be.
type refusal struct{ got, can string }

func (e *refusal) Error() string { return e.got }

func refuse(can, format string, args ...any) error {
	return &refusal{fmt.Sprintf(format, args...), can}
}

// damaged is the error of a model that makes no sense.
func (r *reader) damaged(format string, args ...any) error {
	return r.source.Corrupt("", "its model cannot be read: "+format, args...)
}

// problem notes what cannot be imported.
func (r *reader) problem(where, got, can string) {
	r.problems = append(r.problems, flat.Problem{Where: where, Got: got, Can: can})
}

// net makes the net; problems say what is missing in it.
func (r *reader) net() (*flat.Net, error) {
	var name string
	name, _ = text(r.model.Config, "name")
	r.builder = flat.Build(name)
	inputs, err := r.inputs()
	if err != nil {
		return nil, err
	}
	outputs, err := r.apply(r.model, "", inputs)
	if err != nil {
		return nil, err
	}
	if outputs, err = r.stop(outputs); err != nil {
		return nil, err
	}
	r.first = r.channelsFirst()
	for _, out := range outputs {
		out.final = true
	}
	needed := r.needed(outputs)
	for _, c := range r.calls {
		if !needed[c] {
			continue
		}
		if err := r.build(c); err != nil {
			return nil, err
		}
	}
	for _, out := range outputs {
		if !out.value.none {
			r.builder.Output(out.layer.Name, out.value.node)
		}
	}
	net := r.builder.Net()
	net.Notes = r.notes
	return net, nil
}

// stop takes what the layers read before which the net is to end for its outputs, if there are such.
func (r *reader) stop(outputs []*call) ([]*call, error) {
	if len(r.source.Stop) == 0 {
		return outputs, nil
	}
	var before []*call
	for _, name := range r.source.Stop {
		found := false
		for _, c := range r.calls {
			if c.layer.Name != name && c.path != name {
				continue
			}
			found = true
			for _, from := range c.in {
				if !slices.Contains(before, from) {
					before = append(before, from)
				}
			}
		}
		if !found {
			return nil, &flat.Refused{Path: r.source.Path, Problems: []flat.Problem{{Got: "it has no layer " + weightfile.Shown(name) + " to stop before", Can: "the name of a layer"}}}
		}
	}
	if len(before) == 0 {
		return nil, &flat.Refused{Path: r.source.Path, Problems: []flat.Problem{{Got: "nothing is before " + weightfile.Shown(r.source.Stop[0]), Can: "the name of a layer that reads others"}}}
	}
	return before, nil
}

// needed are the calls that outputs are made of, and the inputs.
func (r *reader) needed(outputs []*call) map[*call]bool {
	needed := map[*call]bool{}
	for _, out := range outputs {
		needed[out] = true
	}
	for _, c := range slices.Backward(r.calls) {
		needed[c] = needed[c] || c.layer.Kind == "InputLayer"
		for _, from := range c.in {
			needed[from] = needed[from] || needed[c]
		}
	}
	return needed
}

// build makes the operations of a call.
func (r *reader) build(c *call) error {
	if c.layer.Kind == "InputLayer" {
		return r.input(c)
	}
	make, ok := layers[c.layer.Kind]
	c.value.none = true
	if !ok {
		r.problem(c.where(), "the language has nothing for it", instead(c.layer.Kind))
		return nil
	}
	var in []value
	for _, from := range c.in {
		if from.value.none {
			return nil
		}
		in = append(in, from.value)
	}
	v, err := make(r, c, in)
	var fault *ops.Fault
	var refused *refusal
	switch {
	case err == nil:
		c.value = v
	case errors.As(err, &fault):
		r.problem(c.where(), fault.Msg, fault.Help)
	case errors.As(err, &refused):
		r.problem(c.where(), refused.got, refused.can)
	default:
		return err
	}
	return nil
}

// op adds an operation without tensors.
func (r *reader) op(c *call, op ops.Op, in ...value) (value, error) {
	return r.weighted(c, "", op, nil, in...)
}

// weighted adds an operation with tensors, whose path is that of the layer and what is behind it.
func (r *reader) weighted(c *call, part string, op ops.Op, tensors []flat.Tensor, in ...value) (value, error) {
	path := ""
	if tensors != nil {
		path = c.path + part
	}
	about := flat.About{Where: c.where(), Scope: c.scope, Tensors: tensors}
	var nodes []*graph.Node
	for _, v := range in {
		nodes = append(nodes, v.node)
	}
	n, err := r.builder.Op(path, op, about, nodes...)
	return value{node: n}, err
}

// inputs are the calls of the model's input layers.
func (r *reader) inputs() (all []*call, err error) {
	if r.model.Kind == "Sequential" {
		l := r.model.Layers[0]
		if l.Kind != "InputLayer" {
			l = &topology.Layer{Layer: weightfile.Layer{Kind: "InputLayer"}, Config: l.Config}
		}
		c, err := r.add(l, "", nil)
		return []*call{c}, err
	}
	list, _ := refs(r.model.Config["input_layers"])
	for _, in := range list {
		l := r.model.Find(in.layer)
		if l == nil || l.Kind != "InputLayer" {
			return nil, r.damaged("the input %s is no InputLayer; fetch the file again", weightfile.Shown(in.layer))
		}
		c, err := r.add(l, "", nil)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// input adds an input of the net.
func (r *reader) input(c *call) error {
	shape, ok := r.shape(c)
	if !ok {
		c.value.none = true
		return nil
	}
	c.value = value{node: r.builder.Input(c.layer.Name, shape)}
	return nil
}

// shape is that of an input, with the channels first; what is open in the file must be said.
func (r *reader) shape(c *call) (tensor.Shape, bool) {
	sizes, ok := sizesOf(c.layer.Config, "batch_shape", "batch_input_shape")
	if !ok || len(sizes) != 2 && len(sizes) != 4 {
		r.problem(c.where(), fmt.Sprintf("its input is %s", raw(c.layer.Config, "batch_shape", "batch_input_shape")), "images [N, H, W, C] and vectors [N, C] can be")
		return nil, false
	}
	if len(sizes) == 4 && !r.first {
		sizes = []int{sizes[0], sizes[3], sizes[1], sizes[2]}
	}
	sizes[0] = 1
	asked := r.source.Shape(c.layer.Name)
	if asked == nil {
		asked = r.source.Shape("")
	}
	switch {
	case asked != nil && (len(asked) != len(sizes) || sizes[1] > 0 && asked[1] != sizes[1]):
		r.problem(c.where(), fmt.Sprintf("its input is %v, where 0 is any size, got --shape %v", tensor.Shape(sizes), tensor.Shape(asked)), "the channels are the file's")
		return nil, false
	case asked != nil:
		sizes = asked
	case slices.Contains(sizes, 0):
		r.problem(c.where(), fmt.Sprintf("its input is %v, where 0 is any size", tensor.Shape(sizes)), "say the size, as in `--shape 1x3x224x224`")
		return nil, false
	}
	if !dim.Shaped(sizes...).Product().IsValid() {
		r.problem(c.where(), fmt.Sprintf("its input is %v", tensor.Shape(sizes)), "sizes whose product can be counted")
		return nil, false
	}
	return sizes, true
}

// channelsFirst reports whether the model has its channels first. Layers that say neither follow the
// others.
func (r *reader) channelsFirst() bool {
	for _, c := range r.calls {
		if format, _ := text(c.layer.Config, "data_format"); format == "channels_first" && c.layer.Kind != "Flatten" {
			return true
		}
	}
	return false
}
