package jpeg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"cnnlang/interp/picture/codec"
)

// Parts of files.
const (
	start  = "\xff\xd8"
	end    = "\xff\xd9"
	tableQ = "\xff\xdb\x00\x43\x00" + ones
	ones   = "\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01" +
		"\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01"
	sixteen = "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	tableDC = "\xff\xc4\x00\x14\x00\x01" + sixteen + "\x00" // the code 0: no difference
	tableAC = "\xff\xc4\x00\x14\x10\x01" + sixteen + "\x00" // the code 0: no coefficients
	scanOf1 = "\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00"
)

// frameOf1 is the frame header of an image of one component.
func frameOf1(marker byte, width, height int) string {
	return string([]byte{0xff, marker, 0, 11, 8, byte(height >> 8), byte(height), byte(width >> 8), byte(width), 1, 1, 0x11, 0})
}

// frameOf3 has components 1, 2 and 3 with these sampling factors.
func frameOf3(marker byte, factors ...byte) string {
	return string([]byte{0xff, marker, 0, 17, 8, 0, 20, 0, 30, 3, 1, factors[0], 0, 2, factors[1], 0, 3, factors[2], 0})
}

// plain is an image of 8 x 8 pixels in the middle of grey.
var plain = start + tableQ + frameOf1(sof0, 8, 8) + tableDC + tableAC + scanOf1 + "\x3f" + end

func TestPlain(t *testing.T) {
	h, pixels, err := decode(t, []byte(plain))
	if err != nil || h.Width != 8 || h.Height != 8 || h.Orientation != 0 || !bytes.Equal(pixels, bytes.Repeat([]byte{128}, 3*64)) {
		t.Errorf("got %v %v %v", h, pixels, err)
	}
}

// attacks are files that are refused, each with its error.
var attacks = []struct{ name, content, want string }{
	{"empty", "", "unexpected EOF"},
	{"another format", "GIF89a", "it does not begin with a start of image"},
	{"nothing more", start, "unexpected EOF"},
	{"no scan", start + frameOf1(sof0, 8, 8) + end, "it has no scan"},
	{"no frame", start + tableQ + scanOf1 + end, "it has a scan before its frame header"},
	{"two frames", start + frameOf1(sof0, 8, 8) + frameOf1(sof0, 8, 8), "it has two frame headers"},
	{"two starts", start + start, "marker ffd8 is unknown"},
	{"unknown marker", start + "\xff\x02", "marker ff02 is unknown"},
	{"lossless", start + frameOf1(0xc3, 8, 8), "its coding is lossless (marker ffc3), neither baseline nor progressive"},
	{"hierarchical", start + frameOf1(0xc5, 8, 8), "its coding is hierarchical (marker ffc5), neither baseline nor progressive"},
	{"12 bits", start + strings.Replace(frameOf1(sof1, 8, 8), "\x08\x00\x08", "\x0c\x00\x08", 1), "12 bits a sample, want 8"},
	{"two components", start + "\xff\xc0\x00\x0e\x08\x00\x08\x00\x08\x02\x01\x11\x00\x02\x11\x00", "2 components, want 1, 3 or 4"},
	{"short frame", start + "\xff\xc0\x00\x07\x08\x00\x08\x00\x08", "a frame header is too short"},
	{"long frame", start + "\xff\xc0\x00\x0c\x08\x00\x08\x00\x08\x01\x01\x11\x00\x00", "a frame header has another length than its components need"},
	{"length of a segment", start + "\xff\xe1\x00\x01", "a segment has a length below 2"},
	{"segment beyond the end", start + "\xff\xe1\xff\xff", "unexpected EOF"},
	{"no factor", start + frameOf3(sof0, 0x21, 0x01, 0x11), "a sampling factor is 0x1, want 1 to 4"},
	{"large factor", start + frameOf3(sof0, 0x21, 0x15, 0x11), "a sampling factor is 1x5, want 1 to 4"},
	{"broken ratio", start + frameOf3(sof0, 0x31, 0x21, 0x11), "a component is sampled 3:2 by 1:1, want whole ratios"},
	{"large unit", start + frameOf3(sof0, 0x42, 0x21, 0x11) + "\xff\xda\x00\x0c\x03\x01\x00\x02\x00\x03\x00\x00\x3f\x00", "a unit has 11 blocks, the limit is 10"},
	{"same names", start + strings.Replace(frameOf3(sof0, 0x11, 0x11, 0x11), "\x02\x11\x00", "\x01\x11\x00", 1), "two components have the same name"},
	{"number of a table", start + strings.Replace(frameOf1(sof0, 8, 8), "\x11\x00", "\x11\x04", 1), "a component has a quantisation table above 3"},
	{"precision of a table", start + "\xff\xdb\x00\x43\x20" + ones, "a quantisation table has an unknown precision or number"},
	{"short table", start + "\xff\xdb\x00\x42\x00" + ones, "a quantisation table is too short"},
	{"no codes", start + "\xff\xc4\x00\x13\x00\x00" + sixteen, "a Huffman table has 0 codes"},
	{"missing codes", start + "\xff\xc4\x00\x14\x00\x02" + sixteen + "\x00", "a Huffman table has 2 codes"},
	{"a fifth table", start + "\xff\xc4\x00\x14\x04\x01" + sixteen + "\x00", "a Huffman table has an unknown number or is too short"},
	{"codes that do not fit", strings.Replace(plain, tableDC, "\xff\xc4\x00\x16\x00\x03"+sixteen+"\x00\x01\x02", 1), "a Huffman table has more codes than fit"},
	{"16 bits of difference", strings.Replace(plain, tableDC, "\xff\xc4\x00\x14\x00\x01"+sixteen+"\x10", 1), "a difference of brightness has more than 15 bits"},
	{"restart interval", start + "\xff\xdd\x00\x03\x00", "a restart interval has not 2 bytes"},
	{"empty scan", start + frameOf1(sof0, 8, 8) + "\xff\xda\x00\x06\x00\x00\x3f\x00", "the header of a scan has another length than its components need"},
	{"unknown component", strings.Replace(plain, "\x08\x01\x01\x00\x00\x3f", "\x08\x01\x02\x00\x00\x3f", 1), "a scan has an unknown component or table"},
	{"component twice", start + frameOf3(sof0, 0x11, 0x11, 0x11) + "\xff\xda\x00\x0a\x02\x01\x00\x01\x00\x00\x3f\x00", "a scan has an unknown component or table"},
	{"band of a progressive scan", start + frameOf1(sof2, 8, 8) + "\xff\xda\x00\x08\x01\x01\x00\x05\x40\x00", "a scan has an impossible part of the coefficients"},
	{"bits of a progressive scan", start + frameOf1(sof2, 8, 8) + "\xff\xda\x00\x08\x01\x01\x00\x05\x06\x31", "a scan has an impossible part of the coefficients"},
	{"no table of factors", strings.Replace(plain, tableQ, "", 1), "a component uses a quantisation table that is not defined"},
	{"no table of codes", strings.Replace(plain, "\x01\x01\x00\x00\x3f", "\x01\x01\x02\x00\x3f", 1), "a scan uses a Huffman table that is not defined"},
	{"unknown code", strings.Replace(plain, "\x3f\xff\xd9", "\x7f\xff\xd9", 1), "a scan has a code that is in none of its tables"},
	{"no data", strings.Replace(plain, "\x3f\xff\xd9", "\xff\xd9", 1), "a scan ends before its last block"},
	{"cut data", strings.Replace(plain, "\x3f\xff\xd9", "", 1), "unexpected EOF"},
	{"another scan", strings.Replace(plain, "\x3f\xff\xd9", "\x3f"+scanOf1+"\x3f\xff\xd9", 1), "it has a scan after the last one"},
	{"restart without a marker", start + tableQ + frameOf1(sof0, 16, 8) + tableDC + tableAC + "\xff\xdd\x00\x04\x00\x01" + scanOf1 + "\x3f\x3f" + end, "a restart marker is missing"},
	{"another restart", start + tableQ + frameOf1(sof0, 16, 8) + tableDC + tableAC + "\xff\xdd\x00\x04\x00\x01" + scanOf1 + "\x3f\xff\xd1\x3f" + end, "a restart marker is missing"},
}

func TestAttacks(t *testing.T) {
	for _, a := range attacks {
		if _, _, err := decode(t, []byte(a.content)); err == nil || err.Error() != a.want {
			t.Errorf("%s: got %v, want %s", a.name, err, a.want)
		}
	}
	if _, _, err := decode(t, contentOf(t, "arithmetic.jpg")); !errors.As(err, new(codec.Unsupported)) ||
		err.Error() != "its coding is arithmetic (marker ffc9), neither baseline nor progressive" {
		t.Errorf("arithmetic coding: got %v", err)
	}
}

// What other decoders put up with: bytes between segments, and before and after restarts.
func TestTolerated(t *testing.T) {
	for name, content := range map[string]string{
		"bytes before a segment":       strings.Replace(plain, tableQ, "abc\xff\x00"+tableQ, 1),
		"markers filled with 0xff":     strings.Replace(plain, tableQ, "\xff\xff\xff"+tableQ, 1),
		"bytes after the data":         strings.Replace(plain, "\x3f\xff\xd9", "\x3fabc\xff\x00abc\xff\xff\xd9", 1),
		"a restart after the data":     strings.Replace(plain, "\x3f\xff\xd9", "\x3f\xff\xd0\xff\xd9", 1),
		"bytes after the image":        plain + "abc",
		"no end":                       strings.TrimSuffix(plain, end),
		"half an end":                  strings.TrimSuffix(plain, "\xd9"),
		"zeros for an end":             strings.TrimSuffix(plain, end) + strings.Repeat("\x00", 99),
		"part of a segment at the end": strings.TrimSuffix(plain, end) + "\xff\xe5\x00",
		"comments and other segments":  strings.Replace(plain, tableQ, "\xff\xfe\x00\x03a\xff\xe5\x00\x02"+tableQ, 1),
		"a component without a scan":   start + tableQ + frameOf3(sof0, 0x11, 0x11, 0x11) + tableDC + tableAC + scanOf1 + strings.Repeat("\x00", 3) + end,
		"bytes before a restart": start + tableQ + frameOf1(sof0, 16, 8) + tableDC + tableAC + "\xff\xdd\x00\x04\x00\x01" + scanOf1 +
			"\x3fabc\xff\xd0\x3f" + end,
	} {
		_, pixels, err := decode(t, []byte(content))
		if err != nil || pixels[0] != 128 {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// No part of a file is a file, unless all pixels are in one scan and nothing but the marker of
// the end is missing.
func TestCutFiles(t *testing.T) {
	for name, one := range map[string]bool{"420.jpg": true, "progressive.jpg": false, "restart_1.jpg": true, "apart.jpg": false, "ycck.jpg": true} {
		content := contentOf(t, name)
		_, pixels, err := decode(t, content)
		if err != nil {
			t.Fatal(err)
		}
		most := len(content)
		if one {
			most -= len(end)
			for _, cut := range []string{string(content[:most]), string(content[:most+1]), string(content[:most]) + strings.Repeat("\x00", 1<<17)} {
				if _, got, err := decode(t, []byte(cut)); err != nil || !bytes.Equal(got, pixels) {
					t.Errorf("%s without its end, of %d bytes: got other pixels, %v", name, len(cut), err)
				}
			}
		}
		for n := 0; n < most; n += 3 {
			if _, _, err := decode(t, content[:n]); !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Fatalf("%d bytes of %s: got %v", n, name, err)
			}
		}
	}
}

// A progressive image that ends after some of its scans is decoded, and known to be unfinished.
// Of each of these Pillow makes other pixels, and the same only of the whole files.
func TestScansThatAreMissing(t *testing.T) {
	for name, scans := range map[string]int{"progressive.jpg": 10, "progressive_444.jpg": 10, "grey_progressive.jpg": 6, "apart_first.jpg": 1, "420.jpg": 1} {
		parts := strings.Split(string(contentOf(t, name)), "\xff\xda")
		if len(parts) != 1+scans {
			t.Fatalf("%s has %d scans", name, len(parts)-1)
		}
		for n := 1; n <= scans; n++ {
			content := strings.Join(parts[:n+1], "\xff\xda")
			if h, _, err := decode(t, []byte(strings.TrimSuffix(content, end)+end)); err != nil || h.Unfinished != (n < scans) {
				t.Errorf("%s with %d scans: got unfinished %v, %v", name, n, h.Unfinished, err)
			}
		}
	}
}

// Damaged files give an image of the size in the header or one of the three errors.
func TestDamagedFiles(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, name := range []string{"420.jpg", "progressive.jpg", "progressive_444.jpg", "restart_progressive.jpg", "apart.jpg", "ycck.jpg", "fine.jpg"} {
		content := contentOf(t, name)
		begin := bytes.Index(content, []byte{0xff, sos})
		decoded := 0
		for range 300 {
			broken := bytes.Clone(content)
			for range 1 + r.IntN(4) {
				at := begin + r.IntN(len(content)-begin)
				broken[at] = byte(r.Uint32())
			}
			h, pixels, err := decode(t, broken)
			var wrong damage
			var unsupported codec.Unsupported
			switch {
			case err == nil:
				decoded++
				if int64(len(pixels)) != 3*h.Width*h.Height {
					t.Errorf("%s: got %d bytes for %d x %d pixels", name, len(pixels), h.Width, h.Height)
				}
			case !errors.As(err, &wrong) && !errors.As(err, &unsupported) && !errors.Is(err, io.ErrUnexpectedEOF):
				t.Errorf("%s: got %v", name, err)
			}
		}
		if decoded == 0 {
			t.Errorf("%s: no damaged file was decoded", name)
		}
	}
}

// A few bytes stand for many blocks. An end comes soon after that of the context.
func TestDecodingStops(t *testing.T) {
	const size = 4000 // a quarter of a million blocks, of 2 bits each
	var file bytes.Buffer
	fmt.Fprint(&file, start, tableQ, frameOf1(sof0, size, size), tableDC, tableAC, scanOf1)
	file.Write(make([]byte, size*size/64/4+1))
	fmt.Fprint(&file, end)
	r := section(file.Bytes())
	h, err := Inspect(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	pixels := make([]uint8, 3*size*size)
	for _, after := range []int{1, 10, 500} {
		ctx := &counted{Context: t.Context(), after: after}
		if err := Decode(ctx, r, h, pixels); err != context.Canceled {
			t.Errorf("got %v", err)
		}
		if ctx.asked > after+2 {
			t.Errorf("the context was asked %d times after its end", ctx.asked-after)
		}
	}
	ctx := &counted{Context: t.Context(), after: 1 << 30}
	if err := Decode(ctx, r, h, pixels); err != nil {
		t.Fatal(err)
	}
	if ctx.asked < size/8 {
		t.Errorf("the context was asked %d times for %d rows of units", ctx.asked, size/8)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Inspect(cancelled, r); err != context.Canceled {
		t.Errorf("got %v", err)
	}
}

// A counted ends when it has been asked so often.
type counted struct {
	context.Context
	asked, after int
}

func (c *counted) Err() error {
	if c.asked++; c.asked >= c.after {
		return context.Canceled
	}
	return nil
}

// The memory is what the header says, which is known before.
func TestCost(t *testing.T) {
	for _, name := range []string{"420.jpg", "444.jpg", "progressive.jpg", "apart.jpg", "ycck_progressive.jpg", "grey.jpg"} {
		r := section(contentOf(t, name))
		h, err := Inspect(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		pixels := make([]uint8, 3*h.Width*h.Height)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err = Decode(t.Context(), r, h, pixels)
		runtime.ReadMemStats(&after)
		if err != nil {
			t.Fatal(err)
		}
		took := int64(after.TotalAlloc - before.TotalAlloc)
		if cost := h.Cost; took > cost+60<<10 || took < cost*8/10 { // and tables of codes
			t.Errorf("%s: took %d bytes, want about %d", name, took, cost)
		}
	}
}

// A file of 60 KB that claims four billion pixels, and one with many scans.
func TestHeadersAreReadFirst(t *testing.T) {
	huge := start + frameOf1(sof2, 65535, 65535) + scanOf1
	huge = strings.Replace(huge, "\x00\x3f\x00", "\x00\x00\x00", 1) + strings.Repeat("\xff\xda\x00\x08\x01\x01\x00\x01\x05\x00", 6000) + end
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	h, err := Inspect(t.Context(), section([]byte(huge)))
	runtime.ReadMemStats(&after)
	if err != nil || h.Width != 65535 || h.Height != 65535 || h.Scans != 6001 {
		t.Fatalf("got %+v, %v", h, err)
	}
	if blocks := int64(8192) * 8192; h.Scans*h.PerScan != 6001*64*blocks || h.Cost < 2*64*blocks {
		t.Errorf("got %d pixels and %d bytes", h.Scans*h.PerScan, h.Cost)
	}
	if took := after.TotalAlloc - before.TotalAlloc; took > 2<<20 {
		t.Errorf("took %d bytes", took)
	}
}
