package picture

import (
	"io"
	"strings"
	"testing"
)

// Pictures of extreme shapes take the memory of their pixels, and it is known before.
func TestTallAndWidePicturesTakeTheMemoryOfTheirPixels(t *testing.T) {
	const long = 3_000_000
	for name, content := range map[string]string{
		"tall.png":     ihdr(1, long, 8, 0, 0) + chunk("IDAT", deflated(strings.Repeat("\x00\x80", long))) + chunk("IEND", ""),
		"tall2.png":    ihdr(2, long/2, 8, 0, 0) + chunk("IDAT", deflated(strings.Repeat("\x00\x80\x80", long/2))) + chunk("IEND", ""),
		"wide.png":     ihdr(long, 1, 8, 0, 0) + chunk("IDAT", deflated("\x00"+strings.Repeat("\x80", long))) + chunk("IEND", ""),
		"tall.tif":     tiffOf(deflated(strings.Repeat("\x80", long)), grey(1, long, 8)...),
		"packbits.tif": tiffOf(strings.Repeat("\x81\x80", long/128+1), grey(1, long, 32773)...),
	} {
		path := write(t, content)
		for _, interpolation := range []string{"bilinear", "lanczos"} {
			p := Preprocess{Fit: "squash", Interpolation: interpolation, Scale: 255}
			need, err := Need(t.Context(), path, p, 32, 32)
			if err != nil || need > 9*long {
				t.Errorf("%s, %s: got a need of %d bytes, %v", name, interpolation, need, err)
			}
			var first float32
			took := allocated(func() {
				x, failed := Load(t.Context(), path, p, 32, 32, need)
				if err = failed; err == nil {
					first = x.Data[500]
				}
			})
			if err != nil || first != 0x80 || took > need+little {
				t.Errorf("%s, %s: took %d bytes, want %d; got a pixel of %v, %v", name, interpolation, took, need, first, err)
			}
		}
	}
}

// asked counts the calls that read a file.
type asked struct {
	io.ReaderAt
	calls int
}

func (a *asked) ReadAt(p []byte, at int64) (int, error) {
	a.calls++
	return a.ReaderAt.ReadAt(p, at)
}

// Pixels in many chunks, empty ones and those of a byte, are read in large pieces of the file.
func TestManyChunksAreReadTogether(t *testing.T) {
	const side, empty, piece = 40, 20_000, 32 << 10
	text := ihdr(side, side, 8, 0, 0) + strings.Repeat(chunk("IDAT", ""), empty)
	for _, b := range []byte(deflated(strings.Repeat("\x01\x07"+strings.Repeat("\x00", side-1), side))) {
		text += chunk("IDAT", string([]byte{b})) + chunk("IDAT", "")
	}
	text += chunk("IEND", "")
	s, err := inspect(t.Context(), "x", strings.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	file := &asked{ReaderAt: s.file}
	s.file = file
	p, err := s.decode(t.Context())
	if err != nil || strings.Trim(string(p.rgb), "\x07") != "" {
		t.Errorf("got other pixels, %v", err)
	}
	if most := len(text)/piece + 20; file.calls > most {
		t.Errorf("%d bytes were read in %d calls, want at most %d", len(text), file.calls, most)
	}
}
