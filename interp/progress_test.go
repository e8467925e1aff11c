package interp_test

import (
	"reflect"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/lang/diag"
)

// A mistake of shape in a net lists the steps that were right up to it; the shapes are
// computed by hand.
func TestCheckedSoFar(t *testing.T) {
	input := func(sizes ...int) diag.Reached { return diag.Reached{Path: "input", Shape: sizes} }
	for _, test := range []struct {
		name, text string
		want       diag.Progress
	}{
		{"a merge in a group", `
net n [N, 3, H = 32, W = 32] -> [N, 16, _, _] {
  conv1: conv(8, 3x3, stride=2, pad=1) -> relu
  layer1: { conv: conv(16, 3x3, pad=1) -> pool: maxpool(2x2) }
  layer2: {
    add {
      | a: conv(16, 3x3, stride=2, pad=1)
      | id
    }
  }
}`, diag.Progress{
			Steps: []diag.Reached{input(1, 3, 32, 32), {Path: "conv1", Call: "conv", Shape: []int{1, 8, 16, 16}}, {Path: "layer1", Shape: []int{1, 16, 8, 8}}},
			At:    diag.Reached{Path: "layer2.0", Call: "add"},
		}},
		{"many steps", `
net n [N, 1, H = 8, W = 8] -> [N, 7, _, _] {
  c1: conv(2, 1x1) -> c2: conv(3, 1x1) -> c3: conv(4, 1x1) -> c4: conv(5, 1x1) -> c5: conv(6, 1x1) -> relu -> c6: conv(7, 1x1)
  big: maxpool(99x99)
}`, diag.Progress{
			Earlier: 3,
			Steps: []diag.Reached{
				{Path: "c3", Call: "conv", Shape: []int{1, 4, 8, 8}}, {Path: "c4", Call: "conv", Shape: []int{1, 5, 8, 8}},
				{Path: "c5", Call: "conv", Shape: []int{1, 6, 8, 8}}, {Path: "c6", Call: "conv", Shape: []int{1, 7, 8, 8}},
			},
			At: diag.Reached{Path: "big", Call: "maxpool"},
		}},
		{"the second branch", `
net n [N, 4, H = 8, W = 8] -> [N, _, _, _] {
  concat {
    | a: conv(2, 3x3)
    | b: conv(6, 1x1) -> c: conv(4, 9x9)
  }
}`, diag.Progress{
			Steps: []diag.Reached{input(1, 4, 8, 8), {Path: "b", Call: "conv", Shape: []int{1, 6, 8, 8}}},
			At:    diag.Reached{Path: "c", Call: "conv"},
		}},
		{"a claim of a block", `
block unit(c: int) [N, C, H, W] -> [N, c, H, W] { inner: conv(c, 3x3) }
net n [N, 4, H = 8, W = 8] -> [N, 4, _, _] { first: unit(4) }`, diag.Progress{
			Steps: []diag.Reached{input(1, 4, 8, 8), {Path: "first.inner", Call: "conv", Shape: []int{1, 4, 6, 6}}},
			At:    diag.Reached{Path: "first", Call: "unit"},
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, err := interp.Read("<stdin>", strings.NewReader(test.text))
			if err != nil {
				t.Fatal(err)
			}
			_, list, err := p.Check(interp.Options{})
			if err != nil || !list.HasErrors() {
				t.Fatal("no mistake: ", err)
			}
			if got := list[0].Progress; got == nil || !reflect.DeepEqual(*got, test.want) {
				t.Errorf("%v: got %+v, want %+v", list[0], got, test.want)
			}
		})
	}
}
