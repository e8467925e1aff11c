package caffe

import (
	"fmt"
	"strconv"
	"strings"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/caffe"
)

// mostLayers is the language's limit on operations.
const mostLayers = 30_000

// A layer is one of the text.
type layer struct {
	name, kind string
	line       int
	text       *caffe.Message
	reads      []*value // its bottoms
	gives      []*value // its tops
	needed     bool     // for an output
	merged     bool     // what it computes is a part of the layer before it
	label      string   // its path, once it is known
	labelled   bool
}

// where names a layer in messages.
func (l *layer) where() string {
	if l.kind == "" {
		return fmt.Sprintf("layer %s (line %d)", quoted(l.name), l.line)
	}
	return fmt.Sprintf("layer %s (%s, line %d)", quoted(l.name), weightfile.Shown(l.kind), l.line)
}

func quoted(name string) string {
	shown := weightfile.Shown(name)
	if !strings.HasPrefix(shown, `"`) {
		shown = strconv.Quote(shown)
	}
	return shown
}

// firsts are the types of layers before 2014, where they are not those of later in upper case with _
// between words.
var firsts = map[string]string{
	"BNLL": "BNLL", "LRN": "LRN", "MVN": "MVN", "RELU": "ReLU", "TANH": "TanH", "HDF5_DATA": "HDF5Data", "HDF5_OUTPUT": "HDF5Output",
	"ABSVAL": "AbsVal", "ARGMAX": "ArgMax", "SOFTMAX_LOSS": "SoftmaxWithLoss", "IM2COL": "Im2col",
}

func second(kind string) string {
	if later, ok := firsts[kind]; ok {
		return later
	}
	var b strings.Builder
	for _, word := range strings.Split(kind, "_") {
		if word != "" {
			b.WriteString(word[:1] + strings.ToLower(word[1:]))
		}
	}
	return b.String()
}

// list reads the layers that are there in the test phase.
func (r *reader) list(m *caffe.Message) {
	for _, f := range m.Fields {
		if f.Inner == nil || f.Name != "layer" && f.Name != "layers" {
			continue
		}
		l := &layer{name: f.Inner.First("name"), kind: f.Inner.First("type"), line: f.Line, text: f.Inner}
		if f.Name == "layers" {
			l.kind = second(l.kind)
		}
		switch {
		case isOldest(f.Inner):
			r.refuse(fmt.Sprintf("line %d", f.Line), "convert the file with Caffe's upgrade_net_proto_text", "layers within layers, as Caffe wrote them before 2014 (V0)")
			return
		case l.kind == "":
			r.refuse(l.where(), "", "no type, want one such as \"Convolution\"")
		case len(r.layers) == mostLayers:
			r.refuse("", "no network has so many", "more than %d layers", mostLayers)
			return
		case tested(f.Inner):
			r.layers = append(r.layers, l)
		}
	}
}

// isOldest reports whether a layer has its name and type in a message of its own.
func isOldest(m *caffe.Message) bool {
	for _, f := range m.Fields {
		if f.Inner != nil && f.Name == "layer" {
			return true
		}
	}
	return false
}

// tested reports whether a layer is there in the test phase: one of its rules to include it holds, or
// it has none and no rule to exclude it holds.
func tested(m *caffe.Message) bool {
	included, rules := false, false
	for _, f := range m.Fields {
		switch {
		case f.Inner == nil:
		case f.Name == "include":
			included, rules = included || holds(f.Inner), true
		case f.Name == "exclude" && !rules && holds(f.Inner):
			return false
		}
	}
	return included || !rules
}

// holds reports whether a rule does in the test phase at level 0 of no stage.
func holds(rule *caffe.Message) bool {
	for _, f := range rule.Fields {
		level, _ := strconv.Atoi(f.Value)
		switch f.Name {
		case "phase":
			if f.Value != "TEST" && f.Value != "1" {
				return false
			}
		case "min_level":
			if level > 0 {
				return false
			}
		case "max_level":
			if level < 0 {
				return false
			}
		case "stage":
			return false
		}
	}
	return true
}

// texts are the values of a field that may be there several times.
func (l *layer) texts(name string) (all []string) {
	for _, f := range l.text.Fields {
		if f.Name == name && f.Inner == nil {
			all = append(all, f.Value)
		}
	}
	return all
}
