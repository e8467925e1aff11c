package interp_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/graph"
)

// wired writes a random net of two inputs and three outputs whose steps take values by their names, all of one
// shape. The value that stands at place other is another one than without; false says that there is none.
func wired(seed uint64, other int) (text string, changed bool) {
	r := rand.New(rand.NewPCG(seed, 17))
	var b strings.Builder
	b.WriteString("net d | [N, 3, H=4, W=4] as a | [N, 3, H, W] as b -> | [N, 3, H, W] as p | [N, 3, H, W] as q | [N, 3, H, W] as r {\n  add -> relu as v\n")
	values, lists := []string{"@a", "@b", "@v"}, []string(nil)
	places := 0
	from := func(list []string) string {
		if len(list) == 1 {
			return list[0]
		}
		i, shift := r.IntN(len(list)), 1+r.IntN(len(list)-1)
		if places++; places == other+1 {
			i, changed = (i+shift)%len(list), true
		}
		return list[i]
	}
	value := func() string { return from(values) }
	op := func() string { return []string{"relu", "tanh", "conv(3, 1x1)"}[r.IntN(3)] }
	for i := range 3 + r.IntN(5) {
		name := fmt.Sprintf("v%d", i)
		switch kind := r.IntN(7); {
		case kind == 0:
			fmt.Fprintf(&b, "  %s -> %s as %s\n", value(), op(), name)
		case kind == 1:
			fmt.Fprintf(&b, "  add { | %s | %s } as %s\n", value(), value(), name)
		case kind == 2:
			fmt.Fprintf(&b, "  g%d: { %s } as %s\n", i, value(), name)
		case kind == 3:
			fmt.Fprintf(&b, "  g%d: { add { | %s | %s -> %s } } as %s\n", i, value(), value(), op(), name)
		case kind == 4 && lists != nil:
			fmt.Fprintf(&b, "  %s -> add as %s\n", from(lists), name)
		case kind == 5:
			fmt.Fprintf(&b, "  list { | %s | %s -> %s | h%d: { %s } } as [%[6]s, x%[4]d, y%[4]d]\n", value(), value(), op(), i, value(), name)
			values = append(values, fmt.Sprintf("@x%d", i), fmt.Sprintf("@y%d", i))
		default:
			fmt.Fprintf(&b, "  list { | %s | %s | %s -> %s } -> %s as l%d\n", value(), value(), value(), op(), []string{"each tanh", "each conv(3, 1x1)"}[r.IntN(2)], i)
			lists = append(lists, fmt.Sprintf("@l%d", i))
			fmt.Fprintf(&b, "  @l%d[%d] -> %s as %s\n", i, r.IntN(3), op(), name)
		}
		values = append(values, "@"+name)
	}
	switch kind := r.IntN(4); {
	case kind == 0 && lists != nil:
		fmt.Fprintf(&b, "  %s }\n", from(lists))
	case kind == 1:
		fmt.Fprintf(&b, "  list { | g: { %s } | %s -> h: { add { | %s | %s } } | %s }\n}\n", value(), value(), value(), value(), value())
	default:
		fmt.Fprintf(&b, "  list { | %s | %s | %s }\n}\n", value(), value(), value())
	}
	return b.String(), changed
}

// formulas numbers what the outputs of networks are made of, all the way from the inputs: two outputs that are
// computed alike from tensors of the same names have one number.
func formulas(g *graph.Graph, numbers map[string]int) string {
	of := map[*graph.Node]int{}
	for _, n := range g.Nodes {
		key := n.Path
		if n.Op != nil {
			key = graph.Describe(n.Op)
		}
		for _, in := range n.In {
			key += fmt.Sprint(" ", of[in])
		}
		for _, p := range n.Params {
			key += " " + p.Path
		}
		if numbers[key] == 0 {
			numbers[key] = len(numbers) + 1
		}
		of[n] = numbers[key]
	}
	var b strings.Builder
	for _, o := range g.Outputs {
		fmt.Fprint(&b, o.Name, " ", of[o.Node], " ")
	}
	return b.String()
}

// Nets that give something else are told apart, wherever the name is by which they take another value. Those
// of one text are not.
func TestDiffsOfOutputs(t *testing.T) {
	differ := 0
	for seed := range uint64(40) {
		text, _ := wired(seed, -1)
		_, a := selected(t, "-", text, interp.Options{})
		if d := compared(a, a); !d.Empty() {
			t.Fatalf("seed %d: a net differs from itself\n%s", seed, text)
		}
		for place := 0; ; place++ {
			other, changed := wired(seed, place)
			if !changed {
				break
			}
			_, b := selected(t, "-", other, interp.Options{})
			numbers := map[string]int{}
			if formulas(a.Graph, numbers) == formulas(b.Graph, numbers) {
				continue
			}
			differ++
			if compared(a, b).Empty() || compared(b, a).Empty() {
				t.Fatalf("seed %d: no difference of\n%s\n%s", seed, text, other)
			}
		}
	}
	if differ < 200 {
		t.Errorf("%d pairs differ", differ)
	}
}

// Every value that a list has in place of another is a line of its own.
func TestDiffOfAList(t *testing.T) {
	const head = "net d | [N, 3, H=8, W=8] as a | [N, 3, H, W] as b -> | [N, 3, H, W] as p | [N, 3, H, W] as q | [N, 3, H, W] as r { add -> relu as x\n tanh as y\n"
	read := func(values string) *interp.Net {
		_, n := selected(t, "-", head+values, interp.Options{})
		return n
	}
	for _, c := range []struct{ a, b, want string }{
		{"list { | @x | @y | @x } }", "list { | @x | @x | @y } }", "list; @y → @x, value 2 → 1; @x → @y, value 1 → 2"},
		{"list { | @x | @y | @x } }", "list { | @x | @y | @y } }", "list; @x → @y, value 1 → 2"},
		{"list { | g: { @x } | @x | @x } }", "list { | g: { @y } | @x | @x } }", "list; g; @x → @y, value 1 → 2"},
	} {
		var words []string
		for _, change := range compared(read(c.a), read(c.b)).Changes {
			for _, one := range change.All() {
				words = append(words, one.Words())
			}
		}
		if got := strings.Join(words, "; "); got != c.want {
			t.Errorf("%s and %s: %q, want %q", c.a, c.b, got, c.want)
		}
	}
}

// A name is a difference even where it is the only input or output: whoever runs the net asks for it so.
func TestDiffOfAName(t *testing.T) {
	read := func(in, out string) *interp.Net {
		_, n := selected(t, "-", "net d [N, 3, H = 8, W = 8]"+in+" -> [N, 3, H, W]"+out+" { relu }", interp.Options{})
		return n
	}
	for _, c := range []struct {
		a, b *interp.Net
		want string
	}{
		{read("", " as mask"), read("", " as map"), "input [1, 3, 8, 8] [1, 3, 8, 8], output mask [1, 3, 8, 8] map [1, 3, 8, 8]"},
		{read("", ""), read("", " as map"), "input [1, 3, 8, 8] [1, 3, 8, 8], output output [1, 3, 8, 8] map [1, 3, 8, 8]"},
		{read(" as x", " as y"), read(" as image", " as y"), "input x [1, 3, 8, 8] image [1, 3, 8, 8], output [1, 3, 8, 8] [1, 3, 8, 8]"},
	} {
		d := compared(c.a, c.b)
		var ends []string
		for _, e := range d.Ends() {
			ends = append(ends, e.What+" "+e.A+" "+e.B)
		}
		if got := strings.Join(ends, ", "); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
		if d.Empty() || !compared(c.a, c.a).Empty() {
			t.Error("another name is no difference, or the same one is")
		}
	}
}
