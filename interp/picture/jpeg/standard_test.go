package jpeg

import (
	"bytes"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"slices"
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
	if err != nil || config.Width*config.Height > 1<<18 || config.Width*config.Height == 0 {
		if h, err := Inspect(t.Context(), section(content)); err == nil && h.Scans*h.PerScan > 1<<20 {
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
		if !isStricter(ours) && !readsRuns(t, content) {
			t.Fatalf("the standard library decodes it, and got %v", ours)
		}
		return
	}
	if size := theirs.Bounds().Size(); size != image.Pt(int(h.Width), int(h.Height)) {
		t.Fatalf("got %d x %d pixels, want %v", h.Width, h.Height, size)
	}
	grey, ok := theirs.(*image.Gray)
	if !ok || readsRuns(t, content) || !moderate(t, content) {
		return
	}
	for y := range int(h.Height) {
		for x := range int(h.Width) {
			got, want := int(pixels[3*(y*int(h.Width)+x)]), int(grey.Pix[y*grey.Stride+x])
			if got-want > 2 || want-got > 2 {
				t.Fatalf("at %d, %d: got %d, want about %d", x, y, got, want)
			}
		}
	}
}

// isStricter reports whether this is a rule that the standard library has not.
func isStricter(err error) bool {
	switch err.Error() {
	case "a Huffman table has more codes than fit", // these are libjpeg's too
		"a quantisation table is too short",
		"a difference of brightness has more than 15 bits",
		"it has a scan after the last one",
		"a component uses a quantisation table that is not defined",
		"a scan uses a Huffman table that is not defined",
		"a scan has an impossible part of the coefficients": // more than 13 lower bits
		return true
	case "a scan has a coefficient beyond the last one": // after which it leaves out its value
		return true
	}
	return false
}

// readsRuns reports whether the standard library may have read codes for the end of several
// blocks differently: it reads them in sequential images too, which cannot have them and for
// libjpeg end one block; and of a run that is longer than its scan it takes the rest to the
// next scan.
func readsRuns(t *testing.T, content []byte) bool {
	d := decoder{in: input{ctx: t.Context(), file: section(content)}}
	found := false
	d.segments(func() error {
		for _, h := range d.huffman[1] {
			if h == nil || d.progressive {
				continue
			}
			for _, symbol := range h.symbols[:h.number] {
				found = found || 0x10 <= symbol && symbol <= 0xe0 && symbol&15 == 0
			}
		}
		_, err := d.keep()
		found = found || d.bits.run > 0
		return err
	})
	return found
}

// keep decodes a scan and keeps its coefficients.
func (d *decoder) keep() (scan, error) {
	s, err := d.scan()
	if err != nil {
		return s, err
	}
	if d.coefficients == nil {
		d.begin(make([]uint8, 3*d.width*d.height), true)
	}
	return s, d.decode(&s)
}

// moderate reports whether the coefficients are so small that no step of either transform
// overflows, the differences so small that none can have overflowed itself, and the bits of
// coefficients in order, without which libjpeg leaves out those that are there.
func moderate(t *testing.T, content []byte) bool {
	d := decoder{in: input{ctx: t.Context(), file: section(content)}}
	missing, inOrder := [4][64]int{}, true // lower bits of each coefficient, and 1
	if err := d.segments(func() error {
		s, err := d.keep()
		for _, i := range s.component[:s.count] {
			for k := s.start; k <= s.end && d.progressive; k++ {
				before := 0
				if s.before > 0 {
					before = int(s.before) + 1
				}
				inOrder = inOrder && missing[i][k] == before
				missing[i][k] = int(s.low) + 1
			}
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if !inOrder {
		return false
	}
	for _, h := range d.huffman[0] {
		if h != nil && slices.Max(h.symbols[:h.number]) > 11 {
			return false
		}
	}
	for i, blocks := range d.coefficients {
		for _, block := range blocks {
			sum := 0
			for k, c := range block {
				product := int(c) * int(uint16(d.factors[i][k]))
				sum += max(product, -product)
			}
			if sum > 5000 { // between the passes they are up to 5.6 times as large, and have 16 bits
				return false
			}
		}
	}
	return true
}

// What the standard library has decoded gets the same colours, but for what its transform
// rounds differently.
func TestConvert(t *testing.T) {
	for _, name := range []string{"444", "422", "440", "420", "411", "410", "progressive", "fine"} {
		content := contentOf(t, name+".jpg")
		h, want, err := decode(t, content)
		if err != nil {
			t.Fatal(err)
		}
		m, err := jpeg.Decode(bytes.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		got := make([]uint8, len(want))
		if err := Convert(t.Context(), m.(*image.YCbCr), got); err != nil {
			t.Fatal(err)
		}
		sum := 0
		for i := range want {
			difference := max(int(got[i])-int(want[i]), int(want[i])-int(got[i]))
			if sum += difference; difference > 3 {
				t.Fatalf("%s: byte %d is %d, want about %d", name, i, got[i], want[i])
			}
		}
		if mean := float64(sum) / float64(h.Width*h.Height*3); mean > 0.05 {
			t.Errorf("%s: the mean difference is %.3f", name, mean)
		}
	}
}
