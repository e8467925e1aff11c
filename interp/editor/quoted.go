package editor

import (
	"strings"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/lang/parse"
)

// settings adds what the library has for a key of `meta`, each with its import: pictures for prepare, names of classes, files.
func (c *completer) settings(key string) {
	file := map[string]string{"prepare": "std/prepare.cnn", "classes": "std/classes.cnn", "weights": "std/weights.cnn"}[key]
	for _, m := range libraryModules() {
		if m.Name() != file {
			continue
		}
		for _, name := range m.Exported() {
			o, _ := m.Lookup(name)
			item := Item{Name: name, Kind: "value", rank: -1}
			if o.Block != nil {
				d := interp.Describe(o)
				item.Kind, item.Detail, item.Doc = d.Kind, d.Signature, d.Doc
			}
			item.Insert, item.Edits = c.Program.Main.Importing(strings.TrimSuffix(strings.ReplaceAll(file, "/", "."), ".cnn"), name)
			if item.Insert != "" {
				c.add(item)
			}
		}
	}
}

// quotes adds the paths of steps and tensors in a string that is one: of a row of `names`, in a recipe, in shape("…").
func (c *completer) quotes(offset int) {
	in := c.inside()
	shape := in.bracket == "(" && len(in.name) == 1 && in.name[0] == "shape"
	head := ""
	for _, o := range c.open {
		if o.head != "" {
			head = o.head
		}
	}
	row := head == "names" && c.before.Text != "="
	if c.string < 0 || !shape && !row && head != "train" {
		return
	}
	c.word, c.span = c.Source.Text[c.string+1:offset], c.Source.Span(c.string+1, offset)
	n := c.without(offset)
	if n == nil {
		return
	}
	if row || head == "train" {
		for _, node := range n.Graph.Nodes {
			for _, p := range node.Own() {
				c.add(Item{Name: p.Path, Kind: "label", Detail: p.Shape.String(), rank: strings.Count(p.Path, ".") + 1})
			}
		}
	}
	graph.Walk(n.Outline(), func(p *graph.Part) {
		if p.Path == "" || p.Node == nil {
			return
		}
		path := p.Path
		if row {
			path = item.ReplaceAllString(path, "") + "." // the beginning of its tensors' names
		}
		c.add(Item{Name: path, Kind: "label", Detail: strings.TrimSpace(p.Call + " " + p.Node.Shape.String()), rank: strings.Count(path, ".")})
	})
}

// without is the net around an offset as it is without the row or setting that is being written, in which nothing may parse.
func (c *completer) without(offset int) *interp.Net {
	text, name := c.Source.Text, ""
	list := c.tokens()
	for i, t := range list {
		if t.offset >= offset {
			break
		}
		if t.Kind == parse.Keyword && t.Text == "net" && i+2 < len(list) && list[i+2].Kind == parse.Word {
			name = list[i+2].Text
		}
	}
	for _, n := range c.nets {
		if n.Name == name {
			return n
		}
	}
	start := c.string
	for start > 0 && !strings.Contains("\n;{", text[start-1:start]) {
		start--
	}
	end := c.string + 1
	for end < len(text) && !strings.Contains("\n;}", text[end:end+1]) {
		end++
	}
	p, err := c.Program.Revise(text[:start] + strings.Repeat(" ", end-start) + text[end:])
	if err != nil {
		return nil
	}
	nets, _, err := p.Check(interp.Options{Net: name})
	if err != nil || len(nets) == 0 {
		return nil
	}
	return nets[0]
}

// ImportAt is the part of a quoted path before an offset in an import, and where it stands.
func (v *View) ImportAt(offset int) (written string, start int, ok bool) {
	p := v.around(offset)
	if p.string < 0 || p.before.Text != "import" {
		return "", 0, false
	}
	return v.Source.Text[p.string+1 : offset], p.string + 1, true
}
