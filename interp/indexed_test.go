package interp_test

import (
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/graph"
)

// Values with indexes are those of the same net with a name for each of them.
func TestIndexedValuesAreNames(t *testing.T) {
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
		{`block plus(like: tensor) [N, C, H, W] -> [N, C, H, W] { add { | id | @like } }
block twice(unit: block) [N, C, H, W] -> [N, C, H, W] { unit -> relu }
net n [N, 4, H = 8, W = 8] -> [N, 4, H, W] {
  repeat i of 2 { conv(4, 1x1) as y[i] }
  if N == 0 { relu as y[0] }
  twice { conv(4, 1x1) as y[2] } -> plus(@y[0]) -> plus(@y[2]) -> plus(@y[1])
}`, `block plus(like: tensor) [N, C, H, W] -> [N, C, H, W] { add { | id | @like } }
block twice(unit: block) [N, C, H, W] -> [N, C, H, W] { unit -> relu }
net n [N, 4, H = 8, W = 8] -> [N, 4, H, W] {
  conv(4, 1x1) as a
  conv(4, 1x1) as b
  twice { conv(4, 1x1) as c } -> plus(@a) -> plus(@c) -> plus(@b)
}`},
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
	if err != nil {
		t.Fatalf("%s\n%v\n%v", text, list, err)
	}
	var b strings.Builder
	if err := graph.Print(&b, n.Graph); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
