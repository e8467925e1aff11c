package picture

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"slices"
	"strings"
	"testing"
)

// An image from a reader, and a decoded one, give the same tensor as the file.
func TestReadersAndImagesGiveTheTensorOfTheFile(t *testing.T) {
	p := Preprocess{Resize: [2]int{48, 64}, Interpolation: "bicubic", Mean: []float32{0.5}, Std: []float32{0.25}}
	for _, name := range []string{"chelsea.png", "rocket.jpg"} {
		want, err := Load(t.Context(), photo(name), p, 40, 56, 0)
		if err != nil {
			t.Fatal(err)
		}
		content := contentOf(t, photo(name))
		read, err := Read(t.Context(), bytes.NewReader(content), p, 40, 56, 0)
		if err != nil || !slices.Equal(read.Data, want.Data) {
			t.Errorf("%s: other numbers from a reader (%v)", name, err)
		}
		img, err := Decode(t.Context(), bytes.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		made, err := p.Tensor(t.Context(), img, 40, 56)
		if err != nil || !slices.Equal(made.Data, want.Data) || !made.Shape.Equal(want.Shape) {
			t.Errorf("%s: other numbers from an image (%v)", name, err)
		}
		// Pixel by pixel, as other packages see it.
		copied := image.NewRGBA(img.Bounds())
		draw.Draw(copied, copied.Bounds(), img, image.Point{}, draw.Src)
		made, err = p.Tensor(t.Context(), copied, 40, 56)
		if err != nil || !slices.Equal(made.Data, want.Data) {
			t.Errorf("%s: other numbers from a copy (%v)", name, err)
		}
		if out := img.At(-1, 0); out != (color.RGBA{}) {
			t.Errorf("%s: %v outside", name, out)
		}
	}
}

// Images that no decoder returns: parts of others, premultiplied colours, and types of a
// caller's own.
func TestImagesOfCallers(t *testing.T) {
	whole := image.NewNRGBA(image.Rect(0, 0, 4, 3))
	for y := range 3 {
		for x := range 4 {
			whole.Set(x, y, color.NRGBA{uint8(50 * x), uint8(100 * y), 200, 255})
		}
	}
	// Half transparent: (100, 50, 0) is what (200, 100, 0) becomes when multiplied.
	faint := image.NewRGBA(image.Rect(0, 0, 1, 1))
	copy(faint.Pix, []uint8{100, 50, 0, 128})
	for _, c := range []struct {
		name string
		img  image.Image
		want []uint8
	}{
		{"a part", whole.SubImage(image.Rect(1, 1, 3, 2)), []uint8{50, 100, 200, 100, 100, 200}},
		{"of a caller's own", struct{ draw.Image }{whole}, whole.Pix[:0]},
		{"multiplied with alpha", faint, []uint8{199, 99, 0}},
	} {
		if len(c.want) == 0 {
			c.want = toRGB(t.Context(), whole).rgb
		}
		if got := toRGB(t.Context(), c.img).rgb; !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

// endless is a reader that has no end.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	e.read += len(p)
	return len(p), nil
}

func TestReadersAreRefusedInWords(t *testing.T) {
	var file *FileError
	var limit *LimitError
	if _, err := Decode(t.Context(), strings.NewReader("GIF80a")); !errors.As(err, &file) || file.Path != "the image" {
		t.Errorf("got %v", err)
	}
	e := &endless{}
	if _, err := Decode(t.Context(), e); !errors.As(err, &limit) || e.read > 2*MaxBytes {
		t.Errorf("got %v after %d bytes", err, e.read)
	}
	content := contentOf(t, photo("chelsea.png"))
	// The bytes of the image, and what it takes to decode it, are both of the memory.
	for _, beside := range []int64{1000 - int64(len(content)), 1000} {
		most := int64(len(content)) + beside
		if _, err := Read(t.Context(), bytes.NewReader(content), Preprocess{}, 8, 8, most); !errors.As(err, &limit) || limit.Max != 1000 {
			t.Errorf("%d bytes: got %v", most, err)
		}
	}
	e = &endless{}
	if _, err := Read(t.Context(), e, Preprocess{}, 8, 8, 1000); !errors.As(err, &limit) || e.read > 1<<16 {
		t.Errorf("got %v after %d bytes", err, e.read)
	}
	if _, err := (Preprocess{}).Tensor(t.Context(), image.NewGray(image.Rect(0, 0, 0, 5)), 8, 8); !errors.As(err, &file) {
		t.Errorf("got %v", err)
	}
	if _, err := (Preprocess{}).Tensor(t.Context(), image.NewUniform(color.Black), 8, 8); !errors.As(err, &limit) {
		t.Errorf("got %v", err) // it has no end either
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Decode(ctx, bytes.NewReader(content)); err != context.Canceled {
		t.Errorf("got %v", err)
	}
	if _, err := (Preprocess{}).Tensor(ctx, image.NewGray(image.Rect(0, 0, 9, 5)), 8, 8); err != context.Canceled {
		t.Errorf("got %v", err)
	}
}
