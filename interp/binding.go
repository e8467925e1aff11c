package interp

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"cnnlang/interp/graph"
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
	left    []weights.Entry // passed over
}

// inLayers is what stands between a layer and those in it, where formats write a slash.
const inLayers = "."

// slashesRead says that names are those of dotted.
const slashesRead = "read / in names as a dot"

// callings are the ways to call the tensors of a file, those that come first at the front.
func (w Weights) callings(between string) ([]calling, error) {
	layers, said := byLayers(w.store, between)
	if len(w.renames.Texts) == 0 {
		all := []calling{{Store: w.store}}
		if layers != nil {
			all = append(all, calling{Store: layers, notes: said})
		} else if named := dotted(w.store); named != nil && between == inLayers {
			all = append(all, calling{Store: named, notes: []string{slashesRead}})
		}
		return all, nil
	}
	named, layers, renamed, err := w.renames.of(w.store, layers)
	if err != nil {
		return nil, err
	}
	var notes []string
	if len(renamed) > 0 {
		notes = append(notes, fmt.Sprintf("renamed %s", counted(len(renamed), "tensor", "tensors")))
	}
	all := []calling{{named, slices.Clone(notes), renamed, named.Left()}}
	if layers != nil {
		all = append(all, calling{layers, append(notes, said...), renamed, layers.Left()})
	} else if dots := dotted(named); dots != nil && between == inLayers {
		called := map[string]bool{}
		for name := range renamed {
			called[strings.ReplaceAll(name, "/", ".")] = true
		}
		all = append(all, calling{dots, append(notes, slashesRead), called, named.Left()})
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
	few := weights.Alias(c.Store, func(e weights.Entry) (string, bool) { return e.Name, !over[e.Name] })
	return calling{few, c.notes, nil, append(slices.Clone(c.left), fit.Unexpected...)}, true
}

// byLayers calls each tensor by its layer and what it is there, in the net's words, where the
// format says so; it is nil where it does not. A Scale layer behind a BatchNorm, which Caffe
// has for the two halves of one, goes by that one's name.
func byLayers(store weights.Store, between string) (a *weights.Aliased, notes []string) {
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
		return strings.ReplaceAll(layer, "/", between) + "." + weights.Leaf(leaf), true
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
	between := inLayers
	if slices.ContainsFunc(n.Graph.Nodes, func(n *graph.Node) bool { return strings.Contains(n.Path, "/") }) {
		between = "/" // as the net's labels have it
	}
	callings, err := w.callings(between)
	if err == nil && between != inLayers { // a net may have both: a layer's tensor, and one that the file has by itself
		var more []calling
		more, err = w.callings(inLayers)
		callings = append(callings, more...)
	}
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
	for _, table := range c.possible(n, sides, tables) {
		r := n.by(c.Store, table, w.layout)
		r.left = c.left
		err := r.check(n, sides)
		r.notes = append(slices.Clone(c.notes), r.notes...)
		switch {
		case err == nil && table == nil:
			return r, nil
		case err == nil && !slices.ContainsFunc(fitting, r.same):
			fitting = append(fitting, r)
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
		fit.Read, fit.Over = c.notes, append(slices.Clone(c.left), fit.Over...)
	}
	if compared := len(tables) - 1; ok && compared > 0 {
		fit.Note = fmt.Sprintf("compared with the names that %s gives its weights and with its %d map%s; this is the nearest", n.Name, compared, ending(compared))
	}
	return nil, best
}

// possible are the tables by which a store may have all that the net requires, as far as a look
// at names tells; if there is none, the one by which it has most. Batch normalisations may lack
// their tensors (given.go).
func (c calling) possible(n *Net, sides []string, tables []*namemap.Table) []*namemap.Table {
	names := map[string]bool{}
	for _, e := range c.Entries() {
		names[e.Name] = true
		names[strings.TrimSuffix(e.Name, ":0")] = true
	}
	var all []*namemap.Table
	nearest, most := tables[0], -1
	for _, table := range tables {
		there, lacking := 0, 0
		for _, node := range n.Graph.Nodes {
			if node.Side != nil && !slices.Contains(sides, node.Side.Name) || len(node.Own()) == 0 {
				continue
			}
			has := 0
			for _, p := range node.Params {
				if names[nameBy(table, p.Path)] {
					has++
				}
			}
			there += has
			if has < len(node.Params) && !lacks(node, has, func(path string) string { return nameBy(table, path) }, names) {
				lacking++
			}
		}
		if lacking == 0 {
			all = append(all, table)
		}
		if there > most {
			nearest, most = table, there
		}
	}
	if len(all) == 0 {
		return []*namemap.Table{nearest}
	}
	return all
}

// lacks reports whether a file may lack those tensors of a step that are not among its names, of
// which it has some.
func lacks(n *graph.Node, has int, called func(string) string, names map[string]bool) bool {
	switch {
	case n.Op.Name() != "bn":
		return false
	case has > 0:
		mean, variance := statisticsOf(n)
		return names[called(mean.Path)] && names[called(variance.Path)]
	}
	before := n.In[0].Params
	return len(before) == 1 && names[biasBeside(called(before[0].Path))]
}

// normalisations are the tensors that a file may lack.
func (n *Net) normalisations() map[string]bool {
	all := map[string]bool{}
	for _, node := range n.Graph.Nodes {
		for _, p := range node.Params {
			all[p.Path] = node.Op.Name() == "bn"
		}
	}
	return all
}

// nameBy is what a table calls a tensor of the net, the net's own name for none.
func nameBy(table *namemap.Table, path string) string {
	if table == nil {
		return path
	}
	t, _ := table.Own(path)
	return t.Name
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

// nearer is the error that a segment of the net's names explains, or with fewer differences, the
// first of two alike.
func nearer(a, b error) error {
	if a == nil || b == nil {
		return cmp.Or(a, b)
	}
	first, ok1 := a.(*FitError)
	second, ok2 := b.(*FitError)
	switch {
	case ok1 && ok2 && (first.Segment != nil) != (second.Segment != nil):
		if second.Segment != nil {
			return b
		}
	case ok1 && ok2 && second.Differences() < first.Differences():
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
