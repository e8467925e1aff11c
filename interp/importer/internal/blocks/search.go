package blocks

import (
	"maps"
	"strings"

	"cnnlang/interp/importer/internal/tree"
)

// A folded net is what fold makes of one.
type folded struct {
	file   *tree.File
	blocks []*block
	named  bool // its labels are to stay
	cost   int
	work   int // how many steps were gone through
}

// mostTries is how many texts are compared, as long as no more than mostSearched steps are gone through.
const (
	mostTries    = 60
	mostSearched = 2 * mostWork
)

// A searcher finds the blocks that make a text short: those that it is better without, one or two at a
// time, since what they say once is not much more than their calls, are left out.
type searcher struct {
	net     *tree.Net
	without map[string]bool
	lifted  bool // labels of branches are those of their combinators
	best    *folded
	tries   int
	work    int
	refused int
}

func newSearcher(n *tree.Net) *searcher {
	s := &searcher{net: n, without: map[string]bool{}, tries: mostTries}
	s.best = s.fold(s.without)
	s.lifted = true
	if lifted := s.fold(s.without); lifted.cost < s.best.cost {
		s.best = lifted
	} else {
		s.lifted = false
	}
	return s
}

func (s *searcher) fold(without map[string]bool) *folded {
	f := fold(s.net, without, s.lifted)
	s.work += f.work
	return f
}

// refuse leaves out blocks with which a text is wrong.
func (s *searcher) refuse(wrong []*block) {
	s.refused++
	for _, b := range wrong {
		s.without[b.key] = true
	}
	s.best = s.fold(s.without)
}

// better leaves out what makes the text shorter. It reports whether there was something.
func (s *searcher) better() bool {
	keys := each(s.best.blocks, func(b *block) string { return b.key })
	for i := len(keys) - 1; i >= 0; i-- {
		if s.try(keys[i]) {
			return true
		}
	}
	for i := range keys {
		for _, other := range keys[i+1:] {
			if s.try(keys[i], other) {
				return true
			}
		}
	}
	return false
}

// try leaves out some blocks if the text gets shorter so.
func (s *searcher) try(keys ...string) bool {
	if s.tries--; s.tries < 0 || s.work > mostSearched {
		return false
	}
	without := maps.Clone(s.without)
	for _, key := range keys {
		without[key] = true
	}
	next := s.fold(without)
	if next.cost >= s.best.cost {
		return false
	}
	s.best, s.without = next, without
	return true
}

// lineCost is what a line counts beside its signs.
const lineCost = 24

// cost is how much there is to read.
func cost(f *tree.File) int {
	total := 0
	for line := range strings.Lines(tree.Text(f)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			total += len(line) + lineCost
		}
	}
	return total
}
