package main

import (
	"fmt"
	"math"
	"reflect"
	"strings"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// A paramsColumn is what --columns chooses for the rows of a net.
type paramsColumn struct {
	name, title string
	meaning     string
	unit        unitKind
	right       bool
	titles      []string // in a csv, where it has other columns there
	cell        func(*rowFacts) any
	numbers     func(*rowFacts) []any // those of titles, nil for the cell
	total       func(*rowFacts) any   // nil for columns that have no sum
}

// usualColumns are shown without --columns.
var usualColumns = []string{"kind", "output", "params", "macs", "flops"}

// paramsColumns is all of them, in the order of `--columns all`.
var paramsColumns = []paramsColumn{
	{name: "kind", title: "kind", meaning: "the block or operation", cell: func(m *rowFacts) any { return m.kindText() }},
	pairColumn("kernel", "the kernel or window of an operation", func(w ops.Window) dim.Pair { return w.K }),
	pairColumn("stride", "its stride", func(w ops.Window) dim.Pair { return w.Stride }),
	pairColumn("dilation", "its dilation", func(w ops.Window) dim.Pair { return w.Dilation }),
	{name: "groups", title: "groups", meaning: "the groups of a convolution", right: true, cell: func(m *rowFacts) any { return m.groups() }},
	{name: "output", title: "output", meaning: "the shape of the value", titles: axesOf("output"),
		cell: func(m *rowFacts) any { return m.outputText() }, numbers: func(m *rowFacts) []any { return sizes(m.Output) }},
	sumColumn("params", "params", "learned numbers", unitParams, func(m *rowFacts) any { return m.Params }),
	sumColumn("share", "share", "the share of the net's parameters", unitNone, func(m *rowFacts) any { return m.share() }),
	sumColumn("macs", "MACs", "multiply-accumulates", unitMACs, func(m *rowFacts) any { return m.MACs }),
	sumColumn("flops", "FLOPs", "floating point operations", unitMACs, func(m *rowFacts) any { return m.FLOPs }),
	sumColumn("activations", "activations", "numbers that convolutions and linear layers give", unitActivations, func(m *rowFacts) any { return m.activations }),
	sumColumn("values", "values", "bytes of all its values in float32, whether they live at one time or not", unitBytes, func(m *rowFacts) any { return m.bytes.Values }),
	sumColumn("weights", "weights", "bytes of the tensors in float32, running statistics too", unitBytes, func(m *rowFacts) any { return m.bytes.Weights }),
	sumColumn("weights16", "in 16 bits", "bytes of the tensors in float16 or bfloat16", unitBytes, func(m *rowFacts) any { return m.bytes.Weights.Quo(dim.Int(2)) }),
	{name: "field", title: "field", meaning: "the receptive field: pixels of the input that a position of the value sees, padding included",
		titles: []string{"field H", "field W"}, cell: func(m *rowFacts) any { return m.fieldText() }, numbers: func(m *rowFacts) []any { return m.fieldNumbers() }},
	{name: "field_stride", title: "field stride", meaning: "pixels of the input from one position to the next, 0 if all see the same",
		titles: []string{"field stride H", "field stride W"}, cell: func(m *rowFacts) any { return m.strideText() }, numbers: func(m *rowFacts) []any { return m.strideNumbers() }},
	{name: "field_padding", title: "in padding", meaning: "the share of the field that lies in padding at the corner of the value", right: true,
		cell: func(m *rowFacts) any { return m.paddingText() }, titles: []string{"field padding"}, numbers: func(m *rowFacts) []any { return m.paddingNumber() }},
	{name: "intensity", title: "FLOPs/byte", meaning: "FLOPs for each byte of inputs, weights and values", right: true, titles: []string{"intensity"},
		cell: func(m *rowFacts) any { return m.intensityText() }, total: func(m *rowFacts) any { return m.intensityText() }},
}

// sumColumn is a column that adds up to its total.
func sumColumn(name, title, meaning string, unit unitKind, cell func(*rowFacts) any) paramsColumn {
	return paramsColumn{name: name, title: title, meaning: meaning, unit: unit, right: true, titles: []string{name}, cell: cell, total: cell}
}

// pairColumn is a column of an operation with windows.
func pairColumn(name, meaning string, of func(ops.Window) dim.Pair) paramsColumn {
	return paramsColumn{name: name, title: name, meaning: meaning, titles: []string{name + " H", name + " W"},
		cell: func(m *rowFacts) any {
			if w, ok := m.windows(); ok {
				return of(w)
			}
			return ""
		},
		numbers: func(m *rowFacts) []any {
			if w, ok := m.windows(); ok {
				return []any{of(w).H, of(w).W}
			}
			return []any{"", ""}
		}}
}

// columnNames are the values of --columns.
func columnNames() (names []string) {
	for _, c := range paramsColumns {
		names = append(names, c.name)
	}
	return append(names, "all")
}

// columnsHelp says what they are.
func columnsHelp() string {
	var b strings.Builder
	for _, c := range paramsColumns {
		fmt.Fprintf(&b, "  %-14s %s\n", c.name, c.meaning)
	}
	return b.String()
}

// chosen are the columns that the flags ask for: in timm's units those of its tables, unless
// they say otherwise.
func (f *paramsFlags) chosen() []paramsColumn {
	names := f.columns.value
	if f.units.value == "timm" && !f.columns.given {
		names = []string{"kind", "output", "params", "macs", "activations"}
	}
	return columnsNamed(names)
}

func columnsNamed(names []string) (columns []paramsColumn) {
	for _, name := range names {
		for _, c := range paramsColumns {
			if c.name == name || name == "all" {
				columns = append(columns, c)
			}
		}
	}
	return columns
}

// A rowFacts is a row with what columns say of it.
type rowFacts struct {
	graph.Row
	bytes       graph.Bytes
	activations dim.Size
	all         graph.Count // the total that it is a share of
	fields      [2]graph.Field
}

// factsOf adds to rows what columns say, and sums them: the totals of the main path and of side
// heads.
func factsOf(n *interp.Net, rows []graph.Row) (list []*rowFacts, main, sides *rowFacts) {
	height, width := n.Graph.Fields(dim.Height), n.Graph.Fields(dim.Width)
	main, sides = &rowFacts{all: n.Main, activations: dim.Int(0)}, &rowFacts{all: n.Sides, activations: dim.Int(0)}
	main.Count, sides.Count = n.Main, n.Sides
	for _, r := range rows {
		m := &rowFacts{Row: r, all: n.Main, activations: dim.Int(0)}
		sum := main
		if r.Side {
			m.all, sum = n.Sides, sides
		}
		for _, node := range r.Nodes {
			m.bytes, m.activations = m.bytes.Add(node.Bytes()), m.activations.Add(dim.Int(int(node.Activations())))
		}
		if r.Value != nil {
			m.fields = [2]graph.Field{height[r.Value.ID], width[r.Value.ID]}
		}
		sum.bytes, sum.activations = sum.bytes.Add(m.bytes), sum.activations.Add(m.activations)
		list = append(list, m)
	}
	return list, main, sides
}

func (m *rowFacts) outputText() any {
	switch {
	case m.List > 0:
		return fmt.Sprintf("list of %d", m.List)
	case m.Items > 0 && m.Output == nil:
		return "several"
	}
	return m.Output
}

// kindText is what a row is, and to how many items of a list it is applied.
func (m *rowFacts) kindText() string {
	if m.Items > 0 {
		return fmt.Sprintf("%s ×%d", m.Kind, m.Items)
	}
	return m.Kind
}

// op is the operation of a row that is one, whether or not for several items.
func (m *rowFacts) op() ops.Op {
	if len(m.Nodes) == 0 {
		return nil
	}
	for _, n := range m.Nodes[1:] {
		if n.Module() != m.Path || !reflect.DeepEqual(n.Op, m.Nodes[0].Op) {
			return nil
		}
	}
	return m.Nodes[0].Op
}

// windows are those of a row that is one operation with windows.
func (m *rowFacts) windows() (ops.Window, bool) {
	return ops.WindowOf(m.op())
}

func (m *rowFacts) groups() any {
	if c, ok := m.op().(*ops.Conv); ok {
		return c.Groups
	}
	return ""
}

// share is the parameters' share of their total, in percent.
func (m *rowFacts) share() any {
	if m.all.Params.Float() == 0 {
		return percentage(0)
	}
	return percentage(m.Params.Float() / m.all.Params.Float())
}

// A percentage is 12.3 % in a table and 0.123 in a csv.
type percentage float64

func (p percentage) String() string { return fmt.Sprintf("%.1f %%", 100*float64(p)) }

// intensity is how many FLOPs there are for each byte that is moved.
func (m *rowFacts) intensity() float64 {
	if m.bytes.Moved.Float() == 0 {
		return 0
	}
	return m.FLOPs.Float() / m.bytes.Moved.Float()
}

func (m *rowFacts) intensityText() any {
	if math.IsNaN(m.intensity()) {
		return outOfRange
	}
	return fmt.Sprintf("%.2f", m.intensity())
}

// seen reports whether the row's value depends on pixels in a way that is known.
func (m *rowFacts) seen() bool { return m.fields[0].Size() > 0 && m.fields[1].Size() > 0 }

func (m *rowFacts) fieldText() any { return perAxis(m.fieldNumbers()) }

func (m *rowFacts) fieldNumbers() []any {
	if !m.seen() {
		return []any{"", ""}
	}
	return []any{m.fields[0].Size(), m.fields[1].Size()}
}

func (m *rowFacts) strideText() any { return perAxis(m.strideNumbers()) }

func (m *rowFacts) strideNumbers() []any {
	cells := []any{"", ""}
	for i := range m.fields {
		if s, ok := m.fields[i].Stride(); ok {
			cells[i] = s
		}
	}
	return cells
}

// perAxis joins the numbers of both axes: 7x7.
func perAxis(cells []any) any {
	if cells[0] == "" || cells[1] == "" {
		return ""
	}
	return fmt.Sprintf("%vx%v", cells[0], cells[1])
}

// padding is the share of the field at a corner that lies in padding.
func (m *rowFacts) padding() float64 {
	return 1 - (1-m.fields[0].Padding())*(1-m.fields[1].Padding())
}

func (m *rowFacts) paddingText() any {
	if !m.seen() {
		return ""
	}
	return percentage(m.padding())
}

func (m *rowFacts) paddingNumber() []any {
	if !m.seen() {
		return []any{""}
	}
	return []any{percentage(m.padding())}
}
