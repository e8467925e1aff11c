package main

import (
	"fmt"

	"cnnlang/interp"
	"cnnlang/interp/picture"
)

// A preparedImage is what was done to an image, in JSON.
type preparedImage struct {
	Width         int    `json:"width"` // as it is stored
	Height        int    `json:"height"`
	Turned        bool   `json:"turned"`  // by its EXIF orientation
	Resized       []int  `json:"resized"` // width and height
	Interpolation string `json:"interpolation"`
	From          []int  `json:"from"`       // where the input begins in that: columns and rows
	As            string `json:"as"`         // for --prepare
	Unfinished    bool   `json:"unfinished"` // a progressive JPEG without its last scans

	note string // in words
}

func preparedOf(n *interp.Net, d picture.Prepared) *preparedImage {
	p := &preparedImage{
		Width: d.Width, Height: d.Height, Turned: d.Turned, Resized: d.Resized[:], Interpolation: n.Meta.Prepare.Interpolation,
		From: []int{d.Left, d.Top}, As: interp.PictureText(n.Meta.Prepare), Unfinished: d.Unfinished,
		note: visibleName(d.Name) + " " + d.String(),
	}
	if p.As == "" {
		p.As = "picture"
	}
	return p
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
