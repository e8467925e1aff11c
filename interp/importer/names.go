package importer

import (
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"cnnlang/interp/graph"
	"cnnlang/interp/importer/internal/flat"
	"cnnlang/lang/parse"
	"cnnlang/lang/resolve"
)

// tidy makes the names of a net such as the language has: the net's own and those of inputs and
// outputs are words, paths consist of labels, and no two tensors have one name.
func tidy(net *flat.Net, name, file string) {
	g := net.Graph
	base := filepath.Base(file)
	for _, candidate := range []string{name, g.Name, strings.TrimSuffix(base, filepath.Ext(base)), "net"} {
		if g.Name = word(candidate); g.Name != "" {
			break
		}
	}
	if declared(g.Name) {
		g.Name += "_net"
	}
	taken := map[string]bool{}
	for _, in := range g.Inputs {
		in.Path = end(in.Path, "input", len(g.Inputs), taken)
	}
	taken = map[string]bool{}
	for i := range g.Outputs {
		g.Outputs[i].Name = end(g.Outputs[i].Name, "output", len(g.Outputs), taken)
	}
	taken = map[string]bool{}
	for _, n := range g.Operations() {
		n.Path = labels(n.Path)
		if len(n.Params) == 0 || n.Path == "" {
			continue
		}
		n.Path = fresh(n.Path, taken)
		for i := range n.Params {
			n.Params[i].Path = tensorPath(n, i)
		}
	}
}

// tensorPath is what tensor i of a node is called: its path and the operation's name for it.
func tensorPath(n *graph.Node, i int) string {
	leaf := n.Op.Params(n.InDims())[i].Leaf
	if n.Path == "" || leaf == "" {
		return n.Path + leaf
	}
	return n.Path + "." + leaf
}

// end is the name of an input or output among several; of a single one it is the usual.
func end(name, usual string, several int, taken map[string]bool) string {
	if several == 1 {
		return usual
	}
	if name = word(name); name == "" {
		name = usual
	}
	return fresh(name, taken)
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

var notWord = regexp.MustCompile(`[^A-Za-z0-9_]+`)

// word is a name made a word of the language that is not reserved, "" if nothing is left of it.
func word(name string) string {
	name = strings.Trim(notWord.ReplaceAllString(name[:min(len(name), longestName)], "_"), "_")
	switch {
	case name == "":
		return ""
	case name[0] >= '0' && name[0] <= '9':
		return "net_" + name
	case slices.Contains(parse.Keywords, name):
		return name + "_"
	}
	return name
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
