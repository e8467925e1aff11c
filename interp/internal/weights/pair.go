package weights

import (
	"slices"
	"strings"

	"cnnlang/interp/graph"
)

// A Pair is a row of a map of names: what the net calls Here the file calls There. Where both
// end in a dot it is for all names that begin so.
type Pair struct{ Here, There string }

// Pairs compares the structure of a net with that of a file whose names differ, and returns what
// the two call each tensor: nil if not all shapes agree, or if it is
// unclear which tensor is which. Ordered says that the file has its tensors in the order of its
// net; without it names in alphabetical order say nothing.
func Pairs(required []graph.Param, entries []Entry, ordered bool) ([]Pair, *Unclear) {
	var held []graph.Param
	var before Entry
	for _, e := range entries {
		if !IsCounter(e.Name) && !isInert(e) {
			held = append(held, graph.Param{Path: e.Name, Shape: e.Shape})
			ordered = ordered || e.DType == before.DType && sorted(e.Name, before.Name) // types may be apart
			before = e
		}
	}
	if len(held) != len(required) {
		return nil, nil
	}
	if ordered {
		if pairs := inOrder(required, held); pairs != nil {
			return pairs, nil
		}
	}
	var unclear *Unclear
	for _, cut := range cuts {
		net, file := treeOf(required, cut), treeOf(held, cut)
		if net == nil || file == nil {
			continue
		}
		known := map[string]int{}
		net.count(known)
		file.count(known)
		m := matching{ordered: ordered}
		if net.contents == file.contents {
			m.match(net, file)
		}
		switch {
		case m.wrong || m.pairs == nil && m.unclear == nil:
		case m.unclear == nil:
			at := map[string]int{}
			for i, p := range required {
				at[p.Path] = i
			}
			slices.SortFunc(m.pairs, func(a, b Pair) int { return at[a.Here] - at[b.Here] })
			return m.pairs, nil
		case unclear == nil:
			unclear = m.unclear
		}
	}
	return nil, unclear
}

// sorted reports whether a name is before another both as a whole and by its segments, as programs
// sort that go through groups within each other.
func sorted(a, b string) bool {
	segments := func(name string) []string {
		return strings.FieldsFunc(name, func(r rune) bool { return r == '.' || r == '/' })
	}
	return a < b && slices.Compare(segments(a), segments(b)) < 0
}

// cuts are the ways to cut names into groups within each other, the finest first: a file's names
// may have other groups than the net's, or none but those of the tensors of a module.
var cuts = []func(name string) []string{
	func(name string) []string { return strings.Split(name, ".") },
	func(name string) []string {
		return strings.FieldsFunc(name, func(r rune) bool { return r == '.' || r == '_' })
	},
	func(name string) []string {
		at := leafAt(name)
		return []string{strings.TrimRight(name[:at], "._"), name[at:]}
	},
}

// inOrder pairs the modules of a net and a file in their orders, each with its tensors by their
// shapes, or else all tensors in their orders; nil if their shapes do not agree.
func inOrder(required, held []graph.Param) []Pair {
	net, file := modules(required), modules(held)
	var all []Pair
	for i := range net {
		var pairs []Pair
		if len(net) == len(file) {
			pairs = pairLeaves(net[i], file[i])
		}
		if pairs == nil { // the file's names may show no modules
			return pairLeaves(required, held)
		}
		all = append(all, pairs...)
	}
	return all
}

// modules groups tensors by their names without the last segment, in the order in which
// each begins.
func modules(params []graph.Param) [][]graph.Param {
	var order [][]graph.Param
	at := map[string]int{}
	for _, p := range params {
		path := p.Path[:strings.LastIndexByte(p.Path, '.')+1]
		i, ok := at[path]
		if !ok {
			i = len(order)
			at[path] = i
			order = append(order, nil)
		}
		order[i] = append(order[i], p)
	}
	return order
}

// pairLeaves pairs the tensors of two modules: by the last segments of their names if these say the
// same, each once, and otherwise in their order; nil if their shapes do not agree, or if names in
// that order say otherwise.
func pairLeaves(net, file []graph.Param) []Pair {
	if len(net) != len(file) {
		return nil
	}
	leaves := map[string]graph.Param{}
	for _, leaf := range []func(path string) string{leafOf, func(path string) string { return word(leafOf(path)) }} {
		for _, p := range file { // a name that is the net's own counts before another word for it
			if leaves[leaf(p.Path)].Path == "" {
				leaves[leaf(p.Path)] = p
			}
		}
	}
	named := map[string]bool{}
	for _, p := range net {
		if other := leaves[leafOf(p.Path)]; other.Path != "" {
			named[other.Path] = true
		}
	}
	var pairs []Pair
	for i, p := range net {
		other := file[i]
		if len(named) == len(net) {
			other = leaves[leafOf(p.Path)]
		} else if here, there := word(leafOf(p.Path)), word(leafOf(other.Path)); here != there && told[here] && told[there] {
			return nil
		}
		if !Holds(other.Shape, p.Shape) {
			return nil
		}
		pairs = append(pairs, Pair{p.Path, other.Path})
	}
	return pairs
}

// told are words that say what a tensor is.
var told = map[string]bool{"weight": true, "bias": true, "running_mean": true, "running_var": true}

func leafOf(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }

// Compact sums pairs up, as few rows as say the same: where all names below a path begin alike in the file, and go on as in
// the net, one row says so, and none where the names are the same.
func Compact(pairs []Pair) []Pair {
	type beginning struct {
		there    string
		disagree bool
	}
	beginnings := map[string]*beginning{}
	for _, p := range pairs {
		for at := range p.Here {
			if p.Here[at] != '.' {
				continue
			}
			here, rest := p.Here[:at+1], p.Here[at+1:]
			there, ok := strings.CutSuffix(p.There, rest)
			ok = ok && (there == "" || strings.HasSuffix(there, "."))
			switch b := beginnings[here]; {
			case b == nil:
				beginnings[here] = &beginning{there, !ok}
			case !ok || b.there != there:
				b.disagree = true
			}
		}
	}
	var rows []Pair
	said := map[string]bool{}
	for _, p := range pairs {
		row := p
		for at := range p.Here {
			if p.Here[at] != '.' {
				continue
			}
			if b := beginnings[p.Here[:at+1]]; !b.disagree {
				row = Pair{p.Here[:at+1], b.there}
				break
			}
		}
		if row.Here != row.There && !said[row.Here] {
			said[row.Here] = true
			rows = append(rows, row)
		}
	}
	return rows
}
