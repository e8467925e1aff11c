package importer

import (
	"fmt"
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
	// is recognises a file by its first bytes, headBytes or fewer, or by its name where these do not tell.
	is   func(head []byte, path string) bool
	read func(flat.Source) (*flat.Net, error)
}

// formats are tried in order.
var formats = []format{
	{"Keras (.h5, .keras, and model.json of TensorFlow.js)", keras.Is, keras.Read},
	{"Caffe (.prototxt)", caffe.Is, caffe.Read},
	{"Darknet (.cfg)", darknet.Is, darknet.Read},
	{"ONNX (.onnx)", onnx.Is, onnx.Read},
}

// headBytes is how much of a file is looked at to recognise it.
const headBytes = 4 << 10

// read reads a net in whatever format it is.
func read(from flat.Source) (*flat.Net, error) {
	head, err := from.At(0, min(headBytes, from.Size), "the beginning")
	if err != nil {
		return nil, err
	}
	for _, f := range formats {
		if f.is(head, from.Path) {
			return f.read(from)
		}
	}
	return nil, from.Corrupt("", "%s; want a network of %s", other(head, from.Path), Formats())
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
