package interp_test

import (
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/interp/internal/nettest"
	"cnnlang/lang/diag"
	"cnnlang/ops/tensor"
)

// Values with indexes, and lists of tensors, are those of the same net with a name for each of them.
func TestSeveralValuesAreNames(t *testing.T) {
	for _, pair := range [][2]string{
		{`net n [N, 4, H = 8, W = 8] -> [N, 12, H, W] {
  repeat i of 3 {
    if i > 0 { @y[i-1] }
    "c{i}": conv(4, 3x3, pad=1) as y[i]
  }
  concat { repeat i of 3 | @y[2-i] }
}`, `net n [N, 4, H = 8, W = 8] -> [N, 12, H, W] {
  c0: conv(4, 3x3, pad=1) as y0
  c1: conv(4, 3x3, pad=1) as y1
  c2: conv(4, 3x3, pad=1) as y2
  concat { | @y2 | @y1 | @y0 }
}`},
		// Half a grid, whose rows lead to each other.
		{`net n [N, 4, H = 8, W = 8] -> [N, 4, H, W] {
  a: conv(4, 1x1) as x[0][0]
  repeat i of 2 {
    repeat j of i + 1 { @x[i][j] -> "b{i}{j}": conv(4, 1x1) as x[i+1][j] }
    add { | @x[i][i] | @x[i+1][0] } as x[i+1][i+1]
  }
  max { | @x[2][0] | @x[2][1] | @x[2][2] }
}`, `net n [N, 4, H = 8, W = 8] -> [N, 4, H, W] {
  a: conv(4, 1x1) as x00
  b00: conv(4, 1x1) as x10
  add { | @x00 | @x10 } as x11
  @x10 -> b10: conv(4, 1x1) as x20
  @x11 -> b11: conv(4, 1x1) as x21
  add { | @x11 | @x20 } as x22
  max { | @x20 | @x21 | @x22 }
}`},
		// As an argument, in a body that is passed to a block, and of a repeat that a condition leaves out.
		{`block plus(like: [...]) [N, C, H, W] -> [N, C, H, W] { add { | id | @like } }
block twice(unit: block) [N, C, H, W] -> [N, C, H, W] { unit -> relu }
net n [N, 4, H = 8, W = 8] -> [N, 4, H, W] {
  repeat i of 2 { conv(4, 1x1) as y[i] }
  if N == 0 { relu as y[0] }
  twice { conv(4, 1x1) as y[2] } -> plus(@y[0]) -> plus(@y[2]) -> plus(@y[1])
}`, `block plus(like: [...]) [N, C, H, W] -> [N, C, H, W] { add { | id | @like } }
block twice(unit: block) [N, C, H, W] -> [N, C, H, W] { unit -> relu }
net n [N, 4, H = 8, W = 8] -> [N, 4, H, W] {
  conv(4, 1x1) as a
  conv(4, 1x1) as b
  twice { conv(4, 1x1) as c } -> plus(@a) -> plus(@c) -> plus(@b)
}`},
		// Lists: joined, taken apart, passed on by what passes a value on, counted, flattened.
		{`net n [N, 4, H = 8, W = 8] -> [N, 4, H, W] {
  list { repeat i of 3 | "a{i}": conv(4, 1x1) } -> p: add -> r: relu
  list { | "b": conv(4, 1x1) | "c": conv(4, 1x1) } as [b, c]
  m: mul { | @c | @b }
}`, `net n [N, 4, H = 8, W = 8] -> [N, 4, H, W] {
  p: add { | a0: conv(4, 1x1) | a1: conv(4, 1x1) | a2: conv(4, 1x1) } -> r: relu as x
  b: conv(4, 1x1) as b
  @x -> c: conv(4, 1x1) as c
  m: mul { | @c | @b }
}`},
		{`net n [N, 4, H = 8, W = 8] -> [N, 8, H, W] {
  z: relu
  list { | "a": conv(4, 1x1) | list { | "b": conv(4, 1x1) | "c": conv(4, 1x1) } } as xs
  if len(@xs) == 3 { repeat 2 { id } }
  list { repeat i, x in @xs | @x -> if i > 0 { "d{i}": conv(4, 1x1) } } as ys[0]
  @ys[0][1] -> "e": conv(4, 1x1)
  list { | @ys[0] | @xs[2] | "i": silu } as zs
  let few = [@zs[4], @zs[0]]
  f: concat { repeat y in few | @y }
}`, `net n [N, 4, H = 8, W = 8] -> [N, 8, H, W] {
  z: relu as x
  a: conv(4, 1x1) as a
  @x -> b: conv(4, 1x1) as b
  @x -> c: conv(4, 1x1) as c
  @b -> d1: conv(4, 1x1) as d1
  @c -> d2: conv(4, 1x1) as d2
  @d1 -> e: conv(4, 1x1) as e
  i: silu as i
  f: concat { | @i | @a }
}`},
		{`block keep(like: [...]) [N, C, H, W] -> [N, C, H, W] { mul { | id | @like } }
net n [N, 4, H = 8, W = 8] -> [N, 12, H, W] {
  z: relu
  g: { list { | "p": relu | "q": sigmoid } } as xs
  list { | @xs | id } as y
  @y[0] -> "k": keep(@y[3])
  "c": concat { | @xs | "j": silu }
}`, `block keep(like: [...]) [N, C, H, W] -> [N, C, H, W] { mul { | id | @like } }
net n [N, 4, H = 8, W = 8] -> [N, 12, H, W] {
  z: relu as x
  "g.p": relu as p
  @x -> "g.q": sigmoid as q
  @p -> k: keep(@q) as k
  c: concat { | @p | @q | "j": silu }
}`},
		// A name of one of a list is this body's own, whatever a stage is called.
		{`block b [N, C, H, W] -> [N, C, H, W] { stage p: relu }
net n [N, 4, H = 8, W = 8] -> [N, 4, H, W] {
  list { | "x": relu | "y": silu } as [p, q]
  "z": add { | @p | @q }
  "": b
  "r": add { | id | @p }
}`, `block b [N, C, H, W] -> [N, C, H, W] { stage p: relu }
net n [N, 4, H = 8, W = 8] -> [N, 4, H, W] {
  "z": add { | "x": relu as p | "y": silu }
  "": b
  "r": add { | id | @p }
}`},
		// A body in braces may take a list, which the block that it is given need not know.
		{`block g(unit: block) [N, C, H, W] -> [N, C, H, W] { list { | "x": relu | "y": silu } -> "": unit }
net n [N, 4, H = 8, W = 8] -> [N, 4, H, W] { "u": g { "z": add } }`, `block g [N, C, H, W] -> [N, C, H, W] { "z": add { | "x": relu | "y": silu } }
net n [N, 4, H = 8, W = 8] -> [N, 4, H, W] { "u": g }`},
	} {
		want, got := graphOf(t, pair[1]), graphOf(t, pair[0])
		if got != want {
			t.Errorf("%s\n\nis\n\n%s\n\nand with a name for each\n\n%s", pair[0], got, want)
		}
	}
}

// graphOf prints the graph of the one net of a text.
func graphOf(t *testing.T, text string) string {
	t.Helper()
	p, list := check(t, text, interp.Options{})
	n, err := p.Net(interp.Options{})
	if err != nil || list.HasErrors() {
		t.Fatalf("%s\n%v\n%v", text, list, err)
	}
	var b strings.Builder
	if err := graph.Print(&b, n.Graph); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// What is read of lists and of values with indexes is counted, so that a short text can make
// nothing of great size or length of them.
func TestSeveralValuesAreWithinTheLimits(t *testing.T) {
	const lists = "net n [N, 4, H = 8, W = 8] -> [N, 4, H, W] {\n  list { repeat 300 | id } as xs\n  list { repeat 100 | @xs } as ys\n"
	for _, rest := range []string{
		"repeat 1000 { if len(@ys) > 0 { id } }\n  add }",
		"let zs = @ys\n  repeat 1000 { @zs }\n  add }",
		"repeat i of 1000 { \"a{i}\": { @ys } }\n  add }",
		"repeat 1000 { @ys -> add } }",
		"list { repeat 1000 | @ys } as zs\n  add { | @ys[0] | @zs } }",
		"repeat i of 3000 { @xs[0] as z[i] }\n  concat { repeat i of 1000 | @z[i + 3000] } }",
	} {
		_, list := check(t, lists+rest, interp.Options{})
		if !slices.ContainsFunc(list, func(d *diag.Diagnostic) bool { return d.Code == diag.TooManySteps }) {
			t.Errorf("%s\nis not said to take too many steps:\n%v", rest, list)
		}
	}
	if n := allocated(func() {
		_, list := check(t, lists+"let zs = @ys\n  repeat i of 300 { @zs[i] } }", interp.Options{})
		if list.Err() != nil {
			t.Error(list)
		}
	}); n > 100<<20 {
		t.Errorf("300 items of a list of 30000 take %d bytes", n)
	}
}

// An output hides a step of its name from whoever asks for it by name; a path with no output's name
// is the step's.
func TestOutputsHideSteps(t *testing.T) {
	_, n := selected(t, "-", `net n [N, 3, H = 8, W = 8] -> | [N, 4, H, W] as p | [N, 5, H, W] as output {
		p: conv(6, 1x1) -> output: conv(7, 1x1) -> r: relu as x
		list { | @x -> conv(4, 1x1) | @x -> conv(5, 1x1) }
	}`, interp.Options{})
	names := []string{"p", "output", "r"}
	m, err := n.Build(t.Context(), interp.Options{Weights: interp.RandomWeights(1), Values: names})
	if err != nil {
		t.Fatal(err)
	}
	s := m.NewSession(1)
	defer s.Close()
	if err := s.Run(t.Context(), nettest.Image(0, n.Graph.Input().Shape)); err != nil {
		t.Fatal(err)
	}
	for i, name := range names {
		want := tensor.Shape{1, []int{4, 5, 7}[i], 8, 8}
		why, err := n.Why(name)
		if err != nil || !slices.Equal(why.Shape, want) {
			t.Errorf("why %s: %v, want %v; %v", name, why, want, err)
		}
		if value, ok := s.Value(name); !ok || !slices.Equal(value.Shape, want) {
			t.Errorf("the value of %s: %v, want %v", name, value.Shape, want)
		}
	}
}
