//go:build !race

package nettest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/interp/internal/weightfile/filetest"
	"cnnlang/ops"
	"cnnlang/ops/tensor"
)

// This file writes the generated weights of a network as the programs of every format do, and
// compares what a file gives with what the safetensors file of the same numbers does. The
// network is narrow; to take those that it is made of:
//
//	go test ./interp/internal/nettest -run TestWritten -reference.all -timeout 60m
const narrow = `
import std.resnet { bottleneck, resnet }
import std.senet { senet }
block narrow(c: int, stride = 1, dilation = 1, groups = 1, base = 64, se = 0)
    [N, C, H, W] -> [N, c/4, ceil(H/stride), ceil(W/stride)] where c % 16 == 0, stride >= 1 {
  "": bottleneck(c/16, stride, groups=groups, base=base, dilation=dilation, se=se)
}
net narrow_resnet = resnet(narrow, [2, 2, 1, 1], classes=100)
net narrow_senet = senet(narrow(groups=2, base=64, se=4), [2, 2, 1, 1], classes=100)
`

// narrowed is a network of these, or with -reference.all the published one, at its own size.
func narrowed(t *testing.T, net, published string) *interp.Net {
	t.Helper()
	if *all {
		return Instantiate(t, published, nil)
	}
	p, err := interp.Read("narrow.cnn", strings.NewReader(narrow))
	if err != nil {
		t.Fatal(err)
	}
	n, err := p.Net(interp.Options{Net: net, Shape: tensor.Shape{1, 3, 65, 63}})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// layersOf is the net's layers with these tensors, in its order.
func layersOf(t *testing.T, n *interp.Net, tensors map[string]tensor.Tensor) (layers []filetest.Layer) {
	t.Helper()
	rectified := map[*graph.Node]bool{}
	for _, node := range n.Graph.Nodes {
		if node.Op != nil && node.Op.Name() == "relu" {
			rectified[node.In[0]] = true
		}
	}
	for _, node := range n.Graph.Nodes {
		l := filetest.Layer{Name: node.Path, ReLU: rectified[node]}
		switch op := node.Op.(type) {
		case *ops.Conv:
			l.Kind = filetest.Conv
			l.Stride, l.Groups = int64(op.Stride.H.MustInt()), int64(op.Groups.MustInt())
			if l.Pad = int64(op.Pad.Top.MustInt()); op.Pad.Mode != ops.Explicit {
				t.Fatalf("%s pads by %v", node.Path, op.Pad)
			}
		case *ops.BatchNorm:
			l.Kind, l.Eps = filetest.Norm, op.Eps.Float()
		case *ops.Linear:
			l.Kind = filetest.Linear
		default:
			if len(node.Params) > 0 {
				t.Fatalf("%s is a %s", node.Path, op.Name())
			}
			continue
		}
		for _, p := range node.Params {
			l.Arrays = append(l.Arrays, filetest.Array{Leaf: p.Path[strings.LastIndexByte(p.Path, '.')+1:], Shape: p.Shape, Data: tensors[p.Path].Data})
		}
		layers = append(layers, l)
	}
	return layers
}

// logitsOf is what the net computes with a file of weights in which nothing differs.
func logitsOf(t *testing.T, n *interp.Net, w interp.Weights) []float32 {
	t.Helper()
	fit, err := n.Fit(w)
	if err != nil || len(fit.Differences) > 0 {
		t.Fatalf("%v, %v", err, fit.Differences)
	}
	m, err := n.Build(t.Context(), interp.Options{Weights: w})
	if err != nil {
		t.Fatal(err)
	}
	return Results(t, m, 2, Image(0, n.Graph.Input().Shape))[0]
}

// written writes a file and those beside it and returns its path.
func written(t *testing.T, name string, raw []byte, beside map[string][]byte) string {
	t.Helper()
	folder := t.TempDir()
	files := map[string][]byte{name: raw}
	for other, raw := range beside {
		files[other] = raw
	}
	for name, raw := range files {
		if err := os.WriteFile(filepath.Join(folder, name), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(folder, name)
}

// safetensors writes tensors in the order of the net and returns the path.
func safetensors(t *testing.T, tensors map[string]tensor.Tensor) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "w.safetensors")
	if err := interp.WriteWeights(t.Context(), path, tensors); err != nil {
		t.Fatal(err)
	}
	return path
}

const writtenSeed = 7

// Files of every format that holds float32 give the bits of the safetensors file.
func TestWrittenInEveryFormat(t *testing.T) {
	n := narrowed(t, "narrow_resnet", "resnet50")
	tensors := interp.RandomTensors(n, writtenSeed)
	layers := layersOf(t, n, tensors)
	want := logitsOf(t, n, interp.WeightsFile(safetensors(t, tensors)))
	model, shards := filetest.TFJS(layers)
	asTheyAre := func(name string) string { return name }
	for _, f := range []struct {
		name, format string
		raw          []byte
		beside       map[string][]byte
	}{
		{"w.pth", "PyTorch (zip, pickle protocol 2)", filetest.TorchZip(layers), nil},
		{"legacy.pth", "PyTorch (legacy, pickle protocol 2)", filetest.TorchLegacy(layers), nil},
		{"w.npz", "NumPy (.npz)", filetest.NumPy(layers), nil},
		{"w.h5", "Keras (HDF5 weights)", filetest.Keras(layers), nil},
		{"model.json", "TensorFlow.js weights", model, shards},
		{"w.onnx", "ONNX (IR 7, opset 14, by pytorch 1.13.1)", filetest.ONNX(layers, false), nil},
		{"w.caffemodel", "Caffe (V2 layers)", filetest.Caffe(layers, asTheyAre, 1), nil},
	} {
		t.Run(f.name, func(t *testing.T) {
			w := interp.WeightsFile(written(t, f.name, f.raw, f.beside))
			if about := aboutFile(t, w); about.Format != f.format {
				t.Errorf("it is taken for %s, want %s", about.Format, f.format)
			}
			if !SameBits(logitsOf(t, n, w), want) {
				t.Error("the logits have other bits")
			}
		})
	}
	tensors["fc.bias"].Data[99]++
	if SameBits(logitsOf(t, n, interp.WeightsFile(written(t, "w.npz", filetest.NumPy(layersOf(t, n, tensors)), nil))), want) {
		t.Error("with another number the logits have the same bits")
	}
}

func aboutFile(t *testing.T, w interp.Weights) interp.AboutWeights {
	t.Helper()
	f, err := w.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	return f.About()
}
