package dataset

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"path/filepath"
	"regexp"
	"strings"

	"cnnlang/interp/internal/regular"
	"cnnlang/ops/tensor"
)

// The files of MNIST and of others like it, gzipped or not, big-endian:
//
//	…-images-idx3-ubyte  0x00000803  n  height  width  bytes [n, height, width]
//	…-labels-idx1-ubyte  0x00000801  n                 bytes [n]
//
// (Y. LeCun, C. Cortes and C. Burges, "The MNIST database", file formats.)

var idxImages = regexp.MustCompile(`^(.*)images([-.])idx3-ubyte(\.gz)?$`)

func holdsIdx(entries []regular.Entry) bool {
	for _, e := range entries {
		if idxImages.MatchString(e.Name) && !e.IsFolder() {
			return true
		}
	}
	return false
}

// idxParts reads the pairs of files of a folder: that to check with has test or t10k in its name.
func idxParts(ctx context.Context, folder string, entries []regular.Entry, o Options) (*stack, error) {
	sides := [2]*part{}
	for _, e := range entries {
		name := idxImages.FindStringSubmatch(e.Name)
		if name == nil || e.IsFolder() {
			continue
		}
		side := 0
		if strings.Contains(name[1], "test") || strings.Contains(name[1], "t10k") {
			side = 1
		}
		if sides[side] != nil {
			return nil, problem(filepath.Join(folder, e.Name), "is beside %s, and which of them counts cannot be known; leave one there", shown(sides[side].file))
		}
		labels := name[1] + "labels" + name[2] + "idx1-ubyte"
		if !holds(labels)(entries) {
			labels += ".gz"
		}
		p, err := idxPart(ctx, filepath.Join(folder, e.Name), filepath.Join(folder, labels), o)
		if err != nil {
			return nil, err
		}
		p.val, sides[side] = side == 1, p
	}
	if sides[0] == nil {
		return nil, problem(folder, "holds no images to learn from, whose name ends in train-images-idx3-ubyte")
	}
	s := &stack{}
	for _, p := range sides {
		if p != nil {
			s.parts = append(s.parts, *p)
		}
	}
	return s, nil
}

// idxPart reads images with their labels.
func idxPart(ctx context.Context, images, labels string, o Options) (*part, error) {
	sizes, pixels, err := idxFile(ctx, images, 3, o)
	if err != nil {
		return nil, err
	}
	n, classes, err := idxFile(ctx, labels, 1, o)
	if err != nil {
		return nil, err
	}
	if n[0] != sizes[0] {
		return nil, problem(labels, "has labels of %d pictures, and %s has %d", n[0], shown(images), sizes[0])
	}
	p := &part{file: images, n: sizes[0], c: 1, h: sizes[1], w: sizes[2], bytes: pixels, labels: make([]int, n[0])}
	for i, label := range classes {
		p.labels[i] = int(label)
	}
	return p, nil
}

// idxFile reads a file.
func idxFile(ctx context.Context, path string, rank int, o Options) (sizes []int, elements []byte, err error) {
	f, info, err := regular.Open(path)
	if err != nil {
		return nil, nil, systemError(path, err)
	}
	defer f.Close()
	return readIdx(ctx, path, f, info.Size(), rank, o)
}

const (
	// mostUnpacked is how many bytes a compressed file may have.
	mostUnpacked = 4 << 30
	// gzipRatio is how many times longer a file may be than its compressed one: deflate's limit.
	gzipRatio = 1032
)

// readIdx reads an array of bytes with so many axes, from a file of so many bytes.
func readIdx(ctx context.Context, path string, from io.Reader, size int64, rank int, o Options) (sizes []int, elements []byte, err error) {
	var r io.Reader = regular.Reader{Ctx: ctx, Reader: from}
	packed := strings.HasSuffix(path, ".gz")
	if packed {
		unpacked, err := gzip.NewReader(r)
		if err != nil {
			return nil, nil, unpackError(ctx, path, err)
		}
		r = unpacked
		size = min(size*gzipRatio, mostUnpacked)
	}
	head := make([]byte, 4+4*rank)
	n, err := io.ReadFull(r, head)
	if want := binary.BigEndian.AppendUint32(nil, uint32(0x800+rank)); n >= len(want) && !bytes.HasPrefix(head, want) {
		return nil, nil, problem(path, "begins with % x, want % x: an array of bytes with %s", head[:4], want, counted(rank, "axis", "axes"))
	}
	if err != nil {
		return nil, nil, unpackError(ctx, path, err)
	}
	want := int64(1)
	for axis := range rank {
		d := int64(binary.BigEndian.Uint32(head[4+4*axis:]))
		if d > 0 && want > math.MaxInt64/d {
			return nil, nil, problem(path, "says that it has more elements than can be counted; it is damaged, fetch it again")
		}
		sizes, want = append(sizes, int(d)), want*d
	}
	switch rest := size - int64(len(head)); {
	case sizes[0] > mostEntries:
		return nil, nil, beyond(path, "says that it has %d pictures, the limit is %d", sizes[0], mostEntries)
	case want > rest || !packed && want < rest:
		has := "has"
		if packed {
			has = "has at most" // going by how long it is packed
		}
		return nil, nil, problem(path, "%s %d bytes of elements, and says %d, for the shape %v; it was cut short or is damaged, fetch it again", has, rest, want, tensor.Shape(sizes))
	case o.MaxArray > 0 && want > o.MaxArray:
		return nil, nil, beyond(path, "takes %d bytes of memory, the limit is %d", want, o.MaxArray)
	}
	elements, err = exactly(r, want)
	if err != nil {
		return nil, nil, unpackError(ctx, path, err)
	}
	return sizes, elements, nil
}

var errMore = errors.New("it goes on behind its elements")

// exactly reads so many bytes, behind which there must be none, in memory that grows with what comes.
func exactly(r io.Reader, n int64) ([]byte, error) {
	var b bytes.Buffer
	got, err := io.Copy(&b, io.LimitReader(r, n+1))
	switch {
	case err != nil:
		return nil, err
	case got < n:
		return nil, io.ErrUnexpectedEOF
	case got > n:
		return nil, errMore
	}
	return b.Bytes(), nil
}

// unpackError says why a file cannot be read to its end.
func unpackError(ctx context.Context, path string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	what := "cannot be unpacked: " + err.Error() + "; it is damaged, fetch it again"
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		what = "ends too early; it was cut short, fetch it again"
	}
	if errors.Is(err, errMore) {
		what = "goes on behind its last element; it is damaged, fetch it again"
	}
	return &FileError{Path: path, Problem: what, Err: err}
}
