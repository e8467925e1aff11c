package namemap

// An index finds rows that capture nothing by the text, so that only the others are tried
// one by one.
type index struct {
	wholes, prefixes map[string]int // the first row of each text
	capturing        []int
}

func newIndex(rows []Row) index {
	x := index{wholes: map[string]int{}, prefixes: map[string]int{}}
	for i := range rows {
		text, plain := rows[i].Here.plain()
		texts := x.wholes
		if rows[i].Here.Prefix {
			texts = x.prefixes
		}
		if !plain {
			x.capturing = append(x.capturing, i)
		} else if _, taken := texts[text]; !taken {
			texts[text] = i
		}
	}
	return x
}

// plain is the first row without captures that fits a name, -1 for none.
func (x *index) plain(name string) int {
	first := -1
	note := func(row int, ok bool) {
		if ok && (first < 0 || row < first) {
			first = row
		}
	}
	row, ok := x.wholes[name]
	note(row, ok)
	if len(x.prefixes) > 0 {
		for i := range len(name) {
			if name[i] == '.' {
				row, ok = x.prefixes[name[:i+1]]
				note(row, ok)
			}
		}
	}
	return first
}
