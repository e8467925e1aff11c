package render

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"testing"

	"cnnlang/ops/tensor"
)

var nan = float32(math.NaN())

func TestBrightness(t *testing.T) {
	values := []float32{-1, 0, 1, -3, 2, nan, float32(math.Inf(1)), -0.5}
	img, beyond := Range{Low: []float64{-1}, High: []float64{1}}.Picture(tensor.From(values, 1, 1, 2, 4))
	grey, ok := img.(*image.Gray)
	if want := "[0 128 255 0 255 0 255 64]"; !ok || fmt.Sprint(grey.Pix) != want || img.Bounds() != image.Rect(0, 0, 4, 2) {
		t.Errorf("got %T %v of %v, want %s", img, grey.Pix, img.Bounds(), want)
	}
	if beyond != 4 {
		t.Errorf("%d lie beyond, want 4", beyond)
	}
}

// Each channel has its range, and blue may be the first.
func TestColours(t *testing.T) {
	value := tensor.From([]float32{0, 1, 2, 2, 4, 0}, 1, 3, 1, 2)
	r := Range{Low: []float64{0, 0, 0}, High: []float64{1, 2, 4}}
	for _, c := range []struct {
		bgr  bool
		want [2]color.NRGBA
	}{
		{false, [2]color.NRGBA{{0, 255, 255, 255}, {255, 255, 0, 255}}},
		{true, [2]color.NRGBA{{255, 255, 0, 255}, {0, 255, 255, 255}}},
	} {
		r.BGR = c.bgr
		img, beyond := r.Picture(value)
		if got := [2]color.Color{img.At(0, 0), img.At(1, 0)}; got != [2]color.Color{c.want[0], c.want[1]} || beyond != 0 {
			t.Errorf("%v: got %v and %d beyond, want %v", c.bgr, got, beyond, c.want)
		}
	}
}

func TestMasks(t *testing.T) {
	m := MaskOf(tensor.From([]float32{
		1, nan, nan, 5, // class 0
		2, 0, nan, 5, // class 1
		0, 9, nan, 4, // class 2
	}, 1, 3, 2, 2))
	if got, want := fmt.Sprint(m.Of, m.Counts()), "[1 2 0 0] [2 1 1]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	img := m.Picture()
	if fmt.Sprint(img.Pix) != "[1 2 0 0]" || img.At(0, 0) != (color.NRGBA{128, 0, 0, 255}) || img.At(1, 0) != (color.NRGBA{0, 128, 0, 255}) {
		t.Errorf("got %v with %v", img.Pix, img.Palette)
	}
}

// The colours are those of PASCAL VOC, whose 20 classes are published with them, and no two of
// them are equal.
func TestColoursOfClasses(t *testing.T) {
	for class, want := range map[int]color.NRGBA{
		0: {0, 0, 0, 255}, 1: {128, 0, 0, 255}, 2: {0, 128, 0, 255}, 3: {128, 128, 0, 255}, 4: {0, 0, 128, 255},
		8: {64, 0, 0, 255}, 15: {192, 128, 128, 255}, 16: {0, 64, 0, 255}, 20: {0, 64, 128, 255}, 255: {224, 224, 192, 255},
	} {
		if got := Colour(class); got != want {
			t.Errorf("%d: got %v, want %v", class, got, want)
		}
	}
	seen := map[color.NRGBA]bool{}
	for class := range MostColours {
		seen[Colour(class)] = true
	}
	if len(seen) != MostColours {
		t.Errorf("%d colours differ, want %d", len(seen), MostColours)
	}
}
