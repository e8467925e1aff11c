package optim

// AverageDecay is the decay of a running average at an update, counted from 1. A warm average
// begins with a small one, so that it soon forgets how tensors were at the start: after t
// updates it is at most (1+t)/(10+t), as in TensorFlow's ExponentialMovingAverage.
func AverageDecay(decay float64, warm bool, update int) float64 {
	if !warm {
		return decay
	}
	t := float64(update - 1)
	return min(decay, (1+t)/(10+t))
}

// Average brings a running average, which begins as a copy of the tensor, up to date after an
// update.
func Average[T Float](average, value []T, decay float64) {
	keep, fresh := T(decay), T(1-decay)
	for i, v := range value {
		average[i] = keep*average[i] + fresh*v
	}
}
