package optim

import (
	"math"

	"cnnlang/interp/train/recipe"
)

// adam divides the running mean of gradients by the root of their running mean square, both
// corrected for having started at 0 (Kingma and Ba 2014, arXiv:1412.6980, algorithm 1). Weight
// decay is part of the gradient in adam, and shrinks the weights by itself in adamw (Loshchilov
// and Hutter 2017, arXiv:1711.05101, algorithm 2). AMSGrad divides by the largest mean square so
// far (Reddi, Kale and Kumar 2018, arXiv:1904.09237).
func (e elements[T]) adam(o recipe.Optimizer, s Step) {
	beta1, fresh1, beta2, fresh2, eps := T(o.Beta1), T(1-o.Beta1), T(o.Beta2), T(1-o.Beta2), T(o.Eps)
	steps := float64(s.Update)
	rate := T(s.Rate / (1 - math.Pow(o.Beta1, steps)))
	corrected := T(1 / math.Sqrt(1-math.Pow(o.Beta2, steps)))
	decay, keep := T(e.decay), T(1)
	if o.Kind == recipe.AdamW {
		decay, keep = 0, T(1-s.Rate*e.decay)
	}
	scale := T(s.Scale)
	mean, square, most := e.slots[0], e.slots[1], e.slots[2]
	for i, w := range e.value {
		g := scale*e.gradient[i] + decay*w
		m := beta1*mean[i] + fresh1*g
		v := beta2*square[i] + fresh2*g*g
		mean[i], square[i] = m, v
		if o.AMSGrad {
			v = max(most[i], v)
			most[i] = v
		}
		e.value[i] = keep*w - rate*m/(root(v)*corrected+eps)
	}
}
