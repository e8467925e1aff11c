// Package topology reads the layers of a network from the JSON in which Keras describes its
// models, for the formats that hold such a text: .h5 (the attribute model_config), .keras
// (config.json) and TensorFlow.js (modelTopology).
//
//	{"class_name": "Functional", "config": {"name": "model", "layers": [
//	   {"class_name": "Conv2D", "config": {"name": "conv1", "strides": [2, 2], "padding": "same", ...}},
//	   {"class_name": "Sequential", "config": {"name": "head", "layers": [...]}},   a model as a layer
//	   {"class_name": "TimeDistributed", "config": {"layer": {...}, ...}}, ...]}}   a layer in a layer
//
// Keras 1 has a list in place of a Sequential's config, and other names of layers and
// settings (Convolution2D, subsample, border_mode). What is written in a form that is not
// known counts as not said.
package topology

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"cnnlang/interp/internal/weightfile"
)

// A Model is the layers of a model, in order.
type Model struct {
	Layers []*Layer
	// Kind is its class, and Config all of its settings but the layers, as written.
	Kind   string
	Config Settings
	byName map[string]*Layer
}

// Settings are those of a layer or model, as written, by their names.
type Settings = map[string]json.RawMessage

// A Layer is a layer, or a model within a model.
type Layer struct {
	weightfile.Layer
	Model *Model // of a layer that is one, else nil
	// Without says which of the settings use_bias, scale and center are false.
	Without []string
	// Config is all of its settings, and Inbound what it is applied to, as written.
	Config  Settings
	Inbound json.RawMessage
	Theano  bool // the order of axes is Theano's ("dim_ordering": "th" of Keras 1)
	first   bool // maps have channels first ("data_format")
	last    bool // maps have channels last
}

// A File is one of weights that may say of which model they are.
type File interface {
	weightfile.File
	// Model is that model, nil where the file does not say.
	Model() *Model
}

const (
	maxText    = 4 << 20 // bytes of a model; those of Keras itself have less than 1 MiB
	maxNesting = 8       // models within each other
)

// Parse reads a model. Where names the text in errors.
func Parse(in weightfile.Input, text []byte, where string) (*Model, error) {
	p := parser{in: in, where: where}
	if len(text) > maxText {
		return nil, &weightfile.LimitError{Path: in.Path, Limit: "bytes of " + where, Got: int64(len(text)), Max: maxText, Help: "save the weights alone"}
	}
	var top object
	if err := json.Unmarshal(text, &top); err != nil {
		return nil, in.Corrupt("", "%s is not the JSON of a model: %s; the file is damaged, fetch it again", where, weightfile.JSONProblem(err))
	}
	return p.model(top, 0)
}

// Find is the layer of a name, in models within the model too, the first of two; nil for none.
func (m *Model) Find(name string) *Layer {
	if m == nil {
		return nil
	}
	return m.byName[name]
}

// List is what the file says of all layers, those of a model within in its place.
func (m *Model) List() []weightfile.Layer {
	if m == nil {
		return nil
	}
	var all []weightfile.Layer
	for _, l := range m.Layers {
		if l.Model != nil {
			all = append(all, l.Model.List()...)
		} else {
			all = append(all, l.Layer)
		}
	}
	return all
}

type object map[string]json.RawMessage

type parser struct {
	in     weightfile.Input
	where  string
	layers int
}

// model reads {"class_name": ..., "config": ...} of a model; one that is written as code has no
// layers.
func (p *parser) model(o object, depth int) (*Model, error) {
	if depth > maxNesting {
		return nil, p.nested(depth)
	}
	m := &Model{byName: map[string]*Layer{}}
	list := o["config"]
	var config object
	if json.Unmarshal(list, &config) == nil {
		list = config["layers"]
		delete(config, "layers")
	}
	m.Kind, m.Config = config.text("class_name", o), Settings(config)
	if list == nil || string(list) == "null" {
		return m, nil
	}
	return m, weightfile.EachOf(list, func(raw json.RawMessage) error {
		var o object
		switch most := p.in.Limits.MaxTensors(); {
		case raw == nil || json.Unmarshal(raw, &o) != nil:
			return p.in.Corrupt("", "%s has layers that are no list of objects; the file is damaged, fetch it again", p.where)
		case p.layers == most:
			return &weightfile.LimitError{Path: p.in.Path, Limit: "layers", Got: int64(most) + 1, Max: int64(most), Help: "no network needs so many; save the weights alone"}
		}
		p.layers++
		return p.layer(m, o, depth)
	})
}

func (p *parser) nested(depth int) error {
	return &weightfile.LimitError{Path: p.in.Path, Limit: "models within each other", Got: int64(depth), Max: maxNesting, Help: "save the weights alone"}
}

func (p *parser) layer(m *Model, o object, depth int) error {
	var config object
	if json.Unmarshal(o["config"], &config) != nil {
		config = object{}
	}
	l := &Layer{Config: Settings(config), Inbound: o["inbound_nodes"]}
	l.Kind, l.Name = config.text("class_name", o), config.text("name", o)
	switch {
	case config["layers"] != nil || l.Kind == "Sequential":
		var err error
		if l.Model, err = p.model(o, depth+1); err != nil {
			return err
		}
		for name, inner := range l.Model.byName {
			if m.byName[name] == nil {
				m.byName[name] = inner
			}
		}
	case config["layer"] != nil: // a layer around another: its weights are the inner one's
		var inner object
		if json.Unmarshal(config["layer"], &inner) == nil && inner["config"] != nil {
			var err error
			if l.Model, err = p.wrapped(inner, depth+1); err != nil {
				return err
			}
			l.Model.Layers[0].Name = l.Name
		}
	}
	l.settings(config)
	if l.Model == nil && applied[l.Kind] {
		if before := m.before(o["inbound_nodes"]); before != nil && (before.Activation == "" || before.Activation == "linear") {
			before.Activation = l.Activation
		}
	}
	m.Layers = append(m.Layers, l)
	if m.byName[l.Name] == nil {
		m.byName[l.Name] = l
		if l.Model != nil && config["layers"] == nil && l.Kind != "Sequential" {
			m.byName[l.Name] = l.Model.Layers[0]
		}
	}
	for _, parsed := range []string{"layers", "layer"} {
		delete(l.Config, parsed)
	}
	return nil
}

// applied are layers that are nothing but the activation of what they are applied to.
var applied = map[string]bool{"Activation": true, "ReLU": true, "LeakyReLU": true}

// before is the one layer that another is applied to: what its nodes name, or in a Sequential
// the layer before. It is nil where that is not one.
func (m *Model) before(nodes json.RawMessage) *Layer {
	if nodes == nil && len(m.Layers) > 0 {
		return m.Layers[len(m.Layers)-1]
	}
	var calls [][][]json.RawMessage // [[["conv1", 0, 0, {}]]]
	var later []struct {
		Args []struct {
			Config struct {
				History []json.RawMessage `json:"keras_history"` // ["conv1", 0, 0]
			}
		}
	}
	var name string
	switch {
	case json.Unmarshal(nodes, &calls) == nil && len(calls) == 1 && len(calls[0]) == 1 && len(calls[0][0]) > 0:
		json.Unmarshal(calls[0][0][0], &name)
	case json.Unmarshal(nodes, &later) == nil && len(later) == 1 && len(later[0].Args) == 1 && len(later[0].Args[0].Config.History) > 0:
		json.Unmarshal(later[0].Args[0].Config.History[0], &name)
	}
	if l := m.byName[name]; l != nil && l.Model == nil {
		return l
	}
	return nil
}

// wrapped is the layer within another, as a model of one.
func (p *parser) wrapped(o object, depth int) (*Model, error) {
	if depth > maxNesting {
		return nil, p.nested(depth)
	}
	m := &Model{byName: map[string]*Layer{}}
	return m, p.layer(m, o, depth)
}

// text is a setting, or that of the object around if there is none.
func (o object) text(key string, around object) string {
	for _, raw := range []json.RawMessage{o[key], around[key]} {
		var s string
		if json.Unmarshal(raw, &s) == nil && s != "" {
			return s
		}
	}
	return ""
}

// numbers is a setting that is a number, or a list of them, the same twice for one.
func (o object) numbers(keys ...string) []int {
	for _, key := range keys {
		var list []int
		var one int
		switch {
		case string(o[key]) == "null":
		case json.Unmarshal(o[key], &list) == nil && len(list) <= 4:
			return list
		case json.Unmarshal(o[key], &one) == nil:
			return []int{one, one}
		}
	}
	return nil
}

// settings are what the list of layers says of one, in either dialect.
func (l *Layer) settings(o object) {
	var eps float64
	if raw := o["epsilon"]; raw != nil && string(raw) != "null" && json.Unmarshal(raw, &eps) == nil {
		l.Eps = &eps
	}
	pool := strings.Contains(l.Kind, "Pooling2D") && !strings.HasPrefix(l.Kind, "Global")
	if l.Stride = o.numbers("strides", "subsample"); l.Stride == nil && pool {
		l.Stride = o.numbers("pool_size")
	}
	if pool {
		l.Kernel, l.CountPad = o.numbers("pool_size"), new(bool)
	}
	l.Dilation = o.numbers("dilation_rate", "atrous_rate")
	if l.Padding = o.text("padding", object{"padding": o["border_mode"]}); strings.HasPrefix(l.Kind, "ZeroPadding2D") {
		l.Padding = margins(o["padding"])
	}
	if pool && l.Padding == "valid" {
		l.Ceil = new(bool)
	}
	if groups := o.numbers("groups"); len(groups) > 0 {
		l.Groups = groups[0]
	}
	for _, key := range []string{"use_bias", "bias", "scale", "center"} {
		if string(o[key]) == "false" {
			l.Without = append(l.Without, strings.TrimPrefix(key, "use_"))
		}
	}
	l.Theano = o.text("dim_ordering", nil) == "th"
	format := o.text("data_format", nil)
	l.first, l.last = l.Theano || format == "channels_first", format == "channels_last" || o.text("dim_ordering", nil) == "tf"
	l.Activation = activation(l.Kind, o)
}

// activation is that of a layer, or what a layer is that is nothing else.
func activation(kind string, o object) string {
	switch kind {
	case "ReLU":
		var most *float64
		if json.Unmarshal(o["max_value"], &most) == nil && most != nil {
			return "relu" + strconv.FormatFloat(*most, 'g', -1, 64)
		}
		return "relu"
	case "Softmax":
		return "softmax"
	case "LeakyReLU":
		return "leaky_relu"
	}
	var written struct {
		Class  string `json:"class_name"`
		Config json.RawMessage
	}
	if json.Unmarshal(o["activation"], &written) == nil && written.Class != "" {
		var name string
		if json.Unmarshal(written.Config, &name) == nil && name != "" { // {"class_name": "function", "config": "relu"}
			return name
		}
		var inner object
		if json.Unmarshal(written.Config, &inner) == nil && written.Class != kind {
			if name := activation(written.Class, inner); name != "" {
				return name
			}
		}
		return written.Class
	}
	return o.text("activation", nil)
}

// margins are those of a ZeroPadding2D, as top, left, bottom, right.
func margins(raw json.RawMessage) string {
	var pairs [][]int
	var list []int
	var one int
	top := []int(nil)
	switch {
	case json.Unmarshal(raw, &pairs) == nil && len(pairs) == 2 && len(pairs[0]) == 2 && len(pairs[1]) == 2:
		top = []int{pairs[0][0], pairs[1][0], pairs[0][1], pairs[1][1]}
	case json.Unmarshal(raw, &list) == nil && len(list) == 2:
		top = slices.Concat(list, list)
	case json.Unmarshal(raw, &list) == nil && len(list) == 4: // Keras 1: top, bottom, left, right
		top = []int{list[0], list[2], list[1], list[3]}
	case json.Unmarshal(raw, &one) == nil && string(raw) != "null":
		top = []int{one, one, one, one}
	default:
		return ""
	}
	var words []string
	for _, n := range top {
		words = append(words, strconv.Itoa(n))
	}
	return strings.Join(words, ",")
}
