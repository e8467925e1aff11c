package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"cnnlang/lang/format"
	"cnnlang/lang/source"
)

// The cookbook and the tour show programs (```cnn NAME) and what commands print about them (```console), as README.md does.
// Every program is formatted and checks without a warning, unless it is there for its mistake, which a command shows.
func TestListings(t *testing.T) {
	testdata, err := filepath.Abs(filepath.Join(root, "testdata"))
	if err != nil {
		t.Fatal(err)
	}
	for name, least := range map[string]int{"cookbook.md": 12, "tour.md": 15} {
		text, err := os.ReadFile(filepath.Join(root, "docs", name))
		if err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			if err := os.Symlink(testdata, "testdata"); err != nil {
				t.Fatal(err)
			}
			if n := tryListings(t, string(text)); n < least {
				t.Errorf("there are %d programs, want %d", n, least)
			}
		})
	}
}

// tryListings writes the programs of a document, compares what its commands print, and counts the programs.
func tryListings(t *testing.T, document string) (programs int) {
	for _, m := range shown.FindAllStringSubmatch(document, -1) {
		kind, name, text := m[1], m[2], m[3]
		if kind == "cnn" {
			programs++
			if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
			if got := format.Format(source.NewFile(name, text)); got != text {
				t.Errorf("%s is not formatted", name)
			}
			command := regexp.MustCompile(`(?m)^\$ cnnlang check ` + regexp.QuoteMeta(name) + `$`)
			if command.MatchString(document) {
				continue // what it prints is compared below
			}
			if code, out := outcome("check", name); code != 0 || strings.Contains(out, "warning") {
				t.Errorf("%s does not check:\n%s", name, out)
			}
			continue
		}
		for _, command := range strings.Split("\n"+text, "\n$ ")[1:] {
			line, want, _ := strings.Cut(command+"\n", "\n")
			args, ok := strings.CutPrefix(line, "cnnlang ")
			if !ok {
				t.Errorf("%q is no command", line)
				continue
			}
			sameText(t, line, strings.TrimSpace(want), answer(words(args)))
		}
	}
	return programs
}
