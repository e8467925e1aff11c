package dataset

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"cnnlang/interp/internal/regular"
	"cnnlang/interp/picture"
)

// files is a source of pictures in files.
type files struct {
	roots [2]string // of those to learn from, and of those to check with
	list  []file
	o     *Options
}

// A file is one of them.
type file struct {
	path string // below the root, with slashes
	val  bool
	// label is the class by number.
	label int
}

func (f *files) path(i int) string      { return f.list[i].path }
func (f *files) kind(int) string        { return "file" }
func (f *files) numbers() bool          { return false }
func (f *files) values(i int) []float32 { return nil }

func (f *files) name(i int) string { return f.of(f.list[i]) }

// of is the name of a file as the user may open it.
func (f *files) of(one file) string {
	root := f.roots[0]
	if one.val {
		root = f.roots[1]
	}
	return filepath.Join(root, filepath.FromSlash(one.path))
}

// likely reports whether a picture is to check with, as far as can be told before all are known: represent moves
// a few.
func (f *files) likely(i int, hash digest) bool {
	if f.roots[1] != "" {
		return f.list[i].val
	}
	key, _ := f.o.key(f.path(i), hash)
	return f.o.chosen(key)
}

// bitmap reads a picture again, which must be the same as before.
func (f *files) bitmap(ctx context.Context, i int, hash digest) (picture.Bitmap, error) {
	return again(ctx, f.name(i), f.o.Prepare, hash, f.o.MaxPicture)
}

// again decodes a file that had this hash before.
func again(ctx context.Context, name string, p picture.Preprocess, hash digest, most int64) (picture.Bitmap, error) {
	content, err := contentOf(name)
	if err != nil {
		return picture.Bitmap{}, err
	}
	if sha256.Sum256(content) != hash {
		return picture.Bitmap{}, problem(name, "is another picture than when training began; start again with the pictures as they are now")
	}
	return p.Bitmap(ctx, name, content, most)
}

// errOther says that a file is no picture.
var errOther = errors.New("is no picture")

// contentOf reads a file that holds a picture.
func contentOf(name string) ([]byte, error) {
	f, info, err := regular.Open(name)
	if err != nil {
		return nil, systemError(name, err)
	}
	defer f.Close()
	head := make([]byte, min(info.Size(), 64))
	n, err := io.ReadFull(f, head)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		return nil, systemError(name, err)
	}
	if unreadable := picture.Recognise(head[:n]); unreadable != "" {
		if !isPicture(name) {
			return nil, errOther
		}
		return nil, problem(name, "%s", unreadable)
	}
	if info.Size() > picture.MaxBytes {
		return nil, problem(name, "has %d bytes, the limit is %d; scale it down first", info.Size(), picture.MaxBytes)
	}
	content := make([]byte, info.Size()) // it is that long
	copy(content, head)
	if _, err := io.ReadFull(f, content[n:]); err != nil {
		return nil, problem(name, "became shorter while it was read: %v", err)
	}
	return content, nil
}

// pictureEndings are those of files that somebody takes for pictures, whatever they hold.
var pictureEndings = []string{
	".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".gif", ".webp", ".bmp", ".dib", ".tif", ".tiff",
	".heic", ".heif", ".avif", ".jp2", ".jxl", ".ppm", ".pgm", ".pbm", ".pnm", ".cr2", ".nef", ".dng", ".ico", ".tga",
}

func isPicture(name string) bool {
	return slices.Contains(pictureEndings, strings.ToLower(path.Ext(filepath.ToSlash(name))))
}

// why is the problem of an error without the path, for a list of bad pictures.
func why(err error) string {
	var own *FileError
	var file *picture.FileError
	var limit *picture.LimitError
	switch {
	case errors.As(err, &own):
		return own.Problem
	case errors.As(err, &file):
		return file.Problem
	case errors.As(err, &limit):
		return limit.Problem
	}
	return fmt.Sprint(err)
}
