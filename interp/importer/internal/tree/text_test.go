package tree

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// apply applies an operation with the arguments that it has.
func apply(op ops.Op, branches ...Body) *Apply {
	a := &Apply{Name: op.Name(), Branches: branches}
	for _, arg := range graph.Arguments(op) {
		a.Args = append(a.Args, Arg{Name: arg.Name, Value: arg.Value})
	}
	return a
}

func conv(out, k, pad int) *Apply {
	p := dim.Int(pad)
	one := dim.Square(dim.Int(1))
	return apply(&ops.Conv{Out: dim.Int(out), K: dim.Square(dim.Int(k)), Stride: one, Pad: ops.Padding{Top: p, Bottom: p, Left: p, Right: p},
		Groups: dim.Int(1), Dilation: one, Bias: true})
}

func step(label string, do Do) *Step { return &Step{Label: label, Do: do} }

// everything is a file with a step of each kind.
func everything() *File {
	norm, relu := &ops.BatchNorm{Eps: dim.Ratio(1, 100000), Scale: true, Shift: true}, ops.ReLU.Op()
	wide := conv(0, 3, 1)
	wide.Args[0].Expr, wide.Args[2].Expr = "c", "stride"
	unit := &Block{Comment: []string{"A unit."}, Name: "unit", Params: []Param{{Name: "c", Type: "int"}, {Name: "stride", Default: "1"}},
		In: "[N, C, H, W]", Out: "[N, c, _, _]", Where: []string{"stride >= 1"},
		Body: Body{step("conv", wide), step("bn", apply(norm)), step("", apply(relu)),
			step("", &If{Cond: "stride > 1", Then: Body{step("", apply(relu))}, Else: Body{step("", apply(&ops.GlobalAvgPool{}))}})}}
	call := func(c, stride string) *Apply {
		return &Apply{Name: "unit", Block: unit, Args: []Arg{{Name: "c", Expr: c}, {Name: "stride", Expr: stride}}}
	}
	image := &Step{Do: &Group{}, As: "image"}
	return &File{Comment: []string{"A file."}, Blocks: []*Block{unit}, Net: &Net{Name: "n", In: "[N, 3, 8, 8]", Out: "[N, 4, _, _]", Body: Body{
		image, step("", call("4", "1")), step("", &Repeat{Count: "2", Body: Body{step("", call("4", "1"))}}),
		step("", &Repeat{Var: "i", Count: "3", Body: Body{step("layer{i}", call("4", "2"))}}),
		step("", &Repeat{Var: "i", Count: "[1, 2]", Body: Body{step("", apply(relu)), step("", apply(norm))}}),
		step("block", &Group{Body: Body{step("0.a", conv(4, 1, 0)), step("", conv(4, 5, 1)), step("", conv(4, 5, 2))}}),
		step("", &Side{Name: "aux", Body: Body{step("", apply(relu))}}),
		step("", &Read{Name: "image"}), step("", apply(&ops.Add{}, nil, Body{step("", &Read{Name: "image"})})),
		step("", &Apply{Name: "add", Branches: []Body{{step("", conv(4, 3, 1))}, nil}, Heads: []string{"", "2"}}),
		step("", apply(&ops.GlobalAvgPool{})), step("", apply(&ops.Flatten{})), step("fc", apply(&ops.Linear{Out: dim.Int(4), Bias: true})),
	}, Expect: []string{"params == 1"}}}
}

const written = `# A file.

# A unit.
block unit(c: int, stride = 1) [N, C, H, W] -> [N, c, _, _]
    where stride >= 1
{
  conv: conv(c, 3x3, stride=stride, pad=half) -> bn: bn -> relu
  if stride > 1 { relu } else { gap }
}

net n [N, 3, 8, 8] -> [N, 4, _, _] {
  {} as image
  unit(4) -> repeat 2 unit(4)
  repeat i of 3 "layer{i}": unit(4, stride=2)
  repeat i in [1, 2] { relu -> bn }
  "block": {
    "0.a": conv(4, 1x1)
    conv(4, 5x5, pad=1)
    conv(4, 5x5, pad=half)
  }
  side relu as aux
  @image -> add { | id | @image }
  add {
    | conv(4, 3x3, pad=half)
    repeat 2 | id
  }
  gap -> flatten -> fc: linear(4)
  expect params == 1
}
`

func TestText(t *testing.T) {
	if diff := cmp.Diff(written, Text(everything())); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestLabels: a path becomes a label that is read as that path.
func TestLabels(t *testing.T) {
	for path, want := range map[string]string{"conv1": "conv1", "a.b": `"a.b"`, "repeat": `"repeat"`, "1": `"1"`, `a{b}\"`: `"a\{b}\\\""`} {
		if got := labelled(Label(path)); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
}
