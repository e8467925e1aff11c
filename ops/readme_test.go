package ops_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"cnnlang/ops"
)

func readFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The table of README.md has the ops of Builtins, each once,
// and no other.
func TestREADMEListsEveryOp(t *testing.T) {
	_, table, _ := strings.Cut(readFile(t, "README.md"), "|---|---|---|")
	table, _, _ = strings.Cut(table, "\n\n")
	listed := map[string]int{}
	for _, row := range strings.Split(table, "\n") {
		if cells := strings.Split(row, "|"); len(cells) > 1 {
			for _, m := range regexp.MustCompile("`([a-z0-9_]+)`").FindAllStringSubmatch(cells[1], -1) {
				listed[m[1]]++
			}
		}
	}
	for _, op := range ops.Builtins {
		if listed[op.Name()] != 1 {
			t.Errorf("%s stands %d times in the table", op.Name(), listed[op.Name()])
		}
		delete(listed, op.Name())
	}
	for name := range listed {
		t.Errorf("%s is in the table but no op", name)
	}
}

// Prelude and table name the same ops in the same order, each declared without a
// body. A declaration without a signature is that of a value, and one with a body is no op.
func TestPreludeNamesEveryOp(t *testing.T) {
	var declared []string
	for _, m := range regexp.MustCompile(`(?m)^block ([a-z0-9_]+)(?:.+\n)*`).FindAllStringSubmatch(readFile(t, "../stdlib/prelude.cnn"), -1) {
		if strings.Contains(m[0], "->") && !strings.Contains(m[0], "\n{") {
			declared = append(declared, m[1])
		}
	}
	var names []string
	for _, op := range ops.Builtins {
		names = append(names, op.Name())
	}
	if got, want := strings.Join(names, " "), strings.Join(declared, " "); got != want {
		t.Errorf("got ops\n%s\nprelude declares\n%s", got, want)
	}
}
