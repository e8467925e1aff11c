package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"cnnlang/interp"
	"cnnlang/interp/compare"
	"cnnlang/interp/graph"
	"cnnlang/ops/exec/layout"
)

// A side is what one argument of diff stands for: nets by their names, in order.
type side struct {
	argument string
	nets     []*interp.Net
}

// sideOptions are the flags that choose the nets of both sides: sizes are those of both, and of two names of nets
// the first is for the first side.
type sideOptions struct {
	sizes *selection
	nets  []string
}

// of is what chooses the nets of a side.
func (o sideOptions) of(i int) *selection {
	net := *o.sizes.net
	if len(o.nets) > 0 {
		net.value, net.given = o.nets[min(i, len(o.nets)-1)], true
	}
	return &selection{net: &net, set: o.sizes.set, shape: o.sizes.shape}
}

// netsOfSides is a flag for the net of each side, or of both.
func netsOfSides() *option[[]string] {
	o := manyOf("NAME", textOf("NAME").parse)
	parse := o.parse
	o.parse = func(text string) ([]string, error) {
		if len(o.value) == 2 {
			return nil, fmt.Errorf("it names the net of the first file, %q, and of the second, %q, already", o.value[0], o.value[1])
		}
		return parse(text)
	}
	return o
}

// usable refuses names of nets for arguments that have none to choose from.
func (o sideOptions) usable(args []string) error {
	for i, argument := range args {
		other := args[len(args)-1-i]
		if len(o.nets) > 0 && !isFile(argument) && (len(o.nets) == 2 || !isFile(other)) {
			return usage("--net is for a file that declares several nets, and %s is a net of the library", argument).
				withHelp("leave out --net %s", o.nets[min(i, len(o.nets)-1)])
		}
	}
	return nil
}

// side makes the nets of an argument: all of a file's that can be made, or the one that is named.
func (a *app) side(s *selection, argument string) (*side, error) {
	p, err := a.program(argument)
	if err != nil {
		return nil, err
	}
	return netsOf(s, argument, p)
}

func netsOf(s *selection, argument string, p *interp.Program) (*side, error) {
	opts, err := s.options()
	if err != nil {
		return nil, err
	}
	names := []string{opts.Net}
	switch {
	case !isFile(argument):
		names = []string{""}
	case opts.Net == "" && len(p.Main.Nets()) > 0:
		names = p.Stands()
	}
	list := &side{argument: argument}
	for _, name := range names {
		opts.Net = name
		n, err := p.Net(opts) // which says so if there is none
		if err != nil {
			return nil, err
		}
		list.nets = append(list.nets, n)
	}
	return list, nil
}

// sidesOf compares what two arguments stand for.
func (a *app) sidesOf(s sideOptions, args []string) (*netDiffs, error) {
	if err := s.usable(args); err != nil {
		return nil, err
	}
	before, err := a.side(s.of(0), args[0])
	if err != nil {
		return nil, err
	}
	after, err := a.side(s.of(1), args[1])
	if err != nil {
		return nil, err
	}
	return compareSides(before, after), nil
}

// netDiffs are the differences of the nets of two sides.
type netDiffs struct {
	before, after *side
	pairs         []*netDiff
	gone, added   []*interp.Net // nets of one side alone
}

// compareSides compares nets of one name, or the only two.
func compareSides(before, after *side) *netDiffs {
	d := &netDiffs{before: before, after: after}
	if len(before.nets) == 1 && len(after.nets) == 1 {
		d.pairs = append(d.pairs, diffOf(before.nets[0], after.nets[0]))
		return d
	}
	named := func(list []*interp.Net, name string) *interp.Net {
		if i := slices.IndexFunc(list, func(n *interp.Net) bool { return n.Name == name }); i >= 0 {
			return list[i]
		}
		return nil
	}
	for _, n := range before.nets {
		if m := named(after.nets, n.Name); m != nil {
			d.pairs = append(d.pairs, diffOf(n, m))
		} else {
			d.gone = append(d.gone, n)
		}
	}
	for _, n := range after.nets {
		if named(before.nets, n.Name) == nil {
			d.added = append(d.added, n)
		}
	}
	return d
}

// A netDiff is how one net differs from another.
type netDiff struct {
	*compare.Diff
	a, b          *interp.Net
	before, after []*graph.Part // their outlines
}

func diffOf(a, b *interp.Net) *netDiff {
	x, y := a.Outline(), b.Outline()
	return &netDiff{compare.Nets(compare.Net{Graph: a.Graph, Outline: x}, compare.Net{Graph: b.Graph, Outline: y}), a, b, x, y}
}

// memory is what a run of each takes.
func (p *netDiff) memory(ctx context.Context) (a, b *memoryEntry, err error) {
	if err := knownISA(); err != nil {
		return nil, nil, err
	}
	of := func(n *interp.Net) *memoryEntry {
		m, failure := n.Memory(ctx, interp.Options{Threads: 1})
		err = cmp.Or(err, failure)
		return memoryEntryOf(m, n, 1, layout.F32)
	}
	a, b = of(p.a), of(p.b)
	return a, b, err
}

func (d *netDiffs) differs() bool {
	return len(d.gone)+len(d.added) > 0 || slices.ContainsFunc(d.pairs, func(p *netDiff) bool { return !p.Empty() })
}
