// Package darknet reads the networks of Darknet: a .cfg, which lists sections with options, and the
// .weights with their numbers.
//
//	[net]              [convolutional]        [shortcut]
//	height=64          batch_normalize=1      from=-3
//	width=64           filters=32             activation=linear
//	channels=3         size=3
//	                   stride=2
//	                   pad=1
//	                   activation=leaky
//
// A section reads what the one before gives. The sections behind [net] count from 0, and [shortcut]
// and [route] read others by these numbers, or by negative ones, which count back from themselves.
package darknet

import (
	"bytes"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/internal/weightfile/darknet"
	"cnnlang/ops/tensor"
)

// begins is the first section of a network.
var begins = regexp.MustCompile(`(?m)^\s*\[\s*(net|network)\s*\]`)

// Is recognises a network by its first section, or by its name.
func Is(head []byte, path string) bool {
	if bytes.IndexByte(head, 0) >= 0 {
		return false
	}
	return begins.Match(head) || strings.EqualFold(filepath.Ext(path), ".cfg")
}

// A reader makes a net of a text.
type reader struct {
	source   flat.Source
	net      *section
	sections []*section
	input    *graph.Node
	build    *flat.Builder
	layers   []darknet.Layer // with numbers, in the order of the file
	owners   []*section      // of these
	names    flat.Names
	problems []flat.Problem
	notes    []string
	told     map[string]bool // options that are noted already
	detects  bool            // it has heads
}

// Read makes a net of a text and, where there is one, the file with its numbers.
func Read(s flat.Source) (*flat.Net, error) {
	all, err := parsed(s.Input)
	if err != nil {
		return nil, err
	}
	r := &reader{source: s, net: all[0], sections: all[1:], build: flat.Build(""), told: map[string]bool{}}
	for _, section := range all {
		section.r = r
	}
	outputs := r.link()
	r.begin()
	r.compute()
	if len(r.problems) > 0 {
		return nil, &flat.Refused{Path: s.Path, Problems: r.problems}
	}
	for _, o := range outputs {
		r.build.Output(r.called(o, len(outputs)), o.value())
	}
	net := r.build.Net()
	if s.Weights != nil && !s.NoWeights {
		if err := r.fill(net); err != nil {
			return nil, err
		}
	}
	net.Prune()
	net.Format, net.Numbered = "Darknet", true
	net.Meta = r.meta()
	net.Notes = r.notes
	return net, nil
}

// refuse notes a part that cannot be imported, and what can be done.
func (r *reader) refuse(where, can, format string, args ...any) {
	r.problems = append(r.problems, flat.Problem{Where: where, Got: fmt.Sprintf(format, args...), Can: can})
}

func (r *reader) note(format string, args ...any) {
	r.notes = append(r.notes, fmt.Sprintf(format, args...))
}

// begin reads the size of the input.
func (r *reader) begin() {
	problems := len(r.problems)
	shape := tensor.Shape{1, r.net.whole("channels", 3), r.net.whole("height", 0), r.net.whole("width", 0)}
	if given := r.source.Shape(""); len(given) > 0 {
		shape = append(tensor.Shape{1}, given[1:]...)
	}
	switch {
	case len(r.problems) > problems:
	case len(shape) != 4 || slices.Contains(shape[1:], 0):
		r.refuse(r.net.where(), "say it with --shape 1x3x416x416", "no size of the input, want height, width and channels")
	case elements(shape) > mostElements:
		r.refuse(r.net.where(), "say another with --shape", "the input %v, more elements than a tensor may have (%d)", shape, mostElements)
	default:
		r.input = r.build.Input("", shape)
	}
}

const mostElements = 1<<31 - 1

func elements(shape tensor.Shape) int64 {
	n := int64(1)
	for _, size := range shape {
		if n *= int64(size); n > mostElements {
			break
		}
	}
	return n
}

// meta is how Darknet prepares pictures: red, green, blue, from 0 to 1, whole for a detector and
// otherwise their middle.
func (r *reader) meta() []string {
	if c := r.input.Shape[1]; c != 1 && c != 3 {
		return nil
	}
	if r.detects {
		r.note("Darknet fills pictures up with grey; prepare in meta says fit=\"pad\", which fills them up with black")
		return []string{`prepare = picture(fit="pad")`}
	}
	return []string{"prepare = picture"}
}
