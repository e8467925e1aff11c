package chance

// A Mask says which elements of a batch a step of training drops, as the factors that they are
// multiplied by: 0, or 1/(1-p) for those that stay, so that their mean stays too (Srivastava et al. 2014,
// "Dropout", section 10).
type Mask struct {
	stream Stream
	p      float64
	each   int // elements that share one decision
}

// Dropout is the mask of the op at a path, at a step of the training: a decision for every element of the
// whole batch, in the order of [N, C, H, W].
func Dropout(path string, p float64, seed uint64, step int) Mask {
	return Mask{Named("dropout."+path, At(seed, step)), p, 1}
}

// DropPath is the mask of stochastic depth (Huang et al. 2016, arXiv:1603.09382): one decision for each image
// of the batch, of so many elements.
func DropPath(path string, p float64, seed uint64, step, elements int) Mask {
	return Mask{Named("drop_path."+path, At(seed, step)), p, elements}
}

// Fill writes the factors of the elements from number from on, as many as dst has.
func (m Mask) Fill(dst []float32, from int) {
	stays := float32(1 / (1 - m.p))
	if m.each == 1 {
		for i := range dst {
			dst[i] = m.factor(from+i, stays)
		}
		return
	}
	for i := 0; i < len(dst); {
		image := (from + i) / m.each
		factor, end := m.factor(image, stays), min((image+1)*m.each-from, len(dst))
		for ; i < end; i++ {
			dst[i] = factor
		}
	}
}

// factor is that of decision i.
func (m Mask) factor(i int, stays float32) float32 {
	if m.stream.Unit(i) < m.p {
		return 0
	}
	return stays
}
