package picture

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"strings"
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

// Runs with a move, and an odd number of pixels that are not coded, by hand: Pillow 9.4 takes
// other bytes for the first and loses the last pixel of the second of 4 bits.
func TestRunsOfBMP(t *testing.T) {
	const palette = "\x00\x00\x00\x00\x01\x01\x01\x00\x02\x02\x02\x00\x03\x03\x03\x00"
	for compression, data := range map[uint32]string{
		1: "\x02\x01\x00\x02\x01\x01\x01\x02\x00\x00\x00\x03\x03\x02\x01\x00\x01\x03\x00\x01",
		2: "\x02\x11\x00\x02\x01\x01\x01\x20\x00\x00\x00\x03\x32\x10\x01\x30\x00\x01",
	} {
		depth := map[uint32]uint16{1: 8, 2: 4}[compression]
		content := bmpOf(4, 3, depth, compression, 4, palette+data)
		p, err := decode(t, "x", strings.NewReader(content), int64(len(content)))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := fmt.Sprint(reds(p)), "[[3 2 1 3] [0 0 0 2] [1 1 0 0]]"; got != want {
			t.Errorf("%d bits: got %s, want %s", depth, got, want)
		}
	}
}
