package conv

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// The table of README.md names the algorithms in the order of the table, followed by the
// one for pairs of convolutions.
func TestREADMEListsEveryAlgorithm(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "## Algorithms")
	table, _, _ = strings.Cut(table, "\n\nThe first column")
	var listed, names []string
	for _, row := range strings.Split(table, "\n") {
		if cells := strings.Split(row, "|"); len(cells) > 1 {
			for _, m := range regexp.MustCompile("`([a-z0-9 ]+)`").FindAllStringSubmatch(cells[1], -1) {
				listed = append(listed, m[1])
			}
		}
	}
	for _, a := range algorithms {
		names = append(names, a.name)
	}
	if got, want := strings.Join(listed, ", "), strings.Join(append(names, "separable", "expanded"), ", "); got != want {
		t.Errorf("README.md lists\n%s\nthe table has\n%s", got, want)
	}
}
