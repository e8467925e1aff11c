package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// Every library net can be exported with as many multiply-accumulates as it counts itself,
// without making weights.
func TestEveryNetCanBeWritten(t *testing.T) {
	for _, name := range interp.Library() {
		n, err := netOf(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		m, err := export(n.Graph, nil)
		if err != nil {
			t.Error(err)
			continue
		}
		counted, err := m.macs()
		if want := n.Main.MACs.MustInt(); err != nil || counted != want {
			t.Errorf("%s: got %d MACs, %v, want %d", name, counted, err, want)
		}
	}
}

// So can every primitive; bench/run compares the answers for the same file.
func TestEveryPrimitiveCanBeWritten(t *testing.T) {
	n, err := netOf("testdata/operations.cnn")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := modelOf(n, 0); err != nil {
		t.Error(err)
	}
	found := map[string]bool{}
	for _, node := range n.Graph.Nodes[1:] {
		found[node.Op.Name()] = true
	}
	for _, op := range ops.Builtins {
		if !found[op.Name()] {
			t.Errorf("testdata/operations.cnn has no %s", op.Name())
		}
	}
}

// An exported file, read by other code, holds the graph and its tensors.
func TestFileHoldsTheNet(t *testing.T) {
	for _, name := range []string{"nin_cifar10", "squeezenet1_1", "shufflenet_v2_x1_0", "efficientnet_b0", "googlenet"} {
		n, err := netOf(name)
		if err != nil {
			t.Fatal(err)
		}
		m, named, err := modelOf(n, 7)
		if err != nil {
			t.Fatal(err)
		}
		var file bytes.Buffer
		if err := m.encode().writeTo(&file); err != nil {
			t.Fatal(err)
		}
		read, err := readFile(file.Bytes())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !slices.Equal(read.inputs, []string{"x"}) || !slices.Equal(read.outputs, []string{"y"}) || read.opset != opset {
			t.Errorf("%s: got inputs %q, outputs %q, opset %d", name, read.inputs, read.outputs, read.opset)
		}
		if len(read.nodes) != len(m.nodes) {
			t.Errorf("%s: got %d nodes, want %d", name, len(read.nodes), len(m.nodes))
		}
		read.ordered(t, name)
		for path, w := range named {
			got := read.tensors[path]
			if tensor.Shape(got.shape).Elements() != len(w.Data) || !slices.Equal(got.floats, w.Data) {
				t.Errorf("%s: tensor %s differs", name, path)
			}
		}
		if want := operators(n.Graph); read.count("Conv")+read.count("Gemm") != want {
			t.Errorf("%s: got %d layers with weights, want %d", name, read.count("Conv")+read.count("Gemm"), want)
		}
	}
}

// ordered checks that every input of a node exists before it, and that names are unique.
func (m readModel) ordered(t *testing.T, net string) {
	t.Helper()
	known := map[string]bool{"x": true}
	for name := range m.tensors {
		known[name] = true
	}
	for _, n := range m.nodes {
		for _, in := range n.inputs {
			if !known[in] {
				t.Errorf("%s: %s reads %q, which nothing has made", net, n.op, in)
			}
		}
		for _, out := range n.outputs {
			if known[out] {
				t.Errorf("%s: %q is made twice", net, out)
			}
			known[out] = true
		}
	}
	if !known["y"] {
		t.Errorf("%s: nothing makes y", net)
	}
}

func (m readModel) count(op string) (count int) {
	for _, n := range m.nodes {
		if n.op == op {
			count++
		}
	}
	return count
}

func operators(g *graph.Graph) (count int) {
	for _, n := range g.Nodes[1:] {
		switch n.Op.(type) {
		case *ops.Conv, *ops.Linear:
			if n.Side == nil {
				count++
			}
		}
	}
	return count
}

func TestPaddingBecomesNumbers(t *testing.T) {
	size := func(n int) dim.Pair { return dim.Pair{H: dim.Int(n), W: dim.Int(n)} }
	image := func(n int) tensor.Shape { return tensor.Shape{1, 1, n, n} }
	for _, c := range []struct {
		name          string
		k, stride     int
		pad           ops.Padding
		in, out       int
		before, after int
		over          int
	}{
		{"half of 7", 7, 2, ops.Padding{Mode: ops.Half}, 224, 112, 3, 3, 0},
		{"valid", 3, 2, ops.Padding{Mode: ops.Valid}, 299, 149, 0, 0, 0},
		{"same, odd", 3, 2, ops.Padding{Mode: ops.Same}, 224, 112, 0, 1, 0},
		{"same, even", 3, 1, ops.Padding{Mode: ops.Same}, 10, 10, 1, 1, 0},
		{"rounded up by 1", 3, 2, ops.Padding{Mode: ops.Valid}, 112, 56, 0, 0, 1},
	} {
		w := windowOf(size(c.k), size(c.stride), size(1), c.pad, image(c.in), image(c.out))
		over := w.hanging(image(c.in), image(c.out))
		for axis := range w {
			if w[axis].before != c.before || w[axis].after != c.after || over[axis] != c.over {
				t.Errorf("%s: got %d and %d, over %d, want %d and %d, over %d",
					c.name, w[axis].before, w[axis].after, over[axis], c.before, c.after, c.over)
			}
		}
	}
}

// A size that does not follow from the attributes is detected.
func TestWrongPaddingIsFound(t *testing.T) {
	n, err := netOf("nin_cifar10")
	if err != nil {
		t.Fatal(err)
	}
	m, err := export(n.Graph, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, node := range m.nodes {
		if pads := node.integers("pads"); pads != nil {
			pads[0]++
			break
		}
	}
	if _, err := m.macs(); err == nil || !strings.Contains(err.Error(), "pixels along axis") {
		t.Errorf("got %v", err)
	}
}

func TestThreeFilesAreWritten(t *testing.T) {
	folder := t.TempDir()
	f, err := exportNet("nin_cifar10", 0, folder)
	if err != nil {
		t.Fatal(err)
	}
	if f.MACs != 222_486_528 || f.Parameters != 966_986 || len(f.Output) != 10 || !slices.Equal(f.Input, []int{3, 32, 32}) {
		t.Errorf("got %+v", f)
	}
	for _, extension := range []string{".onnx", ".json"} {
		if _, err := os.Stat(filepath.Join(folder, "nin_cifar10"+extension)); err != nil {
			t.Error(err)
		}
	}
	m, err := interp.Load(t.Context(), "nin_cifar10", interp.Options{Weights: interp.WeightsFile(filepath.Join(folder, "nin_cifar10.safetensors"))})
	if err != nil {
		t.Fatal(err)
	}
	m.Close()
	if _, err := exportNet("no_such_net", 0, folder); err == nil {
		t.Error("a net that there is not was exported")
	}
}
