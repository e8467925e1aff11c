package importer

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"cnnlang/interp/importer/internal/caffe"
	"cnnlang/interp/importer/internal/darknet"
	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/importer/internal/keras"
	"cnnlang/interp/importer/internal/onnx"
	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/foreign"
	"cnnlang/interp/internal/weights"
)

// A format is one that a package in internal reads.
type format struct {
	name string // for messages, with the usual endings
	// weights is what the format of a file of its numbers alone is called, "" where there is none such, and example
	// an import with one.
	weights, example string
	// is recognises a file by its first bytes, headBytes or fewer, or by its name where these do not tell.
	is   func(head []byte, path string) bool
	read func(flat.Source) (*flat.Net, error)
}

// formats are tried in order.
var formats = []format{
	{"Keras (.h5, .keras, and model.json of TensorFlow.js)", "", "", keras.Is, keras.Read},
	{"Caffe (.prototxt)", "Caffe", "net.prototxt net.caffemodel", caffe.Is, caffe.Read},
	{"Darknet (.cfg)", "Darknet", "net.cfg net.weights", darknet.Is, darknet.Read},
	{"ONNX (.onnx)", "", "", onnx.Is, onnx.Read},
}

// headBytes is how much of a file is looked at to recognise it.
const headBytes = 4 << 10

// read reads a net in whatever format it is.
func read(from flat.Source) (*flat.Net, error) {
	head, err := from.At(0, min(headBytes, from.Size), "the beginning")
	if err != nil {
		return nil, err
	}
	f := formatOf(head, from.Path)
	if f == nil {
		return nil, from.Corrupt("", "%s; want a network of %s", other(head, from.Path), Formats())
	}
	if err := givenWeights(from.Weights, f); err != nil {
		return nil, err
	}
	from.Asked = map[string]bool{}
	net, err := f.read(from)
	if err != nil {
		return nil, err
	}
	return net, knownInputs(from)
}

// formatOf is the format of a network, nil if it is none.
func formatOf(head []byte, path string) *format {
	for i := range formats {
		if formats[i].is(head, path) {
			return &formats[i]
		}
	}
	return nil
}

// givenWeights refuses a file that is given for the weights of a network, and is one itself or of another
// program.
func givenWeights(from *weightfile.Input, of *format) error {
	if from == nil {
		return nil
	}
	head, err := from.At(0, min(headBytes, from.Size), "the beginning")
	if err != nil {
		return err
	}
	what, other := foreign.What(head, from.Path)
	if f := formatOf(head, from.Path); f != nil {
		what, other = "a network of "+f.name, true
	}
	if other {
		return from.Corrupt("", "is %s; want the weights of a network of %s", what, of.name)
	}
	return ofAnother(from.Path, of)
}

// ofAnother refuses a file of weights of another program, whose tensors have other names than the network's layers.
func ofAnother(path string, of *format) error {
	store, err := weights.Open(path, weights.Options{})
	if err != nil || of.weights == "" {
		return nil // whose reader says more
	}
	defer store.Close()
	said, ok := store.(weights.Contents)
	if !ok || strings.HasPrefix(said.About().Format, of.weights) {
		return nil
	}
	return &Refused{Path: path, Problems: []Problem{{Got: fmt.Sprintf("it has weights in the format of %s, not in that of %s", said.About().Format, of.weights),
		Can: "leave it out, and give it to `cnnlang run NET.cnn --weights " + weightfile.Shown(path) + "`, which reads it where its tensors have the names of the text"}}}
}

// knownInputs refuses shapes of inputs that the network does not have.
func knownInputs(from flat.Source) error {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(from.Asked)) {
		if name != "" {
			names = append(names, weightfile.Shown(name))
		}
	}
	can := "--shape without a name is for its only input"
	if len(names) > 0 {
		can = "it has " + strings.Join(names, ", ")
	}
	r := &Refused{Path: from.Path}
	for _, name := range slices.Sorted(maps.Keys(from.Shapes)) {
		if !from.Asked[name] {
			what := "no input " + weightfile.Shown(name)
			if name == "" {
				what = "several inputs, and --shape names none"
			}
			r.Problems = append(r.Problems, Problem{Got: "it has " + what, Can: can})
		}
	}
	if len(r.Problems) > 0 {
		return r
	}
	return nil
}

// other says what a file is that describes no network.
func other(head []byte, path string) string {
	if what, ok := foreign.What(head, path); ok {
		return "is " + what
	}
	if store, err := weights.Open(path, weights.Options{}); err == nil {
		defer store.Close()
		return fmt.Sprintf("is a file of weights without a network, which `cnnlang weights %s --skeleton` makes a net of as far as that can be", weightfile.Shown(path))
	}
	return fmt.Sprintf("is of no format that is known: it begins with % x", head[:min(len(head), 8)])
}

// Formats lists what can be imported, for messages.
func Formats() string {
	var all []string
	for _, f := range formats {
		all = append(all, f.name)
	}
	return strings.Join(all, ", ")
}
