package main

import (
	"fmt"
	"slices"
	"strings"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/ops/dim"
)

// tensorGrid lists tensors, with a map by their names in its files.
func tensorGrid(list []paramsTensor, names string) grid {
	if names == "" {
		g := grid{columns: []column{{"name", false}, {"shape", false}, {"elements", true}, {"kind", false}}}
		for _, t := range list {
			g.rows = append(g.rows, []any{t.Name, dim.Shaped(t.Shape...), dim.Shaped(t.Shape...).Product(), t.Kind})
		}
		return g
	}
	g := grid{columns: []column{{"name", false}, {"shape", false}, {"here", false}, {"axes", false}, {"kind", false}}}
	for _, t := range list {
		axes := ""
		if t.Axes != nil {
			axes = strings.Join(strings.Fields(fmt.Sprint(t.Axes)), ", ")
		}
		if t.Flat != nil {
			axes += fmt.Sprintf(" of %dx%dx%d", t.Flat[0], t.Flat[1], t.Flat[2])
		}
		g.rows = append(g.rows, []any{t.Name, dim.Shaped(t.Shape...), t.Here, axes, t.Kind})
	}
	return g
}

// tensorsOf lists the tensors of a net, by its own names or those of a map.
func tensorsOf(n *interp.Net, names string) ([]paramsTensor, error) {
	list := []paramsTensor{}
	if names == "" {
		for _, p := range n.Graph.Params(true) {
			list = append(list, paramsTensor{Name: p.Path, Shape: p.Shape, Kind: tensorKind(p)})
		}
		return list, nil
	}
	tensors, err := n.Tensors(names)
	for _, t := range tensors {
		p := paramsTensor{Name: t.Name, Shape: t.Shape, Kind: tensorKind(t.Own), Here: t.Own.Path, Flat: t.Flat}
		if !slices.IsSorted(t.Axes) {
			p.Axes = t.Axes
		}
		list = append(list, p)
	}
	return list, err
}

func tensorKind(p graph.Param) string {
	if p.Running {
		return "statistic"
	}
	return "parameter"
}
