package ops

import (
	"cnnlang/ops/internal/kernel"
	"cnnlang/ops/tensor"
)

// mergeBlock is how many elements a merge gathers in scratch before it stores
// them: so out may be the memory of any input of its shape, and of several.
const mergeBlock = 512

// merged is an op that gathers the elements of equal inputs one after another.
func merged(algorithm string, n int, gather func(sum, next []float32), finish func(dst, sum []float32)) Prepared {
	return &prepared{algorithm: algorithm, lend: mergeBlock, bind: func(out tensor.Tensor, in []tensor.Tensor, lent scratch) []Task {
		return []Task{ranges(n, grain, func(from, to, worker int) {
			for ; from < to; from += mergeBlock {
				sum := lent.of(worker)[:min(mergeBlock, to-from)]
				copy(sum, in[0].Data[from:])
				for _, next := range in[1:] {
					gather(sum, next.Data[from:])
				}
				finish(out.Data[from:][:len(sum)], sum)
			}
		})}
	}}
}

func store(dst, sum []float32) { copy(dst, sum) }

func (o *Add) Prepare(in []tensor.Shape, out tensor.Shape, _ []tensor.Tensor) Prepared {
	name := "add"
	if o.epilogue.Act != None {
		name += "+" + o.epilogue.Act.String()
	}
	return merged(name, out.Elements(), kernel.Add, o.epilogue.Act.apply)
}

func (o *Max) Prepare(in []tensor.Shape, out tensor.Shape, _ []tensor.Tensor) Prepared {
	return merged("max", out.Elements(), kernel.Max, store)
}

func (o *Mean) Prepare(in []tensor.Shape, out tensor.Shape, _ []tensor.Tensor) Prepared {
	n := float32(len(in))
	return merged("mean", out.Elements(), kernel.Add, func(dst, sum []float32) {
		for i, s := range sum {
			dst[i] = s / n
		}
	})
}

func (o *Mul) Prepare(in []tensor.Shape, out tensor.Shape, _ []tensor.Tensor) Prepared {
	gated := o.epilogue.Add
	for _, s := range in {
		gated = gated || !s.Equal(out)
	}
	if !gated {
		return merged("mul", out.Elements(), kernel.Mul, o.epilogue.Act.apply)
	}
	n, c, pixels := channels(out)
	return &prepared{algorithm: "mul-gated", lend: mergeBlock, bind: func(out tensor.Tensor, in []tensor.Tensor, lent scratch) []Task {
		return []Task{planes(n*c, pixels, func(plane, from, to, worker int) {
			at := plane * pixels
			o.piece(out.Data[at+from:at+to], in, plane, pixels, from, lent.of(worker))
		})}
	}}
}

// piece multiplies the pixels of one channel of the inputs from one on; inputs with one
// value for it are gates.
func (o *Mul) piece(dst []float32, in []tensor.Tensor, plane, pixels, first int, product []float32) {
	factors := o.factors(len(in))
	for from := 0; from < len(dst); from += mergeBlock {
		p := product[:min(mergeBlock, len(dst)-from)]
		at := plane*pixels + first + from
		for i := range p {
			p[i] = 1
		}
		for _, x := range in[:factors] {
			if x.Shape[2:].Elements() == pixels {
				kernel.Mul(p, x.Data[at:])
			} else {
				kernel.MulScalar(p, p, x.Data[plane])
			}
		}
		for _, x := range in[factors:] {
			kernel.Add(p, x.Data[at:])
		}
		o.epilogue.Act.apply(dst[from:][:len(p)], p)
	}
}
