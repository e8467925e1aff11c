package importer

import (
	"cmp"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"cnnlang/interp/graph"
	"cnnlang/interp/importer/internal/flat"
	"cnnlang/lang/resolve"
)

// tidy makes a net what a text can be made of: what no output needs is gone, what only moves numbers is
// joined, the names of the net, its inputs and outputs are words, paths consist of labels, and no two
// tensors have one name.
func tidy(net *flat.Net, name, file string) {
	simplify(net)
	g := net.Graph
	base := filepath.Base(file)
	var inputs, outputs flat.Names
	if exporters[strings.TrimRight(g.Name, "_0123456789")] {
		g.Name = ""
	}
	if g.Name = cmp.Or(name, g.Name, strings.TrimSuffix(base, filepath.Ext(base))); declared(g.Name) {
		g.Name += "_net"
	}
	g.Name = new(flat.Names).Word(g.Name, "net")
	for _, in := range g.Inputs {
		if in.Path = inputs.Word(in.Path, "input"); len(g.Inputs) == 1 {
			in.Path = "input"
		}
	}
	for i := range g.Outputs {
		o := &g.Outputs[i]
		if o.Name = outputs.Word(o.Name, "output"); len(g.Outputs) == 1 {
			o.Name = "output"
		}
	}
	taken := map[string]bool{}
	for _, n := range g.Operations() {
		if n.Path = labels(n.Path); net.Numbered {
			n.Path = ""
		}
		if len(n.Params) > 0 && n.Path != "" {
			n.Path = fresh(n.Path, taken)
		}
		for i := range n.Params {
			n.Params[i].Path = tensorPath(n, i)
		}
	}
}

// exporters are the names that programs give any network, some with a number: that of the file says more.
var exporters = map[string]bool{
	"torch_jit": true, "torch-jit-export": true, "torch_jit_export": true, "main_graph": true, // PyTorch
	"tf2onnx": true, "model": true, "sequential": true, "functional": true, "graph": true, "main": true,
}

// tensorPath is what tensor i of a node is called: its path and the operation's name for it.
func tensorPath(n *graph.Node, i int) string {
	leaf := n.Op.Params(n.InDims())[i].Leaf
	if n.Path == "" || leaf == "" {
		return n.Path + leaf
	}
	return n.Path + "." + leaf
}

// fresh is a name that is not taken yet, with a number behind it if it must be, and takes it.
func fresh(name string, taken map[string]bool) string {
	free := name
	for i := 2; taken[free]; i++ {
		free = name + "_" + strconv.Itoa(i)
	}
	taken[free] = true
	return free
}

// declared reports whether the prelude has something of this name.
func declared(name string) bool {
	module, err := prelude()
	return err == nil && slices.ContainsFunc(module.Blocks(), func(o *resolve.Object) bool { return o.Name == name })
}

// longestName is how many bytes of a file's name for something are kept.
const longestName = 1 << 10

// labels is a path without what labels cannot hold: quotes, braces, and what is not visible.
func labels(path string) string {
	path = strings.ToValidUTF8(path[:min(len(path), longestName)], "")
	path = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`"'{}\`, r) || !unicode.IsGraphic(r) || unicode.IsSpace(r) && r != ' ' {
			return -1
		}
		return r
	}, path)
	parts := slices.DeleteFunc(strings.Split(path, "."), func(part string) bool { return strings.TrimSpace(part) == "" })
	return strings.Join(parts, ".")
}

// numbered is a graph in which every operation has a path of its own: that of its tensors, or its
// number.
func numbered(g *graph.Graph) *graph.Graph {
	taken := map[string]bool{}
	for _, n := range g.Operations() {
		if len(n.Params) > 0 {
			taken[n.Path] = true
		}
	}
	copies := make([]*graph.Node, len(g.Nodes))
	for i, n := range g.Nodes {
		c := *n
		c.In = nil
		for _, in := range n.In {
			c.In = append(c.In, copies[in.ID])
		}
		if n.Op != nil && (len(n.Params) == 0 || n.Path == "") {
			c.Path = fresh(strconv.Itoa(i-len(g.Inputs)), taken)
			c.Params = slices.Clone(n.Params)
			for at := range c.Params {
				c.Params[at].Path = tensorPath(&c, at)
			}
		}
		copies[i] = &c
	}
	all := &graph.Graph{Name: g.Name, Inputs: copies[:len(g.Inputs)], Nodes: copies}
	for _, o := range g.Outputs {
		all.Outputs = append(all.Outputs, graph.Output{Name: o.Name, Node: copies[o.Node.ID]})
	}
	return all
}
