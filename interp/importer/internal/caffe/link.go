package caffe

import (
	"slices"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/caffe"
)

// A value is what one layer gives, or an input. Several may have a name one after the other.
type value struct {
	name    string
	by      *layer // nil for an input of the net
	readers []*layer
	output  bool
	shape   []int       // of an input, batch first; nil where the file does not say
	node    *graph.Node // once it is computed; nil where something that it needs was refused
}

// data are layers that read pictures, and their labels; losses are what training makes of results.
var (
	data   = []string{"Data", "ImageData", "HDF5Data", "MemoryData", "WindowData", "DummyData", "AnnotatedData"}
	losses = []string{
		"Accuracy", "SoftmaxWithLoss", "EuclideanLoss", "HingeLoss", "InfogainLoss", "ContrastiveLoss", "MultinomialLogisticLoss",
		"SigmoidCrossEntropyLoss", "SmoothL1Loss", "MultiBoxLoss", "HDF5Output", "DetectionEvaluate",
	}
)

// Links are what is known of blobs while the layers are gone through in their order.
type links struct {
	r       *reader
	latest  map[string]*value // by their names
	labels  map[string]bool   // blobs with the labels of pictures
	stopped []*value          // what layers would read before which the net ends
	left    []string          // layers that are left out
}

// link finds for each layer what it reads, then the outputs, and which layers these need. What no
// output needs is not looked at any further.
func (r *reader) link(m *caffe.Message) {
	k := &links{r: r, latest: map[string]*value{}, labels: map[string]bool{}}
	r.inputs = r.declared(m)
	for _, v := range r.inputs {
		k.latest[v.name] = v
	}
	computes := map[string]bool{}
	for _, l := range r.layers {
		if !k.source(l) {
			k.connect(l)
			computes[l.name] = true
		}
	}
	if len(k.left) > 0 {
		r.note("layers of training and its measures are left out: %s", clipped(k.left))
	}
	for _, name := range r.source.Stop {
		if !computes[name] {
			r.refuse("", "stop before one of the layers that compute something", "no layer %s to stop before", quoted(name))
		}
	}
	if len(r.source.Stop) == 0 {
		k.stopped = r.unread(k.latest)
	}
	for _, v := range k.stopped {
		if !v.output {
			v.output = true
			r.outputs = append(r.outputs, v)
		}
		need(v)
	}
}

// source takes the tops of a layer that reads pictures as inputs. It reports whether the layer computes
// nothing.
func (k *links) source(l *layer) bool {
	tops := l.texts("top")
	switch {
	case l.kind == "Input":
		shapes := l.inputShapes(k.r, len(tops))
		for i, name := range tops {
			k.latest[name] = k.r.input(name, shapes[i])
		}
	case slices.Contains(data, l.kind):
		for i, name := range tops {
			if k.labels[name] = i > 0; i == 0 {
				k.latest[name] = k.r.input(name, l.dataShape(k.r))
			}
		}
	case slices.Contains(losses, l.kind):
		k.left = append(k.left, l.name)
	default:
		return false
	}
	return true
}

// connect finds what a layer reads and makes values of its tops.
func (k *links) connect(l *layer) {
	stops := slices.Contains(k.r.source.Stop, l.name)
	for _, name := range l.texts("bottom") {
		v := k.find(l, name)
		if v == nil {
			continue
		}
		switch l.reads = append(l.reads, v); {
		case stops && v.by == nil:
			k.r.refuse(l.where(), "stop before a later layer", "nothing is left before it")
		case stops:
			k.stopped = append(k.stopped, v)
		default:
			v.readers = append(v.readers, l)
		}
	}
	for _, name := range l.texts("top") {
		v := &value{name: name, by: l}
		l.gives = append(l.gives, v)
		k.latest[name] = v
	}
}

// find is what a layer reads by a name.
func (k *links) find(l *layer, name string) *value {
	v := k.latest[name]
	switch {
	case v != nil:
		return v
	case k.labels[name]:
		k.r.refuse(l.where(), "take the layer out, which is one for training", "it reads the blob %s, which holds labels", quoted(name))
	default:
		k.r.refuse(l.where(), "compare the names of the tops before it", "it reads the blob %s, which no layer before it gives", quoted(name))
	}
	return nil
}

// unread are the last values of their names that no layer reads, in the order of the layers.
func (r *reader) unread(latest map[string]*value) (all []*value) {
	for _, l := range r.layers {
		for _, v := range l.gives {
			if len(v.readers) == 0 && latest[v.name] == v && l.kind != "Silence" {
				all = append(all, v)
			}
		}
	}
	return all
}

// need marks the layers that a value needs.
func need(v *value) {
	open := []*value{v}
	for len(open) > 0 {
		l := open[len(open)-1].by
		if open = open[:len(open)-1]; l != nil && !l.needed {
			l.needed = true
			open = append(open, l.reads...)
		}
	}
}

// readBy are the layers that read a value and that an output needs.
func (v *value) readBy() (all []*layer) {
	for _, l := range v.readers {
		if l.needed {
			all = append(all, l)
		}
	}
	return all
}

// declared are the inputs that the text has outside of layers.
func (r *reader) declared(m *caffe.Message) (all []*value) {
	var dims []int
	var shapes [][]int
	var names []string
	for _, f := range m.Fields {
		switch {
		case f.Name == "input" && f.Inner == nil:
			names = append(names, f.Value)
		case f.Name == "input_dim" && f.Inner == nil:
			dims = append(dims, r.dim(f))
		case f.Name == "input_shape" && f.Inner != nil:
			shapes = append(shapes, r.dims(f.Inner))
		}
	}
	for i, name := range names {
		v := &value{name: name}
		switch {
		case i < len(shapes):
			v.shape = shapes[i]
		case len(dims) >= 4*(i+1):
			v.shape = dims[4*i : 4*i+4]
		}
		all = append(all, v)
	}
	return all
}

func (r *reader) input(name string, shape []int) *value {
	v := &value{name: name, shape: shape}
	r.inputs = append(r.inputs, v)
	return v
}

// clipped is a list of names for a message.
func clipped(names []string) string {
	const most = 5
	shown := make([]string, 0, most)
	for _, name := range names[:min(len(names), most)] {
		shown = append(shown, weightfile.Shown(name))
	}
	text := strings.Join(shown, ", ")
	if len(names) > most {
		text += ", …"
	}
	return text
}
