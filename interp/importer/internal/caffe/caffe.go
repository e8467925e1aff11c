// Package caffe reads the networks of Caffe: a .prototxt, which is a protobuf message in its text
// form with a layer after another, and the .caffemodel with their numbers.
//
//	name: "small"
//	layer { name: "data"   type: "Input"        top: "data"                     input_param { shape { dim: 1 … } } }
//	layer { name: "conv1"  type: "Convolution"  bottom: "data"   top: "conv1"   convolution_param { num_output: 64 … } }
//	layer { name: "relu1"  type: "ReLU"         bottom: "conv1"  top: "conv1" }
//
// A layer reads blobs by their names, its bottoms, and gives others, its tops. A name means its
// latest writer, so that a layer may write what it reads. Of a layer that is there for training
// only nothing is read: what counts is the net of the test phase.
package caffe

import (
	"bytes"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/caffe"
)

// begins is how a layer does in a text, before and after 2014.
var begins = regexp.MustCompile(`(?m)^\s*layers?\s*:?\s*\{`)

// Is recognises a network by a layer in its text, or by its name.
func Is(head []byte, path string) bool {
	if bytes.IndexByte(head, 0) >= 0 {
		return false
	}
	return begins.Match(head) || strings.EqualFold(filepath.Ext(path), ".prototxt")
}

// A reader makes a net of a text.
type reader struct {
	source   flat.Source
	layers   []*layer // of the test phase, in the order of the file
	inputs   []*value
	outputs  []*value
	batch    int // images in a batch of the file
	names    flat.Names
	called   map[string]*layer // layers with tensors
	build    *flat.Builder
	weights  *weights // nil without
	problems []flat.Problem
	notes    []string
	told     map[string]bool // settings that are noted already
}

// Read makes a net of a text and, where there is one, the file with its numbers.
func Read(s flat.Source) (*flat.Net, error) {
	m, err := parsed(s.Input)
	if err != nil {
		return nil, err
	}
	r := &reader{source: s, called: map[string]*layer{}, told: map[string]bool{}}
	if s.Weights != nil && !s.NoWeights {
		if r.weights, err = open(*s.Weights); err != nil {
			return nil, err
		}
	}
	r.list(m)
	if len(r.problems) == 0 {
		r.link(m)
	}
	if len(r.problems) > 0 {
		return nil, r.refused()
	}
	if len(r.outputs) == 0 {
		return nil, s.Corrupt("", "has no layers that compute something, want those of a network; it is no network of Caffe, or only a part of one")
	}
	r.build = flat.Build(m.First("name"))
	net := r.net()
	if len(r.problems) > 0 {
		return nil, r.refused()
	}
	if r.weights != nil {
		if err := r.weights.complete(r); err != nil {
			return nil, err
		}
	}
	net.Format = "Caffe"
	net.Meta = r.meta()
	net.Notes = r.notes
	return net, nil
}

// parsed reads the text.
func parsed(in weightfile.Input) (*caffe.Message, error) {
	if in.Size > caffe.MaxText {
		return nil, &weightfile.LimitError{Path: in.Path, Limit: "bytes of text", Got: in.Size, Max: caffe.MaxText, Help: "no network's text is so long"}
	}
	raw, err := in.At(0, in.Size, "the text")
	if err != nil {
		return nil, err
	}
	m, err := caffe.ParseText(strings.TrimPrefix(string(raw), "\ufeff"))
	if err != nil {
		return nil, in.Corrupt("", "%v; correct it there, or fetch the file again", err)
	}
	return m, nil
}

func (r *reader) refused() error { return &flat.Refused{Path: r.source.Path, Problems: r.problems} }

// refuse notes a part that cannot be imported, and what can be done.
func (r *reader) refuse(where, can, format string, args ...any) {
	r.problems = append(r.problems, flat.Problem{Where: where, Got: fmt.Sprintf(format, args...), Can: can})
}

func (r *reader) note(format string, args ...any) {
	r.notes = append(r.notes, fmt.Sprintf(format, args...))
}
