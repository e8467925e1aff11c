package onnx_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
)

// A maker makes a random model node by node, and computes each as it does.
type maker struct {
	*rand.Rand
	opset  int
	values map[string]array
	recent []string // what nodes gave
	graph  proto
	count  int
}

func (m *maker) fresh() string { m.count++; return fmt.Sprint("v", m.count) }

// tensor is an initialiser of numbers between two.
func (m *maker) tensor(low, high float64, shape ...int) string {
	name := m.fresh()
	a := of(shape, func([]int) float64 { return float64(float32(low + (high-low)*m.Float64())) })
	m.store(name, a)
	return name
}

func (m *maker) number(v float64) string {
	name := m.fresh()
	m.store(name, array{[]int{}, []float64{float64(float32(v))}})
	return name
}

func (m *maker) store(name string, a array) {
	sizes, list := []int64{}, make([]float32, len(a.data))
	for _, size := range a.shape {
		sizes = append(sizes, int64(size))
	}
	for i, v := range a.data {
		list[i] = float32(v)
	}
	m.values[name] = a
	m.graph = m.graph.Add(5, floats(name, sizes, list...))
}

// list is an initialiser of whole numbers.
func (m *maker) list(values ...int) string {
	name := m.fresh()
	m.graph = m.graph.Add(5, proto{}.Int(1, int64(len(values))).Int(2, 7).Text(8, name).Ints(7, wide(values)...))
	return name
}

func wide(values []int) (all []int64) {
	for _, v := range values {
		all = append(all, int64(v))
	}
	return all
}

// do adds a node.
func (m *maker) do(op string, attrs map[string]any, in ...string) string {
	n := made{op: op, in: in, attrs: attrs, opset: m.opset}
	arrays := make([]array, len(in))
	for i, name := range in {
		arrays[i] = m.values[name]
	}
	out := m.fresh()
	m.values[out] = n.run(arrays)
	m.recent = append(m.recent, out)
	m.write(n, out)
	return out
}

// write puts a node into the graph, with inputs in place of attributes where its opset has these.
func (m *maker) write(n made, out string) {
	attrs, in := maps.Clone(n.attrs), slices.Clone(n.in)
	input := func(name string) {
		in = append(in, m.list(n.ints(name)...))
		delete(attrs, name)
	}
	switch n.op {
	case "Clip":
		for _, bound := range []string{"min", "max"} {
			if v, ok := n.attrs[bound].(float64); ok && m.opset >= 11 {
				in = append(in, m.number(v))
				delete(attrs, bound)
			} else if m.opset >= 11 {
				in = append(in, "")
			}
		}
	case "Reshape":
		input("shape")
	case "Gather":
		input("places")
	case "Slice":
		m.slice(n, &in, attrs)
	case "Pad":
		if m.opset >= 11 {
			input("pads")
		}
	case "ReduceSum":
		if m.opset >= 13 {
			input("axes")
		}
	case "ReduceMean", "ReduceMax", "ReduceMin", "ReduceL1", "ReduceL2", "ReduceSumSquare":
		if m.opset >= 18 {
			input("axes")
		}
	case "Resize":
		f := float64(n.ints("factor")[0])
		delete(attrs, "factor")
		if n.text("mode") == "nearest" && m.opset >= 11 {
			attrs["coordinate_transformation_mode"], attrs["nearest_mode"] = "asymmetric", "floor"
		}
		scales := m.fresh()
		m.store(scales, array{[]int{4}, []float64{1, 1, f, f}})
		if m.opset >= 11 {
			in = append(in, "")
		}
		in = append(in, scales)
	}
	m.graph = m.graph.Add(1, node(n.op, in, []string{out}, attributesOf(attrs)...))
}

// slice writes the places that a Slice takes as bounds, sometimes counted from the end.
func (m *maker) slice(n made, in *[]string, attrs map[string]any) {
	places, axis := n.ints("places"), n.ints("axis")[0]
	size := m.values[n.in[0]].shape[axis]
	start, end, step := places[0], places[len(places)-1]+1, 1
	if len(places) > 1 {
		step = places[1] - places[0]
	}
	if step < 0 {
		end = places[len(places)-1] - 1 - size // -1 is the last
	} else if end == size && m.IntN(2) == 0 {
		end = 1 << 31
	}
	if m.IntN(3) == 0 {
		start -= size
	}
	clear(attrs)
	if m.opset < 10 {
		attrs["starts"], attrs["ends"], attrs["axes"] = []int{start}, []int{end}, []int{axis}
		return
	}
	*in = append(*in, m.list(start), m.list(end), m.list(axis))
	if step != 1 || m.IntN(2) == 0 {
		*in = append(*in, m.list(step))
	}
}

func attributesOf(attrs map[string]any) (all []proto) {
	for _, name := range slices.Sorted(maps.Keys(attrs)) {
		a := proto{}.Text(1, name)
		switch v := attrs[name].(type) {
		case int:
			a = a.Int(3, int64(v)).Int(20, 2)
		case float64:
			a = a.Float(2, float32(v)).Int(20, 1)
		case string:
			a = a.Text(4, v).Int(20, 3)
		case []int:
			a = a.Ints(8, wide(v)...).Int(20, 7)
		}
		all = append(all, a)
	}
	return all
}

// randomModel is a model of some nodes, its input and what it gives for that.
func randomModel(seed uint64) (raw proto, in array, out array) {
	r := rand.New(rand.NewPCG(seed, 21))
	m := &maker{Rand: r, opset: []int{9, 11, 12, 13, 17, 18}[r.IntN(6)], values: map[string]array{}}
	in = of([]int{1 + r.IntN(2), 2 + 2*r.IntN(4), 4 + r.IntN(5), 4 + r.IntN(5)}, func([]int) float64 { return float64(float32(2*r.Float64() - 1)) })
	m.values["x"] = in
	m.recent = []string{"x"}
	at := "x"
	for range 1 + r.IntN(6) {
		if next := m.step(at); next != "" {
			at = next
		}
	}
	if at == "x" {
		at = m.do("Relu", nil, at)
	}
	out = m.values[at]
	g := m.graph.Add(11, port("x", wide(in.shape)...)).Add(12, port(at, wide(out.shape)...))
	return proto{}.Int(1, 8).Add(7, g).Add(8, proto{}.Int(2, int64(m.opset))), in, out
}
