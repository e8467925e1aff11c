// Package picture turns a photograph into the tensor that a network was trained
// on: decode, resize, crop, scale, normalise.
//
// A network's published accuracy holds only for the preprocessing of its
// authors, and nearly all of them used Pillow, so the aim is Pillow's result:
// equal bytes, of JPEG and lossy WebP too, whose decoding their standards leave
// some freedom.
//
// It reads JPEG, PNG, GIF, WebP, BMP and TIFF, of animations and files with several
// pages the first. As Pillow's convert("RGB") does, an alpha channel is dropped and not
// blended with anything, and an EXIF orientation is not applied unless asked for. Of
// 16-bit channels the upper 8 bits count, but grey alone is cut off above 255.
package picture

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"math"
	"sync"

	"cnnlang/interp/internal/regular"
	"cnnlang/interp/picture/codec"
	"cnnlang/interp/picture/resample"
	"cnnlang/ops/tensor"
)

// Preprocess is how images are prepared for a network. The zero value of a field leaves its
// step out or takes the usual choice.
type Preprocess struct {
	// Resize is a height and a width in pixels, 0 for that of the network's input. Fit says
	// how an image is resized to it: "short" covers it, so that for a square the shorter
	// side becomes so long; "squash" gives both sides this length; "pad" fits into it, so
	// that the longer side becomes so long, with black on both sides. short if empty. Then
	// the network's input is cut out of the middle, with black around an image that is
	// smaller.
	Resize [2]int
	Fit    string
	// Interpolation is "nearest", "box", "bilinear", "bicubic" or "lanczos";
	// bilinear if empty.
	Interpolation string
	// Scale is what the full brightness of 255 becomes before Mean and Std:
	// 1 or 255; 1 if 0.
	Scale float64
	// Order is the order of the channels, "rgb" or "bgr"; rgb if empty.
	Order string
	// Mean is subtracted, then Std divided by: a number for each channel in the order of
	// Order, or one for all; 0 and 1 if empty.
	Mean, Std []float32
	// Grey makes one channel of an image, the brightness of ITU-R 601 as Pillow's
	// convert("L") computes it, before it is resized.
	Grey bool
	// Upright turns a picture as its EXIF orientation says. Without it, as by Pillow, a picture
	// is taken as it is stored, and counted by Sideways unless that is nil. A TIFF, whose
	// orientation is no EXIF, is always turned, by Pillow too.
	Upright  bool
	Sideways *Sideways
	// Seen, if not nil, is told what was done to each picture of a file or reader.
	Seen func(Prepared)
}

// Load reads an image file and returns it as a tensor [1, 3, h, w], or [1, 1, h, w] if it is
// grey, where h and w are the network's. It uses at most so many bytes of memory, 0 for no
// limit, and returns soon after ctx has ended. Its error is a *FileError, a *LimitError, that of Check or that of
// ctx.
func Load(ctx context.Context, path string, p Preprocess, h, w int, most int64) (tensor.Tensor, error) {
	return awaited(ctx, func() (t tensor.Tensor, err error) {
		err = p.open(ctx, path, h, w, func(s *source, f resample.View, k resample.Filter) error {
			t, err = p.load(ctx, s, f, k, most)
			return err
		})
		return t, err
	})
}

// Read is Load for an image from a reader, whose bytes count as memory too.
func Read(ctx context.Context, r io.Reader, p Preprocess, h, w int, most int64) (tensor.Tensor, error) {
	return awaited(ctx, func() (t tensor.Tensor, err error) {
		name, content, err := readAll(ctx, r, most)
		if err != nil {
			return t, err
		}
		if most > 0 {
			most = max(1, most-int64(len(content)))
		}
		err = p.look(ctx, name, bytes.NewReader(content), int64(len(content)), h, w, func(s *source, f resample.View, k resample.Filter) error {
			t, err = p.load(ctx, s, f, k, most)
			return err
		})
		return t, err
	})
}

// Tensor is Load for a decoded image.
func (p Preprocess) Tensor(ctx context.Context, img image.Image, h, w int) (t tensor.Tensor, err error) {
	if err := p.fits(h, w); err != nil {
		return t, err
	}
	size := img.Bounds().Size()
	s := &source{path: "the image", Header: codec.Header{Width: int64(size.X), Height: int64(size.Y)}}
	if err := s.checkSize(); err != nil {
		return t, err
	}
	if err := s.checkPixels(); err != nil {
		return t, err
	}
	f, err := p.frame(size.X, size.Y, h, w)
	if err != nil {
		return t, &LimitError{Path: s.path, Problem: err.Error()}
	}
	t = p.frameOf(ctx, f, toRGB(ctx, img), resample.Filters[p.interpolation()])
	return t, ctx.Err()
}

// decoded are the pixels of an image, if what that takes is no more than so many bytes of memory, 0 for any.
func (p Preprocess) decoded(ctx context.Context, s *source, need, most int64) (pixels, error) {
	if most > 0 && need > most {
		return pixels{}, &LimitError{Path: s.path, Need: need, Max: most, Problem: fmt.Sprintf(
			"has %d x %d pixels, and decoding it takes %d bytes of memory, the limit is %d; scale it down first",
			s.Width, s.Height, need, most)}
	}
	decoded, err := s.decode(ctx)
	if err == nil && s.Orientation > 1 && !s.turns() {
		p.Sideways.add(s.path)
	}
	return decoded, err
}

// load decodes an image within so many bytes of memory.
func (p Preprocess) load(ctx context.Context, s *source, f resample.View, k resample.Filter, most int64) (t tensor.Tensor, err error) {
	decoded, err := p.decoded(ctx, s, s.need(f, k, p.channels()), most)
	if err != nil {
		return t, err
	}
	t = p.frameOf(ctx, f, decoded, k)
	if p.Seen != nil {
		p.Seen(p.prepared(s, f))
	}
	return t, nil
}

// workspaces are for resizing one picture after the other.
var workspaces = sync.Pool{New: func() any { return new(resample.Workspace) }}

// frameOf makes the tensor of what the frame shows of an image.
func (p Preprocess) frameOf(ctx context.Context, f resample.View, photo pixels, k resample.Filter) tensor.Tensor {
	t := tensor.New(1, p.channels(), f.H, f.W)
	w := workspaces.Get().(*resample.Workspace)
	defer workspaces.Put(w)
	w.Planes(ctx, t.Data, photo.resampled(), f, k, p.Grey, p.planes())
	return t
}

// Need is how much memory Load uses, in bytes. Its errors are those of Load.
func Need(ctx context.Context, path string, p Preprocess, h, w int) (need int64, err error) {
	err = p.open(ctx, path, h, w, func(s *source, f resample.View, k resample.Filter) error {
		need = s.need(f, k, p.channels())
		return nil
	})
	return need, err
}

// open opens a file and calls do with it and how it is to be resized.
func (p Preprocess) open(ctx context.Context, path string, h, w int, do func(*source, resample.View, resample.Filter) error) error {
	if err := p.fits(h, w); err != nil {
		return err
	}
	file, info, err := regular.Open(path)
	if err != nil {
		return systemError(path, err)
	}
	defer file.Close()
	return p.look(ctx, path, file, info.Size(), h, w, do)
}

// look is open for a file that is open already.
func (p Preprocess) look(ctx context.Context, path string, file io.ReaderAt, size int64, h, w int, do func(*source, resample.View, resample.Filter) error) error {
	if err := p.fits(h, w); err != nil {
		return err
	}
	s, err := inspect(ctx, path, file, size)
	if err != nil {
		return err
	}
	s.upright = p.Upright
	width, height := s.shown()
	f, err := p.frame(width, height, h, w)
	if err != nil {
		return &LimitError{Path: path, Problem: err.Error()}
	}
	return do(s, f, resample.Filters[p.interpolation()])
}

// fits checks the fields, and the size of a network's input.
func (p Preprocess) fits(h, w int) error {
	if err := p.Check(); err != nil {
		return err
	}
	if h < 1 || w < 1 || int64(h)*int64(w) > MaxPixels {
		return fmt.Errorf("picture: got an input size of %d x %d, want 1 to %d pixels", h, w, MaxPixels)
	}
	return nil
}

// Check reports a field with an invalid value.
func (p Preprocess) Check() error {
	if _, ok := resample.Filters[p.interpolation()]; !ok {
		return fmt.Errorf("picture: got interpolation %.40q, want nearest, box, bilinear, bicubic or lanczos", p.Interpolation)
	}
	if p.Order != "" && p.Order != "rgb" && p.Order != "bgr" {
		return fmt.Errorf("picture: got channel order %.40q, want rgb or bgr", p.Order)
	}
	if p.Scale != 0 && p.Scale != 1 && p.Scale != 255 {
		return fmt.Errorf("picture: got scale %v, want 1 or 255", p.Scale)
	}
	if fit := p.fit(); fit != fitShort && fit != fitSquash && fit != fitPad {
		return fmt.Errorf("picture: got fit %.40q, want short, squash or pad", p.Fit)
	}
	if p.Resize[0] < 0 || p.Resize[1] < 0 {
		return fmt.Errorf("picture: got resize %d x %d, want a size, or 0 for that of the input", p.Resize[0], p.Resize[1])
	}
	for _, list := range [][]float32{p.Mean, p.Std} {
		switch n := len(list); {
		case n == 0 || n == 1 || n == 3 && !p.Grey:
		case p.Grey:
			return fmt.Errorf("picture: got the mean and standard deviation of %d channels, and a grey image has 1", n)
		default:
			return fmt.Errorf("picture: got %d means and %d standard deviations, want 1 or 3 of each", len(p.Mean), len(p.Std))
		}
	}
	for _, std := range p.Std {
		if !(std > 0) {
			return errors.New("picture: got a standard deviation that is not above 0")
		}
	}
	return nil
}

func (p Preprocess) interpolation() string { return cmp.Or(p.Interpolation, "bilinear") }

func (p Preprocess) fit() string { return cmp.Or(p.Fit, fitShort) }

// channels is how many channels the tensor has.
func (p Preprocess) channels() int {
	if p.Grey {
		return 1
	}
	return 3
}

// planes are what becomes of the pixels, a plane for each channel of the tensor.
func (p Preprocess) planes() []resample.Plane {
	planes := make([]resample.Plane, p.channels())
	full := float32(math.MaxUint8 / cmp.Or(p.Scale, 1))
	for channel := range planes {
		from := channel
		if p.Order == "bgr" && !p.Grey {
			from = 2 - channel
		}
		planes[channel] = resample.NewPlane(from, full, pick(p.Mean, channel, 0), pick(p.Std, channel, 1))
	}
	return planes
}

func pick(list []float32, channel int, otherwise float32) float32 {
	switch len(list) {
	case 0:
		return otherwise
	case 1:
		return list[0]
	}
	return list[channel]
}

// A FileError says why a file cannot be read as an image.
type FileError struct {
	Path    string
	Problem string // got, want, and what to do
	Err     error  // the underlying error, or nil
}

func (e *FileError) Error() string { return fmt.Sprintf("picture: %s: %s", e.Path, e.Problem) }

// Unwrap returns the underlying error.
func (e *FileError) Unwrap() error { return e.Err }

// A LimitError says that an image is too large to be read.
type LimitError struct {
	Path      string
	Problem   string // got, the limit, and what to do
	Need, Max int64  // bytes of memory, if that is the limit
}

func (e *LimitError) Error() string { return fmt.Sprintf("picture: %s: %s", e.Path, e.Problem) }
