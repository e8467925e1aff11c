package picture

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"cnnlang/interp/picture/resample"
)

func readJSON(t *testing.T, name string, v any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, v); err != nil {
		t.Fatal(err)
	}
}

// decode decodes an image without a limit on memory.
func decode(t *testing.T, path string, f io.ReaderAt, size int64) (pixels, error) {
	s, err := inspect(t.Context(), path, f, size)
	if err != nil {
		return pixels{}, err
	}
	return s.decode(t.Context())
}

func mustRead(t *testing.T, path string) pixels {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	p, err := decode(t, path, bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func photo(name string) string { return filepath.Join("..", "..", "testdata", "images", name) }

func TestResizedAndCroppedBytesEqualPillows(t *testing.T) {
	var cases []struct {
		File, Interpolation string
		Resize, Crop        int
		SHA256              string
		Pixels              [][5]int
	}
	readJSON(t, "pillow.json", &cases)
	if len(cases) != 78 {
		t.Fatalf("got %d cases, want 78", len(cases))
	}
	photos := map[string]pixels{}
	for _, c := range cases {
		if _, ok := photos[c.File]; !ok {
			photos[c.File] = mustRead(t, photo(c.File))
		}
		p := Preprocess{Resize: [2]int{c.Resize, c.Resize}, Interpolation: c.Interpolation}
		f, err := p.frame(photos[c.File].width, photos[c.File].height, c.Crop, c.Crop)
		if err != nil {
			t.Fatal(err)
		}
		got := cut(f, photos[c.File], resample.Filters[c.Interpolation])
		if sum := sha256.Sum256(got.rgb); hex.EncodeToString(sum[:]) == c.SHA256 {
			continue
		}
		t.Errorf("%s %s %d -> %d: other bytes", c.File, c.Interpolation, c.Resize, c.Crop)
		for _, at := range c.Pixels {
			if rgb := got.row(at[1])[3*at[0]:][:3]; fmt.Sprint(rgb) != fmt.Sprint(at[2:]) {
				t.Errorf("  at %v: got %v, want %v", at[:2], rgb, at[2:])
			}
		}
	}
}

// wantEqual compares bytes.
func wantEqual(t *testing.T, name string, got, want []uint8) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: got %d bytes, want %d", name, len(got), len(want))
		return
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%s: byte %d is %d, want %d", name, i, got[i], want[i])
			return
		}
	}
}

func TestJPEGIsDecodedAsPillowDoes(t *testing.T) {
	for _, name := range []string{"444", "422", "420", "440", "411", "410", "420_progressive", "gray", "cmyk"} {
		path := filepath.Join("testdata", name+".jpg")
		wantEqual(t, name, mustRead(t, path).rgb, mustRead(t, path+".png").rgb)
	}
}

// TestSmallJPEGs are coarse red and blue checks, in which a wrong neighbour at an edge
// gives large differences.
func TestSmallJPEGs(t *testing.T) {
	for _, ratio := range []string{"420", "422", "440"} {
		for _, size := range []string{"1x1", "2x2", "3x5", "4x3", "5x4", "6x1", "1x6"} {
			path := filepath.Join("testdata", ratio+"_"+size+".jpg")
			wantEqual(t, ratio+"_"+size, mustRead(t, path).rgb, mustRead(t, path+".png").rgb)
		}
	}
}

func TestPhotographIsDecodedAsPillowDoes(t *testing.T) {
	rocket, want := mustRead(t, photo("rocket.jpg")), mustRead(t, filepath.Join("testdata", "rocket_sevenths.png"))
	var got []uint8
	for y := 0; y < rocket.height; y += 7 {
		for x := 0; x < rocket.width; x += 7 {
			got = append(got, rocket.row(y)[3*x:][:3]...)
		}
	}
	wantEqual(t, "rocket.jpg", got, want.rgb)
}

func TestEveryKindOfPNGBecomesRGB(t *testing.T) {
	kinds := map[string][]int{}
	readJSON(t, "kinds.json", &kinds)
	if len(kinds) != 10 {
		t.Fatalf("got %d kinds, want 10", len(kinds))
	}
	for name, want := range kinds {
		got := mustRead(t, filepath.Join("testdata", name))
		if fmt.Sprint(got.rgb) != fmt.Sprint(want) {
			t.Errorf("%s: got %v, want %v", name, got.rgb[:12], want[:12])
		}
	}
}
