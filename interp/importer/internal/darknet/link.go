package darknet

import (
	"fmt"
	"slices"
	"strconv"

	"cnnlang/interp/graph"
)

// heads are sections that take a network's results apart. What they read are its outputs.
var heads = []string{"yolo", "region", "detection", "gaussian_yolo", "iseg"}

func (s *section) isHead() bool { return slices.Contains(heads, s.kind) }

// link finds what each section reads, and the outputs: what heads read, and what the last section
// gives if it is none; or what those sections read that the user stops before. What comes behind the
// last section that an output needs is not looked at.
func (r *reader) link() (outputs []*section) {
	stopped := 0
sections:
	for i, s := range r.sections {
		switch s.kind {
		case "route":
			for _, n := range s.list("layers") {
				s.refer("layers", n)
			}
		case "shortcut", "sam", "scale_channels":
			s.before()
			for _, n := range s.list("from") {
				s.refer("from", n)
			}
		default:
			s.before()
		}
		if s.isHead() {
			r.detects = true
			r.note("%s is left out, as it takes results apart: what it reads is an output", s.where())
		}
		switch stops := slices.ContainsFunc(r.source.Stop, s.isCalled); {
		case stops:
			for _, read := range s.reads {
				outputs = append(outputs, s.output(read))
			}
			if stopped++; stopped == len(r.source.Stop) {
				break sections
			}
		case len(r.source.Stop) > 0:
		case s.isHead():
			outputs = append(outputs, s.output(s.reads[0]))
		case i == len(r.sections)-1 && s.kind != "cost":
			outputs = append(outputs, s.output(s))
		case i == len(r.sections)-1 && (s.reads[0] == nil || !s.reads[0].isHead()):
			outputs = append(outputs, s.output(s.reads[0]))
		}
	}
	for _, stop := range r.source.Stop {
		if !slices.ContainsFunc(r.sections, func(s *section) bool { return s.isCalled(stop) }) {
			r.refuse("", "sections are named by their numbers from 0 behind [net], as in 82 or yolo_82", "no section %s to stop before", strconv.Quote(stop))
		}
	}
	end := -1
	for _, o := range outputs {
		for _, s := range o.reads {
			if s == nil {
				r.refuse(o.where(), "stop before a later section", "nothing is left before it")
			} else {
				end = max(end, s.at)
			}
		}
	}
	r.sections = r.sections[:end+1]
	return outputs
}

// output is an output of the net that is called after a section, with the value of another.
func (s *section) output(of *section) *section {
	return &section{r: s.r, at: s.at, kind: s.kind, line: s.line, reads: []*section{of}}
}

// isCalled reports whether a user means the section by a text.
func (s *section) isCalled(text string) bool { return text == strconv.Itoa(s.at) || text == s.name() }

// before reads what the section before gives.
func (s *section) before() {
	if s.at == 0 {
		s.reads = append(s.reads, nil)
		return
	}
	s.read(s.r.sections[s.at-1])
}

// refer reads another section by its number.
func (s *section) refer(key string, n int) {
	at := n
	if n < 0 {
		at = s.at + n
	}
	if at < 0 || at >= s.at {
		s.r.refuse(s.lineIs(s.option(key).line), "numbers count from 0 behind [net], negative ones back from the section", "%s refers to section %d, want one before it", key, n)
		return
	}
	s.read(s.r.sections[at])
}

func (s *section) read(other *section) {
	if other.isHead() && s.kind != "cost" {
		s.r.refuse(s.where(), "read a section before that by [route]", "it reads what %s gives", other.where())
	}
	s.reads = append(s.reads, other)
}

// name is what outputs and stops are called by.
func (s *section) name() string { return fmt.Sprintf("%s_%d", s.kind, s.at) }

// called is the name of an output, which needs one where there are several.
func (r *reader) called(o *section, outputs int) string {
	if outputs == 1 {
		return "output"
	}
	return r.names.Word(o.name(), "output")
}

// value is that of an output.
func (s *section) value() *graph.Node { return s.reads[0].node }
