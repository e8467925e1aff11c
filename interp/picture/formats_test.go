package picture

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"testing"
)

// A recorded is what Pillow makes of a picture.
type recorded struct {
	File          string
	Width, Height int
	SHA256        string
	Middle        [3]int // the colours of the pixel in the middle
}

// check compares all bytes.
func (r recorded) check(t *testing.T, got pixels) {
	t.Helper()
	sum := sha256.Sum256(got.rgb)
	if got.width == r.Width && got.height == r.Height && hex.EncodeToString(sum[:]) == r.SHA256 {
		return
	}
	middle := got.row(got.height / 2)[3*(got.width/2):][:3]
	t.Errorf("%s: got other bytes: %d x %d, %v in the middle, want %d x %d, %v", r.File, got.width, got.height, middle, r.Width, r.Height, r.Middle)
}

// Every format, in every mode, has the bytes of Pillow's convert("RGB").
func TestEveryFormatBecomesRGBAsInPillow(t *testing.T) {
	var pictures []recorded
	readJSON(t, "formats/pictures.json", &pictures)
	kinds := map[string]int{}
	for _, r := range pictures {
		kinds[filepath.Ext(r.File)]++
		r.check(t, mustRead(t, filepath.Join("testdata", "formats", r.File)))
	}
	want := map[string]int{".gif": 15, ".bmp": 24, ".png": 22, ".tif": 53, ".webp": 21}
	if fmt.Sprint(kinds) != fmt.Sprint(want) {
		t.Errorf("got the formats %v, want %v", kinds, want)
	}
}
