package editor

import (
	"fmt"

	"cnnlang/interp"
	"cnnlang/lang/source"
)

// A Summary is what a net is at its own size, in a line.
type Summary struct {
	Name string
	Span source.Span // of its name in the text
	Text string
}

// Summaries are those of the nets without a mistake.
func (v *View) Summaries() (list []Summary) {
	for _, o := range v.Program.Main.Nets() {
		n := v.Net(o.Name)
		if n == nil || n.Name != o.Name {
			continue
		}
		main := n.Main
		list = append(list, Summary{o.Name, o.Span, fmt.Sprintf("%s %v: %s parameters, %s MACs", o.Name, n.Graph.Nodes[0].Shape, grouped(main.Params.String()), grouped(main.MACs.String()))})
	}
	return list
}

// Net is the net of that name, or else the first of those without a mistake, nil if there is none.
func (v *View) Net(name string) *interp.Net { return v.net(name) }

// PathAt is the path of the step at an offset, as a picture of the net calls it, "" where there is none.
func (v *View) PathAt(n *interp.Net, offset int) string {
	if parts := v.partsAt(n, offset); len(parts) > 0 {
		return parts[0].Path
	}
	return ""
}
