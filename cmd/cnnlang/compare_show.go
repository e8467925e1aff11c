package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"cnnlang/interp/chart"
	"cnnlang/ops/exec/task"
)

// compareTable writes a row for each net.
func (a *app) compareTable(c *comparison, f *compareFlags) error {
	csv := f.format.value == "csv"
	if err := a.grid(c.grid(f, csv), f.format.value); err != nil || csv {
		return err
	}
	notes := append(c.notes(f), c.about()...)
	mark := ""
	if f.format.value == "md" {
		mark = "- "
	}
	fmt.Fprintln(a.stdout)
	for _, note := range notes {
		fmt.Fprintln(a.stdout, mark+visibleName(note))
	}
	return nil
}

func (c *comparison) grid(f *compareFlags, csv bool) grid {
	inputs := []string{"input"}
	if csv {
		inputs = axesOf("input")
	}
	g := grid{columns: append(columnsOf(append([]string{"net"}, inputs...)...), column{"top-1", true})}
	other := csv || slices.ContainsFunc(c.nets, func(n *compared) bool { return n.accuracy.Top1 > 0 && n.accuracy.Tested != c.tested })
	if other {
		g.columns = append(g.columns, column{"tested on", false})
	}
	g.columns = append(g.columns, column{"params", true}, column{"MACs", true}, column{"memory", true})
	if f.bench {
		g.columns = append(g.columns, column{"latency ms", true})
	}
	g.columns = append(g.columns, column{"front", false})
	if csv {
		g.columns = append(g.columns, column{"other inputs", false})
	}
	yes, no := "yes", ""
	if csv {
		yes, no = "true", "false"
	}
	for _, n := range c.nets {
		row := []any{n.label, n.Graph.InputText()}
		if csv {
			row = append(row[:1], sizes(n.Graph.Input().Shape)...)
		}
		if n.accuracy.Top1 > 0 {
			row = append(row, digitsTo(n.accuracy.Top1, 3))
		} else {
			row = append(row, unknownCell(csv))
		}
		if other {
			row = append(row, n.accuracy.Tested)
		}
		row = append(row, n.Main.Params, n.Main.MACs, byteCount(n.memory.Total()))
		if f.bench {
			row = append(row, fmt.Sprintf("%.2f", milliseconds(n.latency.Median)))
		}
		front := no
		if n.front {
			front = yes
		}
		row = append(row, front)
		if csv {
			row = append(row, n.Graph.OtherInputs())
		}
		g.rows = append(g.rows, row)
	}
	return g
}

// notes say what the numbers of a table are.
func (c *comparison) notes(f *compareFlags) (notes []string) {
	notes = append(notes, fmt.Sprintf("front: no other net has both %s and %s, or one of them with the other equal", c.x.better, c.y.better))
	if slices.ContainsFunc(c.nets, func(n *compared) bool { return n.accuracy.Top1 == 0 }) {
		notes = append(notes, "–: no accuracy is published for weights of the net as it is")
	}
	if c.x.name == "top1" || c.y.name == "top1" {
		for _, w := range c.without() {
			if w.elsewhere {
				notes = append(notes, "not on the front, "+w.reason+": "+w.names())
			}
		}
	}
	run := c.run(f)
	notes = append(notes, "memory: what a run "+run+" takes, as it is planned")
	if f.bench {
		notes = append(notes, "latency: median of a run "+run+" on this machine, with generated weights")
	}
	return notes
}

// run says what a run is, as in: a run of 1 image on 2 threads in f32.
func (c *comparison) run(f *compareFlags) string {
	images := "their own batches"
	first := c.nets[0].Graph.Input().Shape[0]
	if !slices.ContainsFunc(c.nets, func(n *compared) bool { return n.Graph.Input().Shape[0] != first }) {
		images = counted(int64(first), "image")
	}
	return fmt.Sprintf("of %s on %s in %v", images, counted(int64(cmp.Or(f.threads.value[0], task.Threads())), "thread"), f.precision.value[0])
}

// about says where accuracy comes from.
func (c *comparison) about() []string {
	if c.tested == "" {
		return nil
	}
	var sources []string
	for _, n := range c.nets {
		if w := n.accuracy; w.Top1 > 0 && w.Tested == c.tested {
			if source := strings.TrimSpace(w.Publisher + " " + w.Results); !slices.Contains(sources, source) {
				sources = append(sources, source)
			}
		}
	}
	return []string{fmt.Sprintf("top-1: per cent of the validation images of %s whose class has the highest output, as published for the usual weights by %s", c.tested, strings.Join(sources, ", "))}
}

// compareChart draws the nets.
func (a *app) compareChart(c *comparison, f *compareFlags) error {
	d := &chart.Chart{Title: upper(c.y.axis.Name) + " over " + c.x.axis.Name, X: c.x.axis, Y: c.y.axis}
	var area *quantity
	for _, name := range []string{"macs", "params"} {
		if q := quantityOf(name); q != c.x && q != c.y && c.x.name != "flops" {
			area, d.Area = q, q.axis
		}
	}
	for _, n := range c.nets {
		x, y, known := c.both(n)
		size := 0.0
		if area != nil && known {
			size, known = area.of(c, n)
		}
		if !known {
			continue
		}
		d.Balls = append(d.Balls, chart.Ball{Name: n.label, X: x, Y: y, Area: size})
	}
	if len(d.Balls) == 0 {
		return usage("of no net both %s and %s are known, so there is nothing to draw", c.x.name, c.y.name).withHelp("choose others by --x and --y")
	}
	d.Notes = c.chartNotes(f)
	return d.SVG(a.stdout)
}

// chartNotes are the sentences below a picture.
func (c *comparison) chartNotes(f *compareFlags) (notes []string) {
	about := c.about()
	if c.x.name != "top1" && c.y.name != "top1" {
		about = nil
	}
	for _, note := range about {
		notes = append(notes, strings.ReplaceAll(upper(note), "https://", "")+".")
	}
	run := c.run(f)
	for _, q := range []*quantity{c.x, c.y} {
		switch q.name {
		case "memory":
			notes = append(notes, "Memory: what a run "+run+" takes, as it is planned.")
		case latency:
			notes = append(notes, "Latency: median of a run "+run+" on the machine that drew this.")
		}
	}
	notes = append(notes, "Parameters, MACs and FLOPs are counted without side heads, for one image of the size that each net takes"+c.sizesTaken()+".")
	for _, w := range c.without() {
		notes = append(notes, "Not drawn, "+w.reason+": "+w.names()+".")
	}
	return notes
}

// upper is a sentence with a capital letter.
func upper(text string) string { return strings.ToUpper(text[:1]) + text[1:] }
