package main

import (
	"fmt"

	"cnnlang/interp"
	"cnnlang/interp/picture"
	"cnnlang/interp/rows"
)

// A preparedImage is what was done to an image, in JSON and in words.
type preparedImage struct {
	*rows.Prepared
	note string
}

func preparedOf(n *interp.Net, d picture.Prepared) *preparedImage {
	return &preparedImage{rows.PreparedOf(n, d), visibleName(d.Name) + " " + d.String()}
}

// tellPrepared says in a line what is done to every image, of several inputs for each.
func (a *app) tellPrepared(n *interp.Net) {
	for _, in := range n.Graph.Inputs {
		p, err := n.PreprocessFor(in.Path)
		if len(in.Shape) != 4 || err != nil {
			continue
		}
		what := "images"
		if len(n.Graph.Inputs) > 1 {
			what += " of " + in.Path
		}
		a.tell("note", fmt.Sprintf("%s: %s are %s", n.Name, what, p.Words(in.Shape[2], in.Shape[3])))
	}
}
