package caffe

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/caffe"
	"cnnlang/ops/dim"
)

// Settings are the message of a layer with what its type takes, as in convolution_param. What is
// wrong in it is refused; what is not there is as Caffe has it.
type settings struct {
	r     *reader
	layer *layer
	name  string
	given map[string][]caffe.Field
	known map[string]bool // fields that were asked for
}

func inner(m *caffe.Message, name string) *caffe.Message {
	for _, f := range m.Fields {
		if f.Name == name && f.Inner != nil {
			return f.Inner
		}
	}
	return nil
}

func (r *reader) settings(l *layer, name string) *settings {
	s := &settings{r: r, layer: l, name: name, given: map[string][]caffe.Field{}, known: map[string]bool{}}
	if m := inner(l.text, name); m != nil {
		for _, f := range m.Fields {
			s.given[f.Name] = append(s.given[f.Name], f)
		}
	}
	return s
}

// refuse is about one field.
func (s *settings) refuse(f caffe.Field, can, format string, args ...any) {
	s.r.refuse(fmt.Sprintf("layer %s (%s, line %d)", quoted(s.layer.name), weightfile.Shown(s.layer.kind), f.Line), can, format, args...)
}

// all are the values of a field.
func (s *settings) all(name string) (all []caffe.Field) {
	s.known[name] = true
	for _, f := range s.given[name] {
		if f.Inner != nil {
			s.refuse(f, "", "%s is a message, want a value", name)
			continue
		}
		all = append(all, f)
	}
	return all
}

// one is the value of a field that is there once.
func (s *settings) one(name string) (caffe.Field, bool) {
	all := s.all(name)
	if len(all) > 1 {
		s.refuse(all[1], "leave one of them", "%s is given %d times", name, len(all))
	}
	if len(all) == 0 {
		return caffe.Field{}, false
	}
	return all[0], true
}

// has reports whether a field is given.
func (s *settings) has(name string) bool { return len(s.given[name]) > 0 }

// text is a value as it stands there.
func (s *settings) text(name, otherwise string) string {
	if f, ok := s.one(name); ok {
		return f.Value
	}
	return otherwise
}

// whole is a number from 0.
func (s *settings) whole(name string, otherwise int) int {
	n := s.integer(name, otherwise)
	if n < 0 {
		s.refuse(s.given[name][0], "", "%s is %d, want a number from 0", name, n)
		return 0
	}
	return n
}

// integer is a number that may be negative.
func (s *settings) integer(name string, otherwise int) int {
	if f, ok := s.one(name); ok {
		return s.parsed(f)
	}
	return otherwise
}

// integers are those of a field that may be there several times.
func (s *settings) integers(name string) (all []int) {
	for _, f := range s.all(name) {
		all = append(all, s.parsed(f))
	}
	return all
}

func (s *settings) parsed(f caffe.Field) int {
	n, err := strconv.ParseInt(f.Value, 0, 64)
	if err != nil || n < -math.MaxInt32 || n > math.MaxInt32 {
		s.refuse(f, "", "%s is %s, want a whole number up to %d", f.Name, quoted(f.Value), math.MaxInt32)
		return 0
	}
	return int(n)
}

// number is any number of the language.
func (s *settings) number(name, otherwise string) dim.Size {
	if f, ok := s.one(name); ok {
		return s.exact(f)
	}
	n, _ := flat.Number(otherwise)
	return n
}

func (s *settings) exact(f caffe.Field) dim.Size {
	n, ok := flat.Number(f.Value)
	if !ok {
		s.refuse(f, "", "%s is %s, want a number whose numerator and denominator are at most 2^53", f.Name, quoted(f.Value))
		return dim.Int(1)
	}
	return n
}

// numbers are those of a field that may be there several times.
func (s *settings) numbers(name string) (all []dim.Size) {
	for _, f := range s.all(name) {
		all = append(all, s.exact(f))
	}
	return all
}

func (s *settings) flag(name string, otherwise bool) bool {
	f, ok := s.one(name)
	if !ok {
		return otherwise
	}
	switch f.Value {
	case "true", "True", "t", "1":
		return true
	case "false", "False", "f", "0":
		return false
	}
	s.refuse(f, "", "%s is %s, want true or false", name, quoted(f.Value))
	return otherwise
}

// word is one of several, in the order of Caffe's enumeration; the first if it is not given.
func (s *settings) word(name string, words ...string) string {
	f, ok := s.one(name)
	if !ok {
		return words[0]
	}
	if i, err := strconv.Atoi(f.Value); err == nil && i >= 0 && i < len(words) {
		return words[i]
	}
	if !slices.Contains(words, f.Value) {
		s.refuse(f, "", "%s is %s, want one of %s", name, quoted(f.Value), clipped(words))
		return words[0]
	}
	return f.Value
}

// pair is a setting for height and width: of one number for both, or two, or each in a field
// of its own.
func (s *settings) pair(both, height, width string, otherwise int) dim.Pair {
	list := s.integers(both)
	h, w := otherwise, otherwise
	if height != "" {
		h, w = s.whole(height, otherwise), s.whole(width, otherwise)
	}
	switch {
	case s.has(height) || s.has(width):
		if len(list) > 0 {
			s.refuse(s.given[both][0], "leave one of them", "%s is given beside %s or %s", both, height, width)
		}
	case len(list) == 1:
		h, w = list[0], list[0]
	case len(list) == 2:
		h, w = list[0], list[1]
	case len(list) > 2:
		s.refuse(s.given[both][0], "networks are of pictures", "%s for %d axes, want height and width", both, len(list))
	}
	return dim.Pair{H: dim.Int(h), W: dim.Int(w)}
}

// passed are settings of training and of how Caffe computes.
var passed = []string{
	"weight_filler", "bias_filler", "filler", "engine", "force_nd_im2col", "stable_prod_grad", "moving_average_fraction",
	"scale_train", "fast_eval", "type", "visualize", "cudnn_math_override",
}

// done notes settings that nobody asked for, each once.
func (s *settings) done() {
	for _, name := range slices.Sorted(maps.Keys(s.given)) {
		if !s.known[name] && !slices.Contains(passed, name) && !s.r.told[name] {
			s.r.told[name] = true
			s.r.note("%s: %s in line %d is not known and passed over", s.layer.where(), weightfile.Shown(name), s.given[name][0].Line)
		}
	}
}
