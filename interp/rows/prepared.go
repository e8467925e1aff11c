package rows

import (
	"cnnlang/interp"
	"cnnlang/interp/picture"
)

// Prepared is what was done to a picture.
type Prepared struct {
	Width         int    `json:"width"` // as it is stored
	Height        int    `json:"height"`
	Turned        bool   `json:"turned"`  // by its EXIF orientation
	Resized       []int  `json:"resized"` // width and height
	Interpolation string `json:"interpolation"`
	From          []int  `json:"from"`       // where the input begins in that: columns and rows
	As            string `json:"as"`         // for --prepare
	Unfinished    bool   `json:"unfinished"` // a progressive JPEG without its last scans
}

// PreparedOf is that of a picture for a net.
func PreparedOf(n *interp.Net, d picture.Prepared) *Prepared {
	p := &Prepared{
		Width: d.Width, Height: d.Height, Turned: d.Turned, Resized: d.Resized[:], Interpolation: n.Meta.Prepare.Interpolation,
		From: []int{d.Left, d.Top}, As: interp.PictureText(n.Meta.Prepare), Unfinished: d.Unfinished,
	}
	if p.As == "" {
		p.As = "picture"
	}
	return p
}
