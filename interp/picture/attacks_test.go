package picture

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// pngMagic begins every PNG.
const pngMagic = "\x89PNG\r\n\x1a\n"

func chunk(kind, data string) string {
	body := kind + data
	length := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	return string(length) + body + string(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(body))))
}

func ihdr(width, height uint32, depth, colour, interlace byte) string {
	b := binary.BigEndian.AppendUint32(nil, width)
	b = binary.BigEndian.AppendUint32(b, height)
	return pngMagic + chunk("IHDR", string(b)+string([]byte{depth, colour, 0, 0, interlace}))
}

func deflated(raw string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	w.Write([]byte(raw))
	w.Close()
	return b.String()
}

// pngOf is a PNG of 8-bit gray with the lines given, each with its filter byte.
func pngOf(width, height uint32, lines string) string {
	return ihdr(width, height, 8, 0, 0) + chunk("IDAT", deflated(lines)) + chunk("IEND", "")
}

// sos begins the data of a JPEG of one component.
const sos = "\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00"

// sof is a JPEG up to its frame header of one component.
func sof(marker byte, precision byte, height, width uint16) string {
	b := []byte{0xff, 0xd8, 0xff, marker, 0, 11, precision}
	b = binary.BigEndian.AppendUint16(b, height)
	b = binary.BigEndian.AppendUint16(b, width)
	return string(append(b, 1, 1, 0x11, 0))
}

// attacks are files that must be refused, each with a pattern of its message.
var attacks = []struct{ name, content, want string }{
	{"empty", "", "is empty, want an image; cnnlang reads JPEG, PNG, GIF, WebP, BMP and TIFF"},
	{"one byte", "x", `begins with "x" and is not a known image`},
	{"text", "hello, world, this is a text", `begins with "hello, world, th" and is not a known image format`},
	{"escapes for terminals", "\x1b[2J", `begins with "\\x1b\[2J"`},
	{"bmp", "BM\x46\x00\x00\x00", "ends too early"},
	{"tiff", "II*\x00\x08\x00", "ends too early"},
	{"big-endian tiff", "MM\x00*\x00\x08", "ends too early"},
	{"webp", "RIFF\x24\x00\x00\x00WEBPVP8 ", "ends too early"},
	{"heic", "\x00\x00\x00\x18ftypheic\x00\x00", `is an HEIC image, which cannot be read; save it as PNG or JPEG first \(cnnlang reads JPEG, PNG, GIF, WebP, BMP and TIFF\)`},
	{"avif", "\x00\x00\x00\x1cftypavif\x00\x00", "is an AVIF image, which cannot be read; save it as PNG or JPEG first"},
	{"mp4", "\x00\x00\x00\x20ftypisom\x00\x00", "is a video, which cannot be read; save a frame of it as PNG or JPEG"},
	{"avi", "RIFF\x24\x00\x00\x00AVI LIST", "is a video"},
	{"matroska", "\x1a\x45\xdf\xa3\x01\x00", "is a video"},
	{"jpeg xl", "\xff\x0a\xfa\x1f", "is a JPEG XL image"},
	{"jpeg xl in a container", "\x00\x00\x00\x0cJXL \r\n\x87\n", "is a JPEG XL image"},
	{"jpeg 2000", "\x00\x00\x00\x0cjP  \r\n\x87\n", "is a JPEG 2000 image"},
	{"photoshop", "8BPS\x00\x01", "is a Photoshop file, which cannot be read; save it as PNG or JPEG first"},
	{"ppm", "P6\n2 2\n255\n", "is a PPM or PGM image"},
	{"gzip", "\x1f\x8b\x08", "is a compressed file, which cannot be read; unpack it"},
	{"icon", "\x00\x00\x01\x00\x01\x00", "is an icon"},
	{"pdf", "%PDF-1.7\n", "is a PDF document"},
	{"svg", "<svg xmlns=", "is an SVG drawing"},
	{"web page", "<!DOCTYPE html>", "is a web page"},
	{"zip", "PK\x03\x04\x14\x00", "is a zip archive"},
	{"npy", "\x93NUMPY\x01\x00", "is a NumPy array"},
	{"git lfs", "version https://git-lfs.github.com/spec/v1\n", "is a Git LFS pointer"},
	{"half a magic", pngMagic[:5], "is not a known image format"},
	// PNG
	{"png, only magic", pngMagic, "ends too early"},
	{"png, only header", ihdr(2, 2, 8, 0, 0), "ends too early"},
	{"png without data", ihdr(2, 2, 8, 0, 0) + chunk("IEND", ""), "cannot be decoded"},
	{"png of width 0", ihdr(0, 2, 8, 0, 0), "has 0 x 2 pixels, want at least one"},
	{"png with other crc", strings.Replace(pngOf(1, 1, "\x00\x07"), "IHDR\x00\x00\x00\x01", "IHDR\x00\x00\x00\x02", 1), "cannot be decoded: .*checksum"},
	{"png, colour type 5", ihdr(1, 1, 8, 5, 0), "is a PNG image of a kind that cannot be decoded"},
	{"png, depth 3", ihdr(1, 1, 3, 0, 0), "of a kind that cannot be decoded"},
	{"png, interlacing 2", ihdr(1, 1, 8, 0, 2), "cannot be decoded"},
	{"png, filter 9", pngOf(1, 1, "\x09\x07"), "cannot be decoded: .*filter"},
	{"png, a line missing", pngOf(2, 2, "\x00\x01\x02"), "cannot be decoded: it has fewer pixels than it should"},
	{"png, a line too many", pngOf(1, 1, "\x00\x01\x00\x01"), "cannot be decoded"},
	{"png without palette", ihdr(1, 1, 8, 3, 0) + chunk("IDAT", deflated("\x00\x00")) + chunk("IEND", ""), "cannot be decoded"},
	{"png, no zlib", ihdr(1, 1, 8, 0, 0) + chunk("IDAT", "no zlib") + chunk("IEND", ""), "cannot be decoded"},
	{"png, chunk of 4 GiB", ihdr(1, 1, 8, 0, 0) + "\xff\xff\xff\xffIDAT", "ends too early"},
	{"png, 64 million pixels in 33 bytes", ihdr(8000, 8000, 8, 6, 0), "has 33 bytes, too few for its 8000 x 8000 pixels"},
	// JPEG
	{"jpeg, only magic", "\xff\xd8\xff", "ends too early"},
	{"jpeg, end at once", "\xff\xd8\xff\xd9", "cannot be decoded: it has no scan"},
	{"jpeg, frame only", sof(0xc0, 8, 8, 8), "ends too early"},
	{"jpeg, frame cut", sof(0xc0, 8, 8, 8)[:9], "ends too early"},
	{"jpeg of height 0", sof(0xc0, 8, 0, 8) + sos, "has 8 x 0 pixels, want at least one"},
	{"jpeg, lossless", sof(0xc3, 8, 8, 8), "is a JPEG image of a kind that cannot be decoded"},
	{"jpeg, arithmetic", sof(0xc9, 8, 8, 8), "is a JPEG image of a kind that cannot be decoded"},
	{"jpeg, 12 bits", sof(0xc0, 12, 8, 8), "is a JPEG image of a kind that"},
	{"jpeg, 64 million pixels in 25 bytes", sof(0xc0, 8, 8000, 8000) + sos, "has 25 bytes, too few for its 8000 x 8000 pixels"},
	{"jpeg, segment of length 0", "\xff\xd8\xff\xe0\x00\x00", "cannot be decoded"},
}

// limits are images that are refused for their size.
var limits = []struct{ name, content, want string }{
	{"png", ihdr(1<<31-1, 1<<31-1, 8, 6, 0), "has 2147483647 x 2147483647 pixels, the limit is 178956970 in all"},
	{"png of one line", ihdr(1<<31-1, 1, 1, 0, 0), "has 2147483647 x 1 pixels"},
	{"png just above", ihdr(17895698, 10, 8, 0, 0), "has 17895698 x 10 pixels, the limit is 178956970"},
	{"jpeg", sof(0xc0, 8, 65535, 65535) + sos, "has 65535 x 65535 pixels"},
	{"jpeg of many scans", progressive(1024, 1024, 1, 5000), "has 5001 scans of 1024 x 1024 pixels, the limit is 4096 scans"},
	{"thin jpeg of many scans", progressive(1, 8192, 1, 70000), "has 70001 scans of 1 x 8192 pixels, the limit is 65536 scans"},
}

func write(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.png") // whatever it is
	if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRefusesAttacks(t *testing.T) {
	for _, c := range attacks {
		t.Run(c.name, func(t *testing.T) {
			path := write(t, c.content)
			_, err := Load(t.Context(), path, Preprocess{}, 8, 8, 0)
			var e *FileError
			if !errors.As(err, &e) {
				t.Fatalf("got %v, want a *FileError", err)
			}
			if !strings.HasPrefix(err.Error(), "picture: "+path+": ") || !regexp.MustCompile(c.want).MatchString(e.Problem) {
				t.Errorf("got %q, want it to name the file and match %q", err, c.want)
			}
		})
	}
}

func TestLimitsAreErrorsOfTheirOwn(t *testing.T) {
	for _, c := range limits {
		path := write(t, c.content)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Load(t.Context(), path, Preprocess{}, 8, 8, 0)
		runtime.ReadMemStats(&after)
		var e *LimitError
		if !errors.As(err, &e) || !strings.Contains(err.Error(), path+": "+c.want) {
			t.Errorf("%s: got %v, want a *LimitError with %q", c.name, err, c.want)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > 4<<20 { // far less than the pixels; the race detector takes 1.3 MB
			t.Errorf("%s: allocated %d bytes", c.name, took)
		}
	}
	needle := pngOf(1, 5000, strings.Repeat("\x00\x07", 5000))
	_, err := Load(t.Context(), write(t, needle), Preprocess{Resize: [2]int{256, 256}}, 224, 224, 0)
	var e *LimitError
	if !errors.As(err, &e) || !strings.Contains(e.Problem, "has 1 x 5000 pixels and becomes 256 x 1280000 when resized") {
		t.Errorf("needle: got %v", err)
	}
	_, err = Load(t.Context(), photo("chelsea.png"), Preprocess{Resize: [2]int{maxSide, maxSide}}, 224, 224, 0)
	if !errors.As(err, &e) || !strings.Contains(e.Problem, "has 451 x 300 pixels and becomes 1576359 x 1048576 when resized") {
		t.Errorf("resize far above the input: got %v", err)
	}
	for _, fit := range []string{fitShort, fitSquash, fitPad} {
		_, err = Load(t.Context(), photo("chelsea.png"), Preprocess{Resize: [2]int{1, maxSide + 1}, Fit: fit}, 224, 224, 0)
		if !errors.As(err, &e) || !strings.Contains(e.Problem, "is to be resized to 1048577 x 1 pixels, the limit is 1048576 for a side") {
			t.Errorf("%s beyond the limit: got %v", fit, err)
		}
	}
}

func TestRefusesEveryTruncation(t *testing.T) {
	// The last bytes of a PNG are a chunk without content; a JPEG's end marker
	// is what only the decoder misses.
	for _, name := range []string{"kind_rgba.png", "420.jpg", "420_progressive.jpg"} {
		content, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		step := len(content)/200 + 1
		for n := 0; n < len(content)-20; n += step {
			_, err := decode(t, "x", bytes.NewReader(content[:n]), int64(n))
			var e *FileError
			if !errors.As(err, &e) {
				t.Errorf("%s: of the first %d of %d bytes: got %v, want a *FileError", name, n, len(content), err)
			}
		}
	}
}

func TestWhatIsNoFile(t *testing.T) {
	folder := t.TempDir()
	for path, want := range map[string]string{
		folder:                         "is a directory, want a file",
		filepath.Join(folder, "x.png"): "no such file",
		os.DevNull:                     "is a device, want a regular file",
	} {
		_, err := Load(t.Context(), path, Preprocess{}, 8, 8, 0)
		var e *FileError
		if !errors.As(err, &e) || !strings.Contains(err.Error(), path+": "+want) {
			t.Errorf("%s: got %v, want a *FileError with %q", path, err, want)
		}
	}
}
