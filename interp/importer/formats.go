package importer

import (
	"strings"

	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/importer/internal/keras"
	"cnnlang/interp/internal/weightfile/foreign"
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
	{"Keras (.h5, .keras) and TensorFlow.js (model.json)", keras.Is, keras.Read},
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
	start := head[:min(len(head), 512)]
	if foreign.Is(start, from.Path) {
		_, err := foreign.Open(from.Input)
		return nil, err
	}
	return nil, from.Corrupt("", "describes no network that can be imported: it begins with % x; want %s", head[:min(len(head), 8)], names())
}

// names are those of all formats.
func names() string {
	var all []string
	for _, f := range formats {
		all = append(all, f.name)
	}
	return strings.Join(all, ", ")
}
