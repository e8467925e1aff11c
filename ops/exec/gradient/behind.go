package gradient

import (
	"cnnlang/ops"
	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/rowwise"
)

// An epilogue is what a norm does to its results before it stores them, a piece at a time, while that is in the cache.
type epilogue struct {
	at   int // the input that is added; 0, which is any, if none is
	act  rowwise.Act
	none bool // nothing is done
}

// added is the input of a norm by statistics that is added.
const added = 2

// piece is how many float32 are computed before the epilogue is applied to them.
const piece = 1 << 12

func behind(op ops.Fuser) *epilogue {
	of := op.Epilogue()
	e := &epilogue{act: rowwise.ActOf(of.Act), none: of == ops.Epilogue{}}
	if of.Add {
		e.at = added
	}
	return e
}

// scratch is how many float32 each needs: what is added may lie where the result goes.
func (e *epilogue) scratch() int {
	if e.at == 0 {
		return 0
	}
	return piece
}

// each sets dst to what compute makes from an index on, and the epilogue of that.
func (e *epilogue) each(dst, other, spare []float32, compute func(dst []float32, first int)) {
	if e.none {
		compute(dst, 0)
		return
	}
	for first := 0; first < len(dst); first += piece {
		end := min(first+piece, len(dst))
		sum := dst[first:end]
		if e.at > 0 {
			sum = spare[:end-first]
		}
		compute(sum, first)
		if e.at > 0 {
			kernel.Add(sum, other[first:end])
		}
		e.act.Apply(dst[first:end], sum)
	}
}
