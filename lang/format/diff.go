package format

import (
	"fmt"
	"slices"
	"strings"

	"cnnlang/lang/diag"
)

const (
	around = 3    // equal lines shown around changed ones
	most   = 1000 // changed lines that are matched; with more, the whole is shown as changed
)

// Diff returns the hunks of a unified diff from one text to another, "" if they are equal. The
// two lines with the files' names are left to the caller.
func Diff(old, new string) string {
	a, b := cut(old), cut(new)
	edits := compare(a, b)
	var out strings.Builder
	for start := 0; start < len(edits); {
		if edits[start].kind == ' ' {
			start++
			continue
		}
		end, quiet := start+1, 0
		for i := end; i < len(edits) && quiet <= 2*around; i++ {
			if quiet++; edits[i].kind != ' ' {
				end, quiet = i+1, 0
			}
		}
		writeHunk(&out, edits[max(start-around, 0):min(end+around, len(edits))])
		start = end
	}
	return out.String()
}

// cut returns the lines with their newlines.
func cut(text string) []string {
	return slices.Collect(strings.Lines(text))
}

// An edit keeps, removes or adds a line: ' ', '-' or '+'. a and b are the lines
// passed before it in the two texts.
type edit struct {
	kind byte
	text string
	a, b int
}

func writeHunk(out *strings.Builder, edits []edit) {
	removed, added := 0, 0
	for _, e := range edits {
		if e.kind != '+' {
			removed++
		}
		if e.kind != '-' {
			added++
		}
	}
	fmt.Fprintf(out, "@@ -%s +%s @@\n", lineRange(edits[0].a, removed), lineRange(edits[0].b, added))
	for _, e := range edits {
		out.WriteByte(e.kind)
		out.WriteString(e.text)
		if !strings.HasSuffix(e.text, "\n") {
			out.WriteString("\n\\ No newline at end of file\n")
		}
	}
}

// lineRange writes the range of n lines after the first so many; an empty range is written by
// the line before it.
func lineRange(before, n int) string {
	switch n {
	case 0:
		return fmt.Sprintf("%d,0", before)
	case 1:
		return fmt.Sprint(before + 1)
	}
	return fmt.Sprintf("%d,%d", before+1, n)
}

// compare returns the fewest edits from a to b. (Myers, "An O(ND)
// Difference Algorithm and Its Variations", 1986, the greedy algorithm.)
func compare(a, b []string) []edit {
	head, tail := diag.Common(a, b)
	kinds := strings.Repeat(" ", head) + path(a[head:len(a)-tail], b[head:len(b)-tail]) + strings.Repeat(" ", tail)
	var edits []edit
	x, y := 0, 0
	for _, kind := range []byte(kinds) {
		e := edit{kind: kind, a: x, b: y}
		if kind == '+' {
			e.text = b[y]
			y++
		} else {
			e.text = a[x]
			x++
			if kind == ' ' {
				y++
			}
		}
		edits = append(edits, e)
	}
	return edits
}

// path returns the kinds of the edits from a to b.
func path(a, b []string) string {
	whole := strings.Repeat("-", len(a)) + strings.Repeat("+", len(b))
	if len(a) == 0 || len(b) == 0 {
		return whole
	}
	// reach[k] is how far in a one gets on the diagonal x - y = k with d edits;
	// rows holds a copy for each d.
	reach := map[int]int{1: 0}
	var rows []map[int]int
	for d := 0; d <= min(len(a)+len(b), most); d++ {
		row := map[int]int{}
		for k := -d; k <= d; k += 2 {
			x := reach[k-1] + 1
			if k == -d || k != d && reach[k-1] < reach[k+1] {
				x = reach[k+1]
			}
			y := x - k
			for x < len(a) && y < len(b) && a[x] == b[y] {
				x, y = x+1, y+1
			}
			reach[k], row[k] = x, x
			if x >= len(a) && y >= len(b) {
				return backtrack(append(rows, row), len(a), len(b))
			}
		}
		rows = append(rows, row)
	}
	return whole
}

// backtrack reads the path from its end.
func backtrack(rows []map[int]int, x, y int) string {
	var kinds []byte
	for d := len(rows) - 1; d > 0; d-- {
		k := x - y
		last := rows[d-1]
		left, okLeft := last[k-1]
		above, okAbove := last[k+1]
		from, kind := k-1, byte('-')
		if !okLeft || okAbove && left < above {
			from, kind = k+1, '+'
		}
		for startX := start(last[from], kind); x > startX; x, y = x-1, y-1 {
			kinds = append(kinds, ' ')
		}
		kinds = append(kinds, kind)
		x = last[from]
		y = x - from
	}
	kinds = append(kinds, strings.Repeat(" ", x)...)
	slices.Reverse(kinds)
	return string(kinds)
}

// start returns the position in a after an edit of this kind.
func start(x int, kind byte) int {
	if kind == '-' {
		return x + 1
	}
	return x
}
