package main

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A README shows files (```cnn NAME) and the output of commands (```console, `$` before each
// command, `…` for the rest of an output).
var shown = regexp.MustCompile("(?ms)^```(cnn|console)(?: (\\S+))?\n(.*?)^```$")

// TestReadme runs the commands of README.md on its files and compares the output. Fractions of a network's output may differ in their last digits between
// machines, so their digits are not compared.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	testdata, err := filepath.Abs(filepath.Join(root, "testdata"))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := os.Symlink(testdata, "testdata"); err != nil {
		t.Fatal(err)
	}
	var commands []string
	ran := 0
	for _, m := range shown.FindAllStringSubmatch(string(readme), -1) {
		kind, name, text := m[1], m[2], m[3]
		if kind == "cnn" {
			if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
			continue
		}
		for _, command := range strings.Split("\n"+text, "\n$ ")[1:] {
			line, want, _ := strings.Cut(command+"\n", "\n")
			commands = append(commands, line)
			if args := strings.Fields(strings.Replace(line, "go run ./cmd/cnnlang", "cnnlang", 1)); args[0] == "cnnlang" {
				ran++
				sameText(t, line, strings.TrimSpace(want), answer(args[1:]))
			}
		}
	}
	if ran < 3 {
		t.Errorf("README.md shows only %d commands", ran)
	}
	if !strings.HasPrefix(commands[0], "go run ./cmd/cnnlang run ") || commands[1] != "go test ./..." {
		t.Errorf("README.md begins with the commands %q, want to run a network and all tests", commands[:2])
	}
}

// answer is what a command prints, messages before data.
func answer(args []string) string {
	_, text := outcome(args...)
	return strings.TrimSpace(text)
}

// outcome runs a command: its exit code, and its messages and output.
func outcome(args ...string) (code int, text string) {
	a, out, messages := newApp()
	code = a.report(a.execute(context.Background(), args))
	return code, messages.String() + out.String()
}

func sameText(t *testing.T, command, want, got string) {
	t.Helper()
	if head, cut := strings.CutSuffix(want, "…"); cut {
		want, got = head, got[:min(len(head), len(got))]
	}
	mask := func(s string) string { return regexp.MustCompile(` *[0-9]+\.[0-9]+`).ReplaceAllString(s, " #") }
	if diff := cmp.Diff(mask(want), mask(got)); diff != "" {
		t.Errorf("$ %s (-README +got)\n%s", command, diff)
	}
}

// The table of verbs has every verb of the program.
func TestReadmeNamesEveryVerb(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var listed, verbs []string
	_, table, _ := strings.Cut(string(readme), "| to | verbs |\n")
	table, _, _ = strings.Cut(table, "\n\n")
	for _, m := range regexp.MustCompile("`([a-z]+)`").FindAllStringSubmatch(table, -1) {
		listed = append(listed, m[1])
	}
	for _, c := range (&app{}).root().Commands() {
		if c.Name() != "help" && c.Name() != "completion" && !c.Hidden {
			verbs = append(verbs, c.Name())
		}
	}
	slices.Sort(listed)
	slices.Sort(verbs)
	if diff := cmp.Diff(verbs, listed); diff != "" {
		t.Errorf("verbs (-program +README):\n%s", diff)
	}
}

// Every file that the documents name or link to exists.
func TestDocumentsNameFilesThatExist(t *testing.T) {
	quoted := regexp.MustCompile("`([A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*\\.(?:go|md|cnn))`|\\]\\(([^)#:]+)\\)")
	for _, name := range []string{"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "lang/spec.md"} {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Error(err)
			continue
		}
		for _, m := range quoted.FindAllStringSubmatch(string(text), -1) {
			file := m[1] + m[2]
			if m[1] != "" && !strings.Contains(file, "/") {
				continue // a file of the package that the sentence is about
			}
			if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(file))); err != nil {
				t.Errorf("%s names %s: %v", name, file, err)
			}
		}
	}
}
