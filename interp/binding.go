package interp

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"cnnlang/interp/internal/namemap"
	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weights"
)

// This file decides by which names a file of weights is read: as it calls its tensors itself, or
// by the layers that its format says they belong to, or either without a prefix that all share or
// with one; and each by the net's own names or by one of its maps.

// A calling is a store with its tensors called in one way.
type calling struct {
	weights.Store
	notes   []string
	renamed map[string]bool // by the user, under these names
}

// callings are the ways to call the tensors of a file, those that come first at the front.
func (w Weights) callings() ([]calling, error) {
	layers, said := byLayers(w.store)
	if len(w.renames.Texts) == 0 {
		all := []calling{{Store: w.store}}
		if layers != nil {
			all = append(all, calling{Store: layers, notes: said})
		}
		return all, nil
	}
	named, layers, renamed, err := w.renames.of(w.store, layers)
	if err != nil {
		return nil, err
	}
	notes := []string{fmt.Sprintf("renamed %s", counted(len(renamed), "tensor", "tensors"))}
	all := []calling{{named, slices.Clone(notes), renamed}}
	if layers != nil {
		all = append(all, calling{layers, append(notes, said...), renamed})
	}
	return all, nil
}

// chosen is the calling without those tensors that an error has found to be too much, if that is
// all and the user has not renamed them: what is renamed shows which are meant.
func (c calling) chosen(err error) (calling, bool) {
	fit, ok := errors.AsType[*FitError](err)
	if !ok || len(c.renamed) == 0 || len(fit.Unexpected) != fit.Differences() {
		return c, false
	}
	over := map[string]bool{}
	for _, e := range fit.Unexpected {
		if c.renamed[e.Name] {
			return c, false
		}
		over[e.Name] = true
	}
	notes := append(slices.Clone(c.notes), passedOver(fit.Unexpected))
	return calling{weights.Alias(c.Store, func(e weights.Entry) (string, bool) { return e.Name, !over[e.Name] }), notes, nil}, true
}

// leaves are the net's words for what formats call the tensors of a layer.
var leaves = map[string]string{
	"kernel": "weight", "W": "weight", "weights": "weight", "depthwise_kernel": "weight", "depthwise_weights": "weight",
	"pointwise_kernel": "pointwise.weight", "pointwise_weights": "pointwise.weight",
	"b": "bias", "biases": "bias", "gamma": "weight", "beta": "bias",
	"moving_mean": "running_mean", "moving_variance": "running_var", "running_std": "running_var",
}

// byLayers calls each tensor by its layer and what it is there, in the net's words, where the
// format says so; it is nil where it does not. A Scale layer behind a BatchNorm, which Caffe
// has for the two halves of one, goes by that one's name.
func byLayers(store weights.Store) (a *weights.Aliased, notes []string) {
	if !slices.ContainsFunc(store.Entries(), func(e weights.Entry) bool { return e.Layer != "" && e.Leaf != "" }) {
		return nil, nil
	}
	halves := map[string]string{}
	layers := aboutOf(store).Layers
	for i := range layers[:max(len(layers)-1, 0)] {
		if layers[i].Kind == "BatchNorm" && layers[i+1].Kind == "Scale" {
			halves[layers[i+1].Name] = layers[i].Name
		}
	}
	if len(halves) > 0 {
		notes = []string{fmt.Sprintf("took the weight and bias of %s from the Scale layer behind", counted(len(halves), "BatchNorm layer", "BatchNorm layers"))}
	}
	return weights.Alias(store, func(e weights.Entry) (string, bool) {
		if e.Layer == "" || e.Leaf == "" {
			return e.Name, true
		}
		layer, leaf := e.Layer, e.Leaf
		if half, ok := halves[layer]; ok {
			layer = half
		}
		if word, ok := leaves[leaf]; ok {
			leaf = word
		}
		return strings.ReplaceAll(layer, "/", ".") + "." + leaf, true
	}), notes
}

// aboutOf is what the format of a store says of it.
func aboutOf(store weights.Store) weightfile.About {
	if aliased, ok := store.(*weights.Aliased); ok {
		return aboutOf(aliased.Store)
	}
	if file, ok := store.(interface{ About() weightfile.About }); ok {
		return file.About()
	}
	return weightfile.About{}
}

// readingOf decides how a file is read: by the names that were asked for, or else by those that
// the net's meta says of the file if they fit, or else by the net's own or the one map that fits.
func (w Weights) readingOf(n *Net, sides []string) (*reading, error) {
	if numbers, unnamed := weights.Numbers(w.store); unnamed {
		store, err := n.ordered(w.store, numbers, sides)
		if err != nil {
			return nil, err
		}
		r := n.by(store, nil, layoutTorch) // in which they have the net's own names
		return r, r.check(n, sides)
	}
	tables := n.tables()
	if c, ok := n.Published(w.path); ok && c.Map != "" && w.names == "" {
		if r, err := w.Named(c.Map).readingOf(n, sides); err == nil {
			return r, nil
		}
	}
	if w.names != "" {
		table, err := n.table(w.names)
		if err != nil {
			return nil, err
		}
		tables = []*namemap.Table{table}
	}
	callings, err := w.callings()
	if err != nil {
		return nil, err
	}
	var best error
	for _, c := range callings {
		r, err := w.choose(n, sides, c, tables)
		if few, ok := c.chosen(err); ok {
			r, err = w.choose(n, sides, few, tables)
		}
		if r != nil || !isFit(err) {
			return r, err
		}
		best = nearer(best, err)
	}
	for _, c := range callings {
		r, err := w.withoutPrefix(n, sides, c, tables)
		if r != nil || err != nil && !isFit(err) {
			return r, err
		}
		best = nearer(best, err)
	}
	return nil, w.inOtherOrder(n, sides, callings, tables, best)
}

// choose is the reading of a store by the net's own names or the one map that fits. Where none
// fits the error is that of the nearest.
func (w Weights) choose(n *Net, sides []string, c calling, tables []*namemap.Table) (*reading, error) {
	var best error
	var fitting []*reading
	compared := 0
	for _, table := range tables {
		r := n.by(c.Store, table, w.layout)
		err := r.check(n, sides)
		r.notes = append(slices.Clone(c.notes), r.notes...)
		switch {
		case err == nil && table == nil:
			return r, nil
		case err == nil && !slices.ContainsFunc(fitting, r.same):
			fitting = append(fitting, r)
		}
		if table != nil {
			compared++
		}
		best = nearer(best, err)
	}
	switch {
	case len(fitting) == 1:
		return fitting[0], nil
	case len(fitting) > 1:
		e := &NamesError{Net: n.Name, File: w.store.Path()}
		for _, r := range fitting {
			e.Names = append(e.Names, r.names())
		}
		return nil, e
	}
	fit, ok := best.(*FitError)
	if ok {
		fit.Read = c.notes
	}
	if ok && compared > 0 && w.names == "" {
		fit.Note = fmt.Sprintf("the nearest of its own names and %d map%s of %s", compared, ending(compared), n.Name)
	}
	return nil, best
}

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
		if r == nil {
			best = nearer(best, err)
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

// passedOver names the tensors of a file that are not read.
func passedOver(left []weights.Entry) string {
	names := make([]string, len(left))
	for i, e := range left {
		names[i] = e.Name
	}
	return fmt.Sprintf("passed over %s: %s", counted(len(left), "other tensor", "other tensors"), listed(shown(names)))
}

// listed is the first few names of a list.
func listed(names []string) string {
	const most = 4
	if len(names) > most+1 {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	if last := len(names) - 1; last > 0 {
		return strings.Join(names[:last], ", ") + " and " + names[last]
	}
	return strings.Join(names, "")
}

// prefixes are those that make a tensor of the file one that a reading requires, the one with
// the longest name, and that so many names have.
func (w Weights) prefixes(n *Net, sides []string, c calling, tables []*namemap.Table) (all []prefix) {
	entries := c.Entries()
	for _, table := range tables {
		r := n.by(c.Store, table, w.layout)
		want := ""
		required, _ := r.params(n, sides)
		for _, p := range required {
			if len(p.Path) > len(want) {
				want = p.Path
			}
		}
		if _, there := r.held[want]; there || want == "" {
			continue
		}
		for _, e := range entries {
			p := prefix{}
			name := r.base(e.Name)
			if off, ok := strings.CutSuffix(name, want); ok {
				p.off = off
			} else if on, ok := strings.CutSuffix(want, name); ok {
				p.on = on
			}
			if end := p.off + p.on; end == "" || !strings.ContainsAny(end[len(end)-1:], "./") || slices.Contains(all, p) {
				continue
			}
			if p.has(entries) < len(required)/2 { // half of them may be normalisations that are folded
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

// inOtherOrder adds to the error of a file that fits nothing that it would in the order of
// channels last, if that is so: shapes alone do not say it for certain.
func (w Weights) inOtherOrder(n *Net, sides []string, callings []calling, tables []*namemap.Table, best error) error {
	fit, ok := best.(*FitError)
	if !ok || w.layout != "" || len(fit.Misshaped) == 0 {
		return best
	}
	w.layout = layoutKeras
	for _, c := range callings {
		r, err := w.choose(n, sides, c, tables)
		if isFit(err) {
			r, _ = w.withoutPrefix(n, sides, c, tables)
		}
		if r != nil {
			fit.Layout = layoutKeras
			return fit
		}
	}
	return best
}

func isFit(err error) bool {
	_, ok := errors.AsType[*FitError](err)
	return ok
}

// nearer is the error with fewer differences, the first of two alike.
func nearer(a, b error) error {
	if a == nil || b == nil {
		return cmp.Or(a, b)
	}
	first, ok1 := a.(*FitError)
	second, ok2 := b.(*FitError)
	if ok1 && ok2 && second.Differences() < first.Differences() {
		return b
	}
	return a
}

func ending(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}
