package main

import (
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTrainingGuide runs the commands of docs/training.md one after the other, on drawn pictures of three classes. Those that train resnet18 do so
// at a quarter of its height and width, for one epoch of few pictures.
func TestTrainingGuide(t *testing.T) {
	guide, err := os.ReadFile(filepath.Join(root, "docs/training.md"))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	drawAll(t, "flowers", 8)
	for _, file := range []string{"photo.jpg", "inbox/a.jpg", "inbox/b.jpg"} {
		drawPicture(t, file, 1, rand.New(rand.NewPCG(7, 8)))
	}
	if code, text := outcome("export", "resnet18", "--to", "safetensors", "--weights", "random", "--output", "w.safetensors"); code != 0 {
		t.Fatal(text)
	}
	if err := os.Rename("w.safetensors", "resnet18.pth"); err != nil { // what a file is stands in it
		t.Fatal(err)
	}
	ran := 0
	for _, m := range shown.FindAllStringSubmatch(string(guide), -1) {
		kind, name, text := m[1], m[2], m[3]
		if kind == "cnn" {
			if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
			continue
		}
		for line := range strings.Lines(text) {
			command, ok := strings.CutPrefix(strings.TrimSpace(line), "$ cnnlang ")
			if !ok {
				t.Errorf("%q is no command", line)
				continue
			}
			args := words(command)
			if args[0] == "train" && args[1] == "resnet18" {
				args = append(args, "--shape", "1x3x64x64", "--batch", "4", "--train", "head_epochs = 1", "--epochs", "1")
			}
			for i, a := range args {
				args[i] = strings.Replace(a, "top1 >= 0.9", "top1 >= 0", 1) // they have hardly learned
			}
			ran++
			if code, text := outcome(args...); code != 0 {
				t.Errorf("$ cnnlang %s\nends with %d\n%s", command, code, text)
			}
		}
	}
	if ran < 10 {
		t.Errorf("the guide has only %d commands", ran)
	}
	_, text := outcome("run", "flowers.safetensors", "photo.jpg")
	if !strings.Contains(text, "dots") || !strings.Contains(text, "stripes") {
		t.Errorf("the answer does not name the folders:\n%s", text)
	}
}

// outcome runs a command: its exit code, and its messages and output.
func outcome(args ...string) (code int, text string) {
	a, out, messages := newApp()
	code = a.report(a.execute(context.Background(), args))
	return code, messages.String() + out.String()
}

// words are the arguments of a command, of which those in single quotes are one each.
func words(command string) (list []string) {
	for i, part := range strings.Split(command, "'") {
		if i%2 == 1 {
			list = append(list, part)
			continue
		}
		list = append(list, strings.Fields(part)...)
	}
	return list
}

// drawAll makes folders of pictures of three classes.
func drawAll(t *testing.T, folder string, count int) {
	t.Helper()
	numbers := rand.New(rand.NewPCG(1, uint64(count)))
	for class, name := range []string{"dots", "rows", "stripes"} {
		for i := range count {
			drawPicture(t, filepath.Join(folder, name, string(rune('a'+i))+".jpg"), class, numbers)
		}
	}
}

// drawPicture makes a picture of dots, rows or stripes.
func drawPicture(t *testing.T, file string, class int, numbers *rand.Rand) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		t.Fatal(err)
	}
	width, height := 80+numbers.IntN(40), 80+numbers.IntN(40)
	step, phase, ink := 8+numbers.IntN(6), numbers.IntN(8), uint8(numbers.IntN(100))
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			row, column := (y+phase)%step < step/2, (x+phase)%step < step/2
			v := 255 - ink
			if []bool{row && column, row, column}[class] {
				v = ink
			}
			picture.SetRGBA(x, y, color.RGBA{v, v, 200, 255})
		}
	}
	out, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := jpeg.Encode(out, picture, nil); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}
