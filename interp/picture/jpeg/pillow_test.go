package jpeg

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// decode decodes a file in memory.
func decode(t testing.TB, content []byte) (*Header, []uint8, error) {
	r, size := bytes.NewReader(content), int64(len(content))
	h, err := Inspect(t.Context(), r, size)
	if err != nil {
		return nil, nil, err
	}
	pixels, err := h.Decode(t.Context(), r, size)
	return h, pixels, err
}

func contentOf(t testing.TB, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestBytesEqualPillows(t *testing.T) {
	var cases []struct {
		File, SHA256 string
		Pixels       [][5]int
	}
	if err := json.Unmarshal(contentOf(t, "pillow.json"), &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) != 38 {
		t.Fatalf("got %d cases, want 38", len(cases))
	}
	for _, c := range cases {
		h, pixels, err := decode(t, contentOf(t, c.File))
		if err != nil {
			t.Error(c.File, err)
			continue
		}
		if sum := sha256.Sum256(pixels); hex.EncodeToString(sum[:]) == c.SHA256 {
			continue
		}
		t.Errorf("%s: other bytes", c.File)
		for _, at := range c.Pixels {
			if rgb := pixels[3*(at[1]*h.Width+at[0]):][:3]; fmt.Sprint(rgb) != fmt.Sprint(at[2:]) {
				t.Errorf("  at %v: got %v, want %v", at[:2], rgb, at[2:])
			}
		}
	}
}
