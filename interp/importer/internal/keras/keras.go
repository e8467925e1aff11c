// Package keras reads networks of Keras: the layers of a model that is saved whole, as .h5, as .keras
// or for TensorFlow.js, with their weights.
//
//	bytes ─weightfile─▶ model (topology) ─calls.go─▶ calls of layers ─build.go─▶ flat net
//
// Keras has the channels last, [N, H, W, C], and the language first, [N, C, H, W]: axes are renamed as
// the layers are read, and weights are brought into the other order, so that nothing is moved while
// the net runs. Where a map is flattened, the order of its numbers is seen: if only dense layers read
// it, their weights are put into the other order; otherwise the map is permuted first (shape.go).
package keras

import (
	"strconv"
	"strings"

	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/internal/weightfile"
	files "cnnlang/interp/internal/weightfile/keras"
	"cnnlang/interp/internal/weightfile/tfjs"
	"cnnlang/interp/internal/weightfile/topology"
)

// Is recognises a file by how it begins, and by its name where that does not tell.
func Is(head []byte, path string) bool {
	return files.Is(head, path) || tfjs.Is(head, path)
}

// Read reads a model. The errors are *flat.Refused and those of package weightfile.
func Read(s flat.Source) (*flat.Net, error) {
	file, err := open(s)
	if err != nil {
		return nil, err
	}
	model := file.Model()
	if model == nil || len(model.Layers) == 0 {
		return nil, &flat.Refused{Path: s.Path, Problems: []flat.Problem{{Got: "it is " + file.About().Format + " and holds weights without a network",
			Can: "save the whole model with model.save, or write the network from the tensors with `cnnlang weights FILE --skeleton`"}}}
	}
	r := &reader{source: s, file: file, model: model, version: version(file.About().Format)}
	r.index()
	if s.Weights != nil {
		r.problem("", "its weights are in the file itself", "leave out "+weightfile.Shown(s.Weights.Path))
	}
	net, err := r.net()
	if err == nil && len(r.problems) > 0 {
		err = &flat.Refused{Path: s.Path, Problems: r.problems}
	}
	if err != nil {
		return nil, err
	}
	net.Format, net.Notes = file.About().Format, append(net.Notes, file.About().Notes...)
	return net, nil
}

// open opens the file as one of weights.
func open(s flat.Source) (topology.File, error) {
	const longest = 512
	head, err := s.At(0, min(longest, s.Size), "the beginning")
	if err != nil {
		return nil, err
	}
	in := s.Input
	if s.NoExternal {
		in.Sibling = nil
	}
	read := files.Open
	if !files.Is(head, s.Path) {
		read = tfjs.Open
	}
	f, err := read(in)
	if err != nil {
		return nil, err
	}
	return f.(topology.File), nil
}

// version is the major version of Keras that a format names, 0 for none.
func version(format string) int {
	_, after, _ := strings.Cut(format, "Keras ")
	first, _, _ := strings.Cut(after, ".")
	n, _ := strconv.Atoi(strings.TrimLeft(first, `"`))
	return n
}
