package blocks

import (
	"fmt"
	"strings"
)

// shape is what two bodies have in common that are one block with different arguments: their
// operations, labels and nesting.
func (b body) shape() string {
	w := shaper{names: map[string]int{}}
	w.body(b)
	return w.text.String()
}

type shaper struct {
	text  strings.Builder
	names map[string]int // of values, in the order of their appearance
}

func (w *shaper) body(b body) {
	w.text.WriteByte('{')
	for _, s := range b {
		w.step(s)
		w.text.WriteByte(';')
	}
	w.text.WriteByte('}')
}

func (w *shaper) step(s *step) {
	w.text.WriteString(s.head())
	if s.kind == read {
		fmt.Fprintf(&w.text, "@%d", w.number(s.name))
	}
	for _, branch := range s.branches {
		w.text.WriteByte('|')
		w.body(branch)
	}
	if s.kind != apply && s.kind != read {
		w.body(s.body)
	}
	if s.as != "" {
		fmt.Fprintf(&w.text, "=%d", w.number(s.as))
	}
}

// number is that of a value's name, since names themselves may differ.
func (w *shaper) number(name string) int {
	if _, ok := w.names[name]; !ok {
		w.names[name] = len(w.names)
	}
	return w.names[name]
}

// head is the shape of a step without that of what it holds.
func (s *step) head() string {
	if s.known != "" {
		return s.known
	}
	name := s.name
	switch {
	case s.block != nil:
		name = "#" + s.block.id
	case s.kind == read:
		name = ""
	}
	s.known = fmt.Sprintf("%d%q%t%t%t%s/%d/%d%s%q", s.kind, s.label, s.empty, s.numbered, s.as != "", name, len(s.args), len(s.branches), s.counter, s.heads)
	return s.known
}

// shapes are those of the steps of a body, one by one.
func (b body) shapes() []string {
	return each(b, func(s *step) string { return body{s}.shape() })
}

// closed are the groups of a body that neither read values from outside nor give theirs names that
// are read outside, so that they could stand elsewhere.
func closed(root body) []*step {
	reads := map[string]int{}
	root.all(func(s *step) {
		if s.kind == read {
			reads[s.name]++
		}
	})
	var found []*step
	root.all(func(s *step) {
		if s.kind == group && s.body.closed(reads) {
			found = append(found, s)
		}
	})
	return found
}

// closed reports whether all that a body reads by name is given in it, and read nowhere else;
// reads says how often each name is read anywhere.
func (b body) closed(reads map[string]int) bool {
	given, read_, heads := map[string]bool{}, map[string]int{}, false
	b.all(func(s *step) {
		if s.as != "" {
			given[s.as] = true
		}
		switch s.kind {
		case read:
			read_[s.name]++
		case side:
			heads = true
		}
	})
	for name := range read_ {
		if !given[name] {
			return false
		}
	}
	for name := range given {
		if reads[name] != read_[name] {
			return false
		}
	}
	return !heads
}
