package main

import (
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

// The pictures in testdata are those that the program draws.
func TestPicturesInTestdata(t *testing.T) {
	folder := t.TempDir()
	if err := writeAll(folder); err != nil {
		t.Fatal(err)
	}
	for name := range scenes {
		got, want := decoded(t, filepath.Join(folder, name)), decoded(t, filepath.Join("../../../testdata/images", name))
		if got.Bounds().Size() != want.Bounds().Size() {
			t.Fatalf("%s is %v, in testdata/images %v", name, got.Bounds(), want.Bounds())
		}
		for y := range got.Bounds().Dy() {
			for x := range got.Bounds().Dx() {
				a, b := grey(got, x, y), grey(want, x, y)
				if a > b+1 || b > a+1 { // processors round sines in their own ways
					t.Fatalf("%s: the pixel (%d, %d) is %d, in testdata/images %d", name, x, y, a, b)
				}
			}
		}
	}
}

func grey(m image.Image, x, y int) int {
	return int(color.GrayModel.Convert(m.At(m.Bounds().Min.X+x, m.Bounds().Min.Y+y)).(color.Gray).Y)
}

func decoded(t *testing.T, name string) image.Image {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return m
}
