package onnx_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/interp/importer/internal/flattest"
	"cnnlang/interp/importer/internal/onnx"
	"cnnlang/interp/internal/weightfile/filetest"
	exported "cnnlang/interp/onnx"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// TestOwnFiles: every net of the library, written as ONNX and read again, is the same graph with the
// same names, but for what does nothing in inference and for how padding is written.
func TestOwnFiles(t *testing.T) {
	for _, name := range interp.Library() {
		t.Run(name, func(t *testing.T) {
			n := flattest.LibraryNet(t, name)
			m, err := exported.Of(n.Graph, exported.Options{})
			if err != nil {
				t.Fatal(err)
			}
			source := flattest.Source(name, encoded(m))
			source.NoWeights = true
			net, err := onnx.Read(source)
			if err != nil {
				t.Fatal(err)
			}
			want, got := meaning(n.Graph), meaning(net.Graph)
			for i := range max(len(want), len(got)) {
				if i >= len(want) || i >= len(got) || want[i] != got[i] {
					t.Fatalf("operation %d is\n%s\nwant\n%s", i, strings.Join(got[min(i, len(got)):min(i+9, len(got))], "\n"), strings.Join(want[min(i, len(want)):min(i+9, len(want))], "\n"))
				}
			}
		})
	}
}

// encoded is a model without the numbers of its weights, which would be in a file beside it.
func encoded(m *exported.Model) []byte {
	var g filetest.Proto
	for _, n := range m.Nodes {
		var p filetest.Proto
		for _, in := range n.Inputs {
			p = p.Text(1, in)
		}
		p = p.Text(2, n.Output).Text(3, n.Name).Text(4, n.Op)
		for _, a := range n.Attributes {
			attribute := filetest.Proto{}.Text(1, a.Name)
			switch v := a.Value.(type) {
			case int:
				attribute = attribute.Int(3, int64(v))
			case float32:
				attribute = attribute.Float(2, v)
			case string:
				attribute = attribute.Text(4, v)
			case []int:
				for _, i := range v {
					attribute = attribute.Int(8, int64(i))
				}
			}
			p = p.Add(5, attribute)
		}
		g = g.Add(1, p)
	}
	for _, i := range m.Initializers {
		g = g.Add(5, initialiser(i))
	}
	ports := func(number int, list []exported.Value) {
		for _, v := range list {
			shape := filetest.Proto{}.Add(1, filetest.Proto{}.Text(2, "N"))
			for _, size := range v.Shape[1:] {
				shape = shape.Add(1, filetest.Proto{}.Int(1, int64(size)))
			}
			g = protoAt(g, number, filetest.Proto{}.Text(1, v.Name).Add(2, filetest.Proto{}.Add(1, filetest.Proto{}.Int(1, 1).Add(2, shape))))
		}
	}
	ports(11, m.Inputs)
	ports(12, m.Outputs)
	return filetest.Proto{}.Int(1, 8).Text(2, "cnnlang").Add(7, g).Add(8, filetest.Proto{}.Int(2, exported.Opset))
}

func protoAt(p filetest.Proto, number int, m filetest.Proto) filetest.Proto {
	if number == 11 {
		return p.Add(11, m)
	}
	return p.Add(12, m)
}

func initialiser(i exported.Initializer) filetest.Proto {
	var p filetest.Proto
	for _, size := range i.Shape {
		p = p.Int(1, int64(size))
	}
	p = p.Text(8, i.Name)
	if i.Constant {
		p = p.Text(12, "constant")
	}
	var raw []byte
	switch v := i.Values.(type) {
	case []int64:
		for _, n := range v {
			raw = binary.LittleEndian.AppendUint64(raw, uint64(n))
		}
		return p.Int(2, 7).Text(9, string(raw))
	case []float32:
		for _, n := range v {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(n))
		}
		return p.Int(2, 1).Text(9, string(raw))
	}
	return p.Int(2, 1).Add(13, filetest.Proto{}.Text(1, "location").Text(2, "weights.data")).Int(14, 1)
}

// meaning lists what the outputs of a graph need, operation by operation: what it is, what it reads,
// by its place in the list, and its tensors.
func meaning(g *graph.Graph) (list []string) {
	at := map[*graph.Node]int{}
	for i, in := range g.Inputs {
		at[in] = -1 - i
	}
	var visit func(n *graph.Node) int
	visit = func(n *graph.Node) int {
		if i, ok := at[n]; ok {
			return i
		}
		switch op := n.Op.(type) {
		case *ops.Dropout, *ops.DropPath, *ops.Identity:
			at[n] = visit(n.In[0])
			return at[n]
		case *ops.AvgPool:
			if one := dim.Square(dim.Int(1)); op.K == one && op.Stride == one && n.Shape.Equal(n.In[0].Shape) {
				at[n] = visit(n.In[0])
				return at[n]
			}
		case *ops.AvgPoolTo:
			if op.K.H.MustInt() == n.In[0].Shape[2] && op.K.W.MustInt() == n.In[0].Shape[3] {
				at[n] = visit(n.In[0])
				return at[n]
			}
		}
		if _, one := n.Op.(*ops.Scale); one && canonical(n) == "scale(s=1)" || len(n.In) == 1 && merges(n.Op) {
			at[n] = visit(n.In[0])
			return at[n]
		}
		text := canonical(n)
		if _, learned := n.Op.(*ops.Learned); !learned { // which reads nothing
			for _, in := range n.In {
				text += fmt.Sprint(" ", visit(in))
			}
		}
		for _, p := range n.Params {
			text += fmt.Sprint(" ", p.Path, p.Shape)
		}
		at[n] = len(list)
		list = append(list, text)
		return at[n]
	}
	for _, o := range g.Outputs {
		list = append(list, fmt.Sprint("output ", visit(o.Node)))
	}
	return list
}

// merges reports whether an operation is one of branches, and of a single one that branch.
func merges(op ops.Op) bool {
	switch op.(type) {
	case *ops.Add, *ops.Mul, *ops.Max, *ops.Mean, *ops.Concat:
		return true
	}
	return false
}

// canonical is an operation in the one form that a file of ONNX has for it.
func canonical(n *graph.Node) string {
	one := dim.Square(dim.Int(1))
	shape := n.Shape
	switch op := n.Op.(type) {
	case *ops.Conv:
		again := *op
		again.Pad, _ = around(n, op.Pad, op.K, op.Stride, op.Dilation)
		return graph.Describe(&again)
	case *ops.Deconv:
		again := *op
		again.Pad, _ = around(n, op.Pad, op.K, op.Stride, op.Dilation)
		return graph.Describe(&again)
	case *ops.MaxPool:
		again := *op
		var hangs ops.Padding
		again.Pad, hangs = around(n, op.Pad, op.K, op.Stride, one)
		again.Pad.Bottom, again.Pad.Right = again.Pad.Bottom.Add(hangs.Bottom), again.Pad.Right.Add(hangs.Right)
		again.Ceil = false
		return graph.Describe(&again)
	case *ops.AvgPool:
		again := *op
		var hangs ops.Padding
		again.Pad, hangs = around(n, op.Pad, op.K, op.Stride, one)
		none := ops.Padding{Top: dim.Int(0), Bottom: dim.Int(0), Left: dim.Int(0), Right: dim.Int(0)}
		switch {
		case again.Pad == none && hangs == none:
			again.CountPad = true
		case again.Pad == none:
			again.CountPad = false
		}
		again.Pad.Bottom, again.Pad.Right = again.Pad.Bottom.Add(hangs.Bottom), again.Pad.Right.Add(hangs.Right)
		again.Ceil = false
		return graph.Describe(&again)
	case *ops.AvgPoolTo:
		if op.K == one {
			return "gap"
		}
	case *ops.ReduceMean:
		if len(op.Axis) == 2 && op.Reduces(2) && op.Reduces(3) {
			return "gap"
		}
	case *ops.Learned:
		return "param " + fmt.Sprint(shape)
	}
	return graph.Describe(n.Op)
}

// around is padding as numbers, and by how much the last windows hang over it.
func around(n *graph.Node, pad ops.Padding, k, stride, dilation dim.Pair) (explicit, hangs ops.Padding) {
	var sides, over [2][2]int
	for i, a := range dim.Spatial {
		size, out := n.In[0].Shape[2+i], n.Shape[2+i]
		kernel, step, apart := k.Along(a).MustInt(), stride.Along(a).MustInt(), dilation.Along(a).MustInt()
		sides[i][0], sides[i][1] = pad.Around(a, size, kernel, step, apart)
		over[i][1] = max(0, (out-1)*step+apart*(kernel-1)+1-size-sides[i][0]-sides[i][1])
	}
	if _, up := n.Op.(*ops.Deconv); up {
		over = [2][2]int{}
	}
	return numbers(sides), numbers(over)
}

func numbers(by [2][2]int) ops.Padding {
	return ops.Padding{Top: dim.Int(by[0][0]), Bottom: dim.Int(by[0][1]), Left: dim.Int(by[1][0]), Right: dim.Int(by[1][1])}
}
