package picture

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// allocated is how many bytes a function allocates.
func allocated(do func()) int64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return int64(after.TotalAlloc - before.TotalAlloc)
}

// What is allocated for any file before its size is known to be acceptable, beside a part of
// it: buffers and errors.
const little = 200 << 10

// tryBroken decodes a file that is broken, or may be, and checks that this ends with an error
// of the right kind, or in pixels, within the memory that was computed before.
func tryBroken(t *testing.T, name, content string) error {
	t.Helper()
	var s *source
	var err error
	if took := allocated(func() { s, err = inspect(t.Context(), name, strings.NewReader(content), int64(len(content))) }); took > little+int64(2*len(content)) {
		t.Errorf("%s: %d bytes were allocated for the headers of %d bytes", name, took, len(content))
	}
	const most = 16 << 20
	if err == nil && s.Cost+bytesRGB*s.Width*s.Height < most {
		if took := allocated(func() { _, err = s.decode(t.Context()) }); took > s.Cost+bytesRGB*s.Width*s.Height+little {
			t.Errorf("%s: %d bytes were allocated, %d are needed for %d x %d pixels", name, took, s.Cost, s.Width, s.Height)
		}
	}
	var file *FileError
	var limit *LimitError
	if err != nil && !errors.As(err, &file) && !errors.As(err, &limit) {
		t.Errorf("%s: got %v", name, err)
	}
	return err
}

// samples are the pictures of every format, by name.
func samples(t testing.TB, pattern string) map[string]string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", "formats", pattern))
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s: %d files, %v", pattern, len(paths), err)
	}
	all := map[string]string{}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.Base(path)] = string(content)
	}
	return all
}

// Every picture that is cut short is refused.
func TestPicturesCutShort(t *testing.T) {
	tried := 0
	for name, content := range samples(t, "*.[bgptw]*[fgp]") {
		if strings.HasPrefix(name, "animated") || name == "frame_in_part.webp" { // the first frame may be complete
			continue
		}
		for _, of := range []int{8, 4, 2} {
			cut := content[:len(content)-len(content)/of]
			if strings.HasSuffix(name, ".bmp") || strings.HasSuffix(name, ".tif") || of > 4 { // of which all but a few bytes are pixels
				cut = content[:max(12, len(content)/of)]
			}
			tried++
			err := tryBroken(t, name, cut)
			var file *FileError
			if !errors.As(err, &file) || !regexp.MustCompile("cut short|damaged").MatchString(err.Error()) {
				t.Errorf("%s: of %d bytes %d: got %v", name, len(content), len(cut), err)
			}
		}
	}
	if tried < 300 {
		t.Errorf("got %d pictures", tried)
	}
}

// Any change of bytes is refused, or decoded within bounds.
func TestPicturesWithOtherBytes(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 5))
	refused, tried := 0, 0
	for name, content := range samples(t, "*.[bgptwj]*[fgp]") {
		for range 4 {
			b := []byte(content)
			for range 1 + random.IntN(4) {
				at := random.IntN(len(b))
				if random.IntN(2) == 0 { // headers come first
					at = random.IntN(min(len(b), 64))
				}
				b[at] = []byte{0, 1, 0x7f, 0x80, 0xff, byte(random.Uint32())}[random.IntN(6)]
			}
			tried++
			if tryBroken(t, name, string(b)) != nil {
				refused++
			}
		}
	}
	if tried < 600 || refused < tried/5 {
		t.Errorf("%d of %d were refused", refused, tried)
	}
}

// A countdown is a context that ends when it was asked so often.
type countdown struct {
	context.Context
	left, asked int
}

func (c *countdown) Err() error {
	if c.asked++; c.asked > c.left {
		return context.Canceled
	}
	return nil
}

// Every decoder asks whether to go on, at least for every few lines, and then stops.
func TestEveryDecoderStops(t *testing.T) {
	for _, name := range []string{"rgb.png", "rgb_interlaced.png", "palette.gif", "offset.gif", "palette.bmp", "runs_of_8_bits.bmp",
		"tiles.tif", "planes_lzw.tif", "black_and_white_group4.tif", "lossless.webp", "lossy_larger.webp"} {
		content := samples(t, name)[name]
		s, err := inspect(t.Context(), name, strings.NewReader(content), int64(len(content)))
		if err != nil {
			t.Fatal(err)
		}
		all := &countdown{left: 1 << 30}
		if _, err := s.decode(all); err != nil {
			t.Fatal(err)
		}
		if all.asked < int(s.Height)/4 {
			t.Errorf("%s: asked %d times for %d lines", name, all.asked, s.Height)
		}
		for left := 0; left < all.asked-1; left += 1 + all.asked/5 {
			c := &countdown{left: left}
			if _, err := s.decode(c); !errors.Is(err, context.Canceled) || c.asked > left+5 {
				t.Errorf("%s: got %v after asking %d times, %d more than allowed", name, err, c.asked, c.asked-left)
			}
		}
	}
}

// The memory computed for a picture is what its decoder allocates.
func TestCostOfEveryFormat(t *testing.T) {
	const width, height = 1003, 517
	zeros := strings.Repeat("\x00", width*height)
	for name, content := range map[string]string{
		"gif":              gifOf(width, height, "", lzwOf(width*height)),
		"bmp":              bmpOf(width, height, 24, 0, 0, strings.Repeat("\x00", (3*width+3)/4*4*height)),
		"bmp of runs":      bmpOf(width, height, 8, 1, 1, "xxxx"+strings.Repeat(strings.Repeat("\xff\x00", 4)+"\x00\x00", height)),
		"tiff":             tiffOf(zeros, grey(width, height, 1)...),
		"deflated tiff":    tiffOf(deflated(zeros), grey(width, height, 8)...),
		"tiff on its side": tiffOf(zeros, grey(width, height, 1, tagged(274, 6))...),
	} {
		s, err := inspect(t.Context(), name, strings.NewReader(content), int64(len(content)))
		if err != nil {
			t.Fatal(name, err)
		}
		took := allocated(func() { _, err = s.decode(t.Context()) })
		if want := s.Cost + bytesRGB*width*height; err != nil || took > want+little || took < want*9/10 {
			t.Errorf("%s: took %d bytes, want about %d, %v", name, took, want, err)
		}
	}
}
