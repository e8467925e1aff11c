package skeleton

import "cnnlang/ops/tensor"

// A kind is an operation that owns tensors.
type kind int

const (
	conv kind = iota
	deconv
	linear
	bn
	layerNorm
)

// A step is an operation and what its tensors say of it.
type step struct {
	kind    kind
	out, in int // channels; in is that of each group
	all     int // channels of all groups, 0 where that is not known
	k       [2]int
	bias    bool
	owned   map[string]bool // which leaves are its tensors
	said    Said
}

// step is what owns the tensors of a module, nil where none does.
func (m *module) step() *step {
	s := m.shaped()
	if s != nil {
		for _, t := range m.tensors {
			if t.Said != (Said{}) {
				s.said = t.Said
			}
		}
	}
	return s
}

// shaped is the step that the shapes show.
func (m *module) shaped() *step {
	shapes := map[string]tensor.Shape{}
	var kernel Tensor
	for i, leaf := range m.leaves {
		shapes[leaf] = m.tensors[i].Shape
		if leaf == "weight" {
			kernel = m.tensors[i]
		}
	}
	weight, bias := shapes["weight"], shapes["bias"]
	owned := func(leaves ...string) map[string]bool {
		all := map[string]bool{}
		for _, leaf := range leaves {
			all[leaf] = true
		}
		return all
	}
	vector := func(leaf string, n int) bool { return len(shapes[leaf]) == 1 && shapes[leaf][0] == n }
	withBias := func(s step) *step {
		s.owned = owned("weight")
		if s.bias = vector("bias", s.out); s.bias {
			s.owned = owned("weight", "bias")
		}
		return &s
	}
	switch {
	case len(weight) == 4 && (kernel.Transposed || len(bias) == 1 && bias[0] != weight[0] && bias[0] == weight[1]):
		return withBias(step{kind: deconv, out: weight[1], in: weight[0], k: [2]int{weight[2], weight[3]}})
	case len(weight) == 4:
		return withBias(step{kind: conv, out: weight[0], in: weight[1], all: kernel.Channels, k: [2]int{weight[2], weight[3]}})
	case len(weight) == 2:
		return withBias(step{kind: linear, out: weight[0], in: weight[1]})
	case len(weight) != 1 || !vector("bias", weight[0]):
		return nil
	case vector("running_mean", weight[0]) && vector("running_var", weight[0]):
		return &step{kind: bn, out: weight[0], in: weight[0], owned: owned("weight", "bias", "running_mean", "running_var")}
	case shapes["running_mean"] == nil && shapes["running_var"] == nil:
		return &step{kind: layerNorm, out: weight[0], in: weight[0], owned: owned("weight", "bias")}
	}
	return nil
}
