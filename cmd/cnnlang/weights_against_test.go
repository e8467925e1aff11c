package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"cnnlang/interp"
)

// However much differs, what to do is in the first lines.
func TestDifferencesEndInWhatToDo(t *testing.T) {
	var shaped []string
	for i := range 90 {
		shaped = append(shaped, fmt.Sprintf(`{"name": "s%d.b%d.conv.weight", "file": [3, 3, 8, 8], "net": [8, 8, 3, 3]}`, i%9, i))
	}
	e := &interp.FitError{}
	if err := json.Unmarshal([]byte(`{"net": "n", "file": "w.npz", "wanted": 90, "layout": "keras", "misshaped": [`+strings.Join(shaped, ",")+`]}`), e); err != nil {
		t.Fatal(err)
	}
	lines := differences(e, nil)
	if len(lines) > mostLines-2 || lines[len(lines)-1] != "help: if they are from there, add --layout keras" ||
		!strings.HasSuffix(lines[len(lines)-2], "channels last") || !strings.Contains(strings.Join(lines, "\n"), "… -o json has all of it") {
		t.Errorf("got\n%s", strings.Join(lines, "\n"))
	}
	var rows []interp.Renaming
	for i := range 90 {
		rows = append(rows, interp.Renaming{Here: fmt.Sprint("a", i, "."), There: fmt.Sprint("b", i, ".")})
	}
	e = &interp.FitError{Net: "n", Order: "no order", Rows: rows, Rules: []string{"b{i}.=a{i}."}}
	lines = differences(e, rows)
	if len(lines) > mostLines-2 || lines[1] != "help: add --rename 'b{i}.=a{i}.'" || !strings.Contains(lines[len(lines)-2], "--map prints all") {
		t.Errorf("got\n%s", strings.Join(lines, "\n"))
	}
}
