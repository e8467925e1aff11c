package interp

import (
	"fmt"
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/mapped"
	"cnnlang/interp/internal/namemap"
	"cnnlang/interp/internal/weights"
	"cnnlang/ops/tensor"
)

// A reading is a file, or tensors in memory, by one of a net's maps.
type reading struct {
	weights.Store
	table *namemap.Table    // nil for the net's own names
	real  map[string]string // the names in the file, by those without the layout's suffix
}

// by reads a store by the names of a table, nil for the net's own.
func by(store weights.Store, table *namemap.Table) *reading {
	r := &reading{Store: store, table: table}
	if table == nil {
		return r
	}
	r.real = map[string]string{}
	for _, e := range store.Entries() {
		base := table.Map.Layout.Base(e.Name)
		if _, taken := r.real[base]; taken {
			base = e.Name // two names for one tensor: this one is unexpected
		}
		r.real[base] = e.Name
	}
	return r
}

// Entries are those of the file, without the layout's suffix.
func (r *reading) Entries() []weights.Entry {
	entries := r.Store.Entries()
	if r.table == nil {
		return entries
	}
	for i, e := range entries {
		if base := r.table.Map.Layout.Base(e.Name); r.real[base] == e.Name {
			entries[i].Name = base
		}
	}
	return entries
}

// names is that of the map, "" for the net's own names.
func (r *reading) names() string {
	if r.table == nil {
		return ""
	}
	return r.table.Map.Name
}

// params are the tensors that the main path and these side heads need, and those of other
// heads, as they are called in the file.
func (r *reading) params(n *Net, sides []string) (required, optional []graph.Param) {
	required, optional = n.params(sides)
	if r.table == nil {
		return required, optional
	}
	if without := r.withoutFactors(); without {
		present := func(p graph.Param) bool { t, _ := r.table.Own(p.Path); return t.Absent }
		required, optional = slices.DeleteFunc(required, present), slices.DeleteFunc(optional, present)
	}
	for _, list := range [][]graph.Param{required, optional} {
		for i, p := range list {
			t, _ := r.table.Own(p.Path)
			list[i].Path, list[i].Shape = t.Name, t.Shape
		}
	}
	return required, optional
}

// withoutFactors reports whether the file has none of the factors of normalisations that the
// layout may leave out: all or none, so that one which is missing is found.
func (r *reading) withoutFactors() bool {
	return !slices.ContainsFunc(r.table.Tensors, func(t namemap.Tensor) bool { return t.Absent && r.real[t.Name] != "" })
}

// tensor returns a tensor by its name in the net, in the net's order.
func (r *reading) tensor(p graph.Param) (tensor.Tensor, error) {
	if r.table == nil {
		return weights.Fetch(r.Store, p)
	}
	t, _ := r.table.Own(p.Path)
	if r.real[t.Name] == "" && t.Absent {
		ones := tensor.New(p.Shape...)
		for i := range ones.Data {
			ones.Data[i] = 1
		}
		return ones, nil
	}
	read, err := r.Store.Tensor(r.real[t.Name]) // whose shape may lack axes of size 1
	if err != nil || !t.Moves() {
		return tensor.Tensor{Shape: p.Shape, Data: read.Data}, err
	}
	var data []float32
	err = mapped.Guard(func() error { data = t.ToNet(read.Data); return nil })
	return tensor.Tensor{Shape: p.Shape, Data: data}, err
}

// plain reports whether the file has a tensor of the net as it is, and its name there.
func (r *reading) plain(p graph.Param) (name string, ok bool) {
	if r.table == nil {
		return p.Path, true
	}
	t, _ := r.table.Own(p.Path)
	return r.real[t.Name], r.real[t.Name] != "" && !t.Moves()
}

// forget says that a tensor will not be read again soon.
func (r *reading) forget(p graph.Param) {
	name := p.Path
	if r.table != nil {
		t, _ := r.table.Own(p.Path)
		name = r.real[t.Name]
	}
	r.Forget(name)
}

// moves reports whether any tensor is put in another order when it is read.
func (r *reading) moves() bool {
	return r.table != nil && slices.ContainsFunc(r.table.Tensors, func(t namemap.Tensor) bool { return t.Moves() })
}

// check compares the file with what the main path and these side heads need.
func (r *reading) check(n *Net, sides []string) error {
	required, optional := r.params(n, sides)
	return weights.Check(n.Name, r.names(), required, optional, r)
}

// readings are a store by the net's own names, and by those of each of its maps.
func (n *Net) readings(store weights.Store) []*reading {
	all := []*reading{by(store, nil)}
	for _, m := range n.result.Names {
		if m.Table != nil {
			all = append(all, by(store, m.Table))
		}
	}
	return all
}

// exact reports whether the file has just what the net needs, with every axis.
func (r *reading) exact(n *Net) bool {
	required, optional := r.params(n, nil)
	return weights.Fits(required, optional, r)
}

// readingOf decides by which names a file is read: those that were asked for, or else the net's own
// or the one map that fits.
func (w Weights) readingOf(n *Net, sides []string) (*reading, error) {
	if w.names != "" {
		table, err := n.table(w.names)
		if err != nil {
			return nil, err
		}
		r := by(w.store, table)
		return r, r.check(n, sides)
	}
	all := n.readings(w.store)
	best := all[0].check(n, sides)
	if best == nil {
		return all[0], nil
	}
	var fitting []*reading
	compared := 0
	for _, r := range all[1:] {
		err := r.check(n, sides)
		if err == nil && !slices.ContainsFunc(fitting, r.same) {
			fitting = append(fitting, r)
		}
		compared, best = compared+1, nearer(best, err)
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
	if fit, ok := best.(*FitError); ok && compared > 0 {
		fit.Note = fmt.Sprintf("the nearest of its own names and %d map%s of %s", compared, ending(compared), n.Name)
	}
	return nil, best
}

// same reports whether another map reads the file in the same way.
func (r *reading) same(other *reading) bool {
	return slices.EqualFunc(r.table.Tensors, other.table.Tensors, func(a, b namemap.Tensor) bool { return a.Same(&b) })
}

// nearer is the error with fewer differences, the first of two alike.
func nearer(a, b error) error {
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
