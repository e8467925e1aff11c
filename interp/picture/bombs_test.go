package picture

import (
	"bytes"
	"compress/lzw"
	"encoding/binary"
	"errors"
	"math/bits"
	"regexp"
	"strings"
	"testing"
)

func le16(v ...uint16) string {
	var b []byte
	for _, x := range v {
		b = binary.LittleEndian.AppendUint16(b, x)
	}
	return string(b)
}

func le32(v ...uint32) string {
	var b []byte
	for _, x := range v {
		b = binary.LittleEndian.AppendUint32(b, x)
	}
	return string(b)
}

// gifOf is a GIF of a frame with its data, which begin with their number of bits.
func gifOf(width, height uint16, before, data string) string {
	return "GIF89a" + le16(width, height) + "\x80\x00\x00\x00\x00\x00\xff\xff\xff" + before + "," + le16(0, 0, width, height) + "\x00" + data
}

// lzwOf is so many zeros in blocks, with the number of bits.
func lzwOf(zeros int) string {
	var b bytes.Buffer
	w := lzw.NewWriter(&b, lzw.LSB, 2)
	w.Write(make([]byte, zeros))
	w.Close()
	text := "\x02"
	for b.Len() > 0 {
		block := b.Next(255)
		text += string([]byte{byte(len(block))}) + string(block)
	}
	return text + "\x00;"
}

// bmpOf is a BMP with a header of 40 bytes.
func bmpOf(width, height int32, depth uint16, compression, colours uint32, rest string) string {
	return "BM" + le32(0, 0, 54+4*colours) + le32(40, uint32(width), uint32(height)) + le16(1, depth) + le32(compression, 0, 0, 0, colours, 0) + rest
}

// tiffOf is a little-endian TIFF of tags with one number each, or more in what is a text, and
// of data after the directory, where the tags say ^n for n bytes behind its end.
func tiffOf(data string, tags ...tiffTag) string {
	end := uint32(8 + 2 + 12*len(tags) + 4)
	text := "II*\x00" + le32(8) + le16(uint16(len(tags)))
	for _, tag := range tags {
		value := tag.value
		if tag.behind {
			value += end
		}
		text += le16(tag.tag, 4) + le32(max(1, tag.count), value)
	}
	return text + le32(0) + data
}

type tiffTag struct {
	tag          uint16
	value, count uint32
	behind       bool
}

// grey are the tags of a grey picture of a strip behind the directory, and others.
func grey(width, height, compression uint32, others ...tiffTag) []tiffTag {
	given := map[uint16]bool{}
	for _, tag := range others {
		given[tag.tag] = true
	}
	for _, tag := range []tiffTag{{tag: 256, value: width}, {tag: 257, value: height}, {tag: 258, value: 8}, {tag: 259, value: compression},
		{tag: 262, value: 1}, {tag: 273, behind: true}, {tag: 279, value: 1 << 30}} {
		if !given[tag.tag] {
			others = append(others, tag)
		}
	}
	return others
}

func webpOf(chunks ...string) string {
	body := "WEBP" + strings.Join(chunks, "")
	return "RIFF" + le32(uint32(len(body))) + body
}

func webpChunk(kind, data string) string {
	return kind + le32(uint32(len(data))) + data + strings.Repeat("\x00", len(data)%2)
}

// vp8 is the header of a lossy frame.
func vp8(width, height uint16, rest string) string {
	return webpChunk("VP8 ", "\x10\x00\x00\x9d\x01\x2a"+le16(width, height)+rest)
}

// vp8l is a lossless frame, of which the bits after the header are given.
func vp8l(width, height uint32, rest string) string {
	return webpChunk("VP8L", "\x2f"+le32(width-1|(height-1)<<14)+rest)
}

// vp8x is the size of a canvas.
func vp8x(width, height uint32) string {
	return webpChunk("VP8X", "\x00\x00\x00\x00"+le32(width - 1)[:3]+le32(height - 1)[:3])
}

func animation(x, y uint32, frame string) string {
	return webpChunk("ANMF", le32(x / 2)[:3]+le32(y / 2)[:3]+strings.Repeat("\x00", 10)+frame)
}

func tagged(tag uint16, value uint32) tiffTag { return tiffTag{tag: tag, value: value} }

// brokenFormats are files of the formats beside JPEG and PNG, with a pattern of the message.
var brokenFormats = []struct{ name, content, want string }{
	// GIF
	{"gif, only magic", "GIF89a", "ends too early; it was cut short, fetch it again$"},
	{"gif of another version", strings.Replace(gifOf(1, 1, "", lzwOf(1)), "89a", "88b", 1), `is a GIF image of a kind that cannot be decoded: it is of the version "GIF88b"; save it again in a plain form$`},
	{"gif without a frame", "GIF89a" + le16(1, 1) + "\x00\x00\x00;", "cannot be decoded: it has no frame; the file is damaged"},
	{"gif, cut in the palette", "GIF89a" + le16(1, 1) + "\x87\x00\x00\x00\x00", "ends too early"},
	{"gif, cut in an extension", "GIF89a" + le16(1, 1) + "\x00\x00\x00!\xfe\xff", "ends too early"},
	{"gif of extensions without end", "GIF89a" + le16(1, 1) + "\x00\x00\x00" + strings.Repeat("!\xfe\x01x\x00", 5000), "ends too early"},
	{"gif of blocks that are none", "GIF89a" + le16(1, 1) + "\x00\x00\x00" + strings.Repeat("x", 5000), "ends too early"},
	{"gif of width 0", gifOf(0, 3, "", lzwOf(1)), "has 0 x 3 pixels, want at least one"},
	{"gif of pixels of no bits", gifOf(1, 1, "", "\x00\x00"), "cannot be decoded: its pixels have 0 bits, want 2 to 8"},
	{"gif of pixels of 9 bits", gifOf(1, 1, "", "\x09\x00"), "cannot be decoded: its pixels have 9 bits, want 2 to 8"},
	{"gif without data", gifOf(2, 2, "", "\x02\x00;"), "ends too early"},
	{"gif with an invalid code", gifOf(2, 2, "", "\x02\x02\xff\xff\x00;"), "cannot be decoded: lzw: invalid code"},
	{"gif with too few pixels", gifOf(20, 20, "", lzwOf(7)), "ends too early"},
	{"gif of 400 million pixels less than half", gifOf(13000, 13000, "", lzwOf(7)), `has \d+ bytes, too few for its 13000 x 13000 pixels`},
	// BMP
	{"bmp, only magic", "BM", "ends too early"},
	{"bmp with a header of 41 bytes", "BM" + le32(0, 0, 54, 41), "is a BMP image of a kind that cannot be decoded: its header has 41 bytes"},
	{"bmp with a header of 4 GiB", "BM" + le32(0, 0, 54, 1<<32-1), "its header has 4294967295 bytes"},
	{"bmp of a negative width", bmpOf(-3, 3, 24, 0, 0, strings.Repeat("x", 99)), "has -3 x 3 pixels, want at least one"},
	{"bmp of the least height", bmpOf(1, -1<<31, 24, 0, 0, ""), "has 1 x 2147483648 pixels, the limit is 178956970"},
	{"bmp of no height", bmpOf(1, 0, 24, 0, 0, ""), "has 1 x 0 pixels, want at least one"},
	{"bmp of 3 bits", bmpOf(1, 1, 3, 0, 0, "xxxx"), "it has 3 bits a pixel"},
	{"bmp of JPEG", bmpOf(1, 1, 24, 4, 0, "xxxx"), "its compression is 4 with 24 bits a pixel"},
	{"bmp of runs of 4 in 8 bits", bmpOf(1, 1, 8, 2, 0, "xxxx"), "its compression is 2 with 8 bits a pixel"},
	{"bmp of a palette of 4 GiB", bmpOf(1, 1, 8, 0, 1<<31, "xxxx"), "its palette has 2147483648 colours"},
	{"bmp without its palette", bmpOf(1, 1, 8, 0, 0, "xxxx"), "ends too early"},
	{"bmp without its pixels", bmpOf(2, 2, 24, 0, 0, "xxxx"), "ends too early; it was cut short"},
	{"bmp with pixels beyond its end", strings.Replace(bmpOf(2, 2, 24, 0, 0, strings.Repeat("x", 30)), "\x36\x00\x00\x00", "\xff\xff\xff\x7f", 1), "ends too early"},
	{"bmp with masks of no bits", bmpOf(1, 1, 16, 3, 0, le32(0, 0, 0)+"xxxx"), `its colours are masked by \[0x0 0x0 0x0\]`},
	{"bmp with masks of holes", bmpOf(1, 1, 32, 3, 0, le32(5, 0xff00, 0xff)+"xxxx"), `its colours are masked by \[0x5 0xff00 0xff\]`},
	{"bmp with masks of 10 bits", bmpOf(1, 1, 32, 3, 0, le32(0x3ff00000, 0xffc00, 0x3ff)+"xxxx"), "its colours are masked by"},
	{"bmp with masks beyond a pixel", bmpOf(1, 1, 16, 3, 0, le32(0xff0000, 0xff00, 0xff)+"xxxx"), "its colours are masked by"},
	{"bmp without its masks", bmpOf(1, 1, 16, 3, 0, "xxxx"), "ends too early"},
	{"bmp of runs that end early", bmpOf(4, 4, 8, 1, 1, "xxxx\x04\x00\x00\x01"), "cannot be decoded: it ends before its last line"},
	{"bmp of runs without end", bmpOf(4, 4, 8, 1, 1, "xxxx\x04\x00"), "ends too early"},
	{"bmp of literals without end", bmpOf(4, 4, 8, 1, 1, "xxxx\x00\x08ab"), "ends too early"},
	{"bmp of runs of millions", bmpOf(10000, 10000, 8, 1, 1, "xxxx\x00\x02\xff\xff"), "has 62 bytes, too few for its 10000 x 10000 pixels"},
	// TIFF
	{"tiff, only magic", "II*\x00", "ends too early"},
	{"tiff without a directory", "II*\x00" + le32(8), "ends too early"},
	{"tiff with a directory beyond its end", "II*\x00" + le32(1<<32-1), "ends too early"},
	{"big tiff with a directory beyond all", "II+\x00\x08\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff", "ends too early"},
	{"big tiff with a directory of 2^63 tags", "II+\x00\x08\x00\x00\x00\x10\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80", "it has 9223372036854775808 tags"},
	{"tiff with 65535 tags", "II*\x00" + le32(8) + "\xff\xff", "ends too early"},
	{"tiff without tags", tiffOf(""), "has 0 x 0 pixels, want at least one"},
	{"tiff of width 0", tiffOf("", grey(0, 2, 1)...), "has 0 x 2 pixels, want at least one"},
	{"tiff with more values than bytes", tiffOf("x", grey(1, 1, 1, tiffTag{tag: 273, count: 1 << 31})...), "it has 2147483648 values of the tag 273, more than it has bytes"},
	{"tiff of 9 channels", tiffOf("x", grey(1, 1, 1, tagged(277, 9))...), "it has 9 channels"},
	{"tiff of 5 bits", tiffOf("x", grey(1, 1, 1, tagged(258, 5))...), "it has 1 channels of 5 bits and the kind of colour 1"},
	{"tiff of L*a*b*", tiffOf("xxx", grey(1, 1, 1, tagged(262, 8), tagged(277, 3))...), "it has 3 channels of 8 bits and the kind of colour 8"},
	{"tiff of JPEG", tiffOf("x", grey(1, 1, 7)...), "is a TIFF image of a kind that cannot be decoded: its compression is 7, JPEG; save it again in a plain form"},
	{"tiff of an unknown compression", tiffOf("x", grey(1, 1, 999)...), "its compression is 999;"},
	{"tiff with a predictor of floats", tiffOf("x", grey(1, 1, 5, tagged(317, 3))...), "its predictor is 3"},
	{"tiff with a predictor of bits", tiffOf("x", grey(1, 1, 5, tagged(317, 2), tagged(258, 1))...), "and a predictor"},
	{"tiff of a fax of 8 bits", tiffOf("x", grey(1, 1, 4)...), "and is compressed as a fax"},
	{"tiff of a fax of two dimensions", tiffOf("x", grey(1, 1, 3, tagged(258, 1), tagged(292, 1))...), "it is a fax of group 3 with two dimensions"},
	{"tiff without a palette", tiffOf("x", grey(1, 1, 1, tagged(262, 3))...), "its palette has 0 values, want 768"},
	{"tiff of a palette of 40", tiffOf(strings.Repeat("x", 99), grey(1, 1, 1, tagged(262, 3), tiffTag{tag: 320, count: 40})...), "its palette has 40 values, want 768"},
	{"tiff of strips of no lines", tiffOf("x", grey(1, 1, 1, tagged(278, 0))...), "its parts have 1 x 0 pixels"},
	{"tiff with too few strips", tiffOf(strings.Repeat("x", 99), grey(4, 9, 1, tagged(278, 1))...), "it has 1 parts of 4 x 1 pixels, want 9"},
	{"tiff without strips", tiffOf("x", tagged(256, 1), tagged(257, 1), tagged(258, 8), tagged(262, 1)), "its parts have 0 x 0 pixels"},
	{"tiff with a strip beyond its end", tiffOf("x", grey(1, 1, 1, tagged(273, 1<<31))...), "ends too early"},
	{"tiff of tiles of billions", tiffOf("x", tagged(256, 1), tagged(257, 1), tagged(258, 8), tagged(262, 1), tagged(322, 1<<31), tagged(323, 1<<31), tagged(324, 0)), "its parts have 2147483648 x 2147483648 pixels"},
	{"tiff of tiles wider than all", tiffOf(strings.Repeat("x", 999), tagged(256, 1), tagged(257, 1000), tagged(258, 8), tagged(262, 1), tagged(322, 65536), tagged(323, 1), tagged(324, 0)), "its parts have 65536 x 1 pixels"},
	{"tiff of a million pixels in a few bytes", tiffOf("x", grey(1000, 1000, 1)...), `has \d+ bytes, too few for its 1000 x 1000 pixels`},
	{"tiff of deflated millions", tiffOf("x", grey(10000, 10000, 8)...), `has \d+ bytes, too few for its 10000 x 10000 pixels`},
	{"tiff of PackBits of millions", tiffOf("x", grey(10000, 10000, 32773)...), `has \d+ bytes, too few for its 10000 x 10000 pixels`},
	{"tiff of no deflate", tiffOf("no deflate at all", grey(4, 4, 8)...), "cannot be decoded: zlib: invalid header"},
	{"tiff of deflate that ends early", tiffOf(deflated("abc"), grey(4, 4, 8)...), "ends too early"},
	{"tiff of LZW with an invalid code", tiffOf("\xff\xff\xff\xff\xff", grey(4, 4, 5)...), "cannot be decoded: its LZW data has an invalid code"},
	{"tiff of PackBits of nothing", tiffOf(strings.Repeat("\x80", 9000), grey(4, 4, 32773)...), "ends too early"},
	{"tiff of a fax of noise", tiffOf(strings.Repeat("\x00", 64), grey(40, 40, 4, tagged(258, 1))...), "cannot be decoded: ccitt: "},
	// WebP
	{"webp, only magic", webpOf(), "ends too early"},
	{"webp without pixels", webpOf(vp8x(3, 3)), "ends too early"},
	{"webp of a short header", webpOf(webpChunk("VP8 ", "xxxx")), "ends too early"},
	{"webp of no VP8", webpOf(webpChunk("VP8 ", strings.Repeat("x", 40))), "ends too early|cannot be decoded"},
	{"webp of a frame that depends on another", webpOf(webpChunk("VP8 ", "\x11"+strings.Repeat("x", 40))), "cannot be decoded: its first frame depends on another"},
	{"webp of no pixels", webpOf(vp8(0, 5, "xxxxxxxx")), "has 0 x 5 pixels, want at least one"},
	{"webp of millions in a few bytes", webpOf(vp8(10000, 10000, "xxxxxxxx")), `has \d+ bytes, too few for its 10000 x 10000 pixels`},
	{"webp of lossless pixels that are missing", webpOf(vp8l(9, 9, "")), "ends too early"},
	{"webp of no lossless pixels", webpOf(webpChunk("VP8L", "xxxxxxxx")), "cannot be decoded: its lossless frame begins with 0x78 and has the version 3"},
	{"webp of another lossless version", webpOf(webpChunk("VP8L", "\x2f\x00\x00\x00\xe0x")), "cannot be decoded: its lossless frame begins with 0x2f and has the version 7"},
	{"webp of another size than its canvas", webpOf(vp8x(3, 4), vp8(5, 6, strings.Repeat("x", 40))), `its frame has 5 x 6 pixels at \(0,0\), of 3 x 4 in all`},
	{"webp of a frame outside", webpOf(vp8x(8, 8), animation(4, 2, vp8(5, 6, strings.Repeat("x", 40)))), `its frame has 5 x 6 pixels at \(4,2\), of 8 x 8 in all`},
	{"webp of an animation without a frame", webpOf(vp8x(8, 8), animation(0, 0, "")), "ends too early"},
	{"webp of an animation without a canvas", webpOf(animation(400, 2, vp8(5, 6, strings.Repeat("x", 40)))), "cannot be decoded: it is an animation of no size"},
	{"webp of chunks without end", webpOf(strings.Repeat(webpChunk("none", ""), 5000)), "cannot be decoded: it has more than 4096 chunks"},
	{"webp of too many codes", webpOf(vp8l(8, 8, strings.Repeat("\xff", 99))), "cannot be decoded|ends too early"},
}

func TestRefusesBrokenFormats(t *testing.T) {
	for _, c := range brokenFormats {
		err := tryBroken(t, "a file", c.content)
		var limit *LimitError
		problem := ""
		if file := new(FileError); errors.As(err, &file) {
			problem = file.Problem
		} else if errors.As(err, &limit) {
			problem = limit.Problem
		}
		if !regexp.MustCompile(c.want).MatchString(problem) {
			t.Errorf("%s: got %v, want it to match %q", c.name, err, c.want)
		}
	}
}

// Parts that overlap do not have the file read again and again.
func TestPartsThatOverlapTakeNoLonger(t *testing.T) {
	const lines, idle = 500, 1 << 20
	offsets := ""
	for range lines {
		offsets += le32(8 + 2 + 12*8 + 4 + 2*4*lines)
	}
	data := offsets + strings.Repeat(le32(idle), lines) + strings.Repeat("\x80", idle) // which stand for nothing
	content := tiffOf(data, grey(8, lines, 32773, tagged(278, 1), tiffTag{tag: 273, count: lines, behind: true},
		tiffTag{tag: 279, count: lines, value: 4 * lines, behind: true})...)
	s, err := inspect(t.Context(), "x", strings.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	file := &counted{ReaderAt: s.file, cancel: func() {}}
	s.file = file
	if _, err := s.decode(t.Context()); err == nil || file.read > 1<<17 {
		t.Errorf("%d bytes were read of %d, %v", file.read, len(content), err)
	}
}

// A lossless picture may say in a few bytes that all its pixels are alike. That is valid, and
// its memory is known before.
func TestPicturesOfFewBytes(t *testing.T) {
	var b []byte
	at := 0
	put := func(value uint32, n int) { // the least significant bits first
		for i := range n {
			if at%8 == 0 {
				b = append(b, 0)
			}
			b[at/8] |= byte(value>>i&1) << (at % 8)
			at++
		}
	}
	put(0, 1) // no transform
	put(0, 1) // no cache of colours
	put(0, 1) // one group of codes
	for _, value := range []uint32{1, 2, 3, 4, 0} {
		put(1, 1) // a simple code
		put(0, 1) // of one symbol
		put(1, 1) // of 8 bits
		put(value, 8)
	}
	for _, side := range []uint32{40, 13000} {
		content := webpOf(vp8l(side, side, string(b)))
		s, err := inspect(t.Context(), "x", strings.NewReader(content), int64(len(content)))
		if err != nil {
			t.Fatal(err)
		}
		if pixels := int64(side * side); s.Cost < 4*pixels || s.Cost > 6*pixels+1<<20 {
			t.Errorf("%d pixels in %d bytes: got a cost of %d", pixels, len(content), s.Cost)
		}
		if bits.Len32(side) < 10 {
			p, err := s.decode(t.Context())
			if err != nil || !bytes.Equal(p.row(39)[117:], []byte{2, 1, 3}) {
				t.Errorf("got %v, %v", p.row(39)[117:], err)
			}
		}
	}
}
