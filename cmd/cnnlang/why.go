package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"cnnlang/interp"
	"cnnlang/ops/dim"
)

// whyDocument is cnnlang.why/v1: for each axis the steps that changed its size,
// from the input on.
type whyDocument struct {
	Schema string    `json:"schema"`
	Net    string    `json:"net"`
	Path   string    `json:"path"`
	Call   string    `json:"call"`
	Shape  []int     `json:"shape"`
	Axes   []whyAxis `json:"axes"`
}

type whyAxis struct {
	Axis  string    `json:"axis"`
	Index int       `json:"index"`
	Size  int       `json:"size"`
	Steps []whyStep `json:"steps"`
}

type whyStep struct {
	Size   int    `json:"size"`
	Path   string `json:"path"`
	Call   string `json:"call,omitempty"`
	Reason string `json:"reason,omitempty"`
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

// why is `cnnlang why`.
func (a *app) why() *cobra.Command {
	var s selection
	cmd := &cobra.Command{
		Use:   "why FILE|NAME PATH [AXIS]",
		Short: "Explain the sizes of a step",
		Long: "why follows each axis of a step's value back to the input and lists the steps that\n" +
			"changed its size: the new size, the step, and the argument that caused it. PATH is\n" +
			"the path of a step, as `cnnlang params --depth all` lists them, `input` or `output`;\n" +
			"AXIS is batch, channels, height or width, or N, C, H, W, or a number from 0.",
		Example: "  cnnlang why resnet50 layer3.0\n" +
			"  cnnlang why googlenet inception4a channels\n" +
			"  cnnlang why my.cnn output --shape 1x3x320x320",
		Args:              arguments(2, 3, "the FILE or NAME of a net, or the PATH of a step"),
		ValidArgsFunction: completeNets,
	}
	s.flags(cmd)
	format := formatFlag(cmd, tableFormats)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		axis := ""
		if len(args) == 3 {
			var err error
			if axis, err = axisOf(args[2]); err != nil {
				return err
			}
		}
		n, err := a.net(&s, args[0], 0)
		if err != nil {
			return err
		}
		w, err := n.Why(args[1])
		if err != nil {
			return err
		}
		if axis != "" {
			w.Axes = slices.DeleteFunc(w.Axes, func(h interp.AxisHistory) bool { return h.Name != axis })
			if len(w.Axes) == 0 {
				return usage("the value of %s is %v, which has no %s", w.Path, w.Shape, axis)
			}
		}
		if format.value == "json" {
			return a.json(whyDocumentOf(n, w))
		}
		return a.whyTable(n, w, format.value)
	}
	return cmd
}

// axisOf parses an axis: its name, letter or number.
func axisOf(text string) (string, error) {
	var names []string
	for i, letter := range dim.Letters() {
		name := dim.Axis(i).String()
		if strings.EqualFold(text, name) || strings.EqualFold(text, letter) || text == fmt.Sprint(i) {
			return name, nil
		}
		names = append(names, name)
	}
	axes := fmt.Sprintf("the axes are %s, or %s, or 0 to %d", strings.Join(names, ", "), strings.Join(dim.Letters(), ", "), len(names)-1)
	return "", usage("there is no axis %q", text).near(text, names, "did you mean %s?", axes)
}

// whyTable writes a row for each change; axes with the same history share rows, and people
// read their names once.
func (a *app) whyTable(n *interp.Net, w *interp.Why, format string) error {
	if format != "csv" {
		fmt.Fprintf(a.stdout, "%s of %s is %v\n\n", w.Path, n.Name, w.Shape)
	}
	g := grid{columns: []column{{"axis", false}, {"size", true}, {"step", false}, {"by", false}, {"where", false}}}
	for i := 0; i < len(w.Axes); {
		names, first := w.Axes[i].Name, i
		for i++; i < len(w.Axes) && slices.EqualFunc(w.Axes[i].Changes, w.Axes[first].Changes, together); i++ {
			names += ", " + w.Axes[i].Name
		}
		for _, c := range w.Axes[first].Changes {
			at := c.Span.Start
			g.rows = append(g.rows, []any{names, fmt.Sprint(c.Size), c.Path, by(c), fmt.Sprintf("%s:%d", at.Filename, at.Line)})
			if format != "csv" {
				names = ""
			}
		}
	}
	return a.grid(g, format)
}

// together reports whether two axes are changed alike.
func together(a, b interp.Change) bool {
	return a.Size == b.Size && a.Path == b.Path && a.Reason == b.Reason && a.Span.Start.Line == b.Span.Start.Line
}

// by is the call of a step and the argument that changed the size.
func by(c interp.Change) string {
	if c.Reason == "" {
		return c.Call
	}
	return c.Call + " (" + c.Reason + ")"
}

func whyDocumentOf(n *interp.Net, w *interp.Why) whyDocument {
	d := whyDocument{Schema: "cnnlang.why/v1", Net: n.Name, Path: w.Path, Call: w.Call, Shape: w.Shape, Axes: []whyAxis{}}
	for _, h := range w.Axes {
		axis := whyAxis{Axis: h.Name, Index: h.Index, Size: w.Shape[h.Index], Steps: []whyStep{}}
		for _, c := range h.Changes {
			at := c.Span.Start
			axis.Steps = append(axis.Steps, whyStep{c.Size, c.Path, c.Call, c.Reason, at.Filename, at.Line, at.Column})
		}
		d.Axes = append(d.Axes, axis)
	}
	return d
}
