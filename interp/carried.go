package interp

import (
	"encoding/json"
	"strings"

	"cnnlang/interp/internal/elab"
	"cnnlang/interp/internal/expand"
)

// Carried are texts about a net for a file of another format that carries such, by their names:
//
//	cnnlang.meta      its meta, as the language has it
//	cnnlang.prepare   how pictures are prepared, as Prepare takes it, if the net says so
//	cnnlang.classes   the names of the classes, if they are known, as a list in JSON
//	cnnlang.source    the text that it was made of
//	cnnlang.net       which net of that text it is
//	cnnlang.set       the settings of the net that it was made with, if any, one on a line
//
// and, if its input is pictures, what ONNX has for those: Image.BitmapPixelFormat and
// Image.NominalPixelRange, of pixels before a mean is subtracted.
func (n *Net) Carried(labels Labels) (map[string]string, error) {
	all := map[string]string{"cnnlang.net": n.Name}
	add := func(name, text string) {
		if text != "" {
			all[name] = text
		}
	}
	add("cnnlang.meta", expand.Meta(n.result))
	if n.TakesPictures() == nil && n.Meta.Prepare.Stated {
		at := n.Meta.Prepare
		at.Resize = at.Size(n.Graph.Input().Shape[2], n.Graph.Input().Shape[3])
		add("cnnlang.prepare", PictureText(at))
		all["Image.BitmapPixelFormat"], all["Image.NominalPixelRange"] = pixels(n.Graph.Input().Shape[1], at)
	}
	if labels.Names != nil {
		list, err := json.Marshal(labels.Names)
		if err != nil {
			return nil, err
		}
		add("cnnlang.classes", string(list))
	}
	if len(n.set) > 0 && n.set[0] != nil {
		lines := strings.Split(n.set[0].Text, "\n")
		for i := range lines {
			lines[i] = strings.TrimSpace(lines[i])
		}
		add("cnnlang.set", strings.TrimSpace(strings.Join(lines, "\n")))
	}
	source, err := n.Source()
	add("cnnlang.source", source)
	return all, err
}

// pixels are ONNX's words for the pixels of an input.
func pixels(channels int, p elab.Picture) (format, nominal string) {
	format, nominal = "Rgb8", "Normalized_0_1"
	switch {
	case channels == 1:
		format = "Gray8"
	case p.Order == "bgr":
		format = "Bgr8"
	}
	if p.Scale == 255 {
		nominal = "NominalRange_0_255"
	}
	return format, nominal
}

// Source is a text that declares the net and needs no other file than those of the library: that of
// its program, or, if that imports others, the net as Expand writes it. Its error is an *ExpandError.
func (n *Net) Source() (string, error) {
	for _, name := range n.Files() {
		if name != n.program.Main.Name() && !strings.HasPrefix(name, "std/") && !strings.HasPrefix(name, "nets/") {
			return n.Expand()
		}
	}
	return n.program.Text(), nil
}
