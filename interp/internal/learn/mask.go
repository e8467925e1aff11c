package learn

import (
	"cnnlang/interp/internal/gradient"
	"cnnlang/interp/train/chance"
	"cnnlang/interp/train/optim"
)

// A mask is what a dropout multiplies by.
type mask[T optim.Float] struct {
	gradient.Mask
	drawn   []float32
	factors []T // in float32 the same memory
}

func newMask[T optim.Float](m gradient.Mask) mask[T] {
	made := mask[T]{Mask: m, drawn: make([]float32, m.Input.Shape.Elements())}
	var same bool
	if made.factors, same = any(made.drawn).([]T); !same {
		made.factors = make([]T, len(made.drawn))
	}
	return made
}

// draw makes the factors of a pass of a step: those that its part of the batch has in a step of one pass.
func (m *mask[T]) draw(seed uint64, step, pass int) {
	from := pass * len(m.drawn)
	if m.Images {
		chance.DropPath(m.Path, m.P, seed, step, 1).Fill(m.drawn, from)
	} else {
		chance.Dropout(m.Path, m.P, seed, step).Fill(m.drawn, from)
	}
	for i, f := range m.drawn {
		if m.factors[i] = 0; f > 0 {
			m.factors[i] = T(1 / (1 - m.P)) // not rounded to float32 first
		}
	}
}
