package optim

import "cnnlang/interp/train/recipe"

// rmspropTorch divides the gradient by the root of its running mean square (Tieleman and
// Hinton, lecture 6.5 of "Neural networks for machine learning", 2012), as torch does: eps
// stands beside the root, and the rate multiplies the momentum. Centered, the mean square is
// about the running mean (Graves 2013, arXiv:1308.0850, equations 38 to 40).
func (e elements[T]) rmspropTorch(o recipe.Optimizer, s Step) {
	rate, keep, fresh, eps, momentum := T(s.Rate), T(o.Decay), T(1-o.Decay), T(o.Eps), T(o.Momentum)
	scale, decay := T(s.Scale), T(e.decay)
	square, velocity, mean := e.rmspropSlots(o)
	for i, w := range e.value {
		g := scale*e.gradient[i] + decay*w
		m := keep*square[i] + fresh*g*g
		square[i] = m
		if mean != nil {
			mean[i] = keep*mean[i] + fresh*g
			m = max(m-mean[i]*mean[i], 0) // rounding may leave less than nothing
		}
		step := g / (root(m) + eps)
		if velocity != nil {
			step += momentum * velocity[i]
			velocity[i] = step
		}
		e.value[i] = w - rate*step
	}
}

// rmspropTensorFlow is the same as TensorFlow and Keras have it: eps stands under the root, and
// the rate goes into the momentum, so that what has been gathered keeps the rate it was
// gathered at.
func (e elements[T]) rmspropTensorFlow(o recipe.Optimizer, s Step) {
	rate, keep, fresh, eps, momentum := T(s.Rate), T(o.Decay), T(1-o.Decay), T(o.Eps), T(o.Momentum)
	scale, decay := T(s.Scale), T(e.decay)
	square, velocity, mean := e.rmspropSlots(o)
	for i, w := range e.value {
		g := scale*e.gradient[i] + decay*w
		m := keep*square[i] + fresh*g*g
		square[i] = m
		if mean != nil {
			mean[i] = keep*mean[i] + fresh*g
			m = max(m-mean[i]*mean[i], 0)
		}
		step := rate * g / root(m+eps)
		if velocity != nil {
			step += momentum * velocity[i]
			velocity[i] = step
		}
		e.value[i] = w - step
	}
}

// rmspropSlots are the slots by name, nil for one that this optimizer does not keep.
func (e elements[T]) rmspropSlots(o recipe.Optimizer) (square, velocity, mean []T) {
	rest := e.slots[1:]
	if o.Momentum != 0 {
		velocity, rest = rest[0], rest[1:]
	}
	if o.Centered {
		mean = rest[0]
	}
	return e.slots[0], velocity, mean
}
