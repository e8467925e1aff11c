package diag

import "strings"

// Nearest returns the candidate closest to got by edit distance, or "" where
// none is close enough to be meant: at most a third of the letters may differ,
// one where there are few, and never all. The same word in other letters is
// closest of all.
func Nearest(got string, candidates []string) string {
	letters := len([]rune(got))
	best, bestDistance := "", min(max(1, letters/3), letters-1)
	for _, c := range candidates {
		if c != got && strings.EqualFold(c, got) {
			return c
		}
		if d := distance([]rune(got), []rune(c)); d > 0 && d <= bestDistance && (best == "" || d < bestDistance) {
			best, bestDistance = c, d
		}
	}
	return best
}

// DidYouMean is a help line for an unknown name, "" where nothing is near.
func DidYouMean(got string, candidates []string) string {
	if n := Nearest(got, candidates); n != "" {
		return "did you mean `" + n + "`?"
	}
	return ""
}

// distance counts the insertions, deletions, substitutions and swaps of
// neighbours that turn a into b. Long names are not compared at all.
func distance(a, b []rune) int {
	const longest = 64
	if len(a) > longest || len(b) > longest {
		return longest
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
