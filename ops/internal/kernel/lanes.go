package kernel

// AffineLanes sets every pixel of dst, a line of Lanes channels, to (that of src
// - sub)*mul + add, each channel with its own constants.
func AffineLanes(dst, src, sub, mul, add []float32) {
	n := len(dst) / Lanes
	if n == 0 {
		return
	}
	_, _, _, _ = src[n*Lanes-1], sub[Lanes-1], mul[Lanes-1], add[Lanes-1]
	affineLanes(dst[:n*Lanes], src, sub, mul, add)
}

// affineLanesGeneric is AffineLanes.
func affineLanesGeneric(dst, src, sub, mul, add []float32) {
	for i := range dst {
		dst[i] = (src[i]-sub[i%Lanes])*mul[i%Lanes] + add[i%Lanes]
	}
}
