package onnx

import (
	"fmt"
	"strings"

	"cnnlang/interp/internal/weightfile"
)

// named gives tensors that the exporter made (onnx::Conv_20, where it folded a norm into a
// convolution) the names of their layers, which PyTorch's exporter has in the names of the nodes:
// the weight of /layer1/layer1.0/conv1/Conv is layer1.0.conv1.weight.
func (g *graph) named() {
	changed, first := 0, ""
	for _, u := range g.all {
		path := ModulePath(u.layer)
		if !strings.HasPrefix(u.name, "onnx::") || path == "" || u.setting {
			continue
		}
		name := path + "." + u.leaf
		if g.byName[name] != nil {
			continue
		}
		if changed++; changed == 1 {
			first = weightfile.Shown(u.name) + " is " + weightfile.Shown(name)
		}
		u.name = name
		g.byName[name] = u
	}
	if changed > 0 {
		g.notes = append(g.notes, fmt.Sprintf("tensors that the exporter made have the names of their layers, %d of them: %s", changed, first))
	}
}

// ModulePath is the path of the module that a node belongs to, or "" if its name is no such path.
// The items of a list have its name before theirs.
func ModulePath(node string) string {
	scopes, ok := strings.CutPrefix(node, "/")
	end := strings.LastIndexByte(scopes, '/')
	if !ok || end < 0 {
		return ""
	}
	path, last := "", ""
	for _, scope := range strings.Split(scopes[:end], "/") {
		switch item, within := strings.CutPrefix(scope, last+"."); {
		case path == "":
			path = scope
		case within:
			path += "." + item
		default:
			path += "." + scope
		}
		last = scope
	}
	return path
}
