package main

import (
	"errors"
	"slices"

	"cnnlang/interp"
	"cnnlang/ops/dim"
)

// totalsDocument is cnnlang.totals/v1: the totals of several nets.
type totalsDocument struct {
	Schema      string           `json:"schema"`
	Definitions countDefinitions `json:"definitions"`
	Nets        []netTotals      `json:"nets"`
}

type netTotals struct {
	Net string `json:"net"`
	netEnds
	Params      *int         `json:"params"`
	ParamsSide  *int         `json:"params_side"`
	MACs        *int         `json:"macs"`
	MACsSide    *int         `json:"macs_side"`
	FLOPs       *int         `json:"flops"`
	FLOPsSide   *int         `json:"flops_side"`
	Activations int64        `json:"activations"` // numbers that convolutions and linear layers give for one image
	Uncounted   int          `json:"uncounted"`
	Memory      *memoryEntry `json:"memory,omitempty"`
	Require     []boundEntry `json:"require,omitempty"`
}

// paramsOfNets shows the totals of several nets, a row for each.
func (a *app) paramsOfNets(f *paramsFlags, nets []*interp.Net) error {
	switch {
	case f.format.value == "json":
		d := totalsDocument{Schema: "cnnlang.totals/v1", Definitions: definitions}
		for _, n := range nets {
			totals := totalsOf(n)
			totals.Memory, totals.Require = f.memoryOf(n), f.judged[n]
			d.Nets = append(d.Nets, totals)
		}
		return a.json(d)
	case f.memory:
		return a.grid(f.memoryGrid(nets), f.format.value)
	case f.format.value == "csv":
		return a.grid(netNumbers(nets, f.units.value), "csv")
	}
	if err := a.grid(netGrid(nets, f.units.value), f.format.value); err != nil {
		return err
	}
	return a.defined(f.format.value, columnsNamed(netColumns(f.units.value)), nets...)
}

// consistent checks flags that exclude each other, and refuses what is for one net where there are
// several.
func (f *paramsFlags) consistent(names []string) error {
	if f.require.given {
		if err := (interp.Conditions{Text: f.require.value, Name: requireName}).Err(); err != nil {
			return err
		}
	}
	switch {
	case f.weights.names.value != "" && !f.tensors && f.weights.weights.value == "":
		return usage("--names is for --tensors and --weights").withHelp("add --tensors")
	case several(f.memory, f.tensors, f.formula, f.against.given):
		return usage("--memory, --tensors, --formula and --against show different things").withHelp("ask for one of them")
	case f.shape.value != nil && f.batch.given:
		return usage("got --shape and --batch, want one of them").withHelp("the first size of --shape is the batch")
	case len(names) == 1:
		return nil
	}
	if flag := f.ofOneNet(); flag != "" {
		return usage("--%s is for one net, and got %d", flag, len(names)).withHelp("leave it out, or ask for each net by itself")
	}
	if i := slices.Index(names, "-"); i >= 0 && slices.Contains(names[i+1:], "-") {
		return usage("- is standard input, which can be read once, and two nets are -").withHelp("name a file in place of one of them")
	}
	return nil
}

// countedNets are the nets that are named, of a single file all that it declares where none is chosen.
func (a *app) countedNets(f *paramsFlags, names []string, images int) (nets []*interp.Net, err error) {
	for _, name := range names {
		n, err := a.net(&f.selection, name, images)
		var several *interp.NoNetError
		if errors.As(err, &several) && several.Name == "" && several.Runnable > 1 && several.Runnable == len(several.Nets) && len(names) == 1 && name != "-" && f.ofOneNet() == "" {
			return a.allOf(f, name, several.Nets, images)
		}
		if err != nil {
			return nil, err
		}
		nets = append(nets, n)
	}
	return nets, nil
}

// allOf are nets of one file.
func (a *app) allOf(f *paramsFlags, file string, names []string, images int) (nets []*interp.Net, err error) {
	defer func() { f.net.value = "" }()
	for _, name := range names {
		f.net.value = name
		n, err := a.net(&f.selection, file, images)
		if err != nil {
			return nil, err
		}
		nets = append(nets, n)
	}
	return nets, nil
}

// ofOneNet is a flag that is given and is for one net alone, "" for none.
func (f *paramsFlags) ofOneNet() string {
	for _, flag := range []struct {
		name  string
		given bool
	}{
		{"depth", f.depth.given}, {"columns", f.columns.given}, {"tensors", f.tensors}, {"formula", f.formula}, {"against", f.against.given}, {"net", f.net.given}, {"weights", f.weights.weights.given}, {"names", f.weights.names.given},
		{"key", f.weights.key.given}, {"rename", f.weights.renames.given}, {"layout", f.weights.layout.given},
	} {
		if flag.given {
			return flag.name
		}
	}
	return ""
}

// several reports whether more than one is true.
func several(flags ...bool) bool {
	first := slices.Index(flags, true)
	return first >= 0 && slices.Contains(flags[first+1:], true)
}

// netColumns are those that totals have, by their names for --columns.
func netColumns(units string) []string {
	if units == "timm" {
		return []string{"params", "macs", "activations"}
	}
	return []string{"params", "macs", "flops"}
}

func totalsOf(n *interp.Net) netTotals {
	return netTotals{
		Net: n.Name, netEnds: endsOf(n.Graph), Activations: n.Activations(), Uncounted: n.Graph.Uncounted(),
		Params: integer(n.Main.Params), MACs: integer(n.Main.MACs), FLOPs: integer(n.Main.FLOPs),
		ParamsSide: integer(n.Sides.Params), MACsSide: integer(n.Sides.MACs), FLOPsSide: integer(n.Sides.FLOPs),
	}
}

// netGrid has a row for each net, with columns for side heads if any net has them. In timm's
// units it has activations.
func netGrid(nets []*interp.Net, units string) grid {
	g := grid{columns: columnsOf("net", "input", "output")}
	sides := false
	for _, n := range nets {
		sides = sides || len(n.Graph.Sides) > 0
	}
	add := func(title string, kind unitKind) {
		g.columns = append(g.columns, column{unitTitle(title, units, kind), true})
	}
	add("params", unitParams)
	add("MACs", unitMACs)
	if units == "timm" {
		add("activations", unitActivations)
	} else {
		add("FLOPs", unitMACs)
	}
	if sides {
		add("side params", unitParams)
		add("side MACs", unitMACs)
	}
	for _, n := range nets {
		row := []any{n.Name, n.Graph.InputText(), n.Graph.OutputText(), inUnit(n.Main.Params, units, unitParams, false), inUnit(n.Main.MACs, units, unitMACs, false)}
		if units == "timm" {
			row = append(row, inUnit(dim.Int(int(n.Activations())), units, unitActivations, false))
		} else {
			row = append(row, inUnit(n.Main.FLOPs, units, unitMACs, false))
		}
		switch {
		case sides && len(n.Graph.Sides) > 0:
			row = append(row, inUnit(n.Sides.Params, units, unitParams, false), inUnit(n.Sides.MACs, units, unitMACs, false))
		case sides:
			row = append(row, "", "")
		}
		g.rows = append(g.rows, row)
	}
	return g
}

// netNumbers is the totals as a csv, with a column for each axis of the first input and output.
func netNumbers(nets []*interp.Net, units string) grid {
	titles := append(append([]string{"net"}, axesOf("input")...), axesOf("output")...)
	kinds := []unitKind{unitParams, unitMACs, unitMACs, unitActivations, unitParams, unitMACs, unitMACs}
	for i, title := range []string{"params", "macs", "flops", "activations", "params side", "macs side", "flops side"} {
		titles = append(titles, unitTitle(title, units, kinds[i]))
	}
	titles = append(titles, "other inputs", "other outputs")
	g := grid{columns: columnsOf(titles...)}
	for _, n := range nets {
		cells := append(append([]any{n.Name}, sizes(n.Graph.Input().Shape)...), sizes(n.Graph.Output().Shape)...)
		for i, count := range []dim.Size{n.Main.Params, n.Main.MACs, n.Main.FLOPs, dim.Int(int(n.Activations())), n.Sides.Params, n.Sides.MACs, n.Sides.FLOPs} {
			cells = append(cells, inUnit(count, units, kinds[i], true))
		}
		g.rows = append(g.rows, append(cells, n.Graph.OtherInputs(), n.Graph.OtherOutputs()))
	}
	return g
}
