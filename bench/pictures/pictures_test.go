package main

import (
	"strings"
	"testing"
)

func TestTable(t *testing.T) {
	rows := []row{
		{"a|b.jpg", "3 x 4", map[string]times{decode: {2, 1}, prepare: {1, 0.5}, whole: {3, 1.5}}, 0},
		{"c.jpg", "5 x 6", map[string]times{decode: {2, 3}, prepare: {1, 0.5}, whole: {3, 4.5}}, 2},
	}
	rows = append(rows, total(rows))
	lines := strings.Split(table(rows), "\n")
	for i, want := range map[int]string{
		2: `| a\|b.jpg | 3 x 4 | 2.00 | 1.00 | **0.50** | 1.00 | 0.50 | **0.50** | 3.00 | 1.50 | **0.50** | 0 |`,
		4: `| all 2 |  | 4.00 | 4.00 | **1.00** | 2.00 | 1.00 | **0.50** | 6.00 | 6.00 | **1.00** | 2 |`,
	} {
		if lines[i] != want {
			t.Errorf("line %d: got %q, want %q", i, lines[i], want)
		}
	}
	if bars := strings.Count(lines[0], "|"); bars != 13 || strings.Count(lines[1], "|") != bars {
		t.Errorf("got %q and %q", lines[0], lines[1])
	}
}

func TestOptions(t *testing.T) {
	for _, arguments := range []string{"", "a b", "--rounds 0 a", "--turn 0s a", "--what a"} {
		if _, err := readOptions(strings.Fields(arguments)); err == nil {
			t.Errorf("%q is accepted", arguments)
		}
	}
	if o, err := readOptions([]string{"--rounds", "3", "a"}); err != nil || o.folder != "a" || o.rounds != 3 {
		t.Errorf("got %+v, %v", o, err)
	}
}
