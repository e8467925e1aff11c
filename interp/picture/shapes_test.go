package picture

import (
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
