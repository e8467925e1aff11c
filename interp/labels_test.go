package interp_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
)

const labelled = `net n [N, 2] -> [N, 2] {
  meta {
    classes = ["dog", "bird"]
    weights = [checkpoint("kit.safetensors", classes=["bird", "dog"]), checkpoint("usual.safetensors")]
  }
  fc: linear(2, bias=false)
}`

// writeSaying writes weights with metadata.
func writeSaying(t *testing.T, path string, metadata map[string]string) {
	t.Helper()
	if metadata == nil {
		metadata = map[string]string{}
	}
	header, err := json.Marshal(map[string]any{"__metadata__": metadata,
		"fc.weight": map[string]any{"dtype": "F32", "shape": []int{2, 2}, "data_offsets": []int{0, 16}}})
	if err != nil {
		t.Fatal(err)
	}
	data := append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...)
	if err := os.WriteFile(path, append(data, make([]byte, 16)...), 0o666); err != nil {
		t.Fatal(err)
	}
}

// Names of classes are an option's, or else the weights', or else what meta says of the file, or
// else the net's own.
func TestLabelsInTheirOrder(t *testing.T) {
	folder := t.TempDir()
	says := map[string]string{"format": "pt", "classes": `["ant", "cat"]`}
	many := map[string]string{"classes": `["ant", "cat", "cow"]`}
	own := interp.LabelsOf("one", "two")
	for _, c := range []struct {
		file       string
		metadata   map[string]string
		labels     interp.Labels
		want, note string
	}{
		{"kit.safetensors", says, own, "one two", ""},
		{"kit.safetensors", says, interp.Labels{}, "ant cat", ""},
		{"kit.safetensors", nil, interp.Labels{}, "bird dog", ""},
		{"kit.safetensors", many, interp.Labels{}, "bird dog", "passed over the names of 3 classes in `classes`: the net has 2 outputs"},
		{"usual.safetensors", nil, interp.Labels{}, "dog bird", ""},
		{"other.safetensors", map[string]string{"classes": "two of them"}, interp.Labels{}, "dog bird", ""},
		{"other.safetensors", map[string]string{"labels": "ant\ncat\n", "names": "[3]"}, interp.Labels{}, "ant cat", ""},
	} {
		path := filepath.Join(folder, c.file)
		writeSaying(t, path, c.metadata)
		p, err := interp.Read("n.cnn", strings.NewReader(labelled))
		if err != nil {
			t.Fatal(err)
		}
		opts := interp.Options{Weights: interp.WeightsFile(path), Labels: c.labels}
		n, err := p.Net(opts)
		if err != nil {
			t.Fatal(err)
		}
		m, err := n.Build(context.Background(), opts)
		if err != nil {
			t.Fatal(err)
		}
		m.Close()
		if got := strings.Join(m.Labels.Names, " "); got != c.want {
			t.Errorf("%s, %v: got %q (%v), want %q", c.file, c.metadata, got, m.Labels, c.want)
		}
		if slices.Contains(m.Fit.Notes, c.note) != (c.note != "") {
			t.Errorf("%s, %v: got the notes %q, want %q", c.file, c.metadata, m.Fit.Notes, c.note)
		}
	}
}

func TestLabelsThatDoNotFit(t *testing.T) {
	file := filepath.Join(t.TempDir(), "l.txt")
	if err := os.WriteFile(file, []byte("a\nb\nc\n\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	labels, err := interp.ReadLabels(file)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		labelled: file + ":3: ends after the names of 3 classes, want 2 for the outputs of n",
		"net n [N, 3, H = 4, W = 4] -> [N, 3, H, W] { relu }": file + ":3: has the names of 3 classes, and the output [1, 3, 4, 4] of n is not scores of classes",
	} {
		p, err := interp.Read("n.cnn", strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		_, err = p.Net(interp.Options{Labels: labels})
		var unfit *interp.LabelsError
		if !errors.As(err, &unfit) || !unfit.Unfit || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	for name, want := range map[string]string{"../testdata/images": "is a directory", "none.txt": "no such file"} {
		if _, err := interp.ReadLabels(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", name, err, want)
		}
	}
}

// The lists of the library: the orders that publishers train in are of the same classes.
func TestNamedLabels(t *testing.T) {
	if known, all := interp.KnownLabels(), interp.ExportedLabels(); !slices.Equal(known, all) {
		t.Errorf("known are %q, and there are %q", known, all)
	}
	lists := map[string][]string{}
	for _, name := range interp.KnownLabels() {
		l, ok := interp.NamedLabels(name)
		if !ok || l.From != name {
			t.Fatalf("%s: got %v", name, l.From)
		}
		lists[name] = l.Names
	}
	imagenet, kit, google := lists["imagenet1k"], lists["imagenet1k_kit"], lists["imagenet1001"]
	if len(imagenet) != 1000 || len(google) != 1001 || google[0] != "background" || !slices.Equal(google[1:], imagenet) {
		t.Error("Google's order is not the usual one behind the background")
	}
	if slices.Equal(kit, imagenet) || !slices.Equal(slices.Sorted(slices.Values(kit)), slices.Sorted(slices.Values(imagenet))) {
		t.Error("the kit's classes are not the same in another order")
	}
	// Of https://image-net.org/challenges/LSVRC/2012/browse-synsets, which the kit numbers from 1.
	for index, want := range map[int]string{0: "kit fox", 7: "Egyptian cat", 999: "dumbbell"} {
		if kit[index] != want {
			t.Errorf("class %d of the kit is %s, want %s", index, kit[index], want)
		}
	}
	for index, want := range map[int]string{0: "tench", 285: "Egyptian cat", 967: "espresso"} {
		if imagenet[index] != want {
			t.Errorf("class %d is %s, want %s", index, imagenet[index], want)
		}
	}
	if _, ok := interp.NamedLabels("imagenet"); ok {
		t.Error("imagenet is no list")
	}
}

// A net of one output more than ImageNet's classes is Google's.
func TestBackgroundIsTheFirstOf1001(t *testing.T) {
	for classes, want := range map[string]int{"classes=1001": 1001, "classes=1002": 0, "classes=1000": 1000} {
		p, err := interp.Open("mobilenet_v2")
		if err != nil {
			t.Fatal(err)
		}
		n, err := p.Net(interp.Options{Set: interp.Set(classes)})
		if err != nil {
			t.Fatal(err)
		}
		names := n.Meta.Classes
		if len(names) != want || want == 1001 && (names[0] != "background" || names[1] != "tench") {
			t.Errorf("%s: got %d names", classes, len(names))
		}
	}
}

// Darknet's own files for ImageNet are trained in the order of the development kit.
func TestDarknetHasItsOwnOrder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "n.weights")
	text := "import std.classes { imagenet1k }\nnet n [N, 1] -> [N, 1000] {\n  meta { classes = imagenet1k }\n  fc: linear(1000)\n}"
	data := make([]byte, 20+4*2000) // versions 0.2.0, images seen, and the numbers
	data[4] = 2
	if err := os.WriteFile(file, data, 0o666); err != nil {
		t.Fatal(err)
	}
	m, err := readNet(t, text).Build(context.Background(), interp.Options{Weights: interp.WeightsFile(file)})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if m.Labels.Names[0] != "kit fox" || !strings.HasPrefix(m.Labels.From, "imagenet1k_kit") {
		t.Errorf("got %s by %s", m.Labels.Names[0], m.Labels.From)
	}
}
