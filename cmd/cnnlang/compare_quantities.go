package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"cnnlang/interp/chart"
	"cnnlang/ops/dim"
)

// A quantity is what nets are compared by.
type quantity struct {
	name   string
	words  string // what it is, for help
	better string // as in: no other net has …
	axis   chart.Axis
	of     func(c *comparison, n *compared) (value float64, known bool)
}

// latency is the quantity that has to be measured.
const latency = "latency"

var quantities = []*quantity{
	{"top1", "how many per cent of images are classified right, as published", "a higher top-1",
		chart.Axis{Name: "top-1 accuracy", Unit: chart.PerCent, More: true}, (*comparison).top1},
	{"params", definitions.Params, "fewer parameters", chart.Axis{Name: "parameters"},
		func(_ *comparison, n *compared) (float64, bool) { return inRange(n.Main.Params) }},
	{"macs", "multiply-accumulates for one image", "fewer MACs", chart.Axis{Name: "MACs"},
		func(_ *comparison, n *compared) (float64, bool) { return inRange(n.Main.MACs) }},
	{"flops", "floating point operations for one image", "fewer FLOPs", chart.Axis{Name: "FLOPs"},
		func(_ *comparison, n *compared) (float64, bool) { return inRange(n.Main.FLOPs) }},
	{"memory", "what a run takes, as it is planned", "less memory", chart.Axis{Name: "memory of a run", Unit: chart.Bytes},
		func(_ *comparison, n *compared) (float64, bool) { return float64(n.memory.Total()), true }},
	{latency, "how long a run takes, with --bench", "a lower latency", chart.Axis{Name: "latency of a run", Unit: chart.Time},
		func(_ *comparison, n *compared) (float64, bool) { return float64(milliseconds(n.latency.Median)), true }},
}

func inRange(n dim.Size) (float64, bool) {
	_, ok := n.Int()
	return n.Float(), ok
}

// top1 is known of nets that were tested on the same images as most others.
func (c *comparison) top1(n *compared) (float64, bool) {
	return n.accuracy.Top1, n.accuracy.Top1 > 0 && n.accuracy.Tested == c.tested
}

func namesOfQuantities() (names []string) {
	for _, q := range quantities {
		names = append(names, q.name)
	}
	return names
}

func quantityNames() string { return strings.Join(namesOfQuantities(), ", ") }

func quantitiesHelp() string {
	var b strings.Builder
	for _, q := range quantities {
		fmt.Fprintf(&b, "  %-8s  %s\n", q.name, q.words)
	}
	return b.String()
}

// quantityOption is the name of a quantity, "" for the usual one.
func quantityOption() *option[string] {
	o := choiceOf(namesOfQuantities()...)
	o.value = ""
	return o
}

func quantityOf(name string) *quantity {
	return quantities[slices.IndexFunc(quantities, func(q *quantity) bool { return q.name == name })]
}

// both are the two quantities of a net, if both are known.
func (c *comparison) both(n *compared) (x, y float64, known bool) {
	x, ok := c.x.of(c, n)
	y, ok2 := c.y.of(c, n)
	return x, y, ok && ok2
}

// rank finds the front among nets of which both quantities are known, and puts the nets in order.
func (c *comparison) rank() {
	var points []chart.Point
	var of []*compared
	for _, n := range c.nets {
		if x, y, known := c.both(n); known {
			points, of = append(points, chart.Point{X: x, Y: y}), append(of, n)
		}
	}
	for i, on := range chart.Front(points, c.x.axis.More, c.y.axis.More) {
		of[i].front = on
	}
	slices.SortStableFunc(c.nets, func(a, b *compared) int {
		return cmp.Or(c.x.order(c, a, b, false), c.y.order(c, a, b, c.y.axis.More), cmp.Compare(a.label, b.label))
	})
}

// order compares two nets by a quantity, the least first or the most; those of which it is not known are last.
func (q *quantity) order(c *comparison, a, b *compared, most bool) int {
	x, knownX := q.of(c, a)
	y, knownY := q.of(c, b)
	switch {
	case knownX != knownY && knownX:
		return -1
	case knownX != knownY:
		return 1
	case !knownX:
		return 0
	case most:
		x, y = y, x
	}
	return cmp.Compare(x, y)
}
