package picture

import (
	"fmt"

	"cnnlang/interp/picture/codec"
	"cnnlang/interp/picture/resample"
)

// The limits on an image are in this file. What a picture takes is known from its headers,
// before any of it is decoded:
//
//   - the pixels are at most MaxPixels;
//   - the pixels of all scans of a JPEG together are at most mostScanned, for a scan costs
//     a visit of every block and takes two hundred bytes of the file;
//   - the file has no fewer bytes than any with so many pixels (codec.Header.Least);
//   - the memory, which Cost and need add up from what each decoder allocates, is at most
//     what the caller allows.

// MaxPixels is the largest number of pixels of an image, the same as Pillow's.
const MaxPixels = codec.MaxPixels

// MaxBytes is how many bytes are read of an image that is not in a file.
const MaxBytes = 256 << 20

// bytesRGB is the size of a pixel in pixels.rgb.
const bytesRGB = 3

func (s *source) checkPixels() error {
	if s.Height > 0 && s.Width > MaxPixels/s.Height {
		return &LimitError{Path: s.path, Problem: fmt.Sprintf("has %d x %d pixels, the limit is %d in all; scale it down first", s.Width, s.Height, MaxPixels)}
	}
	return nil
}

// mostScanned is the largest number of pixels of all scans of an image together: 24 scans of
// the largest one, where 10 are usual, and hundreds for smaller ones.
const mostScanned = 4 << 30

func (s *source) checkScans() error {
	if s.Scans*s.PerScan > mostScanned {
		return &LimitError{Path: s.path, Problem: fmt.Sprintf("has %d scans of %d x %d pixels, the limit is %d scans for so many pixels; save it again in a plain form",
			s.Scans, s.Width, s.Height, mostScanned/s.PerScan)}
	}
	return nil
}

// need is the memory to decode the image and make a tensor of so many channels of it.
func (s *source) need(f resample.View, k resample.Filter, channels int) int64 {
	width, height := s.shown()
	return s.needDecoded() +
		resample.Need(width, height, f, k, channels == 1) + 4*int64(channels)*int64(f.H)*int64(f.W)
}

// needDecoded is the memory to decode the image alone.
func (s *source) needDecoded() int64 {
	pixels := bytesRGB * s.Width * s.Height
	if s.turns() {
		pixels *= 2
	}
	return s.Cost + pixels
}
