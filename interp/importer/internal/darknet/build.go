package darknet

import (
	"errors"
	"fmt"
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/internal/weightfile"
	"cnnlang/ops"
)

// A build makes the operations of a section of what it reads; nil is what was refused.
type build func(in []*graph.Node) *graph.Node

// operators are the kinds of sections that can be read. Each takes the options apart, so that
// mistakes in them are found even if what the section reads is not known.
var operators = map[string]func(*section) build{
	"convolutional": convolutional, "conv": convolutional,
	"connected": connected, "conn": connected,
	"maxpool": maxpool, "max": maxpool,
	"avgpool": avgpool, "avg": avgpool,
	"softmax": softmax, "soft": softmax,
	"dropout":  dropout,
	"shortcut": shortcut,
	"route":    route,
	"upsample": upsample,
	"reorg":    reorg, "reorg3d": reorg3d,
	"crop": crop,
	"sam":  sam, "scale_channels": scaleChannels,
	"activation": activation,
}

// refused are kinds that this program has no operations for, and why.
var refused = map[string]string{
	"local": "its weights differ from place to place",
	"rnn":   "it goes over a sequence", "gru": "it goes over a sequence", "lstm": "it goes over a sequence", "crnn": "it goes over a sequence", "conv_lstm": "it goes over a sequence",
}

// compute makes the operations of all sections.
func (r *reader) compute() {
	for _, s := range r.sections {
		if s.isHead() {
			continue
		}
		read := operators[s.kind]
		if read == nil {
			why := refused[s.kind]
			if why == "" {
				why = "sections of this kind are not known"
			}
			r.refuse(s.where(), "end the net before it with --stop-before "+weightfile.Shown(s.name()), "%s", why)
			continue
		}
		problems := len(r.problems)
		make := read(s)
		s.done()
		if in := s.inputs(); len(r.problems) == problems && len(in) > 0 && !slices.Contains(in, nil) {
			s.node = make(in)
		}
	}
}

func (s *section) inputs() (in []*graph.Node) {
	for _, other := range s.reads {
		if other == nil {
			in = append(in, s.r.input)
		} else {
			in = append(in, other.node)
		}
	}
	return in
}

// add adds an operation, whose tensors are called by the number of the section and a word.
func (s *section) add(word string, op ops.Op, in ...*graph.Node) *graph.Node {
	path := ""
	if word != "" {
		path = fmt.Sprintf("%d.%s", s.at, word)
	}
	n, err := s.r.build.Op(path, op, flat.About{Where: s.where()}, in...)
	if err != nil {
		fault, can := (*ops.Fault)(nil), ""
		if errors.As(err, &fault) {
			can = fault.Help
		}
		s.r.refuse(s.where(), can, "%v", err)
		return nil
	}
	return n
}

// chain adds operations one after the other.
func (s *section) chain(x *graph.Node, list ...ops.Op) *graph.Node {
	for _, op := range list {
		if x = s.add("", op, x); x == nil {
			return nil
		}
	}
	return x
}
