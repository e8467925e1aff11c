package interp

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"cnnlang/interp/internal/namemap"
	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weights"
	"cnnlang/ops/tensor"
)

// mostPrefixes is how many are tried of a file.
const mostPrefixes = 4

// withoutPrefix is the reading of a store without what all its names begin with, or with what
// they lack at the front, if that fits; if none does the error is that of the nearest, or nil. A
// few tensors without the prefix are passed over, but for those that the net needs. Where the net fits behind several prefixes, or behind one that most names do
// not have, the user has to choose.
func (w Weights) withoutPrefix(n *Net, sides []string, c calling, tables []*namemap.Table) (*reading, error) {
	var fits []*reading
	var taken []string
	var best error
	prefixes := w.prefixes(n, sides, c, tables)
	wanted := n.wanted(tables)
	certain := len(prefixes) < mostPrefixes // there may be more that fit
	for _, p := range prefixes {
		changed, few := p.of(c, wanted)
		r, err := w.choose(n, sides, changed, tables)
		if err != nil && !isFit(err) {
			return nil, err
		}
		if r == nil && few {
			best = nearer(best, err)
		}
		if r == nil {
			continue
		}
		fits, taken, certain = append(fits, r), append(taken, p.off), certain && few
	}
	switch {
	case len(fits) == 0:
		return nil, best
	case len(fits) == 1 && certain:
		return fits[0], nil
	}
	return nil, &PrefixError{Net: n.Name, File: w.store.Path(), Prefixes: taken, Tensors: len(c.Entries())}
}

// A prefix is taken off the names of a file, or put before them.
type prefix struct{ off, on string }

// A wanted is a tensor of the net, of the main path or of a side head.
type wanted struct {
	shape tensor.Shape
	side  bool
}

// wanted are the tensors of the net as these tables call them.
func (n *Net) wanted(tables []*namemap.Table) map[string]wanted {
	all := map[string]wanted{}
	for _, table := range tables {
		for _, node := range n.Graph.Nodes {
			for _, p := range node.Params {
				name, shape := p.Path, p.Shape
				if table != nil {
					t, _ := table.Own(p.Path)
					name, shape = t.Name, t.Shape
				}
				all[name] = wanted{shape, node.Side != nil}
			}
		}
	}
	return all
}

// of is a store with its names changed. What lacks the prefix is left out, but for tensors that are
// wanted and that nothing with the prefix is: they keep their names, or lose another prefix, as
// head.fc.weight where all others are in backbone. It reports whether most tensors are read.
func (p prefix) of(c calling, all map[string]wanted) (changed calling, few bool) {
	entries := c.Entries()
	called := map[string]string{} // tensors without the prefix that are read
	alone := p.alone(entries, all, called)
	a := weights.Alias(c.Store, func(e weights.Entry) (string, bool) {
		if rest, ok := strings.CutPrefix(e.Name, p.off); ok {
			return p.on + rest, true
		}
		name, ok := called[e.Name]
		return name, ok
	})
	changed = calling{Store: a, notes: slices.Clone(c.notes), left: append(slices.Clone(c.left), a.Left()...)}
	switch off := weightfile.Shown(p.off); {
	case p.on != "":
		changed.notes = append(changed.notes, fmt.Sprintf("put %s before all %d names", weightfile.Shown(p.on), len(entries)))
	case len(called)+len(a.Left()) == 0:
		changed.notes = append(changed.notes, fmt.Sprintf("took %s off all %d names", off, len(entries)))
	default:
		took := fmt.Sprintf("%s off %d names", off, len(entries)-len(called)-len(a.Left()))
		changed.notes = append(changed.notes, "took "+weights.Listed(append([]string{took}, alone...)))
	}
	return changed, 2*len(a.Left()) < len(entries)
}

// alone finds what tensors without the prefix are to be called, and tells which other prefixes
// some of them lose. A prefix is taken off only if one tensor alone is then called so.
func (p prefix) alone(entries []weights.Entry, all map[string]wanted, called map[string]string) (told []string) {
	has, longest := map[string]bool{}, 0
	for name := range all {
		longest = max(longest, len(name))
	}
	var others []weights.Entry
	for _, e := range entries {
		if rest, ok := strings.CutPrefix(e.Name, p.off); ok {
			has[strings.TrimSuffix(p.on+rest, ":0")] = true
		} else {
			others = append(others, e)
		}
	}
	for _, e := range others {
		name := strings.TrimSuffix(e.Name, ":0")
		if _, ok := all[name]; ok && !has[name] {
			called[e.Name], has[name] = e.Name, true
		}
	}
	tried := map[string][]string{} // names in the file, by wanted ones
	for _, e := range others {
		for at := max(0, len(e.Name)-longest-1); at < len(e.Name) && called[e.Name] == ""; at++ {
			rest := e.Name[at+1:]
			if to, ok := all[rest]; strings.ContainsAny(e.Name[at:at+1], "./") && ok && !to.side && !has[rest] && weights.Holds(e.Shape, to.shape) {
				tried[rest] = append(tried[rest], e.Name)
				break
			}
		}
	}
	counts := map[string]int{}
	for rest, names := range tried {
		if len(names) == 1 {
			called[names[0]] = rest
			counts[strings.TrimSuffix(names[0], rest)]++
		}
	}
	for _, off := range slices.Sorted(maps.Keys(counts)) {
		told = append(told, fmt.Sprintf("%s off %d", weightfile.Shown(off), counts[off]))
	}
	return told
}

// prefixes are those that make a tensor of the file one that a reading requires, the one with
// the longest name, and at least a third of those that no file lacks.
func (w Weights) prefixes(n *Net, sides []string, c calling, tables []*namemap.Table) (all []prefix) {
	entries := c.Entries()
	names := map[string]bool{}
	for _, e := range entries {
		names[e.Name] = true
	}
	required, _ := n.params(sides)
	seen, normal := map[string]bool{}, n.normalisations()
	for _, table := range tables {
		want := ""
		var needed []string // without what may be folded
		for _, p := range required {
			name := nameBy(table, p.Path)
			if normal[p.Path] {
				continue
			}
			if needed = append(needed, name); len(name) > len(want) {
				want = name
			}
		}
		if want == "" || seen[want] || names[want] || names[want+":0"] {
			continue
		}
		seen[want] = true
		for _, e := range entries {
			p := prefix{}
			name := strings.TrimSuffix(e.Name, ":0")
			if off, ok := strings.CutSuffix(name, want); ok {
				p.off = off
			} else if on, ok := strings.CutSuffix(want, name); ok {
				p.on = on
			}
			if end := p.off + p.on; end == "" || !strings.ContainsAny(end[len(end)-1:], "./") || slices.Contains(all, p) {
				continue
			}
			if 3*p.makes(needed, names) < len(needed) {
				continue
			}
			if all = append(all, p); len(all) == mostPrefixes {
				return all
			}
		}
	}
	return all
}

// makes is how many of the names that are needed the prefix makes.
func (p prefix) makes(needed []string, names map[string]bool) (n int) {
	for _, name := range needed {
		if rest, ok := strings.CutPrefix(name, p.on); ok && (names[p.off+rest] || names[p.off+rest+":0"]) {
			n++
		}
	}
	return n
}

// A PrefixError says that a file fits a net behind several prefixes of its names, which may be
// different weights, or behind one among many other Tensors.
type PrefixError struct {
	Net, File string
	Prefixes  []string
	Tensors   int // of the file
}

func (e *PrefixError) Error() string {
	if len(e.Prefixes) == 1 {
		return fmt.Sprintf("%s has the tensors of %s behind %s, among %d in all; choose them", e.File, e.Net, inQuotes(e.Prefixes), e.Tensors)
	}
	return fmt.Sprintf("%s has the tensors of %s behind each of %s; choose one of them", e.File, e.Net, inQuotes(e.Prefixes))
}
