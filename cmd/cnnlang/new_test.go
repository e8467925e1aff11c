package main

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/lang/format"
	"cnnlang/lang/source"
)

// readNew writes a file to start from, and reads it: it is in the canonical format. Files with a mistake are not written.
func readNew(t *testing.T, name, from string) string {
	t.Helper()
	d, err := start(name, from, true)
	if err != nil {
		t.Fatalf("%s: %v", from, err)
	}
	text, err := os.ReadFile(d.File)
	if err != nil {
		t.Fatal(err)
	}
	if got := format.Format(source.NewFile(d.File, string(text))); got != string(text) {
		t.Errorf("%s is not formatted:\n%s", from, text)
	}
	return string(text)
}

// Every template checks, whatever the net is called, and the commands in its comment run: those that train for one epoch of few pictures.
func TestTemplates(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := writeTextures("FOLDER", 2); err != nil {
		t.Fatal(err)
	}
	for i, name := range strings.Fields("photo.jpg a.png b.png small.png small/a.png small/b.png small/c.png small/d.png large/a.png large/b.png large/c.png large/d.png") {
		side := 32
		if strings.HasPrefix(name, "large/") {
			side = 64
		}
		picture := image.NewGray(image.Rect(0, 0, side, side))
		picture.Pix[0] = uint8(20 * i) // no two are copies of each other
		var data bytes.Buffer
		err := errors.Join(png.Encode(&data, picture), os.MkdirAll(filepath.Dir(name), 0o777))
		if err := errors.Join(err, os.WriteFile(name, data.Bytes(), 0o666)); err != nil {
			t.Fatal(err)
		}
	}
	for _, template := range startingPrograms() {
		name := "my_" + strings.ReplaceAll(template.Name, "-", "_")
		text := readNew(t, name, template.Name)
		ran := map[string]bool{}
		for line := range strings.Lines(text) {
			command, ok := strings.CutPrefix(line, "#   cnnlang ")
			if !ok {
				continue
			}
			command, _, _ = strings.Cut(strings.TrimSpace(command), "   ")
			args := words(command)
			ran[args[0]] = true
			switch args[0] {
			case "run", "export":
				args = append(args, "--set", "H=32", "--set", "W=32")
			case "train":
				args = append(args, "--epochs", "1", "--batch", "2")
			}
			if code, out := outcome(args...); code != 0 || strings.Contains(out, "warning") {
				t.Errorf("%s: $ cnnlang %s\nends with %d\n%s", template.Name, command, code, out)
			}
		}
		if !ran["check"] || !ran["run"] || !ran["train"] && !ran["export"] || !strings.HasPrefix(text, "# "+name+": "+template.For) {
			t.Errorf("the comment of %s begins otherwise, or names no command that runs or trains it", template.Name)
		}
	}
}

// A net like one of the library checks: of each family the first.
func TestNewFromLibrary(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, f := range interp.Families() {
		text := readNew(t, "mine", f.Nets[0].Name)
		if !strings.Contains(text, "\nnet mine = "+f.Nets[0].Name) {
			t.Errorf("it is not made of %s:\n%s", f.Nets[0].Name, text)
		}
	}
}
