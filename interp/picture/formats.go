package picture

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"cnnlang/interp/picture/bmp"
	"cnnlang/interp/picture/codec"
	"cnnlang/interp/picture/gif"
	"cnnlang/interp/picture/jpeg"
	"cnnlang/interp/picture/png"
	"cnnlang/interp/picture/tiff"
	"cnnlang/interp/picture/webp"
)

// A format is a kind of file that is known by its first bytes. One without a decoder is
// known only to be refused by name.
type format struct {
	name      string // with its article
	recognise func(head []byte) bool

	// inspect reads the headers, before memory or time is spent on pixels; decode decodes what
	// was then found acceptable.
	inspect func(context.Context, codec.File) (codec.Header, error)
	decode  func(context.Context, codec.File, codec.Header, []uint8) error

	remedy string // what to do with a file that has no decoder
}

var formats = []format{
	{name: "a JPEG image", recognise: begins("\xff\xd8\xff"), inspect: jpeg.Inspect, decode: jpeg.Decode},
	{name: "a PNG image", recognise: begins(png.Magic), inspect: png.Inspect, decode: png.Decode},
	{name: "a GIF image", recognise: begins("GIF8"), inspect: gif.Inspect, decode: gif.Decode},
	{name: "a BMP image", recognise: begins("BM"), inspect: bmp.Inspect, decode: bmp.Decode},
	{name: "a TIFF image", recognise: begins("II*\x00", "MM\x00*", "II+\x00", "MM\x00+"), inspect: tiff.Inspect, decode: tiff.Decode},
	{name: "a WebP image", recognise: riff("WEBP"), inspect: webp.Inspect, decode: webp.Decode},
	unread("a JPEG XL image", asPicture, begins("\xff\x0a", "\x00\x00\x00\x0cJXL ")),
	unread("a JPEG 2000 image", asPicture, begins("\x00\x00\x00\x0cjP  ", "\xff\x4f\xff\x51")),
	unread("an HEIC image", asPicture, ftyp("heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1")),
	unread("an AVIF image", asPicture, ftyp("avif", "avis")),
	unread("a raw photograph", asPicture, ftyp("crx ")),
	unread("a video", asFrame, ftyp("")),
	unread("a video", asFrame, begins("\x1a\x45\xdf\xa3", "\x00\x00\x01\xba", "\x00\x00\x01\xb3", "FLV\x01", "OggS")),
	unread("a video", asFrame, riff("AVI ")),
	unread("an icon", asPicture, begins("\x00\x00\x01\x00", "\x00\x00\x02\x00", "icns")),
	unread("a Photoshop file", asPicture, begins("8BPS")),
	unread("a GIMP file", asPicture, begins("gimp xcf")),
	unread("an OpenEXR image", asPicture, begins("v/1\x01")),
	unread("a Radiance image", asPicture, begins("#?RADIANCE", "#?RGBE")),
	unread("a PPM or PGM image", asPicture, begins("P1\n", "P2\n", "P3\n", "P4\n", "P5\n", "P6\n", "P5 ", "P6 ")),
	unread("a PDF document", asPicture, begins("%PDF")),
	unread("a PostScript document", asPicture, begins("%!PS", "\xc5\xd0\xd3\xc6")),
	unread("an SVG drawing", asPicture, begins("<svg")),
	unread("a NumPy array", "give it with --input", begins("\x93NUMPY")),
	unread("a zip archive", unpacked, begins("PK\x03\x04")),
	unread("a compressed file", unpacked, begins("\x1f\x8b", "BZh", "\xfd7zXZ\x00", "7z\xbc\xaf\x27\x1c", "\x28\xb5\x2f\xfd", "Rar!")),
	unread("an XML document", noPicture, begins("<?xml")),
	unread("a web page", noPicture, begins("<!DOCTYPE", "<!doctype", "<html", "<HTML")),
	unread("a Git LFS pointer", "fetch the file that it stands for", begins("version https://git-lfs")),
}

// reads names the formats that have a decoder, for messages.
const reads = "JPEG, PNG, GIF, WebP, BMP and TIFF"

// What to do with a file that is not read.
const (
	asPicture = "save it as PNG or JPEG first"
	asFrame   = "save a frame of it as PNG or JPEG"
	unpacked  = "unpack it, and give the pictures in it"
	noPicture = "give a picture"
)

// unread makes a row of a format without a decoder.
func unread(name, remedy string, recognise func([]byte) bool) format {
	return format{name: name, remedy: remedy, recognise: recognise}
}

const headLength = 32 // bytes, enough to recognise every format

func begins(magics ...string) func([]byte) bool {
	return func(head []byte) bool {
		for _, magic := range magics {
			if strings.HasPrefix(string(head), magic) {
				return true
			}
		}
		return false
	}
}

// riff recognises a RIFF file by what it holds.
func riff(kind string) func([]byte) bool {
	return func(head []byte) bool {
		return len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == kind
	}
}

// ftyp recognises a file of the ISO base media format by its brand, or any of them by "".
func ftyp(brands ...string) func([]byte) bool {
	return func(head []byte) bool {
		return len(head) >= 12 && string(head[4:8]) == "ftyp" &&
			slices.ContainsFunc(brands, func(brand string) bool { return strings.HasPrefix(string(head[8:12]), brand) })
	}
}

// recognise finds the format by the first bytes, whatever the file is called, or says what
// is wrong.
func recognise(head []byte) (format, string) {
	if len(head) == 0 {
		return format{}, "is empty, want an image; cnnlang reads " + reads
	}
	for _, f := range formats {
		switch {
		case !f.recognise(head):
		case f.decode == nil:
			return f, fmt.Sprintf("is %s, which cannot be read; %s (cnnlang reads %s)", f.name, f.remedy, reads)
		default:
			return f, ""
		}
	}
	return format{}, fmt.Sprintf("begins with %.16q and is not a known image format; cnnlang reads %s", head, reads)
}
