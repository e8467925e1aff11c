package compare

import (
	"cmp"
	"slices"
)

// unique finds what has the same key in both and occurs once in each, as pairs of indices: the
// most of them that are in order.
func unique[T any](a, b []T, key func(T) any) (pairs [][2]int) {
	type places struct{ inA, inB, a, b int }
	at := map[any]*places{}
	note := func(k any) *places {
		if at[k] == nil {
			at[k] = &places{}
		}
		return at[k]
	}
	for i, x := range a {
		p := note(key(x))
		p.inA, p.a = p.inA+1, i
	}
	for j, y := range b {
		p := note(key(y))
		p.inB, p.b = p.inB+1, j
	}
	delete(at, "") // no label
	// The longest series that increases: least[n] ends the one of n+1 pairs that ends first in b.
	var least, before []int
	var all [][2]int
	for i, x := range a {
		p := at[key(x)]
		if p == nil || p.inA != 1 || p.inB != 1 {
			continue
		}
		n, _ := slices.BinarySearchFunc(least, p.b, func(k, b int) int { return cmp.Compare(all[k][1], b) })
		all = append(all, [2]int{i, p.b})
		before = append(before, -1)
		if n > 0 {
			before[len(all)-1] = least[n-1]
		}
		if n == len(least) {
			least = append(least, 0)
		}
		least[n] = len(all) - 1
	}
	if len(least) > 0 {
		for k := least[len(least)-1]; k >= 0; k = before[k] {
			pairs = append(pairs, all[k])
		}
	}
	slices.Reverse(pairs)
	return pairs
}
