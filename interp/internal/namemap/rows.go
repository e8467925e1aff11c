package namemap

import (
	"strings"
)

// A PlainRow is a row that captures nothing.
type PlainRow struct {
	Here, There string
	Axes        []int // nil for the layout's
}

// PlainRows are rows that make the same table of the same tensors, for a text in which what the
// map's own rows refer to is gone: one for each step whose tensors are named alike, else one for
// each tensor.
func (t *Table) PlainRows() (rows []PlainRow) {
	below := map[string]int{} // how many tensors begin so
	for i := range t.Tensors {
		path := t.Tensors[i].Own.Path
		for j := range len(path) {
			if path[j] == '.' {
				below[path[:j+1]]++
			}
		}
	}
	for i := 0; i < len(t.Tensors); {
		end := i + 1
		for end < len(t.Tensors) && t.Tensors[end].step == t.Tensors[i].step {
			end++
		}
		if there, alike := t.alike(i, end); alike && below[t.Tensors[i].step] == end-i {
			rows = append(rows, PlainRow{Here: t.Tensors[i].step, There: there})
			i = end
			continue
		}
		for ; i < end; i++ {
			if x := &t.Tensors[i]; x.row >= 0 {
				rows = append(rows, PlainRow{x.Own.Path, x.Name, t.Map.Rows[x.row].Axes})
			}
		}
	}
	return rows
}

// alike reports whether the tensors from i to end, of one step, are called by one text and the
// layout's leaves, by rows of the map.
func (t *Table) alike(i, end int) (there string, ok bool) {
	for k := i; k < end; k++ {
		x := &t.Tensors[k]
		before, leaves := strings.CutSuffix(x.Name, x.leaf)
		if x.row < 0 || !leaves || t.Map.Rows[x.row].Axes != nil || x.step == "" || k > i && before != there {
			return "", false
		}
		there = before
	}
	return there, true
}
