// Package samples makes pictures for tests, good ones and bad ones.
package samples

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// Vector is a net whose output is a vector.
const Vector = `net grey [N, 3, H = 16, W = 16] -> [N, 12] {
  meta { prepare = picture() }
  conv(12, 3x3, stride=2) -> relu -> gap -> flatten -> l2_normalize
}
`

// Folder is a new folder with some files.
func Folder(t testing.TB, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for name, text := range files {
		write(t, filepath.Join(folder, name), []byte(text))
	}
	return folder
}

func write(t testing.TB, file string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, content, 0o666); err != nil {
		t.Fatal(err)
	}
}

// Pictures writes so many pictures, each its own, and returns their names.
func Pictures(t testing.TB, folder string, n int) (names []string) {
	t.Helper()
	for i := range n {
		names = append(names, filepath.Join(folder, fmt.Sprintf("p%05d.png", i)))
		write(t, names[i], encoded(t, noise(uint64(i), 24+i%17, 20+i%13)))
	}
	return names
}

// Large writes a picture of a megabyte.
func Large(t testing.TB, folder string) string {
	t.Helper()
	name := filepath.Join(folder, "large.png")
	write(t, name, encoded(t, noise(1, 700, 600)))
	return name
}

func noise(seed uint64, width, height int) image.Image {
	random := rand.New(rand.NewPCG(seed, 7))
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.SetNRGBA(x, y, color.NRGBA{uint8(random.Uint32()), uint8(x * 5), uint8(random.Uint32()), 255})
		}
	}
	return img
}

func encoded(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Bad writes pictures that cannot be read: a text, nothing, one that is cut off, a folder, a name that leads nowhere, and
// a few bytes that claim to be two thousand million pixels.
func Bad(t testing.TB, folder string) (names []string) {
	t.Helper()
	whole := encoded(t, noise(0, 30, 30))
	for _, one := range []struct {
		name    string
		content []byte
	}{{"text", []byte("this is no picture")}, {"nothing", nil}, {"cut", whole[:len(whole)/2]}, {"bomb", bomb()}} {
		name := filepath.Join(folder, "x-"+one.name+".png")
		write(t, name, one.content)
		names = append(names, name)
	}
	inner := filepath.Join(folder, "x-folder.png")
	nowhere := filepath.Join(folder, "x-nowhere.png")
	if err := os.Mkdir(inner, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(folder, "none"), nowhere); err != nil {
		t.Fatal(err)
	}
	return append(names, inner, nowhere)
}

// bomb is a PNG of 50,000 times 50,000 pixels without their data.
func bomb() []byte {
	chunk := func(name string, content []byte) []byte {
		b := binary.BigEndian.AppendUint32(nil, uint32(len(content)))
		body := append([]byte(name), content...)
		return binary.BigEndian.AppendUint32(append(b, body...), crc32.ChecksumIEEE(body))
	}
	head := binary.BigEndian.AppendUint32(nil, 50000)
	head = append(binary.BigEndian.AppendUint32(head, 50000), 8, 2, 0, 0, 0)
	b := append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", head)...)
	return append(append(b, chunk("IDAT", []byte{0x78, 0x9c})...), chunk("IEND", nil)...)
}
