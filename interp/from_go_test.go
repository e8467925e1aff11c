package interp_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"cnnlang/interp"
)

// The program of README.md is built in another module, by the commands given there, and
// prints the same about a photograph as this package.
func TestProgramOfTheReadme(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## From Go\n")
	section, _, _ = strings.Cut(section, "\n## ")
	program := regexp.MustCompile("(?s)```go classify.go\n(.*?)```").FindStringSubmatch(section)
	commands := regexp.MustCompile(`(?m)^\$ go (.*)$`).FindAllStringSubmatch(section, -1)
	if program == nil || len(commands) != 4 {
		t.Fatalf("README.md has no program, or not 4 commands: %q", commands)
	}
	module, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	// The net that runs the fastest, in place of the one that is shown.
	const net, weights, image = "squeezenet1_1", "w.safetensors", "rocket.jpg"
	m, err := interp.Load(t.Context(), net, interp.Options{Weights: interp.RandomWeights(1)})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if err := interp.WriteWeights(t.Context(), filepath.Join(folder, weights), interp.RandomTensors(m.Net, 1)); err != nil {
		t.Fatal(err)
	}
	photo := copyInto(t, "../testdata/images/"+image, folder)
	copyInto(t, "../go.sum", folder)
	if err := os.WriteFile(filepath.Join(folder, "classify.go"), []byte(program[1]), 0o666); err != nil {
		t.Fatal(err)
	}
	var got []byte
	for _, command := range commands {
		// By its own path, under which its packages have been built, and not by one beside the program.
		args := strings.Fields(strings.Replace(command[1], "=../cnnlang", "="+module, 1))
		switch args[1] {
		case "tidy":
			requireAsHere(t, filepath.Join(folder, "go.mod"))
			continue
		case ".":
			args = []string{"run", ".", net, weights, image}
		}
		run := exec.Command("go", args...)
		run.Dir = folder
		run.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off", "CGO_ENABLED=0")
		var problems strings.Builder
		run.Stderr = &problems
		if got, err = run.Output(); err != nil {
			t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, problems.String())
		}
	}
	classes, err := m.Classify(t.Context(), bytes.NewReader(photo), 5)
	if err != nil {
		t.Fatal(err)
	}
	want := ""
	for _, c := range classes {
		want += fmt.Sprintf("%5d  %5.2f %%  %s\n", c.Index, 100*c.Probability, c.Name)
	}
	if string(got) != want || len(classes) != 5 {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// copyInto copies a file into a folder and returns its content.
// requireAsHere does what `go mod tidy` would, which looks at modules that only tests of modules need:
// it copies this module's requirements, which are in the cache.
func requireAsHere(t *testing.T, path string) {
	t.Helper()
	here, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	made, err := os.ReadFile(path)
	if err == nil {
		requirements := regexp.MustCompile(`(?s)\nrequire \(.*?\n\)\n`).FindAllString(string(here), -1)
		err = os.WriteFile(path, []byte(string(made)+strings.Join(requirements, "")), 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func copyInto(t *testing.T, path, folder string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, filepath.Base(path)), content, 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
	return content
}
