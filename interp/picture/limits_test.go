package picture

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// progressive is a JPEG of components without subsampling, whose first scan has a bit for
// each block, and whose other scans say in two bytes for 32,767 blocks that nothing follows.
func progressive(width, height uint16, components, scans int) string {
	segment := func(marker byte, data ...byte) string {
		return string(append([]byte{0xff, marker, 0, byte(len(data) + 2)}, data...))
	}
	frame := []byte{8}
	frame = binary.BigEndian.AppendUint16(frame, height)
	frame = binary.BigEndian.AppendUint16(frame, width)
	frame = append(frame, byte(components))
	first := []byte{byte(components)}
	for i := range components {
		frame = append(frame, byte(i+1), 0x11, 0)
		first = append(first, byte(i+1), 0)
	}
	blocks := (int(width) + 7) / 8 * ((int(height) + 7) / 8)
	var runs []byte // 0 and fourteen ones, over and over
	for at, bits := 0, (blocks+32766)/32767*15; at < (bits+7)/8*8; at++ {
		if at%8 == 0 {
			runs = append(runs, 0)
		}
		if at >= bits || at%15 > 0 {
			runs[at/8] |= 0x80 >> (at % 8)
		}
	}
	text := "\xff\xd8" +
		segment(0xdb, append([]byte{0}, bytes.Repeat([]byte{1}, 64)...)...) +
		segment(0xc2, frame...) +
		segment(0xc4, append([]byte{0x00, 1}, make([]byte, 16)...)...) +
		segment(0xc4, append([]byte{0x10, 1, 1}, append(make([]byte, 14), 0xe0, 0)...)...) +
		segment(0xda, append(first, 0, 0, 0)...) + strings.Repeat("\x00", (blocks*components+7)/8)
	empty := segment(0xda, 1, 1, 0, 1, 63, 0) + strings.ReplaceAll(string(runs), "\xff", "\xff\x00")
	return text + strings.Repeat(empty, scans) + "\xff\xd9"
}

// encoded is a PNG of an image.
func encoded(m image.Image) string {
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err)
	}
	return b.String()
}

// interlaced is an interlaced PNG of zeros: seven passes of lines with a filter byte each.
func interlaced(width, height, channels int) string {
	var raw []byte
	for _, pass := range [7][4]int{{8, 8, 0, 0}, {8, 8, 4, 0}, {4, 8, 0, 4}, {4, 4, 2, 0}, {2, 4, 0, 2}, {2, 2, 1, 0}, {1, 2, 0, 1}} {
		w, h := (width-pass[2]+pass[0]-1)/pass[0], (height-pass[3]+pass[1]-1)/pass[1]
		raw = append(raw, make([]byte, h*(1+w*channels))...)
	}
	colour := map[int]byte{1: 0, 3: 2}[channels]
	return ihdr(uint32(width), uint32(height), 8, colour, 1) + chunk("IDAT", deflated(string(raw))) + chunk("IEND", "")
}

// The memory computed for an image is what its decoder allocates, for every kind of image.
func TestCostIsThatOfTheDecoder(t *testing.T) {
	const width, height = 1003, 517
	box := image.Rect(0, 0, width, height)
	transparent := func(raw string) string { // gray, with a transparent value before the pixels
		return ihdr(width, height, 8, 0, 0) + chunk("tRNS", "\x00\x07") + chunk("IDAT", deflated(raw)) + chunk("IEND", "")
	}
	clear := image.NewNRGBA(box)
	clear.Set(0, 0, color.NRGBA{1, 2, 3, 4})
	clear64 := image.NewNRGBA64(box)
	clear64.Set(0, 0, color.NRGBA64{1, 2, 3, 4})
	opaque64 := image.NewRGBA64(box)
	for i := range opaque64.Pix {
		opaque64.Pix[i] = 0xff
	}
	opaque := image.NewNRGBA(box)
	for i := range opaque.Pix {
		opaque.Pix[i] = 0xff
	}
	for name, content := range map[string]string{
		"gray":                   encoded(image.NewGray(box)),
		"gray of 16 bits":        encoded(image.NewGray16(box)),
		"gray and transparent":   transparent(strings.Repeat("\x00"+strings.Repeat("\x01", width), height)),
		"rgb":                    encoded(opaque),
		"rgb of 16 bits":         encoded(opaque64),
		"rgba":                   encoded(clear),
		"rgba of 16 bits":        encoded(clear64),
		"palette":                encoded(image.NewPaletted(box, color.Palette{color.Black, color.White})),
		"interlaced gray":        interlaced(width, height, 1),
		"interlaced rgb":         interlaced(width, height, 3),
		"progressive gray":       progressive(width, height, 1, 2),
		"progressive of 3 parts": progressive(width, height, 3, 2),
	} {
		s, err := inspect(t.Context(), name, strings.NewReader(content), int64(len(content)))
		if err != nil {
			t.Fatal(name, err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := s.decode(t.Context()); err != nil {
			t.Fatal(name, err)
		}
		runtime.ReadMemStats(&after)
		took, decoders := int64(after.TotalAlloc-before.TotalAlloc), int64(300<<10) // what every decoding takes
		if want := s.Cost + bytesRGB*width*height; took > want+decoders || took < want*9/10 {
			t.Errorf("%s: took %d bytes, want about %d", name, took, want)
		}
	}
}

// The same for the subsamplings of JPEG.
func TestCostOfPhotographs(t *testing.T) {
	for _, name := range []string{"420.jpg", "420_progressive.jpg", "422.jpg", "444.jpg", "440_4x3.jpg"} {
		content := string(contentOf(t, filepath.Join("testdata", name)))
		s, err := inspect(t.Context(), name, strings.NewReader(content), int64(len(content)))
		if err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := s.decode(t.Context()); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		want := s.Cost + bytesRGB*s.Width*s.Height
		if took := int64(after.TotalAlloc - before.TotalAlloc); took > want+300<<10 || took < want {
			t.Errorf("%s: took %d bytes, want about %d", name, took, want)
		}
	}
}

// Memory is refused before it is allocated, and the computed need is enough.
func TestMemoryOfAPicture(t *testing.T) {
	path := write(t, progressive(4096, 4096, 3, 1)) // 700 KB, which take 152 MB
	p := Preprocess{}
	need, err := Need(t.Context(), path, p, 224, 224)
	if err != nil {
		t.Fatal(err)
	}
	const pixels = 4096 * 4096
	if need < pixels*(3*2+3) || need > pixels*(3*2+3)*102/100 {
		t.Errorf("got a need of %d bytes for %d pixels", need, pixels)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err = Load(t.Context(), path, p, 224, 224, need-1)
	runtime.ReadMemStats(&after)
	var e *LimitError
	if !errors.As(err, &e) || e.Need != need || e.Max != need-1 || !strings.Contains(e.Problem, "has 4096 x 4096 pixels, and decoding it takes") {
		t.Errorf("got %v", err)
	}
	if took := after.TotalAlloc - before.TotalAlloc; took > 1<<20 {
		t.Errorf("took %d bytes to refuse", took)
	}
	for _, p := range []Preprocess{{}, {Interpolation: "nearest"}, {Resize: [2]int{300, 300}, Interpolation: "lanczos"},
		{Fit: "squash", Resize: [2]int{500, 200}, Grey: true}, {Fit: "pad", Interpolation: "bicubic"}} {
		path := photo("chelsea.png")
		need, err := Need(t.Context(), path, p, 224, 224)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Load(t.Context(), path, p, 224, 224, need); err != nil {
			t.Error(err)
		}
		runtime.ReadMemStats(&before)
		if _, err := Load(t.Context(), path, p, 224, 224, 0); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		if took := int64(after.TotalAlloc - before.TotalAlloc); took > need+500<<10 || took < need/2 {
			t.Errorf("%+v: took %d bytes, want about %d", p, took, need)
		}
	}
}

// A counted is a file that ends a context after so many bytes of it were read.
type counted struct {
	io.ReaderAt
	cancel context.CancelFunc
	after  int64
	read   int64
}

func (c *counted) ReadAt(p []byte, at int64) (int, error) {
	if at+int64(len(p)) >= c.after {
		c.cancel()
	}
	n, err := c.ReaderAt.ReadAt(p, at)
	c.read += int64(n)
	return n, err
}

// Nothing is read once the context has ended, however much is left to do.
func TestDecodingStops(t *testing.T) {
	for _, content := range []string{progressive(2048, 2048, 1, 1000), string(contentOf(t, photo("chelsea.png")))} {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		size := int64(len(content))
		s, err := inspect(ctx, "x", strings.NewReader(content), size)
		if err != nil {
			t.Fatal(err)
		}
		file := &counted{ReaderAt: s.file, cancel: cancel, after: 1 << 14}
		s.file = file
		if _, err := s.decode(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		if file.read > 1<<17 {
			t.Errorf("read %d bytes of %d", file.read, size)
		}
		if _, err := Load(ctx, write(t, content), Preprocess{}, 8, 8, 0); err != context.Canceled {
			t.Errorf("got %v", err)
		}
	}
}

// Rows end with the context, and nobody waits any longer.
func TestWaitingEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	seen := 0
	for range lines(ctx, 10) {
		if seen++; seen == 3 {
			cancel()
		}
	}
	if seen != 3 {
		t.Errorf("got %d lines, want 3", seen)
	}
	never := make(chan struct{})
	defer close(never)
	if _, err := awaited(ctx, func() (int, error) { <-never; return 0, nil }); err != context.Canceled {
		t.Errorf("got %v", err)
	}
	defer func() {
		if crash := recover(); crash != "a bug" {
			t.Errorf("got the crash %v", crash)
		}
	}()
	awaited(t.Context(), func() (int, error) { panic("a bug") })
}

func contentOf(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}
