package dim

// mostDivided bounds the numbers whose divisors are searched for.
const mostDivided = 1 << 16

// NextDivisors returns the nearest divisors of of on both sides of n, or n itself if it is
// one; above is 0 if n is larger than of. ok is false for numbers below 1 and for large
// ones that would take long.
func NextDivisors(n, of int) (below, above int, ok bool) {
	if n < 1 || of < 1 || of > mostDivided {
		return 0, 0, false
	}
	for below = min(n, of); of%below != 0; below-- {
	}
	if n > of {
		return below, 0, true
	}
	for above = n; of%above != 0; above++ {
	}
	return below, above, true
}
