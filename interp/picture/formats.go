package picture

import (
	"context"
	"fmt"
	"strings"
)

// A format is a kind of file that is known by its first bytes. One without a decoder is
// known only to be refused by name.
type format struct {
	name      string // with its article
	recognise func(head []byte) bool

	// inspect reads the headers and sets the source's width, height and cost, before memory
	// or time is spent on pixels; it refuses what they alone show to be wrong.
	inspect func(context.Context, *source) error
	// decode returns the pixels of what inspect let pass, within its cost.
	decode func(context.Context, *source) (pixels, error)
}

var formats = []format{
	{"a JPEG image", begins(jpegMagic), inspectJPEG, decodeJPEG},
	{"a PNG image", begins(pngMagic), inspectPNG, decodePNG},
	{name: "a GIF image", recognise: begins("GIF8")},
	{name: "a BMP image", recognise: begins("BM")},
	{name: "a TIFF image", recognise: begins("II*\x00", "MM\x00*")},
	{name: "a WebP image", recognise: riff("WEBP")},
	{name: "an icon", recognise: begins("\x00\x00\x01\x00")},
	{name: "a Photoshop file", recognise: begins("8BPS")},
	{name: "a PDF document", recognise: begins("%PDF")},
	{name: "a NumPy array", recognise: begins("\x93NUMPY")},
	{name: "a zip archive", recognise: begins("PK\x03\x04")},
	{name: "an SVG drawing", recognise: begins("<svg")},
	{name: "an XML document", recognise: begins("<?xml")},
	{name: "a web page", recognise: begins("<!DOCTYPE", "<html")},
	{name: "a Git LFS pointer", recognise: begins("version https://git-lfs")},
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

// recognise finds the format by the first bytes, whatever the file is called, or says what
// is wrong.
func recognise(head []byte) (format, string) {
	if len(head) == 0 {
		return format{}, "is empty, want a JPEG or PNG image"
	}
	for _, f := range formats {
		if f.recognise(head) {
			if f.decode == nil {
				return f, unsupported(f.name)
			}
			return f, ""
		}
	}
	if len(head) >= 12 && string(head[4:8]) == "ftyp" {
		return format{}, unsupported("an HEIC or AVIF image or a video (" + strings.ToValidUTF8(string(head[8:12]), "?") + ")")
	}
	return format{}, fmt.Sprintf("begins with %.16q and is not a known image format; cnnlang reads JPEG and PNG", head)
}

func unsupported(name string) string {
	return "is " + name + "; cnnlang reads JPEG and PNG"
}
