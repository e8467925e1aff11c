package keras

import (
	"encoding/json"
	"fmt"
	"strings"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/topology"
)

// A call is one application of a layer. Models within the model are replaced by the calls in them.
type call struct {
	layer *topology.Layer
	path  string // the names of the models around it and its own
	scope string // those of the models around it
	in    []*call
	by    []*call // that read it
	final bool    // it is an output
	value value
}

// where names a call in messages.
func (c *call) where() string {
	if c.layer.Name == "" {
		return fmt.Sprintf("a layer (%s)", weightfile.Shown(c.layer.Kind))
	}
	return fmt.Sprintf("layer %s (%s)", weightfile.Shown(c.layer.Name), weightfile.Shown(c.layer.Kind))
}

// Limits on what models within each other may grow to, and on what layers are called.
const (
	mostCalls   = 30_000
	longestPath = 1_000
)

// isModel reports whether a layer is a model, and not one around another layer.
func isModel(l *topology.Layer) bool {
	return l.Model != nil && (l.Kind == "Sequential" || l.Kind == "Functional" || l.Kind == "Model")
}

// apply applies a model to values and returns its outputs.
func (r *reader) apply(m *topology.Model, scope string, in []*call) ([]*call, error) {
	if m.Kind == "Sequential" {
		return r.sequence(m, scope, in)
	}
	g := &functional{reader: r, model: m, scope: scope, nodes: map[string][][]ref{}, done: map[ref][]*call{}, layers: map[string]*topology.Layer{}}
	return g.outputs(in)
}

// add makes a call.
func (r *reader) add(l *topology.Layer, scope string, in []*call) (*call, error) {
	if len(r.calls) == mostCalls {
		return nil, &weightfile.LimitError{Path: r.source.Path, Limit: "layers, those of models within each other counted as often as they are used", Got: mostCalls + 1, Max: mostCalls, Help: "no network needs so many"}
	}
	c := &call{layer: l, path: joined(scope, l.Name), scope: scope, in: in}
	for _, from := range in {
		from.by = append(from.by, c)
	}
	r.calls = append(r.calls, c)
	return c, nil
}

// joined is the path of a layer: what Keras separates by slashes are parts of it.
func joined(scope, name string) string {
	path := strings.ReplaceAll(name, "/", ".")
	if scope != "" {
		path = scope + "." + path
	}
	return path[:min(len(path), longestPath)]
}

// step applies a layer, or all of a model.
func (r *reader) step(l *topology.Layer, scope string, in []*call) ([]*call, error) {
	if isModel(l) {
		return r.apply(l.Model, joined(scope, l.Name), in)
	}
	c, err := r.add(l, scope, in)
	return []*call{c}, err
}

// sequence applies the layers of a Sequential one after the other.
func (r *reader) sequence(m *topology.Model, scope string, in []*call) ([]*call, error) {
	for _, l := range m.Layers {
		if l.Kind == "InputLayer" {
			continue
		}
		if len(in) != 1 {
			return nil, r.damaged("a Sequential model has %d inputs at %s, want one", len(in), weightfile.Shown(l.Name))
		}
		var err error
		if in, err = r.step(l, scope, in); err != nil {
			return nil, err
		}
	}
	return in, nil
}

// functional is a model whose layers say what they are applied to.
type functional struct {
	*reader
	model  *topology.Model
	scope  string
	layers map[string]*topology.Layer
	nodes  map[string][][]ref // what each application of a layer is applied to
	done   map[ref][]*call    // the outputs of applications; nil while they are being made
}

// A ref is one output of one application of a layer. As a key of done it is that of all outputs.
type ref struct {
	layer        string
	node, output int
}

// outputs applies the model.
func (g *functional) outputs(in []*call) ([]*call, error) {
	for _, l := range g.model.Layers {
		if g.layers[l.Name] != nil {
			return nil, g.damaged("two layers are called %s; save the model again", weightfile.Shown(l.Name))
		}
		g.layers[l.Name] = l
		nodes, ok := inbound(l.Inbound)
		if !ok {
			return nil, g.damaged("what layer %s is applied to cannot be read; fetch the file again", weightfile.Shown(l.Name))
		}
		g.nodes[l.Name] = nodes
	}
	takes, ok1 := refs(g.model.Config["input_layers"])
	gives, ok2 := refs(g.model.Config["output_layers"])
	switch {
	case !ok1 || !ok2 || len(takes) == 0 || len(gives) == 0:
		return nil, g.damaged("it does not say which layers are its inputs and outputs; save the whole model with model.save")
	case len(takes) != len(in):
		return nil, g.damaged("a model within has %d inputs, and is applied to %d; fetch the file again", len(takes), len(in))
	}
	for i, t := range takes {
		g.done[ref{t.layer, t.node, 0}] = []*call{in[i]}
	}
	var out []*call
	for _, to := range gives {
		c, err := g.resolve(to)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// resolve makes the value that a ref stands for, and before it what that is made of.
func (g *functional) resolve(to ref) (*call, error) {
	key := ref{to.layer, to.node, 0}
	outputs, begun := g.done[key]
	if begun && outputs == nil {
		return nil, g.damaged("layer %s is applied to its own result; fetch the file again", weightfile.Shown(to.layer))
	}
	if !begun {
		nodes := g.nodes[to.layer]
		if to.node < 0 || to.node >= len(nodes) {
			return nil, g.damaged("a layer is applied to result %d of %s, which it has not; fetch the file again", to.node, weightfile.Shown(to.layer))
		}
		g.done[key] = nil
		var in []*call
		for _, from := range nodes[to.node] {
			c, err := g.resolve(from)
			if err != nil {
				return nil, err
			}
			in = append(in, c)
		}
		var err error
		if outputs, err = g.step(g.layers[to.layer], g.scope, in); err != nil {
			return nil, err
		}
		g.done[key] = outputs
	}
	if to.output < 0 || to.output >= len(outputs) {
		return nil, g.damaged("output %d of layer %s is read, and it has %d; fetch the file again", to.output, weightfile.Shown(to.layer), len(outputs))
	}
	return outputs[to.output], nil
}

// inbound reads what the applications of a layer are applied to, in the form of Keras 2, a list of
// ["conv1", 0, 0, {}], or of Keras 3, objects with tensors among their arguments.
func inbound(raw json.RawMessage) (nodes [][]ref, ok bool) {
	if raw == nil || string(raw) == "null" {
		return nil, true
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		return nil, false
	}
	for _, node := range list {
		in, ok := refs(node)
		if !ok {
			return nil, false
		}
		nodes = append(nodes, in)
	}
	return nodes, true
}

// deepest is how far lists of tensors may be within each other.
const deepest = 8

// refs reads the tensors that a text names, in order.
func refs(raw json.RawMessage) (list []ref, ok bool) {
	ok = gather(raw, deepest, &list)
	return list, ok
}

// gather adds the tensors of a text: one, a list of such, or an object of Keras 3.
func gather(raw json.RawMessage, depth int, list *[]ref) bool {
	if depth == 0 || len(raw) == 0 {
		return false
	}
	var object struct {
		Args   []json.RawMessage
		Class  string `json:"class_name"`
		Config struct {
			History json.RawMessage `json:"keras_history"`
		}
	}
	if raw[0] == '{' {
		switch err := json.Unmarshal(raw, &object); {
		case err != nil:
			return false
		case object.Class == "__keras_tensor__":
			return gather(object.Config.History, depth-1, list)
		case object.Class != "":
			return true // an argument that is no tensor
		}
		for _, arg := range object.Args {
			if (arg[0] == '{' || arg[0] == '[') && !gather(arg, depth-1, list) {
				return false
			}
		}
		return true
	}
	var parts []json.RawMessage
	if json.Unmarshal(raw, &parts) != nil {
		return false
	}
	var one ref
	if len(parts) >= 3 && len(parts) <= 4 && json.Unmarshal(parts[0], &one.layer) == nil {
		*list = append(*list, one)
		last := &(*list)[len(*list)-1]
		return json.Unmarshal(parts[1], &last.node) == nil && json.Unmarshal(parts[2], &last.output) == nil
	}
	for _, part := range parts {
		if (part[0] == '{' || part[0] == '[') && !gather(part, depth-1, list) {
			return false
		}
	}
	return true
}
