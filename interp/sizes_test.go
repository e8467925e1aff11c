package interp_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"cnnlang/interp"
	"cnnlang/lang/diag"
)

// A size is set like a parameter, for a batch of images too, and is no other than the
// shape's.
func TestSizesAreSet(t *testing.T) {
	p, err := interp.Open("resnet18")
	if err != nil {
		t.Fatal(err)
	}
	set := interp.Set("C=1", "H=64", "W=32", "classes=10")
	for _, c := range []struct {
		opts interp.Options
		want []int
	}{
		{interp.Options{Set: set}, []int{1, 1, 64, 32}},
		{interp.Options{Set: set, Batch: 4}, []int{4, 1, 64, 32}},
		{interp.Options{Set: set, Shape: []int{2, 1, 64, 32}}, []int{2, 1, 64, 32}},
		{interp.Options{Set: interp.Set("H=64"), Shape: []int{1, 2, 64, 96}}, []int{1, 2, 64, 96}},
	} {
		n, err := p.Net(c.opts)
		if err != nil {
			t.Fatal(err)
		}
		if got := n.Graph.Input().Shape; !slices.Equal(got, c.want) {
			t.Errorf("%+v: got %v, want %v", c.opts, got, c.want)
		}
	}
	var wrong *interp.ProgramError
	if _, err := p.Net(interp.Options{Set: set, Shape: []int{1, 1, 64, 64}}); !errors.As(err, &wrong) || wrong.Problems[0].Code != diag.InputMismatch {
		t.Errorf("a shape that contradicts: got %v", err)
	}
	if got, want := p.Settable(""), []string{"classes", "stem", "pool", "C", "H", "W"}; !slices.Equal(got, want) {
		t.Errorf("got %q to set, want %q", got, want)
	}
}

// So are the sizes of a repeated bar, and how many values it is.
func TestSizesOfARepeatAreSet(t *testing.T) {
	p, err := interp.OpenEdited("base.cnn", `net base repeat i of n = 3 | [N, C*2**i = 4, H/2**i = 32, W/2**i = 16] as xs -> [N, C, H, W] { @xs[0] }`)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := p.Settable(""), []string{"n", "C", "H", "W"}; !slices.Equal(got, want) {
		t.Errorf("got %q to set, want %q", got, want)
	}
	for _, c := range []struct {
		opts interp.Options
		want string
	}{
		{interp.Options{}, "[[1 4 32 16] [1 8 16 8] [1 16 8 4]]"},
		{interp.Options{Set: interp.Set("n=2", "H=8", "C=3")}, "[[1 3 8 16] [1 6 4 8]]"},
		{interp.Options{Set: interp.Set("n=1"), Batch: 2}, "[[2 4 32 16]]"},
		{interp.Options{Set: interp.Set("H=64"), Shapes: map[string][]int{"xs.0": {2, 3, 64, 8}}}, "[[2 3 64 8] [2 6 32 4] [2 12 16 2]]"},
	} {
		n, err := p.Net(c.opts)
		if err != nil {
			t.Fatalf("%+v: %v", c.opts, err)
		}
		var got [][]int
		for _, in := range n.Graph.Inputs {
			got = append(got, in.Shape)
		}
		if text := fmt.Sprint(got); text != c.want {
			t.Errorf("%+v: got %v, want %s", c.opts, text, c.want)
		}
	}
}
