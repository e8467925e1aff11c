package onnx_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp/importer/internal/flattest"
	"cnnlang/interp/importer/internal/onnx"
	"cnnlang/interp/internal/weightfile/filetest"
	"cnnlang/lang/langtest"
)

type proto = filetest.Proto

// node is a NodeProto.
func node(op string, inputs, outputs []string, attributes ...proto) proto {
	var p proto
	for _, in := range inputs {
		p = p.Text(1, in)
	}
	for _, out := range outputs {
		p = p.Text(2, out)
	}
	p = p.Text(4, op)
	for _, a := range attributes {
		p = p.Add(5, a)
	}
	return p
}

func attribute(name string, ints ...int64) proto { return proto{}.Text(1, name).Ints(8, ints...) }

// port is a ValueInfoProto of a tensor of floats.
func port(name string, sizes ...int64) proto {
	var shape proto
	for _, size := range sizes {
		shape = shape.Add(1, proto{}.Int(1, size))
	}
	return proto{}.Text(1, name).Add(2, proto{}.Add(1, proto{}.Int(1, 1).Add(2, shape)))
}

// model is one of nodes from x, [1, 3, 8, 8], to y.
func model(nodes ...proto) proto {
	var g proto
	for _, n := range nodes {
		g = g.Add(1, n)
	}
	return modelOf(g.Add(11, port("x", 1, 3, 8, 8)).Add(12, port("y")))
}

func modelOf(graph proto) proto {
	return proto{}.Int(1, 8).Add(7, graph).Add(8, proto{}.Int(2, 17))
}

func floats(name string, sizes []int64, values ...float32) proto {
	var p proto
	for _, size := range sizes {
		p = p.Int(1, size)
	}
	return p.Int(2, 1).Text(8, name).Floats(4, values...)
}

// TestBroken is what is said of files that are damaged, or that ask for too much; package conformance
// tests have more.
func TestBroken(t *testing.T) {
	relu := node("Relu", []string{"x"}, []string{"y"})
	whole := model(relu)
	deep := proto{}
	for range 40 {
		deep = proto{}.Add(1, node("If", []string{"x"}, []string{"y"}, proto{}.Text(1, "then_branch").Add(6, deep)))
	}
	many := model(slices.Repeat([]proto{relu}, 30_001)...)
	filled := node("ConstantOfShape", []string{"s"}, []string{"w"})
	shape := proto{}.Int(1, 2).Int(2, 7).Text(8, "s").Ints(7, 40_000, 40_000)
	var list strings.Builder
	for _, c := range []struct {
		name string
		raw  []byte
	}{
		{"nothing", nil},
		{"another file", []byte("GIF89a, which is no model")},
		{"cut short", whole[:len(whole)-9]},
		{"no graph", proto{}.Int(1, 8)},
		{"two graphs", append(slices.Clone(whole), proto{}.Add(7, proto{})...)},
		{"no input", modelOf(proto{}.Add(1, relu).Add(12, port("y")))},
		{"a name of 2 KiB", model(node("Relu", []string{strings.Repeat("x", 2048)}, []string{"y"}))},
		{"100 attributes", model(node("Relu", []string{"x"}, []string{"y"}, attributes(100)...))},
		{"5000 inputs", model(node("Sum", slices.Repeat([]string{"x"}, 5000), []string{"y"}))},
		{"30001 nodes", many},
		{"graphs within graphs", model(node("If", []string{"x"}, []string{"y"}, proto{}.Text(1, "then_branch").Add(6, deep)))},
		{"an operator without inputs", model(node("Relu", nil, []string{"y"}))},
		{"a value that nothing makes", model(node("Relu", []string{"z"}, []string{"y"}))},
		{"a batch as a size", modelOf(proto{}.Add(1, relu).Add(11, port("x", 1)).Add(12, port("y")))},
		{"a tensor of 2^62 numbers", modelOf(proto{}.Add(1, relu).Add(5, floats("w", []int64{1 << 31, 1 << 31})).Add(11, port("x", 1, 3)).Add(12, port("y")))},
		{"a tensor with too few numbers", modelOf(proto{}.Add(1, relu).Add(5, floats("w", []int64{4}, 1, 2)).Add(11, port("x", 1, 3)).Add(12, port("y")))},
		{"a stride of 0", model(node("MaxPool", []string{"x"}, []string{"y"}, attribute("kernel_shape", 2, 2), attribute("strides", 0, 1)))},
		{"a window beyond the image", model(node("MaxPool", []string{"x"}, []string{"y"}, attribute("kernel_shape", 9, 9)))},
		{"pads of 2^62", model(node("MaxPool", []string{"x"}, []string{"y"}, attribute("kernel_shape", 2, 2), attribute("pads", 1<<62, 0, 0, 0)))},
		{"weights from nothing", modelOf(proto{}.Add(1, filled).Add(1, node("MatMul", []string{"v", "w"}, []string{"y"})).Add(5, shape).Add(11, port("v", 1, 40_000)).Add(12, port("y")))},
		{"several at once", model(node("Sinh", []string{"x"}, []string{"a"}), node("Hardmax", []string{"x"}, []string{"b"}), node("Add", []string{"a", "b"}, []string{"c"}), node("Acos", []string{"c"}, []string{"y"}))},
	} {
		_, err := onnx.Read(flattest.Source("net.onnx", c.raw))
		if err == nil {
			t.Errorf("%s: no error", c.name)
			continue
		}
		fmt.Fprintf(&list, "%s\n    %s\n", c.name, strings.ReplaceAll(err.Error(), "\n", "\n    "))
	}
	langtest.Golden(t, filepath.Join(folder, "../broken/onnx.txt"), list.String())
}

// TestNothingRead: numbers that would be too many to compute keep no network from being read alone, and
// nothing computes them then.
func TestNothingRead(t *testing.T) {
	filled := node("ConstantOfShape", []string{"s"}, []string{"w"})
	shape := proto{}.Int(1, 2).Int(2, 7).Text(8, "s").Ints(7, 40_000, 40_000)
	source := flattest.Source("net.onnx", modelOf(proto{}.Add(1, filled).Add(1, node("MatMul", []string{"v", "w"}, []string{"y"})).Add(5, shape).Add(11, port("v", 1, 40_000)).Add(12, port("y"))))
	source.NoWeights = true
	net, err := onnx.Read(source)
	if err != nil {
		t.Fatal(err)
	}
	tensors := net.About[net.Graph.Output().ID].Tensors
	if len(tensors) == 0 {
		t.Fatal("the product has no tensor")
	}
	if _, err := tensors[0].Read(); err == nil || !strings.Contains(err.Error(), "only the network was read, without numbers; import it without --no-weights") {
		t.Errorf("got the error %v", err)
	}
}

func attributes(n int) (list []proto) {
	for i := range n {
		list = append(list, attribute(fmt.Sprint("a", i), 1))
	}
	return list
}
