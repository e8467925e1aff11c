package interp

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/elab"
	"cnnlang/interp/internal/expand"
)

// The names of what is carried about a net, and the version of these texts.
const (
	carriedBy = "cnnlang." // how all begin

	carriedVersion = "cnnlang.version"
	carriedMeta    = "cnnlang.meta"
	carriedPrepare = "cnnlang.prepare"
	carriedSize    = "cnnlang.size"
	carriedClasses = "cnnlang.classes"
	carriedSource  = "cnnlang.source"
	carriedNet     = "cnnlang.net"
	carriedSet     = "cnnlang.set"
	carriedHash    = "cnnlang.hash"

	carriedNow = "1"
)

// Carried are texts about a net for a file of another format that carries such, by their names:
//
//	cnnlang.version   of these texts, 1
//	cnnlang.meta      its meta, as the language has it
//	cnnlang.prepare   how pictures are prepared, as Prepare takes it, if the net says so
//	cnnlang.size      the height and width of the input that this is for, as in 224x224
//	cnnlang.classes   the names of the classes, if they are known, as a list in JSON
//	cnnlang.source    the text that it was made of
//	cnnlang.net       which net of that text it is
//	cnnlang.set       the settings that make that text the net, if any, one on a line
//	cnnlang.hash      SHA-256 of the net's operations and tensors, whatever its batch
//
// and, if its input is pictures, what ONNX has for those: Image.BitmapPixelFormat and
// Image.NominalPixelRange, of pixels before a mean is subtracted.
func (n *Net) Carried(labels Labels) (map[string]string, error) {
	all := map[string]string{carriedVersion: carriedNow, carriedNet: n.Name, carriedHash: n.hash()}
	add := func(name, text string) {
		if text != "" {
			all[name] = text
		}
	}
	r := *n.result
	if labels.Names != nil {
		r.Meta.Classes = labels.Names
	}
	add(carriedMeta, expand.Meta(&r))
	if n.TakesPictures() == nil && n.Meta.Prepare.Stated {
		at, h, w := n.Meta.Prepare, n.Graph.Input().Shape[2], n.Graph.Input().Shape[3]
		at.Resize = at.Size(h, w)
		add(carriedPrepare, PictureText(at))
		add(carriedSize, fmt.Sprintf("%dx%d", h, w))
		all["Image.BitmapPixelFormat"], all["Image.NominalPixelRange"] = pixels(n.Graph.Input().Shape[1], at)
	}
	if labels.Names != nil {
		list, err := json.Marshal(labels.Names)
		if err != nil {
			return nil, err
		}
		add(carriedClasses, string(list))
	}
	source, expanded, err := n.source()
	add(carriedSource, source)
	if !expanded { // which has no parameters
		add(carriedSet, strings.Join(n.madeWith(), "\n"))
	}
	return all, err
}

// madeWith are the settings of parameters and, where a shape was asked for, sizes that make the net.
func (n *Net) madeWith() (lines []string) {
	set := map[string]bool{}
	for _, s := range n.settings {
		line, _, _ := strings.Cut(n.File(s.Span.Start.Filename).Text[s.Span.Start.Offset:], "\n")
		lines, set[s.Name] = append(lines, strings.TrimSpace(line)), true
	}
	if !n.shaped {
		return lines
	}
	for _, name := range n.program.sizes(n.Name) {
		if size, ok := n.result.Sizes[name]; ok && !set[name] {
			lines = append(lines, fmt.Sprintf("%s=%d", name, size))
		}
	}
	return lines
}

// hash is the same for nets whose operations and tensors are the same, whatever their batch.
func (n *Net) hash() string {
	h := sha256.New()
	for _, node := range n.Graph.Nodes {
		fmt.Fprintf(h, "%s\x00%s", node.Path, graph.Describe(node.Op))
		for _, in := range node.In {
			fmt.Fprintf(h, "\x00%d", in.ID)
		}
		for _, p := range node.Params {
			fmt.Fprintf(h, "\x00%s %v", p.Path, p.Shape)
		}
		h.Write([]byte{'\n'})
	}
	return hex.EncodeToString(h.Sum(nil))
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
	text, _, err := n.source()
	return text, err
}

// source is Source, and whether the net was expanded.
func (n *Net) source() (text string, expanded bool, err error) {
	for _, name := range n.Files() {
		if name != n.program.Main.Name() && !strings.HasPrefix(name, "std/") && !strings.HasPrefix(name, "nets/") {
			text, err = n.Expand()
			return text, true, err
		}
	}
	return n.program.Text(), false, nil
}
