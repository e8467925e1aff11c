//go:build !race

package nettest

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/tensor"
)

// learned has tensors of every shape where values of images are merged: before and behind what
// is blocked, read twice, in a side head, and first.
const learned = `
net learned [N, 3, H = 12, W = 10] -> [N, 5] {
  conv(32, 3x3, pad=1, bias=false) -> bn -> mul { | id | a: param([32, 1, 1]) } -> relu
  add { | id | b: param([32, 12, 10]) } -> conv(32, 1x1) -> add { | id | c: param([32, 12, 10]) }
  concat { | id | d: param([16, 12, 10]) } -> conv(48, 3x3, pad=1)
  mul { | e: param([48, 12, 10]) | id } -> mul { | id | gap -> sigmoid | f: param([48, 1, 1]) }
  max { | id | g: param([48, 12, 10]) } -> mean { | id | h: param([48, 12, 10]) } as x
  param([48, 1, 1]) as once -> mul { | id | @x } -> mul { | id | @once }
  side head: mul { | gap | param([48, 1, 1]) }
  maxpool(2x2) -> add { | id | conv(48, 1x1) -> mul { | id | i: param([48, 1, 1]) } }
  gap -> flatten -> mul { | id | param([48]) } -> concat { | param([2]) | id } -> linear(5)
  add { | id | param([5]) }
}`

// Learned tensors are computed with as their definition says, in batches, on threads, and
// without allocating.
func TestLearnedTensors(t *testing.T) {
	p, err := interp.Read("learned.cnn", strings.NewReader(learned))
	if err != nil {
		t.Fatal(err)
	}
	for _, images := range []int{1, 3, 8} {
		n, err := p.Net(interp.Options{Shape: tensor.Shape{images, 3, 12, 10}})
		if err != nil {
			t.Fatal(err)
		}
		tensors, input := Tensors(t, n, 0), Image(1, n.Graph.Input().Shape)
		want := exactly(n, tensors, []tensor.Tensor{input})[0]
		for precision, most := range map[layout.Precision]float64{layout.F32: 1e-5, layout.BF16: 0.05} {
			t.Run(fmt.Sprint(images, precision), func(t *testing.T) {
				got := sameBitsOnThreads(t, ModelIn(t, n, precision, tensors), input)
				size := math.Max(slices.Max(want), -slices.Min(want))
				for i, v := range got {
					if !(math.Abs(float64(v)-want[i]) <= most*size) {
						t.Fatalf("element %d: got %v, want %v", i, v, want[i])
					}
				}
			})
		}
	}
}
