package picture

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp/picture/resample"
)

// turned is an image turned by 90 degrees counterclockwise.
func turned(p pixels) pixels {
	out := newPixels(p.height, p.width)
	for y := range p.height {
		for x := range p.width {
			copy(out.row(p.width - 1 - x)[3*y:][:3], p.row(y)[3*x:])
		}
	}
	return out
}

// Each fit, at sizes that are not square too, and grey images: the bytes of Pillow's resize
// and ImageOps.pad.
func TestFitsEqualPillows(t *testing.T) {
	var cases []struct {
		File, Mode, Interpolation, Fit string
		Resize, Input                  [2]int
		SHA256                         string
		Pixels                         [][]int
	}
	readJSON(t, "pillow_fit.json", &cases)
	if len(cases) != 138 {
		t.Fatalf("got %d cases, want 138", len(cases))
	}
	photos := map[string]pixels{}
	of := func(file string) pixels {
		if _, ok := photos[file]; !ok {
			name, turn := strings.CutSuffix(file, " turned")
			p := mustRead(t, photo(name))
			if turn {
				p = turned(p)
			}
			photos[file] = p
		}
		return photos[file]
	}
	for _, c := range cases {
		image := of(c.File)
		f, err := Preprocess{Resize: c.Resize, Fit: c.Fit}.frame(image.width, image.height, c.Input[0], c.Input[1])
		if err != nil {
			t.Fatal(err)
		}
		channels := 3
		if c.Mode == "L" {
			channels = 1
		}
		got := make([]uint8, channels*f.H*f.W)
		new(resample.Workspace).Bytes(t.Context(), got, image.resampled(), f, resample.Filters[c.Interpolation], c.Mode == "L")
		if sum := sha256.Sum256(got); hex.EncodeToString(sum[:]) == c.SHA256 {
			continue
		}
		t.Errorf("%s %s %s %s %v to %v: other bytes", c.File, c.Mode, c.Interpolation, c.Fit, c.Resize, c.Input)
		for _, at := range c.Pixels {
			start := channels * (at[1]*f.W + at[0])
			t.Errorf("  at %v: got %v, want %v", at[:2], got[start:][:channels], at[2:])
		}
	}
}

// 0.299, 0.587 and 0.114 of 255 are 76.2, 149.7 and 29.1; what is grey stays as it is.
func TestGreyByHand(t *testing.T) {
	p := newPixels(5, 1)
	copy(p.rgb, []uint8{255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 77, 77, 77})
	path := writePNG(t, p)
	for _, order := range []string{"rgb", "bgr"} {
		got, err := Load(t.Context(), path, Preprocess{Grey: true, Order: order, Scale: 255, Mean: []float32{1}, Std: []float32{2}}, 1, 5, 0)
		if err != nil {
			t.Fatal(err)
		}
		if want := []float32{37.5, 74.5, 14, 127, 38}; got.Shape.String() != "[1, 1, 1, 5]" || !slices.Equal(got.Data, want) {
			t.Errorf("%s: got %v %v, want %v", order, got.Shape, got.Data, want)
		}
	}
}

// Each of the two pixels is black as grey; their mean (1, 0, 2), rounded, is not.
func TestGreyComesBeforeResizing(t *testing.T) {
	p := newPixels(2, 1)
	copy(p.rgb, []uint8{1, 0, 0, 0, 0, 3})
	got, err := Load(t.Context(), writePNG(t, p), Preprocess{Grey: true, Fit: "squash", Scale: 255}, 1, 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	if got.Data[0] != 0 {
		t.Errorf("got %v, want 0", got.Data)
	}
}
