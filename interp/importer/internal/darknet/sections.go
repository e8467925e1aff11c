package darknet

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/internal/weightfile"
	"cnnlang/ops/dim"
)

// Limits on a text.
const (
	maxText     = 4 << 20
	maxSections = 30_000 // the language's limit on operations
	maxOptions  = 100_000
	maxList     = 4096 // numbers of one option
)

// A section is one of the text.
type section struct {
	r       *reader
	at      int // its number, -1 of [net]
	kind    string
	line    int
	options []*option
	reads   []*section // nil stands for the input of the net
	node    *graph.Node
}

// An option is a line key=value of a section.
type option struct {
	key, value string
	line       int
	asked      bool
}

// where names a section in messages.
func (s *section) where() string { return s.lineIs(s.line) }

func (s *section) lineIs(line int) string {
	if s.at < 0 {
		return fmt.Sprintf("[%s] (line %d)", s.kind, line)
	}
	return fmt.Sprintf("section %d [%s] (line %d)", s.at, weightfile.Shown(s.kind), line)
}

// parsed reads the sections of a text, of which the first is [net].
func parsed(in weightfile.Input) ([]*section, error) {
	if in.Size > maxText {
		return nil, &weightfile.LimitError{Path: in.Path, Limit: "bytes of text", Got: in.Size, Max: maxText, Help: "no network's text is so long"}
	}
	raw, err := in.At(0, in.Size, "the text")
	if err != nil {
		return nil, err
	}
	var all []*section
	options := 0
	at := 0 // the line, from 1
	for text := range strings.SplitSeq(strings.TrimPrefix(string(raw), "\ufeff"), "\n") {
		at++
		line := strings.TrimSpace(text)
		if comment := strings.IndexAny(line, "#;"); comment >= 0 {
			line = strings.TrimSpace(line[:comment])
		}
		key, value, isOption := strings.Cut(line, "=")
		switch {
		case line == "":
		case line[0] == '[':
			kind, rest, ok := strings.Cut(line[1:], "]")
			if !ok || rest != "" {
				return nil, in.Corrupt("", "line %d: got %s, want a section such as [convolutional]; correct it there, or fetch the file again", at, weightfile.Shown(line))
			}
			if len(all) > maxSections {
				return nil, &weightfile.LimitError{Path: in.Path, Limit: "sections", Got: maxSections + 1, Max: maxSections, Help: "no network has so many"}
			}
			all = append(all, &section{at: len(all) - 1, kind: strings.ToLower(strings.TrimSpace(kind)), line: at})
		case !isOption:
			return nil, in.Corrupt("", "line %d: got %s, want key=value; correct it there, or fetch the file again", at, weightfile.Shown(line))
		case len(all) == 0:
			return nil, in.Corrupt("", "line %d: %s is in no section, want [net] before it; correct it there, or fetch the file again", at, weightfile.Shown(line))
		default:
			if options++; options > maxOptions {
				return nil, &weightfile.LimitError{Path: in.Path, Limit: "options", Got: maxOptions + 1, Max: maxOptions, Help: "no network has so many"}
			}
			s := all[len(all)-1]
			s.options = append(s.options, &option{key: strings.TrimSpace(key), value: strings.TrimSpace(value), line: at})
		}
	}
	if len(all) == 0 || all[0].kind != "net" && all[0].kind != "network" {
		return nil, in.Corrupt("", "does not begin with a section [net]; it is no network of Darknet")
	}
	if len(all) == 1 {
		return nil, in.Corrupt("", "has no sections behind [net], want those of a network; it is only a part of one")
	}
	return all, nil
}

// option is the one of a key, nil if it is not there.
func (s *section) option(key string) *option {
	var found *option
	for _, o := range s.options {
		if o.key != key {
			continue
		}
		if o.asked = true; found == nil {
			found = o
		} else if o.value != found.value {
			s.r.refuse(s.lineIs(o.line), "leave one of them", "%s is %s here and %s in line %d", key, weightfile.Shown(o.value), weightfile.Shown(found.value), found.line)
		}
	}
	return found
}

// integer is a whole number.
func (s *section) integer(key string, otherwise int) int {
	o := s.option(key)
	if o == nil {
		return otherwise
	}
	return s.parsed(o, o.value)
}

func (s *section) parsed(o *option, text string) int {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil || n < -math.MaxInt32 || n > math.MaxInt32 {
		s.r.refuse(s.lineIs(o.line), "", "%s is %s, want a whole number up to %d", o.key, strconv.Quote(text), math.MaxInt32)
		return 0
	}
	return int(n)
}

// whole is a whole number from 0.
func (s *section) whole(key string, otherwise int) int {
	n := s.integer(key, otherwise)
	if n < 0 {
		s.r.refuse(s.lineIs(s.option(key).line), "", "%s is %d, want a number from 0", key, n)
		return 0
	}
	return n
}

// list is numbers with commas between them.
func (s *section) list(key string) (all []int) {
	if o := s.option(key); o != nil {
		for text := range strings.SplitSeq(strings.TrimSuffix(o.value, ","), ",") {
			if len(all) == maxList {
				s.r.refuse(s.lineIs(o.line), "", "%s has more than %d numbers", key, maxList)
				return nil
			}
			all = append(all, s.parsed(o, text))
		}
	}
	return all
}

// number is any number of the language.
func (s *section) number(key, otherwise string) dim.Size {
	o := s.option(key)
	if o == nil {
		n, _ := flat.Number(otherwise)
		return n
	}
	n, ok := flat.Number(o.value)
	if !ok {
		s.r.refuse(s.lineIs(o.line), "", "%s is %s, want a number", key, strconv.Quote(o.value))
		return dim.Int(0)
	}
	return n
}

// text is the value of a key, in small letters.
func (s *section) text(key, otherwise string) string {
	if o := s.option(key); o != nil {
		return strings.ToLower(o.value)
	}
	return otherwise
}

// only refuses an option that has another value than the one with which it changes nothing.
func (s *section) only(key string, plain ...string) {
	if o := s.option(key); o != nil && !slices.Contains(plain, strings.ToLower(o.value)) {
		s.r.refuse(s.lineIs(o.line), "the section can be read without it", "%s=%s", key, weightfile.Shown(o.value))
	}
}

// training are options of training alone.
var training = []string{"learning_rate", "burn_in", "stopbackward", "dontload", "dontsave", "train_only_bn", "onlyforward", "noloss", "smooth", "ratio", "counters_per_class"}

// done notes options that nobody asked for, each once.
func (s *section) done() {
	for _, o := range s.options {
		if !o.asked && !slices.Contains(training, o.key) && !s.r.told[o.key] {
			s.r.told[o.key] = true
			s.r.note("%s: %s in line %d is not known and passed over", s.where(), weightfile.Shown(o.key), o.line)
		}
	}
}
