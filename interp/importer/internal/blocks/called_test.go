package blocks_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp/graph"
	"cnnlang/interp/importer/internal/caffe"
	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/importer/internal/flattest"
	"cnnlang/interp/internal/weightfile/filetest"
)

// Networks of Caffe, whose layers have whole names and no groups, become blocks whose parameter is what
// the names of their layers have in common, and the names stay.
func TestWholeNames(t *testing.T) {
	for _, c := range []struct {
		net   string
		lines int
	}{
		{"densenet_dense", 17},
		{"inception_modules", 23},
		{"mobilenet_groups", 20},
		{"resnet_bottlenecks", 21},
		{"senet_axpy", 34},
		{"squeezenet_fires", 19},
	} {
		t.Run(c.net, func(t *testing.T) {
			name := "../../../../testdata/import/caffe/" + c.net + ".prototxt"
			raw, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			net, err := caffe.Read(flat.Source{Input: filetest.Memory(name, raw, nil)})
			if err != nil {
				t.Fatal(err)
			}
			net.Graph.Name = c.net
			text := folded(t, net)
			if n := lines(text); n > c.lines {
				t.Errorf("%d lines, want at most %d:\n%s", n, c.lines, text)
			}
			samePaths(t, graphOf(t, text), net)
		})
	}
}

// Units that stand beside shortcuts are repeated where their names count up.
func TestNamesInBranches(t *testing.T) {
	var b strings.Builder
	b.WriteString(`input: "data" input_dim: 1 input_dim: 8 input_dim: 16 input_dim: 16`)
	above := "data"
	conv := func(name string, out, size, pad, group int) {
		fmt.Fprintf(&b, "\nlayer { name: %q type: \"Convolution\" bottom: %q top: %[1]q convolution_param { num_output: %[3]d kernel_size: %[4]d pad: %d group: %d } }", name, above, out, size, pad, group)
		above = name
	}
	wide := 8
	for i := 1; i <= 9; i++ {
		from := above
		conv(fmt.Sprintf("block_%d/expand", i), 6*wide, 1, 0, 1)
		inner, pad := 6*wide, 1
		if i%4 == 1 {
			wide, pad = wide+8, 0
		}
		conv(fmt.Sprintf("block_%d/depthwise", i), inner, 3, pad, inner)
		if conv(fmt.Sprintf("block_%d/project", i), wide, 1, 0, 1); i%4 != 1 {
			fmt.Fprintf(&b, "\nlayer { name: \"add_%d\" type: \"Eltwise\" bottom: %q bottom: %q top: \"add_%[1]d\" }", i, from, above)
			above = fmt.Sprint("add_", i)
		}
	}
	net, err := caffe.Read(flattest.Source("net.prototxt", []byte(b.String())))
	if err != nil {
		t.Fatal(err)
	}
	net.Graph.Name = "small"
	text := folded(t, net)
	for _, line := range []string{`repeat i of 3 { add { | id | "": mbconv("block_{i + 2}", 16, pad=1) } }`, `repeat i of 3 { add { | id | "": mbconv("block_{i + 6}", 24, pad=1) } }`} {
		if !strings.Contains(text, line) {
			t.Errorf("no %s in\n%s", line, text)
		}
	}
	samePaths(t, graphOf(t, text), net)
}

// Networks that Caffe2 exported call a tensor gpu_0/res2_0_branch2a_w_0, which is the weight of the layer
// res2_0_branch2a.
func TestNamesOfCaffe2(t *testing.T) {
	files := flattest.Unzipped(t, "onnx/light.zip")
	for _, c := range []struct {
		net    string
		lines  int
		layers []string
	}{
		{"light_resnet50", 30, []string{"conv1", "res_conv1_bn", "res2_0_branch2a", "res2_0_branch2a_bn", "res5_2_branch2c_bn", "pred"}},
		{"light_vgg19", 11, []string{"conv1_1", "conv5_4", "fc6", "fc8"}},
	} {
		net := exported(t, c.net, files[c.net+".onnx"])
		text := folded(t, net)
		if n := lines(text); n > c.lines {
			t.Errorf("%d lines, want at most %d:\n%s", n, c.lines, text)
		}
		g := graphOf(t, text)
		samePaths(t, g, net)
		for _, layer := range c.layers {
			if !slices.ContainsFunc(g.Nodes, func(n *graph.Node) bool { return len(n.Params) > 0 && n.Module() == layer }) {
				t.Errorf("%s is not in the text:\n%s", layer, text)
			}
		}
	}
}
