package elab

import (
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/ops/dim"
)

// A Checkpoint is a file of trained weights, as `checkpoint` of the prelude documents it.
type Checkpoint struct {
	File      string
	URL       string // the folder where it is published, "" if that is not said
	Publisher string
	License   string
	SHA256    string   // how the hash of the file begins
	Bytes     int64    // its size, as its publisher rounds it, 0 if that is not said
	Map       string   // the one of `names` by which its names are read, "" for the net's own names
	Prepare   *Picture // how pictures are prepared for it, nil for as the net says
	Classes   []string // the names of its outputs, nil for as the net says
	// Top1 is how many per cent of the images of Tested its publisher says it classifies right, by the
	// output that is highest, and Results where. It is 0 if that is not said, and at other sizes and arguments than
	// the net's own.
	Top1            float64
	Tested, Results string
}

// checkpoints is what meta says of weights: one file, or a list of them.
func (m *machine) checkpoints(meta *Meta, v Value) (want string) {
	list, several := v.([]Value)
	if !several {
		list = []Value{v}
	}
	var files []Checkpoint
	for _, v := range list {
		if !isMade(v, "checkpoint") {
			return aCheckpoint
		}
		c := v.(*Closure)
		if !c.has("file") {
			return "a file that is named, as in `torchvision(\"x.pth\")`"
		}
		e, good := m.made(c, c.Object.Span)
		if !good {
			return "" // reported
		}
		text := func(name string) string { return e.values[name].(string) }
		file := Checkpoint{text("file"), text("url"), text("publisher"), text("license"), text("sha256"), 0, text("map"), nil, texts(e.values["classes"]), e.values["top1"].(dim.Size).Float(), text("tested"), text("results")}
		if file.Top1 != 0 && (file.Tested == "" || file.Results == "") {
			return "a file whose `top1` has its source: `tested` says of which images it is, and `results` where that is published"
		}
		if n, ok := e.values["bytes"].(dim.Size).Int(); ok {
			file.Bytes = int64(n)
		}
		if c.has("prepare") {
			p, _ := m.picture(e.values["prepare"])
			file.Prepare = &p
		}
		files = append(files, file)
	}
	if len(files) == 0 {
		return aCheckpoint
	}
	meta.Weights = files
	return ""
}

// aCheckpoint is what is wanted where something else is given.
const aCheckpoint = "a file of weights or a list of them, such as `torchvision(\"x.pth\")` of std.weights or `checkpoint(\"x.pth\")`"

// namedInText corrects weights that are the name of a file alone.
func namedInText(d *diag.Diagnostic, item *ast.Setting) {
	if text, ok := item.Value.(*ast.String); ok && item.Key.Text == "weights" {
		if name, plain := text.Plain(); plain && name != "" {
			written := "checkpoint(" + show(name) + ")"
			d.WithHelp("write `%s`, or say who publishes it: `import std.weights`", written).Write(written)
		}
	}
}
