package picture

import (
	"errors"
	"strings"
	"testing"
)

func FuzzGIF(f *testing.F)  { fuzzFormat(f, "a GIF image", "*.gif") }
func FuzzBMP(f *testing.F)  { fuzzFormat(f, "a BMP image", "*.bmp") }
func FuzzPNG(f *testing.F)  { fuzzFormat(f, "a PNG image", "*.png") }
func FuzzTIFF(f *testing.F) { fuzzFormat(f, "a TIFF image", "*.tif") }
func FuzzWebP(f *testing.F) { fuzzFormat(f, "a WebP image", "*.webp") }

// fuzzFormat: no file of a format makes its decoder panic or hang, or allocate more than was
// computed from its headers; and what is refused is refused by one of two types of errors.
func fuzzFormat(f *testing.F, name, pattern string) {
	for _, content := range samples(f, pattern) {
		f.Add([]byte(content))
	}
	for _, c := range brokenFormats {
		if format, _ := recognise([]byte(c.content[:min(headLength, len(c.content))])); format.name == name {
			f.Add([]byte(c.content))
		}
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		if format, _ := recognise(content[:min(headLength, len(content))]); format.name == name {
			tryBroken(t, name, string(content))
		}
	})
}

// FuzzDecode: no content makes the decoders panic or hang, and what they accept can be
// resized.
func FuzzDecode(f *testing.F) {
	for _, c := range attacks {
		f.Add([]byte(c.content))
	}
	for _, content := range samples(f, "*.[bgptwj]*[fgp]") {
		f.Add([]byte(content))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		s, err := inspect(t.Context(), "x", strings.NewReader(string(content)), int64(len(content)))
		if err != nil || s.Width*s.Height > 1<<20 {
			return
		}
		for _, p := range []Preprocess{{Resize: [2]int{9, 9}}, {Resize: [2]int{3, 11}, Fit: fitSquash, Upright: true}, {Resize: [2]int{12, 5}, Fit: fitPad, Interpolation: "bicubic"}} {
			tensor, err := Read(t.Context(), strings.NewReader(string(content)), p, 8, 8, 0)
			var file *FileError
			var limit *LimitError
			if err == nil && len(tensor.Data) != 3*8*8 || err != nil && !errors.As(err, &file) && !errors.As(err, &limit) {
				t.Fatalf("%+v: got %d numbers, %v", p, len(tensor.Data), err)
			}
		}
	})
}
