package torch

import (
	"strings"

	"cnnlang/interp/graph"
)

// A net with several inputs takes them by their names, and one with several outputs gives a tuple
// of them, in the order of its signature:
//
//	def forward(self, image, flow):
//	    …
//	    return scores_0, scores_1, boxes

// readEnds has the outputs of a net that gives several kept as values that are read by name are,
// wherever they are made.
func (f *file) readEnds() {
	for _, n := range f.graph.Inputs {
		if len(f.graph.Inputs) > 1 {
			f.tapped[n] = identifier(n.Path)
		}
	}
	if len(f.graph.Outputs) == 1 {
		return
	}
	for _, o := range f.graph.Outputs {
		f.taps = append(f.taps, inside{&graph.Part{Kind: graph.Tap, Call: "@" + o.Name, Node: o.Node}, []*graph.Part{f.net}})
		if f.tapped[o.Node] == "" {
			f.tapped[o.Node] = identifier(o.Name)
		}
	}
}

// takeEnds has forward of the net take all inputs, those that nothing reads too.
func (f *file) takeEnds() {
	if len(f.graph.Inputs) == 1 {
		return
	}
	r := f.rowOf[f.net]
	r.takes = nil
	for _, n := range f.graph.Inputs[1:] {
		r.takes = append(r.takes, extra{node: n, name: f.tapped[n]})
	}
}

// outputs are the variables that hold the outputs of a net with several.
func (f *flow) outputs() (list []*expr) {
	if !f.net || len(f.graph.Outputs) == 1 {
		return nil
	}
	for _, o := range f.graph.Outputs {
		v, ok := f.find([]*graph.Node{o.Node})
		if !ok {
			f.fail("the output " + o.Name + " is not there at its end")
			return nil
		}
		list = append(list, name(v))
	}
	return list
}

// endsText is the shapes of inputs or outputs, with their names where there are several.
func endsText(ends []graph.Output) string {
	texts := make([]string, len(ends))
	for i, e := range ends {
		if texts[i] = shapeOf(e.Node); len(ends) > 1 {
			texts[i] = e.Name + " " + texts[i]
		}
	}
	return strings.Join(texts, ", ")
}

func inputsOf(g *graph.Graph) (list []graph.Output) {
	for _, n := range g.Inputs {
		list = append(list, graph.Output{Name: n.Path, Node: n})
	}
	return list
}
