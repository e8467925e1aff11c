package picture

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Each orientation turns pictures as Pillow's ImageOps.exif_transpose does.
func TestOrientationsAreAppliedAsInPillow(t *testing.T) {
	var pictures []recorded
	readJSON(t, "formats/turned.json", &pictures)
	if len(pictures) != 4*8 {
		t.Fatalf("got %d pictures, want 8 orientations of 4 formats", len(pictures))
	}
	for _, r := range pictures {
		content := contentOf(t, filepath.Join("testdata", "formats", r.File))
		s, err := inspect(t.Context(), r.File, bytes.NewReader(content), int64(len(content)))
		if err != nil {
			t.Fatal(err)
		}
		s.upright = true
		got, err := s.decode(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		r.check(t, got)
		if filepath.Ext(r.File) == ".tif" { // it is not of EXIF
			continue
		}
		if number := r.File[len("orientation_"):][:1]; fmt.Sprint(s.Orientation) != number {
			t.Errorf("%s: got the orientation %d", r.File, s.Orientation)
		}
	}
}

// What is turned becomes the tensor of the picture that was stored upright, and takes the
// memory that was computed; what is not is counted, each picture once.
func TestUpright(t *testing.T) {
	path := func(name string) string { return filepath.Join("testdata", "formats", name) }
	plain := Preprocess{Fit: "squash"}
	upright, err := Load(t.Context(), path("orientation_1.png"), plain, 5, 7, 0)
	if err != nil {
		t.Fatal(err)
	}
	var sideways Sideways
	ignored := plain
	ignored.Sideways = &sideways
	turned := ignored
	turned.Upright = true
	for range 2 {
		for _, name := range []string{"orientation_6.png", "orientation_3.webp", "orientation_8.jpg", "orientation_1.jpg", "rgb.png", "orientation_6.tif"} {
			if _, err := Load(t.Context(), path(name), ignored, 5, 7, 0); err != nil {
				t.Fatal(err)
			}
			if _, err := Load(t.Context(), path(name), turned, 5, 7, 0); err != nil {
				t.Fatal(err)
			}
		}
	}
	if n, first := sideways.Count(); n != 3 || first != path("orientation_6.png") {
		t.Errorf("got %d pictures that were not turned, the first %q", n, first)
	}
	// 3 is upside down, so that turning it back is that of the reversed tensor.
	got, err := Load(t.Context(), path("orientation_3.png"), turned, 5, 7, 0)
	if err != nil {
		t.Fatal(err)
	}
	for c := range 3 {
		want := slices.Clone(upright.Data[35*c : 35*c+35])
		slices.Reverse(want)
		if !slices.Equal(got.Data[35*c:35*c+35], want) {
			t.Errorf("channel %d: got %v, want %v", c, got.Data[35*c:35*c+35], want)
		}
	}
	stored, err := Need(t.Context(), path("orientation_3.png"), ignored, 5, 7)
	if err != nil {
		t.Fatal(err)
	}
	if need, err := Need(t.Context(), path("orientation_3.png"), turned, 5, 7); err != nil || need != stored+3*5*7 {
		t.Errorf("got a need of %d bytes, and %d as it is stored: %v", need, stored, err)
	}
}

// Data without an orientation, or damaged, say nothing.
func TestExifWithoutOrientation(t *testing.T) {
	tags := func(tag, kind, value string) string {
		return "Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01" + tag + kind + "\x00\x00\x00\x01" + value
	}
	for _, data := range []string{
		"", "Exif\x00\x00", "Exif\x00\x00MM", "Exif\x00\x00XX\x00*\x00\x00\x00\x08",
		"Exif\x00\x00MM\x00*\xff\xff\xff\xff\x00\x01", "Exif\x00\x00MM\x00*\x00\x00\x00\x08\xff\xff",
		tags("\x01\x12", "\x00\x03", "\x00\x09\x00\x00"), tags("\x01\x12", "\x00\x03", "\x00\x00\x00\x00"),
		tags("\x01\x12", "\x00\x07", "\x00\x06\x00\x00"), tags("\x01\x13", "\x00\x03", "\x00\x06\x00\x00"),
		tags("\x01\x12", "\x00\x04", "\xff\xff\xff\xff"),
	} {
		content := strings.Replace(string(contentOf(t, filepath.Join("testdata", "formats", "orientation_6.webp"))), "EXIF", "EXIX", 1) +
			"EXIF" + string([]byte{byte(len(data)), 0, 0, 0}) + data + strings.Repeat("\x00", len(data)%2)
		s, err := inspect(t.Context(), "x", strings.NewReader(content), int64(len(content)))
		if err != nil || s.Orientation != 0 {
			t.Errorf("%q: got the orientation %d, %v", data, s.Orientation, err)
		}
	}
}
