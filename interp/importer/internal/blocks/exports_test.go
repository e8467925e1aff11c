package blocks_test

import (
	"strings"
	"testing"

	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/importer/internal/flattest"
	"cnnlang/interp/importer/internal/onnx"
	"cnnlang/interp/internal/weightfile/filetest"
)

// What PyTorch exports becomes texts of so many lines or fewer, without comments and empty lines: with
// the names of the file, with those that are left when norms are folded into convolutions, and without
// any.
var exports = []struct {
	net                    string
	kept, folded, nameless int
}{
	{"alexnet", 13, 13, 11},
	{"convnext_tiny", 21, 21, 17},
	{"densenet121", 29, 29, 24},
	{"efficientnet_b0", 44, 48, 29},
	{"googlenet", 35, 35, 35},
	{"inception_v3", 87, 87, 58},
	{"mnasnet0_5", 30, 31, 29},
	{"mobilenet_v2", 34, 32, 29},
	{"mobilenet_v3_small", 58, 48, 35},
	{"regnet_y_400mf", 41, 41, 20},
	{"resnet18", 20, 20, 19},
	{"resnet50", 20, 20, 20},
	{"resnext50_32x4d", 20, 20, 20},
	{"shufflenet_v2_x1_0", 33, 33, 31},
	{"squeezenet1_1", 20, 20, 16},
}

func TestExports(t *testing.T) {
	files := flattest.Unzipped(t, "torch/skeletons.zip")
	for _, c := range exports {
		for _, form := range []struct {
			name string
			file string
			most int
		}{{"kept", "kept", c.kept}, {"folded", "folded", c.folded}, {"nameless", "kept", c.nameless}} {
			t.Run(c.net+"/"+form.name, func(t *testing.T) {
				net := exported(t, c.net, files[c.net+"-"+form.file+".onnx"])
				if form.name == "nameless" {
					forget(net)
				}
				text := folded(t, net)
				if n := lines(text); n > form.most {
					t.Errorf("%d lines, want at most %d", n, form.most)
				}
				t.Logf("%d lines\n%s", lines(text), text)
			})
		}
	}
}

// mostNumbers is more than the bytes of any of these nets; nobody reads them.
const mostNumbers = 1 << 28

// exported is what the reader makes of an export.
func exported(t *testing.T, name string, raw []byte) *flat.Net {
	t.Helper()
	numbers := make([]byte, mostNumbers)
	siblings := map[string][]byte{}
	for _, form := range []string{"kept", "folded"} {
		siblings[name+"-"+form+".onnx_data"] = numbers
	}
	net, err := onnx.Read(flat.Source{Input: filetest.Memory(name+".onnx", raw, siblings)})
	if err != nil {
		t.Fatal(err)
	}
	net.Graph.Name = name
	return net
}

// forget takes all names away.
func forget(n *flat.Net) {
	for i, node := range n.Graph.Nodes {
		if node.Op == nil {
			continue
		}
		node.Path, n.About[i].Scope, n.About[i].Class = "", "", ""
		for k := range node.Params {
			leaf := node.Params[k].Path
			node.Params[k].Path = leaf[strings.LastIndexByte(leaf, '.')+1:]
		}
	}
}
