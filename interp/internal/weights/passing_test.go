package weights

import (
	"slices"
	"testing"

	"cnnlang/ops/tensor"
)

// Tensors that pass are those of the generator, and only those that are held take memory.
func TestPassing(t *testing.T) {
	p := &Passing{Generator: Random(7)}
	defer p.Close()
	for _, c := range []struct {
		name  string
		shape tensor.Shape
		held  int
	}{
		{"fc.weight", tensor.Shape{300, 200}, 1}, {"fc.weight", tensor.Shape{300, 200}, 1}, {"fc.bias", tensor.Shape{300}, 1},
		{"conv.weight", tensor.Shape{64, 64, 3, 3}, 2}, {"n.num_batches_tracked", tensor.Shape{}, 2}, {"many.num_batches_tracked", tensor.Shape{1 << 15}, 3},
	} {
		got, want := p.Tensor(c.name, c.shape), Random(7).Tensor(c.name, c.shape)
		if !got.Shape.Equal(want.Shape) || !slices.Equal(got.Data, want.Data) {
			t.Errorf("%s: not the generator's", c.name)
		}
		if len(p.held) != c.held {
			t.Errorf("%s: %d are held, want %d", c.name, len(p.held), c.held)
		}
	}
	p.Forget("fc.weight") // one of two readers
	if got := p.Tensor("fc.weight", tensor.Shape{300, 200}); len(p.held) != 3 || !slices.Equal(got.Data, Random(7).Tensor("fc.weight", got.Shape).Data) {
		t.Errorf("%d are held, want 3, or a tensor changed while another read it", len(p.held))
	}
	p.Forget("fc.weight")
	p.Forget("fc.weight")
	p.Forget("fc.bias")
	p.Forget("nothing")
	if len(p.held) != 2 {
		t.Errorf("%d are held, want 2", len(p.held))
	}
	if p.Close(); len(p.held) != 0 {
		t.Errorf("%d are held at the end", len(p.held))
	}
}
