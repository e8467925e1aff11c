package interp

import (
	"fmt"
	"slices"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/mapped"
	"cnnlang/interp/internal/namemap"
	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weights"
	"cnnlang/ops/tensor"
)

// A reading is a file, or tensors in memory, by the net's own names or one of its maps: where
// each tensor of the net comes from. binding.go chooses among the readings of a file.
type reading struct {
	weights.Store
	table   *namemap.Table           // nil for the net's own names, in the net's order of axes
	held    map[string]weights.Entry // by their names without the layout's suffix
	given   map[string]given         // tensors that the file lacks, by the net's own names
	turned  string                   // the orders of axes that are turned, as the file says them
	left    []weights.Entry          // of the file, that are passed over before names are compared
	over    []weights.Entry          // passed over then, by their names in the file
	notes   []string                 // how the file is read
	problem error                    // why it cannot be read so, or nil
}

// by reads a store by the names of a table, nil for the net's own.
func (n *Net) by(store weights.Store, table *namemap.Table, layout string) *reading {
	r := &reading{Store: store, table: table, held: map[string]weights.Entry{}}
	for _, e := range store.Entries() {
		base := r.base(e.Name)
		if _, taken := r.held[base]; taken {
			base = e.Name // two names for one tensor: this one is unexpected
		}
		r.held[base] = e
	}
	r.order(n, layout)
	r.give(n.Graph)
	return r
}

func (r *reading) base(name string) string {
	if r.table == nil {
		return name
	}
	return r.table.Map.Layout.Base(name)
}

// The orders of axes that a user can ask for, in place of what a file says: the net's own, and
// that of channels last.
const (
	layoutTorch = "torch"
	layoutKeras = "keras"
)

// order turns tensors whose axes are known to stand in another order.
func (r *reading) order(n *Net, layout string) {
	said, flattened := layout == layoutKeras, weightfile.ByPixel
	if layout == "" {
		flattened = aboutOf(r.Store).Flattened
		said = flattened != weightfile.Unsaid
		last := false
		for _, e := range r.held {
			said = said || e.Axes != weightfile.Unknown
			last = last || e.Axes == weightfile.HWIO || e.Axes == weightfile.HWIM || e.Axes == weightfile.HWOI
		}
		switch {
		case last && flattened == weightfile.Unsaid:
			flattened = weightfile.ByPixel
		case last && flattened == weightfile.ByChannel:
			r.notes = append(r.notes, "flattened maps are counted channel by channel, as the layers of the file say")
		}
	}
	if !said {
		return
	}
	table := r.table
	if table == nil {
		table = namemap.Own(n.Graph)
	}
	var axes func(string) (string, int)
	seen := map[string]bool{}
	if layout == "" {
		axes = func(name string) (string, int) {
			e := r.held[name]
			seen[string(e.Axes)] = true
			return string(e.Axes), len(e.Shape)
		}
	}
	turned, problems := table.Said(n.Graph, axes, flattened == weightfile.ByPixel, layout == "" && flattened == weightfile.ByChannel)
	if len(problems) > 0 {
		p := problems[0]
		r.problem = &weights.FileError{Path: r.Path(), Problem: fmt.Sprintf("has channels last, and behind step %s of %s the order of flattened maps is not known, so %s cannot be turned; "+
			"flatten next to the layer that reads it, or convert the file", p.Unknown.Path, n.Name, p.Tensor)}
	}
	r.table = turned
	if flattened == weightfile.Mixed {
		r.undecided(n, table, axes)
	}
	for _, o := range []weightfile.Axes{weightfile.HWIO, weightfile.HWIM, weightfile.HWOI, weightfile.IO} {
		if seen[string(o)] && r.moves() {
			r.turned += ", " + string(o)
		}
	}
	r.turned = strings.TrimPrefix(r.turned, ", ")
	if layout == "" && r.turned == "" && r.moves() {
		r.notes = append(r.notes, "turned what the file counts pixel by pixel of flattened maps")
	}
}

// undecided refuses a file of which it is not known how it counts flattened maps, if the net reads
// one of more than one pixel.
func (r *reading) undecided(n *Net, table *namemap.Table, axes func(string) (string, int)) {
	byPixel, _ := table.Said(n.Graph, axes, true, false)
	byChannel, _ := table.Said(n.Graph, axes, false, true)
	for i := range byChannel.Tensors {
		if t := &byChannel.Tensors[i]; !t.Same(&byPixel.Tensors[i]) {
			r.problem = &weights.FileError{Path: r.Path(), Tensor: t.Name, Problem: "counts a flattened map, in an order that is not known: the file's network turns maps before it flattens them, or has channels first in some and last in others; " +
				"convert it to PyTorch's order and save it as .npz"}
			return
		}
	}
}

// Entries are those of the file, without the layout's suffix.
func (r *reading) Entries() []weights.Entry {
	entries := r.Store.Entries()
	for i, e := range entries {
		if base := r.base(e.Name); r.held[base].Name == e.Name {
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

// called is a tensor of the net as it is called and shaped in the file.
func (r *reading) called(p graph.Param) graph.Param {
	if r.table != nil {
		t, _ := r.table.Own(p.Path)
		p.Path, p.Shape = t.Name, t.Shape
	}
	return p
}

// params are the tensors that the main path and these side heads need, and those of other
// heads, as they are called in the file.
func (r *reading) params(n *Net, sides []string) (required, optional []graph.Param) {
	required, optional = n.params(sides)
	for _, list := range []*[]graph.Param{&required, &optional} {
		var wanted []graph.Param
		for _, p := range *list {
			g, isGiven := r.given[p.Path]
			switch {
			case !isGiven:
				wanted = append(wanted, r.called(p))
			case g.from != "":
				wanted = append(wanted, graph.Param{Path: g.from, Shape: p.Shape})
			}
		}
		*list = wanted
	}
	return required, optional
}

// tensor returns a tensor by its name in the net, in the net's order.
func (r *reading) tensor(p graph.Param) (tensor.Tensor, error) {
	name, moved := r.called(p).Path, (*namemap.Tensor)(nil)
	if r.table != nil {
		moved, _ = r.table.Own(p.Path)
	}
	if g, ok := r.given[p.Path]; ok {
		if g.from == "" {
			return g.constant(p.Shape), nil
		}
		name, moved = g.from, nil
	}
	read, err := r.Store.Tensor(r.held[name].Name) // whose shape may lack axes of size 1
	if err != nil || moved == nil || !moved.Moves() {
		return tensor.Tensor{Shape: p.Shape, Data: read.Data}, err
	}
	var data []float32
	err = mapped.Guard(func() error { data = moved.ToNet(read.Data); return nil })
	return tensor.Tensor{Shape: p.Shape, Data: data}, err
}

// plain reports whether the file has a tensor of the net as it is, and its name there.
func (r *reading) plain(p graph.Param) (name string, ok bool) {
	if _, isGiven := r.given[p.Path]; isGiven {
		return "", false
	}
	e, held := r.held[r.called(p).Path]
	if r.table != nil {
		t, _ := r.table.Own(p.Path)
		held = held && !t.Moves()
	}
	return weights.NameIn(r.Store, e.Name), held
}

// forget says that a tensor will not be read again soon.
func (r *reading) forget(p graph.Param) {
	if _, ok := r.given[p.Path]; !ok {
		r.Forget(r.held[r.called(p).Path].Name)
	}
}

// moves reports whether any tensor is put in another order when it is read.
func (r *reading) moves() bool {
	return r.table != nil && slices.ContainsFunc(r.table.Tensors, func(t namemap.Tensor) bool { return t.Moves() })
}

// check compares the file with what the main path and these side heads need.
func (r *reading) check(n *Net, sides []string) error {
	if r.problem != nil {
		return r.problem
	}
	required, optional := r.params(n, sides)
	for _, p := range required {
		if e := r.held[p.Path]; e.Changed != "" {
			return e.Altered(r.Store)
		}
	}
	over, err := weights.Check(n.Name, r.names(), required, optional, r)
	for i := range over {
		over[i].Name = weights.NameIn(r.Store, r.held[over[i].Name].Name)
	}
	r.over = over
	if fit, ok := err.(*FitError); ok && fit.Segment != nil {
		if r.table != nil { // whose names are not those of steps
			fit.Segment = nil
			return fit
		}
		for _, s := range n.Graph.Steps {
			if s.Path == fit.Segment.Path {
				fit.Segment.Place = fmt.Sprintf("%s:%d", s.Span.Start.Filename, s.Span.Start.Line)
			}
		}
	}
	return err
}

// exact reports whether the file has just what the net needs, with every axis.
func (r *reading) exact(n *Net) bool {
	required, optional := r.params(n, nil)
	return r.problem == nil && weights.Fits(required, optional, r)
}

// same reports whether another map reads the file in the same way.
func (r *reading) same(other *reading) bool {
	return slices.EqualFunc(r.table.Tensors, other.table.Tensors, func(a, b namemap.Tensor) bool { return a.Same(&b) })
}

// String tells where every tensor comes from: two readings of a file with the same text give
// the same numbers.
func (r *reading) String() string {
	var b strings.Builder
	if r.table != nil {
		b.WriteString(r.table.String())
	}
	if _, renamed := r.Store.(*weights.Aliased); renamed {
		for _, e := range r.Store.Entries() {
			fmt.Fprintf(&b, "%q %q\n", e.Name, weights.NameIn(r.Store, e.Name))
		}
	}
	fmt.Fprintf(&b, "%v", r.given) // in the order of its keys
	return b.String()
}

// sides are the side heads of which the file holds any tensor.
func (r *reading) sides(n *Net) (names []string) {
	for _, node := range n.Graph.Nodes {
		if node.Side == nil || slices.Contains(names, node.Side.Name) {
			continue
		}
		for _, p := range node.Params {
			if _, held := r.held[r.called(p).Path]; held {
				names = append(names, node.Side.Name)
				break
			}
		}
	}
	return names
}
