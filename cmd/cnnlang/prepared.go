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

// tellPrepared says in a line what is done to every image.
func (a *app) tellPrepared(n *interp.Net) {
	shape := n.Graph.Input().Shape
	if len(shape) == 4 {
		a.tell("note", fmt.Sprintf("%s: images are %s", n.Name, n.Preprocess().Words(shape[2], shape[3])))
	}
}
