package dataset

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cnnlang/interp/picture"
	"cnnlang/interp/train/recipe"
	"cnnlang/ops/tensor"
)

// drawn is a PNG whose pixels follow from a number.
func drawn(t testing.TB, width, height, number int) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.SetNRGBA(x, y, color.NRGBA{uint8(37*x + 5*number), uint8(91*y + number>>8), uint8(x*y + 11*number), 255})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// write makes a file in a folder, and the folders that it lies in.
func write(t testing.TB, folder, name string, content []byte) {
	t.Helper()
	path := filepath.Join(folder, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o666); err != nil {
		t.Fatal(err)
	}
}

// pictures makes n pictures of each class in a folder.
func pictures(t testing.TB, folder string, n int, classes ...string) {
	t.Helper()
	for c, class := range classes {
		for i := range n {
			write(t, folder, class+"/"+string(rune('a'+i/26))+string(rune('a'+i%26))+".png", drawn(t, 12+i%5, 10+i%3, 1000*c+i))
		}
	}
}

// small are options for pictures of 8 x 8.
func small() Options {
	return Options{Input: tensor.Shape{3, 8, 8}, Split: 0.25, Threads: 2}
}

func opened(t testing.TB, path string, o Options) *Data {
	t.Helper()
	d, err := Open(t.Context(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// refused wants an error with all these texts.
func refused(t *testing.T, path string, o Options, want ...string) error {
	t.Helper()
	_, err := Open(t.Context(), path, o)
	for _, text := range want {
		if err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("got %v, want %q", err, text)
		}
	}
	return err
}

// names are those of a set, below a folder.
func names(s *Set, folder string) (all []string) {
	for i := range s.Len() {
		name, err := filepath.Rel(folder, s.Name(i))
		if err != nil {
			name = s.Name(i)
		}
		all = append(all, filepath.ToSlash(name))
	}
	return all
}

// below reports whether the first 64 bits of SHA-256 are below a share of the range.
func below(content []byte, share float64) bool {
	sum := sha256.Sum256(content)
	return float64(binary.BigEndian.Uint64(sum[:]))/(1<<64) < share
}

func noted(d *Data, text string) bool {
	return strings.Contains(strings.Join(d.Notes, "\n"), text)
}

// augmented is a list of augmentations without arguments.
func augmented(names ...string) (list []recipe.Augmentation) {
	for _, name := range names {
		list = append(list, recipe.Augmentation{Name: name})
	}
	return list
}

// prepared is what a run of the net makes of a file.
func prepared(t *testing.T, path string, p picture.Preprocess, h, w int) []float32 {
	t.Helper()
	x, err := picture.Load(t.Context(), path, p, h, w, 0)
	if err != nil {
		t.Fatal(err)
	}
	return x.Data
}
