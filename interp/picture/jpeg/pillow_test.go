package jpeg

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cnnlang/interp/picture/codec"
)

// decode decodes a file in memory.
func decode(t testing.TB, content []byte) (codec.Header, []uint8, error) {
	file := section(content)
	h, err := Inspect(t.Context(), file)
	if err != nil {
		return h, nil, err
	}
	pixels := make([]uint8, 3*h.Width*h.Height)
	return h, pixels, Decode(t.Context(), file, h, pixels)
}

func section(content []byte) codec.File {
	return io.NewSectionReader(bytes.NewReader(content), 0, int64(len(content)))
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
	if len(cases) != 39 {
		t.Fatalf("got %d cases, want 39", len(cases))
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
			if rgb := pixels[3*(at[1]*int(h.Width)+at[0]):][:3]; fmt.Sprint(rgb) != fmt.Sprint(at[2:]) {
				t.Errorf("  at %v: got %v, want %v", at[:2], rgb, at[2:])
			}
		}
	}
}

// Pillow finds the orientation in the first EXIF data.
func TestOrientation(t *testing.T) {
	tags := func(orientation byte) string {
		return "\xff\xe1\x00\x22Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00" + string([]byte{orientation}) + "\x00\x00\x00\x00\x00\x00"
	}
	content := strings.Replace(plain, tableQ, "\xff\xe1\x00\x06http"+tags(6)+tags(3)+tableQ, 1)
	h, _, err := decode(t, []byte(content))
	if err != nil || h.Orientation != 6 {
		t.Errorf("got orientation %d, %v, want 6", h.Orientation, err)
	}
}

// Frames of Motion JPEG have no tables of codes.
func TestStandardTables(t *testing.T) {
	content := contentOf(t, "420.jpg")
	_, want, err := decode(t, content)
	if err != nil {
		t.Fatal(err)
	}
	var bare []byte
	for segments := content; len(segments) > 0; {
		n := 2
		switch {
		case segments[1] == sos:
			n = len(segments)
		case segments[1] != soi:
			n += int(segments[2])<<8 + int(segments[3])
		}
		if segments[1] != dht {
			bare = append(bare, segments[:n]...)
		}
		segments = segments[n:]
	}
	if len(content)-len(bare) < 4*(12+17) {
		t.Fatal("the file has no tables to leave out")
	}
	if _, got, err := decode(t, bare); err != nil || !bytes.Equal(got, want) {
		t.Errorf("got other pixels, %v", err)
	}
}
