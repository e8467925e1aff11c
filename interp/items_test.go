package interp_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// What an each computes is what its step computes for every item, written out with a copy of
// its tensors: its own path, with the number of the item behind it, are the copies' in other.
var itemsWrittenOut = []struct{ each, other string }{
	// A pyramid, as in RetinaNet, with what folds and what fuses.
	{`block head(out: int) [N, C, H, W] -> [N, out, H, W] { repeat 2 { conv(C, 3x3, pad=1, bias=false) -> bn -> relu } -> conv(out, 3x3, pad=1) }
net n [N, 3, H = 32, W = 32] -> [N, 8, H/2, W/2] where H % 8 == 0, W % 8 == 0 {
  a: conv(16, 3x3, stride=2, pad=1) as p0
  relu -> b: conv(16, 3x3, stride=2, pad=1) as p1
  relu -> c: conv(16, 3x3, stride=2, pad=1)
  list { | @p0 | @p1 | id } -> head: each head(8) as [x, y, z]
  add { | @x | @y -> resize([H/2, W/2]) | @z -> resize([H/2, W/2]) }
}`, `block head(out: int) [N, C, H, W] -> [N, out, H, W] { repeat 2 { conv(C, 3x3, pad=1, bias=false) -> bn -> relu } -> conv(out, 3x3, pad=1) }
net n [N, 3, H = 32, W = 32] -> [N, 8, H/2, W/2] where H % 8 == 0, W % 8 == 0 {
  a: conv(16, 3x3, stride=2, pad=1) as p0
  relu -> b: conv(16, 3x3, stride=2, pad=1) as p1
  relu -> c: conv(16, 3x3, stride=2, pad=1)
  list { | @p0 -> "head[0]": head(8) | @p1 -> "head[1]": head(8) | "head[2]": head(8) } as [x, y, z]
  add { | @x | @y -> resize([H/2, W/2]) | @z -> resize([H/2, W/2]) }
}`},
	// The gate of CBAM: vectors.
	{`net n [N, 3, H = 8, W = 8] -> [N, 16, H, W] {
  a: conv(16, 3x3, pad=1) -> relu
  mul { | id | list { | gap | maxpool([H, W]) } -> "gate.mlp": each { id -> linear(4) -> relu -> linear(16) } -> add -> sigmoid }
}`, `net n [N, 3, H = 8, W = 8] -> [N, 16, H, W] {
  a: conv(16, 3x3, pad=1) -> relu
  mul { | id | list { | gap -> "gate.mlp[0]": { id -> linear(4) -> relu -> linear(16) } | maxpool([H, W]) -> "gate.mlp[1]": { id -> linear(4) -> relu -> linear(16) } } -> add -> sigmoid }
}`},
	// An operation by itself, a condition, a repeat, branches with residual sums, one in another.
	{`net n [N, 3, H = 8, W = 8] -> [N, 8, H, W] {
  list { | a: conv(8, 1x1) | b: conv(8, 3x3, pad=1) -> relu }
  one: each conv(8, 3x3, pad=1, bias=false)
  two: each { bn -> relu }
  three: each if H > 2 { conv(8, 1x1) } else { relu }
  four: each repeat 2 conv(8, 3x3, pad=1, groups=2)
  five: each add { | id | conv(8, 3x3, pad=1) -> prelu -> x: conv(8, 1x1) }
  six: each { list { | relu | conv(8, 1x1) } -> inner: each conv(8, 1x1) -> add }
  add
}`, `net n [N, 3, H = 8, W = 8] -> [N, 8, H, W] {
  list { | a: conv(8, 1x1) | b: conv(8, 3x3, pad=1) -> relu } as [p, q]
  list { | @p -> "one[0]": conv(8, 3x3, pad=1, bias=false) | @q -> "one[1]": conv(8, 3x3, pad=1, bias=false) } as [p2, q2]
  list { | @p2 -> "two[0]": { bn -> relu } | @q2 -> "two[1]": { bn -> relu } } as [p3, q3]
  list { | @p3 -> "three[0]": { conv(8, 1x1) } | @q3 -> "three[1]": { conv(8, 1x1) } } as [p4, q4]
  list { | @p4 -> "four[0]": { repeat 2 conv(8, 3x3, pad=1, groups=2) } | @q4 -> "four[1]": { repeat 2 conv(8, 3x3, pad=1, groups=2) } } as [p5, q5]
  list {
    | @p5 -> "five[0]": add { | id | conv(8, 3x3, pad=1) -> prelu -> "five[0].x": conv(8, 1x1) }
    | @q5 -> "five[1]": add { | id | conv(8, 3x3, pad=1) -> prelu -> "five[1].x": conv(8, 1x1) }
  } as [p6, q6]
  list {
    | @p6 -> "six[0]": { list { | relu -> "inner[0]": conv(8, 1x1) | conv(8, 1x1) -> "inner[1]": conv(8, 1x1) } -> "add": add }
    | @q6 -> "six[1]": { list { | relu -> "inner[0]": conv(8, 1x1) | conv(8, 1x1) -> "inner[1]": conv(8, 1x1) } -> "add": add }
  }
  add
}`},
	// Items of which one is not read.
	{`net n [N, 3, H = 8, W = 8] -> [N, 4, H, W] {
  list { | relu | a: conv(3, 1x1) } -> head: each conv(4, 3x3, pad=1) as [_, y]
  @y -> relu
}`, `net n [N, 3, H = 8, W = 8] -> [N, 4, H, W] {
  a: conv(3, 1x1) -> "head[1]": conv(4, 3x3, pad=1) -> relu
}`},
}

// withoutItems is a path in an each without the numbers of items.
func withoutItems(path string) string {
	for i := range 3 {
		path = strings.ReplaceAll(path, fmt.Sprintf("[%d]", i), "")
	}
	return path
}

func TestItemsAreWhatIsWrittenOut(t *testing.T) {
	for k, c := range itemsWrittenOut {
		n, other := netOf(t, c.each), netOf(t, c.other)
		all := interp.RandomTensors(n, uint64(k))
		copies := map[string]tensor.Tensor{}
		for _, p := range other.Graph.Params(true) {
			x, ok := all[withoutItems(p.Path)]
			if !ok || !x.Shape.Equal(p.Shape) {
				t.Fatalf("%d: there is no tensor for %s", k, p.Path)
			}
			copies[p.Path] = x
		}
		got, _, err := outputsOf(t, n, interp.WeightsOf(all))
		if err != nil {
			t.Fatal(err)
		}
		want, _, err := outputsOf(t, other, interp.WeightsOf(copies))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.EqualFunc(got, want, func(x, y float32) bool { return math.Float32bits(x) == math.Float32bits(y) }) {
			t.Errorf("%d: an each computes\n%v\n and what is written out\n%v", k, got[:8], want[:8])
		}
	}
}

// Expanded, an each stays one: its text has the same tensors and computes the same.
func TestItemsAreExpandedTogether(t *testing.T) {
	for k, c := range append(itemsWrittenOut, struct{ each, other string }{each: `net n [N, 3, H = 8, W = 8] -> [N, 3, H, W] {
  side s: { list { | relu | id } -> x: each conv(3, 1x1) -> add }
  list { | a: conv(3, 1x1) | relu } as [x, y]
  head: each { mul { | id | p: param([3, 1, 1]) } -> "": relu -> "": silu -> c: conv(3, 1x1) } -> add
  side t: { list { | @x | @y } -> u: each linear(3) -> add }
}`}) {
		n, flat := expanded(t, "-", c.each)
		again := readBack(t, flat)
		all := interp.RandomTensors(n, uint64(k))
		for _, p := range again.Graph.Params(true) {
			if x, ok := all[p.Path]; !ok || !x.Shape.Equal(p.Shape) {
				t.Errorf("%d: the text has the tensor %s %v\n%s", k, p.Path, p.Shape, flat)
			}
		}
		if got := len(again.Graph.Params(true)); got != len(all) {
			t.Errorf("%d: the text has %d tensors, want %d\n%s", k, got, len(all), flat)
		}
		want, _, err := outputsOf(t, n, interp.WeightsOf(all))
		if err != nil {
			t.Fatal(err)
		}
		got, _, err := outputsOf(t, again, interp.WeightsOf(all))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d: the text computes something else\n%s", k, flat)
		}
	}
}

// What items do with a tensor in several ways has no such text.
func TestItemsThatAreNotExpanded(t *testing.T) {
	for text, want := range map[string]string{
		`block b [N, C, H, W] -> [N, C, _, _] { if H > 4 { conv(C, 3x3, stride=2, pad=1) } else { conv(C, 3x3, pad=1) } }
net n [N, 3, H = 8, W = 8] -> [N, 3, 4, 4] { list { | id | avgpool(2x2) } -> x: each b -> add }`: "`x.0` is conv(3, 3x3, stride=2, pad=1) for one item of an `each` and conv(3, 3x3, pad=1) for another",
		`block b [N, C, H, W] -> [N, C, H, W] { if H > 4 { p: conv(C, 1x1) -> q: conv(C, 1x1) } else { q: conv(C, 1x1) -> p: conv(C, 1x1) } }
net n [N, 3, H = 8, W = 8] -> [N, 3, 1, 1] { list { | id | avgpool(2x2) } -> each { b -> gap } -> add }`: "orders that lead to each other",
	} {
		if _, err := netOf(t, text).Expand(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\nis expanded: %v", text, err)
		}
	}
}

// Tensors are counted once, and what is done with them for every item; so it is in a table of any
// depth.
func TestItemsAreCounted(t *testing.T) {
	for k, c := range itemsWrittenOut[:3] {
		n, other := netOf(t, c.each), netOf(t, c.other)
		once := map[string]bool{}
		params, bytes := dim.Int(0), dim.Int(0)
		for _, p := range other.Graph.Params(true) {
			if path := withoutItems(p.Path); !once[path] {
				once[path] = true
				size := dim.Shaped(p.Shape...).Product()
				if bytes = bytes.Add(size.Mul(dim.Int(4))); !p.Running {
					params = params.Add(size)
				}
			}
		}
		if n.Main.Params != params || n.Main.MACs != other.Main.MACs || n.Main.FLOPs != other.Main.FLOPs || n.Activations() != other.Activations() {
			t.Errorf("%d: an each has %v, %v MACs, %v FLOPs; want %v, %v, %v", k, n.Main.Params, n.Main.MACs, n.Main.FLOPs, params, other.Main.MACs, other.Main.FLOPs)
		}
		if got := len(n.Graph.Params(true)); got != len(once) {
			t.Errorf("%d: %d tensors, want %d", k, got, len(once))
		}
		for depth := range 4 {
			var sum graph.Count
			weights := dim.Int(0)
			for _, r := range n.Graph.Rows(depth) {
				sum = sum.Add(r.Count)
				for _, node := range r.Nodes {
					weights = weights.Add(node.Bytes().Weights)
				}
				if strings.Contains(r.Path, "[") {
					t.Errorf("%d: a row %s", k, r.Path)
				}
			}
			if sum != n.Main || weights != bytes {
				t.Errorf("%d: at depth %d rows sum to %v and %v bytes, want %v and %v", k, depth, sum, weights, n.Main, bytes)
			}
		}
	}
}

// netOf is the one net of a text.
func netOf(t *testing.T, text string) *interp.Net {
	t.Helper()
	p, list := check(t, text, interp.Options{})
	n, err := p.Net(interp.Options{})
	if err != nil || list.HasErrors() {
		t.Fatalf("%s\n%v\n%v", text, list, err)
	}
	return n
}
