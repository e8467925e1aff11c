package interp

import (
	"fmt"
	"slices"
	"strings"

	"cnnlang/interp/internal/namemap"
	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weights"
)

// mostPrefixes is how many are tried of a file.
const mostPrefixes = 4

// withoutPrefix is the reading of a store without what all its names begin with, or with what
// they lack at the front, if that fits; if none does the error is that of the nearest, or nil. A few tensors without the prefix
// are passed over. Where the net fits behind several prefixes, or behind one that most names do
// not have, the user has to choose.
func (w Weights) withoutPrefix(n *Net, sides []string, c calling, tables []*namemap.Table) (*reading, error) {
	var fits []*reading
	var taken []string
	var best error
	prefixes := w.prefixes(n, sides, c, tables)
	certain := len(prefixes) < mostPrefixes // there may be more that fit
	for _, p := range prefixes {
		changed, few := p.of(c)
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

// of is a store with its names changed. It reports whether most of the tensors are left.
func (p prefix) of(c calling) (changed calling, few bool) {
	all := len(c.Entries())
	a := weights.Alias(c.Store, func(e weights.Entry) (string, bool) {
		rest, ok := strings.CutPrefix(e.Name, p.off)
		return p.on + rest, ok
	})
	changed = calling{Store: a, notes: slices.Clone(c.notes)}
	left := a.Left()
	switch {
	case p.on != "":
		changed.notes = append(changed.notes, fmt.Sprintf("put %s before all %d names", weightfile.Shown(p.on), all))
	case len(left) == 0:
		changed.notes = append(changed.notes, fmt.Sprintf("took %s off all %d names", weightfile.Shown(p.off), all))
	default:
		changed.notes = append(changed.notes, fmt.Sprintf("took %s off %d names, and %s", weightfile.Shown(p.off), all-len(left), passedOver(left)))
	}
	return changed, 2*len(left) < all
}

// prefixes are those that make a tensor of the file one that a reading requires, the one with
// the longest name, and that so many names have.
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
		for _, p := range required {
			if name := nameBy(table, p.Path); len(name) > len(want) && !normal[p.Path] {
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
			if p.has(entries) < len(required)/3 { // the others may be normalisations that are folded
				continue
			}
			if all = append(all, p); len(all) == mostPrefixes {
				return all
			}
		}
	}
	return all
}

// has is how many tensors have the prefix.
func (p prefix) has(entries []weights.Entry) (n int) {
	for _, e := range entries {
		if strings.HasPrefix(e.Name, p.off) {
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
