package elab_test

import (
	"testing"

	"cnnlang/interp/internal/elab"
)

// Each axis is in its own proportion, rounded exactly.
func TestPictureSizeIsInProportion(t *testing.T) {
	for _, c := range []struct{ resize, at, input, want [2]int }{
		{[2]int{256, 256}, [2]int{224, 224}, [2]int{448, 448}, [2]int{512, 512}},
		{[2]int{256, 256}, [2]int{224, 224}, [2]int{112, 224}, [2]int{128, 256}},
		{[2]int{232, 235}, [2]int{224, 224}, [2]int{225, 112}, [2]int{233, 118}}, // 233.04; 117.5 is rounded up
		{[2]int{20, 20}, [2]int{12, 16}, [2]int{12, 16}, [2]int{20, 20}},         // the default size
		{[2]int{20, 20}, [2]int{12, 16}, [2]int{24, 32}, [2]int{40, 40}},
		{[2]int{0, 0}, [2]int{224, 224}, [2]int{448, 448}, [2]int{0, 0}},     // the input's own size
		{[2]int{256, 256}, [2]int{0, 0}, [2]int{448, 448}, [2]int{256, 256}}, // no default size
		{[2]int{1, 2}, [2]int{1000, 2}, [2]int{1, 1}, [2]int{1, 1}},
		{[2]int{65536, 1}, [2]int{1, 1}, [2]int{1<<31 - 1, 1}, [2]int{65536 * (1<<31 - 1), 1}},
	} {
		if got := (elab.Picture{Resize: c.resize, At: c.at}).Size(c.input[0], c.input[1]); got != c.want {
			t.Errorf("%v at %v, input %v: got %v, want %v", c.resize, c.at, c.input, got, c.want)
		}
	}
}
