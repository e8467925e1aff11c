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
	for i, s := range r.sections {
		switch s.kind {
		case "route":
			for _, n := range s.list("layers") {
				s.refer("layers", n)
			}
		case "shortcut":
			s.before()
			for _, n := range s.list("from") {
				s.refer("from", n)
			}
		default:
			s.before()
		}
		if s.isHead() {
			r.note("%s is left out, as it takes results apart: what it reads is an output", s.where())
		}
		stops := slices.Contains(r.source.Stop, strconv.Itoa(i)) || slices.Contains(r.source.Stop, s.name())
		if ends := i == len(r.sections)-1 && s.kind != "cost"; len(r.source.Stop) == 0 && (s.isHead() || ends) || stops {
			outputs = append(outputs, &section{r: r, at: i, kind: s.kind, line: s.line, reads: s.output(stops)})
		}
		if stops && len(outputs) == len(r.source.Stop) {
			break
		}
	}
	if last := r.sections[len(r.sections)-1]; len(r.source.Stop) == 0 && last.kind == "cost" {
		outputs = append(outputs, &section{r: r, at: last.at, kind: last.kind, reads: last.reads[:1]})
	}
	if len(outputs) < len(r.source.Stop) {
		r.refuse("", "sections are named by their numbers from 0 behind [net], as in 82 or yolo_82", "no section %s to stop before", r.unknownStop())
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

// output is what an output of the net reads: of a section that is left out what it would read itself.
func (s *section) output(stops bool) []*section {
	if (stops || s.isHead()) && len(s.reads) > 0 {
		return s.reads[:1]
	}
	return []*section{s}
}

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

func (r *reader) unknownStop() string {
	for _, stop := range r.source.Stop {
		if !slices.ContainsFunc(r.sections, func(s *section) bool { return stop == s.name() || stop == strconv.Itoa(s.at) }) {
			return strconv.Quote(stop)
		}
	}
	return ""
}

// called is the name of an output, which needs one where there are several.
func (r *reader) called(o *section, outputs int) string {
	if outputs == 1 {
		return "output"
	}
	return r.names.Word(o.name(), "output")
}

// value is that of an output.
func (s *section) value() *graph.Node { return s.reads[0].node }
