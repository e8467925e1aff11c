// Package tfjs reads the weights of TensorFlow.js models: a JSON file and the shards that it
// names, in the same folder.
//
//	model.json  {"format": "layers-model", "modelTopology": ..., "weightsManifest": [
//	               {"paths": ["group1-shard1of2.bin", "group1-shard2of2.bin"],
//	                "weights": [{"name": "conv1/kernel", "shape": [3, 3, 3, 32], "dtype": "float32",
//	                             "quantization": {"dtype": "uint8", "min": -0.5, "scale": 0.004}}, ...]}]}
//
//	            tensor 0          tensor 1     tensor 2
//	          ┌─────────────────┬────────────┬───────────────────────┐   row-major, little-endian,
//	          └─────────────────┴────────────┴───────────────────────┘   nothing between
//	          │ group1-shard1of2.bin   │ group1-shard2of2.bin        │
//
// A quantised number q stands for q*scale + min; numbers quantised to float16 are such. The
// topology is that of Keras (package topology) in a layers model, and the nodes of a graph of
// TensorFlow in a graph model (graph.go). Older programs wrote the manifest alone, as
// weights_manifest.json.
package tfjs

import (
	"bytes"
	"encoding/json"
	"strings"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/topology"
)

// Is recognises a model by the keys that its JSON begins with, or a manifest by its name too.
func Is(head []byte, path string) bool {
	text := bytes.TrimLeft(head, " \t\r\n")
	switch {
	case bytes.HasPrefix(text, []byte("{")):
		for _, key := range []string{`"modelTopology"`, `"weightsManifest"`, `"layers-model"`, `"graph-model"`} {
			if bytes.Contains(text, []byte(key)) {
				return true
			}
		}
	case bytes.HasPrefix(text, []byte("[")):
		return strings.HasSuffix(path, "weights_manifest.json")
	}
	return false
}

// maxText is the most bytes of the JSON; those of published models have less than 2 MiB.
const maxText = 16 << 20

// Open reads the JSON, and opens the shards to compare their sizes.
func Open(in weightfile.Input) (weightfile.File, error) {
	if most := min(maxText, in.Limits.MaxHeader()); in.Size > most {
		return nil, &weightfile.LimitError{Path: in.Path, Limit: "bytes of JSON", Got: in.Size, Max: most, Help: "no model needs so much text; fetch the file again"}
	}
	text, err := in.At(0, in.Size, "the model")
	if err != nil {
		return nil, err
	}
	var model struct {
		Format, GeneratedBy string
		ModelTopology       json.RawMessage
		WeightsManifest     json.RawMessage
	}
	to := any(&model)
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte("[")) {
		to = &model.WeightsManifest
	}
	if err := json.Unmarshal(text, to); err != nil {
		return nil, in.Corrupt("", "is not the JSON of a TensorFlow.js model: %s; it is damaged or was cut short, fetch it again", weightfile.JSONProblem(err))
	}
	f := &file{Listing: weightfile.Listing{In: in, Said: weightfile.About{Flattened: weightfile.ByPixel}}, names: map[string]bool{}}
	if err := f.manifest(model.WeightsManifest); err != nil {
		return nil, err
	}
	kind, err := f.topology(model.ModelTopology)
	if err != nil {
		return nil, err
	}
	f.Said.Format = "TensorFlow.js " + kind
	if f.quantised != "" {
		f.Said.Format += ", quantised to " + f.quantised
	}
	return f, nil
}

// file is an open model.
type file struct {
	weightfile.Listing
	places    []place // of each tensor
	names     map[string]bool
	shards    int
	quantised string // the type of the first quantised tensor
	model     *topology.Model
}

// Model is the one that the weights are of, nil where the file does not say.
func (f *file) Model() *topology.Model { return f.model }

// topology says what the tensors are, and which kind of model it is.
func (f *file) topology(raw json.RawMessage) (string, error) {
	var text string
	if json.Unmarshal(raw, &text) == nil && text != "" { // old ones have JSON in a string
		raw = json.RawMessage(text)
	}
	var top struct {
		Node        json.RawMessage
		ModelConfig json.RawMessage `json:"model_config"`
		Version     string          `json:"keras_version"`
		Class       string          `json:"class_name"`
	}
	if len(raw) == 0 || json.Unmarshal(raw, &top) != nil {
		f.explain(nil)
		return "weights", nil
	}
	switch {
	case top.Node != nil:
		return "graph model", f.graph(top.Node)
	case top.ModelConfig != nil:
		raw = top.ModelConfig
	case top.Class == "":
		f.explain(nil)
		return "weights", nil
	}
	model, err := topology.Parse(f.In, raw, "modelTopology")
	if err != nil {
		return "", err
	}
	f.model = model
	f.Said.Layers, f.Said.Flattened = model.List(), model.Flattened()
	f.explain(model)
	if top.Version != "" {
		return "layers model, Keras " + weightfile.Shown(top.Version), nil
	}
	return "layers model", nil
}

// explain says what tensors are by their names, as in "model/conv1/kernel".
func (f *file) explain(model *topology.Model) {
	for i := range f.List {
		t := &f.List[i]
		at := strings.LastIndexByte(t.Name, '/')
		if at < 0 {
			continue
		}
		owner := t.Name[:at]
		t.Layer, t.Leaf = owner, t.Name[at+1:]
		l := model.Find(owner)
		if last := owner[strings.LastIndexByte(owner, '/')+1:]; l == nil && model.Find(last) != nil {
			l, t.Layer = model.Find(last), last
		}
		t.Axes = topology.AxesOf("", t.Layer, t.Leaf, len(t.Shape), false)
		if l != nil {
			t.Axes = topology.Axes(l, t.Leaf, len(t.Shape))
		}
	}
}
