package graph

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// mostAligned is the widest cell that widens its column. Otherwise a merge of thousands of
// branches would make every row as wide as its list of inputs.
const mostAligned = 200

// Columns writes rows as a table with aligned columns, two blanks between them. A row of a
// single cell does not count for the alignment.
func Columns(w io.Writer, rows [][]string) error {
	var widths []int
	for _, row := range rows {
		for i, cell := range row[:len(row)-1] {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			if n := utf8.RuneCountInString(cell); n <= mostAligned {
				widths[i] = max(widths[i], n)
			}
		}
	}
	b := bufio.NewWriter(w)
	var line strings.Builder
	for _, row := range rows {
		line.Reset()
		for i, cell := range row {
			line.WriteString(cell)
			if i < len(row)-1 {
				fmt.Fprintf(&line, "%*s", max(widths[i]-utf8.RuneCountInString(cell), 0)+2, "")
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " "))
		b.WriteByte('\n')
	}
	return b.Flush()
}
