package structure_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"cnnlang/interp/graph"
	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/importer/internal/structure"
	"cnnlang/interp/importer/internal/tree"
	"cnnlang/interp/internal/graphtest"
	"cnnlang/ops"
)

// builds are graphs of about so many nodes that are hard in one way each.
var builds = map[string]func(b *flat.Builder, n int) *graph.Node{
	"long": func(b *flat.Builder, n int) *graph.Node {
		x := input(b)
		for range n {
			x = must(b.Op("", ops.ReLU.Op(), flat.About{}, x))
		}
		return x
	},
	"branches in branches": func(b *flat.Builder, n int) *graph.Node {
		x := input(b)
		all := []*graph.Node{x}
		for range n / 2 {
			x = must(b.Op("", ops.ReLU.Op(), flat.About{}, x))
			all = append(all, x)
		}
		for i := len(all) - 1; i >= 0; i-- {
			x = must(b.Op("", &ops.Add{}, flat.About{}, all[i], x))
		}
		return x
	},
	"all read at the end": func(b *flat.Builder, n int) *graph.Node {
		x := input(b)
		all := []*graph.Node{x}
		for range n {
			x = must(b.Op("", ops.ReLU.Op(), flat.About{}, x))
			all = append(all, x)
		}
		return must(b.Op("", &ops.Add{}, flat.About{}, all...))
	},
	"each reads two before it": func(b *flat.Builder, n int) *graph.Node {
		before, x := input(b), (*graph.Node)(nil)
		x = must(b.Op("", ops.ReLU.Op(), flat.About{}, before))
		for range n {
			before, x = x, must(b.Op("", &ops.Add{}, flat.About{}, before, x))
		}
		return x
	},
	"one input": func(b *flat.Builder, n int) *graph.Node {
		x := input(b)
		var all []*graph.Node
		for i := range n {
			all = append(all, must(b.Op(fmt.Sprint("a.b", i), &ops.Mul{}, flat.About{Scope: "a"}, x, x)))
		}
		return must(b.Op("", &ops.Add{}, flat.About{}, all...))
	},
	"regions in regions": func(b *flat.Builder, n int) *graph.Node {
		return crossed(b, input(b), n)
	},
	"concats that grow": func(b *flat.Builder, n int) *graph.Node {
		x := input(b)
		all := []*graph.Node{x}
		for len(all) < 170 && len(all)*len(all) < n {
			c := must(b.Op("", graphtest.Concat(), flat.About{}, all...))
			all = append(all, must(b.Op("", graphtest.Conv(1, 1, 1, 1, false), flat.About{}, c)))
		}
		return must(b.Op("", graphtest.Concat(), flat.About{}, all...))
	},
	"deep names": func(b *flat.Builder, n int) *graph.Node {
		x := input(b)
		for i := range n / 100 {
			path := strings.Repeat("a.", i%400) + fmt.Sprint("x", i)
			x = must(b.Op(path, graphtest.Norm(), flat.About{}, x))
		}
		return x
	},
	"names that are the same": func(b *flat.Builder, n int) *graph.Node {
		x := input(b)
		for range n {
			x = must(b.Op("0.1", graphtest.Norm(), flat.About{}, x))
		}
		return x
	},
	"names that alternate": func(b *flat.Builder, n int) *graph.Node {
		x := input(b)
		for i := range n {
			x = must(b.Op(fmt.Sprintf("%c.%d.%d.w", 'a'+i%3, i%7, i), graphtest.Norm(), flat.About{Scope: fmt.Sprint("s", i%2)}, x))
		}
		return x
	},
}

func input(b *flat.Builder) *graph.Node { return b.Input("", []int{1, 1, 2, 2}) }

// crossed is a part that is not in series and parallel, with such parts in it.
func crossed(b *flat.Builder, x *graph.Node, n int) *graph.Node {
	relu := func(x *graph.Node) *graph.Node { return must(b.Op("", ops.ReLU.Op(), flat.About{}, x)) }
	p, q := relu(x), relu(x)
	if n > 8 {
		p = crossed(b, p, n-8)
	}
	middle := must(b.Op("", &ops.Add{}, flat.About{}, p, q))
	r, s := must(b.Op("", &ops.Add{}, flat.About{}, p, middle)), must(b.Op("", &ops.Add{}, flat.About{}, q, middle))
	return must(b.Op("", &ops.Add{}, flat.About{}, r, s))
}

// TestLargeGraphs: the time is in proportion to the size, whatever the graph is like. With a bound that
// leaves room for a machine that does other things, 8 times as many nodes do not take 40 times as long.
func TestLargeGraphs(t *testing.T) {
	const small, large = 3000, 24000
	for name, build := range builds {
		t.Run(name, func(t *testing.T) {
			took := func(n int) time.Duration {
				b := flat.Build("large")
				b.Output("output", build(b, n))
				net := b.Net()
				start := time.Now()
				text := tree.Text(&tree.File{Net: structure.Of(structure.Nested(net))})
				if n == small && len(text) < 1<<20 {
					defer recovered(t, net)
				}
				return time.Since(start)
			}
			took(small)
			a, b := took(small), took(large)
			t.Logf("%v, %v", a, b)
			if b > 40*a && b > 15*time.Second {
				t.Errorf("%d nodes take %v, and %d nodes %v", small, a, large, b)
			}
		})
	}
}
