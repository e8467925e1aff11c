package optim

import "cnnlang/interp/train/recipe"

// descend is gradient descent without momentum.
func (e elements[T]) descend(s Step) {
	rate, scale, decay := T(s.Rate), T(s.Scale), T(e.decay)
	for i, w := range e.value {
		g := scale*e.gradient[i] + decay*w
		e.value[i] = w - rate*g
	}
}

// sgd is gradient descent with momentum as torch has it, where the rate multiplies the
// momentum (Sutskever et al. 2013, "On the importance of initialization and momentum in deep
// learning", put it into the momentum). The first gradient is not dampened. With Nesterov's
// momentum the step looks ahead by one.
func (e elements[T]) sgd(o recipe.Optimizer, s Step) {
	rate, momentum, share := T(s.Rate), T(o.Momentum), T(1-o.Dampening)
	if s.Update == 1 {
		share = 1
	}
	scale, decay, velocity := T(s.Scale), T(e.decay), e.slots[0]
	for i, w := range e.value {
		g := scale*e.gradient[i] + decay*w
		v := momentum*velocity[i] + share*g
		velocity[i] = v
		if o.Nesterov {
			v = g + momentum*v
		}
		e.value[i] = w - rate*v
	}
}
