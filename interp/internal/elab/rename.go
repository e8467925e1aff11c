package elab

import (
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/namemap"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// Rename applies the one map of a net to names that are not the net's: those of the tensors of a
// file. The table is nil where the map does not give each a name of its own; the list has rows
// that fit none as well.
func Rename(o *resolve.Object, file string, names []string) (*namemap.Table, diag.List) {
	m := newMachine(file, dim.Numbers{}, nil)
	m.defaults = true
	maps := m.nameMaps(presets(o))
	if len(maps) != 1 || m.found.List.HasErrors() {
		return nil, m.found.List
	}
	g := &graph.Graph{Name: file}
	for _, name := range names {
		step := name[:max(0, strings.LastIndexByte(name, '.'))]
		g.Nodes = append(g.Nodes, &graph.Node{Path: step, Op: &ops.Identity{}, Params: []graph.Param{{Path: name, Shape: []int{}}}})
	}
	m.applyNames(&Result{Graph: g}, maps)
	for _, d := range m.found.List {
		d.Message = strings.Replace(d.Message, "`names "+maps[0].Name+"` calls", "the file's names are changed so that this calls", 1)
		if strings.HasPrefix(d.Help, "`cnnlang params") {
			d.Help = "remove it, or write what the file calls its tensors"
		}
	}
	return maps[0].Table, m.found.List
}
