package diag

import (
	"strings"
	"unicode/utf8"
)

// Nearest returns the candidate closest to got by edit distance, or "" if none is close
// enough to be meant: at most a third of the letters may differ, one if there are few, and
// never all. The same word in another case is closest of all, and of words as close one with the same
// first letter.
//
// There may be as many candidates as a file has words, so cheap tests come first: most are
// too long, too short, or made of other letters. Of more than a hundred candidates only those
// with the same first or last letter are considered.
func Nearest(got string, candidates []string) string {
	best, _ := nearest(got, candidates)
	return best
}

// nearest is Nearest, and whether no other candidate is as close.
func nearest(got string, candidates []string) (best string, alone bool) {
	letters := utf8.RuneCountInString(got)
	most := min(max(1, letters/3), letters-1) // the distance of the best
	var search nearness
	if letters <= longest {
		search = nearness{word: []rune(got)}
	}
	many := len(candidates) > 100
	for _, c := range candidates {
		if many && unlike(got, c) || c == got || c == best {
			continue
		}
		if len(c) == len(got) && strings.EqualFold(c, got) {
			return c, true
		}
		switch d := search.distance(c, most); {
		case d > most || d == 0:
		case best == "" || d < most:
			best, most, alone = c, d, true
		default:
			if alone = false; begins(got, c) && !begins(got, best) {
				best = c // people seldom mistype the first letter
			}
		}
	}
	return best, alone
}

// begins reports whether two words have the same first letter.
func begins(a, b string) bool {
	first, _ := utf8.DecodeRuneInString(a)
	other, _ := utf8.DecodeRuneInString(b)
	return first == other
}

// unlike reports whether two words differ in both their first and their last letter,
// regardless of case.
func unlike(a, b string) bool {
	return len(a) == 0 || len(b) == 0 || (a[0]^b[0])&^0x20 != 0 && (a[len(a)-1]^b[len(b)-1])&^0x20 != 0
}

// longest is the number of letters beyond which names are not compared at all.
const longest = 64

// A nearness compares words with one word, in memory that it reuses.
type nearness struct {
	word, other       []rune
	before, last, row [longest + 1]int
}

// distance counts the insertions, deletions, substitutions and swaps of neighbours that
// turn one word into the other; if there are more than most, it may return any greater
// number.
func (n *nearness) distance(other string, most int) int {
	if len(n.word) == 0 || len(other) > utf8.UTFMax*longest {
		return longest
	}
	n.other = n.other[:0]
	for _, r := range other {
		n.other = append(n.other, r)
	}
	a, b := n.word, n.other
	if len(b) > longest || len(a)-len(b) > most || len(b)-len(a) > most || strange(a, b) > most || strange(b, a) > most {
		return longest
	}
	before, last, row := &n.before, &n.last, &n.row
	for j := range len(b) + 1 {
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

// strange counts the letters of a that b lacks; no edit adds more than one. Letters that
// are equal modulo 64 count as the same.
func strange(a, b []rune) int {
	var has [64]int8
	for _, r := range b {
		has[r%64]++
	}
	n := 0
	for _, r := range a {
		if has[r%64]--; has[r%64] < 0 {
			n++
		}
	}
	return n
}
