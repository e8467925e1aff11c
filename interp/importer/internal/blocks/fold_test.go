package blocks_test

import (
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/interp/importer/internal/blocks"
	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/importer/internal/flattest"
	"cnnlang/interp/importer/internal/structure"
	"cnnlang/interp/importer/internal/tree"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// Nets whose names were all taken away, as operations alone, become texts of so many lines or fewer.
func TestNetsWithoutNames(t *testing.T) {
	for _, c := range []struct {
		net   string
		lines int
	}{
		{"convnext_tiny", 17},
		{"densenet121", 24},
		{"efficientnet_b0", 29},
		{"googlenet", 35},
		{"inception_v3", 58},
		{"mobilenet_v2", 29},
		{"regnet_y_400mf", 20},
		{"resnet18", 19},
		{"resnet50", 20},
		{"resnext50_32x4d", 20},
		{"shufflenet_v2_x1_0", 36},
		{"squeezenet1_1", 16},
		{"vgg16", 14},
	} {
		t.Run(c.net, func(t *testing.T) {
			text := folded(t, flatOf(flattest.LibraryNet(t, c.net).Graph))
			if n := lines(text); n > c.lines {
				t.Errorf("%d lines, want at most %d:\n%s", n, c.lines, text)
			}
		})
	}
}

// lines counts those that are not empty and no comments.
func lines(text string) (n int) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			n++
		}
	}
	return n
}

// folded is the text of a net, which is checked to be the same net, without a warning of the checker.
func folded(t *testing.T, n *flat.Net) string {
	t.Helper()
	n = structure.Nested(n)
	text := tree.Text(blocks.Fold(structure.Of(n)))
	var w interp.Workspace
	if err := w.Read("net.cnn", strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	c, err := w.Check(t.Context(), "net.cnn", interp.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range c.Problems {
		t.Errorf("%v: %s\n%s", d.Span.Start, d.Message, text)
	}
	if len(c.Nets) != 1 {
		t.Fatalf("%d nets\n%s", len(c.Nets), text)
	}
	if _, err := flat.Match(c.Nets[0].Graph, n.Graph); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return text
}

// flatOf is a graph as a reader makes it, without any names: what changes nothing is left out, and
// padding is in numbers.
func flatOf(g *graph.Graph) *flat.Net {
	b := flat.Build(g.Name)
	made := map[*graph.Node]*graph.Node{}
	for _, n := range g.Nodes {
		in := make([]*graph.Node, len(n.In))
		for i, x := range n.In {
			in[i] = made[x]
		}
		switch op := n.Op.(type) {
		case nil:
			made[n] = b.Input("", n.Shape)
			continue
		case *ops.Identity, *ops.Dropout, *ops.Add, *ops.Concat:
			if len(in) == 1 {
				made[n] = in[0]
				continue
			}
		case *ops.Conv:
			numbers := *op
			numbers.Pad = around(n)
			n = &graph.Node{ID: n.ID, Op: &numbers}
		}
		f, err := b.Op("", n.Op, flat.About{}, in...)
		if err != nil {
			panic(err)
		}
		made[g.Nodes[n.ID]] = f
	}
	for _, o := range g.Outputs {
		b.Output(o.Name, made[o.Node])
	}
	return b.Net()
}

// around is the padding of a window in numbers.
func around(n *graph.Node) ops.Padding {
	w, _ := ops.WindowOf(n.Op)
	side := func(a dim.Axis) (before, after dim.Size) {
		x, y := w.Pad.Around(a, n.In[0].Shape[a], w.K.Along(a).MustInt(), w.Stride.Along(a).MustInt(), w.Dilation.Along(a).MustInt())
		return dim.Int(x), dim.Int(y)
	}
	top, bottom := side(dim.Height)
	left, right := side(dim.Width)
	return ops.Padding{Top: top, Bottom: bottom, Left: left, Right: right}
}
