package chance

// Shuffle puts the numbers 0 to len(order)-1 into the order of an epoch: Fisher and Yates's
// method from the end, where position i changes places with one of the first i+1.
func Shuffle(order []int, seed uint64, epoch int) {
	for i := range order {
		order[i] = i
	}
	s := Named("shuffle", At(seed, epoch))
	for i := len(order) - 1; i > 0; i-- {
		j := int(s.Bits(i) * uint64(i+1) >> 24)
		order[i], order[j] = order[j], order[i]
	}
}
