package jpeg

import (
	"bytes"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"testing"
)

// FuzzDecode compares with the standard library's decoder: what it decodes is decoded, and
// grey images differ by no more than two transforms that round differently.
func FuzzDecode(f *testing.F) {
	files, err := filepath.Glob("testdata/*.jpg")
	if err != nil || len(files) == 0 {
		f.Fatal(files, err)
	}
	for _, name := range files {
		content, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	f.Add([]byte(plain))
	f.Fuzz(func(t *testing.T, content []byte) { compareWithStandard(t, content) })
}

func compareWithStandard(t *testing.T, content []byte) {
	config, err := jpeg.DecodeConfig(bytes.NewReader(content))
	if err != nil || config.Width*config.Height > 1<<18 {
		if h, err := Inspect(t.Context(), bytes.NewReader(content), int64(len(content))); err == nil && h.Samples() > 1<<22 {
			return
		}
		decode(t, content) // whatever it is, there is no panic
		return
	}
	h, pixels, ours := decode(t, content)
	theirs, err := jpeg.Decode(bytes.NewReader(content))
	if err != nil {
		return
	}
	if ours != nil {
		if !isStricter(ours) {
			t.Fatalf("the standard library decodes it, and got %v", ours)
		}
		return
	}
	if size := theirs.Bounds().Size(); size != image.Pt(h.Width, h.Height) {
		t.Fatalf("got %d x %d pixels, want %v", h.Width, h.Height, size)
	}
	grey, ok := theirs.(*image.Gray)
	if !ok || !moderate(t, content) {
		return
	}
	for y := range h.Height {
		for x := range h.Width {
			got, want := int(pixels[3*(y*h.Width+x)]), int(grey.Pix[y*grey.Stride+x])
			if got-want > 2 || want-got > 2 {
				t.Fatalf("at %d, %d: got %d, want about %d", x, y, got, want)
			}
		}
	}
}

// isStricter reports whether libjpeg has this rule too, and the standard library has not.
func isStricter(err error) bool {
	switch err.Error() {
	case "invalid JPEG: a Huffman table has more codes than fit",
		"invalid JPEG: a difference of brightness has more than 15 bits",
		"invalid JPEG: it has a scan after the last one",
		"invalid JPEG: a component uses a quantisation table that is not defined",
		"invalid JPEG: it has no scan of one of its components",
		"invalid JPEG: a scan has an impossible part of the coefficients", // more than 13 lower bits
		"unsupported JPEG: 0 x 0 pixels in its header":
		return true
	}
	return false
}

// moderate reports whether the coefficients are so small that no step of either transform
// overflows.
func moderate(t *testing.T, content []byte) bool {
	d := decoder{in: input{ctx: t.Context(), file: bytes.NewReader(content), size: int64(len(content))}}
	err := d.segments(func() error {
		s, err := d.scan()
		if err != nil {
			return err
		}
		if d.coefficients == nil {
			d.begin(true)
		}
		return d.decode(&s)
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, blocks := range d.coefficients {
		for _, block := range blocks {
			sum := 0
			for k, c := range block {
				product := int(c) * int(uint16(d.factors[i][k]))
				sum += max(product, -product)
			}
			if sum > 8000 {
				return false
			}
		}
	}
	return true
}
