package picture

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// What is said to be done to a picture has the sizes of Pillow: 451 x 300 covers 256 x 256 as
// 384 x 256, since 256*451 // 300 is 384, and fits into it as 256 x 170.
func TestWhatWasDoneInALine(t *testing.T) {
	const chelsea, turned = "../../testdata/images/chelsea.png", "testdata/formats/orientation_6.jpg"
	content, err := os.ReadFile("jpeg/testdata/progressive.jpg")
	if err != nil {
		t.Fatal(err)
	}
	const scan = "\xff\xda"
	unfinished := write(t, strings.Join(strings.SplitN(string(content), scan, 4)[:3], scan)+"\xff\xd9")
	for _, c := range []struct {
		path       string
		how        Preprocess
		h, w       int
		line, each string
	}{
		{chelsea, Preprocess{Resize: [2]int{256, 256}, Mean: []float32{0.485, 0.456, 0.406}, Std: []float32{0.229, 0.224, 0.225}}, 224, 224,
			"451x300: resized to 384x256 (bilinear), 224x224 cut from the middle, values 0 to 1, less mean 0.485 0.456 0.406, divided by std 0.229 0.224 0.225",
			"resized to cover 256x256 (bilinear), 224x224 cut from the middle, values 0 to 1, less mean 0.485 0.456 0.406, divided by std 0.229 0.224 0.225"},
		{chelsea, Preprocess{Resize: [2]int{256, 256}, Fit: "pad", Interpolation: "bicubic", Scale: 255, Order: "bgr"}, 256, 256,
			"451x300: resized to 256x170 (bicubic), filled up with black to 256x256, blue first, values 0 to 255",
			"resized to fit into 256x256 (bicubic), filled up with black, blue first, values 0 to 255"},
		{chelsea, Preprocess{Resize: [2]int{256, 256}, Fit: "pad"}, 224, 224,
			"451x300: resized to 256x170 (bilinear), 224x224 cut from the middle and filled up with black, values 0 to 1",
			"resized to fit into 256x256 (bilinear), 224x224 cut from the middle, values 0 to 1"},
		{chelsea, Preprocess{Fit: "squash", Grey: true}, 300, 451,
			"451x300: made grey, values 0 to 1", "made grey, resized to have 451x300 (bilinear), values 0 to 1"},
		{turned, Preprocess{Upright: true}, 7, 5,
			"7x5: turned upright, values 0 to 1", "resized to cover 5x7 (bilinear), 5x7 cut from the middle, values 0 to 1"},
		{turned, Preprocess{Mean: []float32{0}, Std: []float32{1}}, 5, 7,
			"7x5: values 0 to 1", "resized to cover 7x5 (bilinear), 7x5 cut from the middle, values 0 to 1"},
		{unfinished, Preprocess{}, 47, 61,
			"61x47: read without its last scans, which are missing, and not smoothed as Pillow may do, values 0 to 1",
			"resized to cover 61x47 (bilinear), 61x47 cut from the middle, values 0 to 1"},
	} {
		var seen []Prepared
		c.how.Seen = func(d Prepared) { seen = append(seen, d) }
		if _, err := Load(t.Context(), c.path, c.how, c.h, c.w, 0); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(seen); len(seen) != 1 || got != "["+c.line+"]" || seen[0].Name != c.path {
			t.Errorf("%s: got %s, want %s", c.path, got, c.line)
		}
		if got := c.how.Words(c.h, c.w); got != c.each {
			t.Errorf("got %s, want %s", got, c.each)
		}
	}
}
