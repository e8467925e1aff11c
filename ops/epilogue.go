package ops

import (
	"fmt"

	"cnnlang/ops/dim"
)

// An Epilogue is work that an op does on each result before storing it, in the
// order of the fields. The zero Epilogue is none.
type Epilogue struct {
	// Norm is folded into the op's weight and bias, in float64, while they are
	// packed. Its params follow the op's own.
	Norm *BatchNorm
	// Add says that one more input, the last, of the output's shape, is added. The output
	// may overwrite that input.
	Add bool
	// Act is applied last. The tensor of one that is learned is the last of the op's params.
	Act Activation
}

// Split divides what there is for each tensor of an op with this epilogue into what belongs to
// the op itself, to the norm and to the activation.
func Split[T any](e Epilogue, params []T) (own, norm, act []T) {
	own = params
	if e.Act.IsLearned() {
		own, act = own[:len(own)-1], own[len(own)-1:]
	}
	if e.Norm != nil {
		at := len(own) - e.Norm.tensors()
		own, norm = own[:at], own[at:]
	}
	return own, norm, act
}

// String lists what there is of it: " + norm + add + relu".
func (e Epilogue) String() (text string) {
	if e.Norm != nil {
		text += " + norm"
	}
	if e.Add {
		text += " + add"
	}
	if e.Act != None {
		text += " + " + e.Act.String()
	}
	return text
}

// A Fuser is an op that can take over the ops that follow it.
type Fuser interface {
	Op
	Epilogue() Epilogue
	// WithEpilogue returns the same op with this epilogue instead of its own.
	// Its params are the op's own, then Norm's, then Act's.
	WithEpilogue(Epilogue) Op
}

// inputs is how many inputs an op with one input of its own takes.
func (e Epilogue) inputs() int {
	if e.Add {
		return 2
	}
	return 1
}

// infer checks that an epilogue fits a result of shape out.
func (e Epilogue) infer(r *rule, out dim.Shape) {
	if !e.Add || !r.ok() {
		return
	}
	last := len(r.in) - 1
	added := r.in[last]
	if len(added) != len(out) {
		r.addedDiffers(last, -1, out)
		return
	}
	for axis := range out {
		if r.ok() && !dim.Equal(r, added[axis], out[axis]) {
			r.addedDiffers(last, axis, out)
		}
	}
}

func (r *rule) addedDiffers(input, axis int, out dim.Shape) {
	r.fail(&Fault{Kind: SizesDiffer, Input: input, Axis: axis,
		Msg: fmt.Sprintf("the input added to `%s` must agree with its result%s, got %v and %v",
			r.op.Name(), axisWords(axis), r.in[input], out),
		Help: differHelp(axis)})
}

// params are the tensors of the folded norm and of a learned activation, for a result of c
// channels.
func (e Epilogue) params(c dim.Size) (list []Param) {
	if e.Norm != nil {
		list = e.Norm.Params([]dim.Shape{{dim.Int(1), c}})
	}
	return append(list, e.Act.params(c)...)
}

// cost is the work of the fused ops, so that fusing changes no total.
func (e Epilogue) cost(out dim.Shape) dim.Size {
	perElement := 0
	if e.Norm != nil {
		perElement += 2
	}
	if e.Add {
		perElement++
	}
	return out.Product().Mul(dim.Int(perElement + e.Act.flops()))
}
