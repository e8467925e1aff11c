package weights

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"cnnlang/interp/atomicfile"
	"cnnlang/interp/internal/mapped"
	"cnnlang/interp/internal/weightfile"
	"cnnlang/ops/tensor"
)

// A Named is a tensor with its name in a file.
type Named struct {
	Name   string
	Tensor tensor.Tensor
}

// A Source is a tensor to write, whose bytes are asked for when their turn comes. They may be
// a view of a mapping.
type Source struct {
	Entry
	From  string // the type that the bytes are made from
	Bytes func() ([]byte, error)
	// Done, if not nil, is called once they are written.
	Done func()
}

// Rounded reports whether the type has fewer digits or a smaller range than the one that its
// numbers are made from.
func (t Source) Rounded() bool {
	from, to := binaryFormats[t.From], binaryFormats[t.DType]
	return to.mantissa < from.mantissa || to.exponent < from.exponent
}

// Refused is why a tensor cannot be written, nil if it can: the words of what reads the file, if it
// does not read the tensor, or that small floats cannot be made into others.
func (t Source) Refused(s Store, as string) error {
	switch {
	case dtypes[t.DType].bits == 0:
		_, err := t.Bytes()
		return err
	case as != "" && !t.Float() && strings.HasPrefix(t.DType, "F"):
		return path(s.Path()).corrupt(t.Name, "holds %s, which is not converted to other types; leave out --dtype, or the tensor with --rename", t.DType)
	}
	return nil
}

// WriteSafetensors writes the tensors as F32, in order, as Write does.
func WriteSafetensors(ctx context.Context, path string, tensors []Named) error {
	return WriteWith(ctx, path, tensors, nil)
}

// WriteWith is WriteSafetensors with texts about the tensors, by names of their own, which Metadata
// reads.
func WriteWith(ctx context.Context, path string, tensors []Named, about map[string]string) error {
	var sources []Source
	for _, t := range tensors {
		sources = append(sources, t.Source())
	}
	return Write(ctx, path, sources, about, nil)
}

// Source is the tensor as it is.
func (t Named) Source() Source {
	return Bytes(t.Name, "F32", bytesOf(t.Tensor.Data), t.Tensor.Shape...)
}

// Bytes is a tensor of elements that are there already, row-major and little-endian.
func Bytes(name, dtype string, raw []byte, shape ...int) Source {
	return Source{Entry: Entry{Name: name, DType: dtype, Shape: shape}, From: dtype, Bytes: func() ([]byte, error) { return raw, nil }}
}

// Write writes tensors, in order and one after another, to a safetensors file that Open and
// Python's safetensors read. The file appears whole or not at all; last, if not nil, is asked
// before it does. Metadata reads the texts about them. The error is a *FileError, that of a Source
// or of last, or that of ctx once that has ended.
func Write(ctx context.Context, path string, tensors []Source, about map[string]string, last func() error) error {
	header, err := headerOf(tensors, about)
	if err != nil {
		return &FileError{Path: path, Problem: "cannot be written: " + err.Error(), Err: err}
	}
	var read error // the source's own error, which names its file
	err = atomicfile.Write(path, func(w io.Writer) error {
		if _, err := w.Write(header); err != nil {
			return err
		}
		for _, t := range tensors {
			if err := ctx.Err(); err != nil {
				return err
			}
			raw, err := t.Bytes()
			if err != nil {
				read = err
				return err
			}
			if want, err := t.size(); err != nil || want != int64(len(raw)) {
				return fmt.Errorf("tensor %s: got %d bytes for %s %v", weightfile.Shown(t.Name), len(raw), t.DType, t.Shape)
			}
			if err := mapped.Guard(func() error { _, err := w.Write(raw); return err }); err != nil {
				return err
			}
			if t.Done != nil {
				t.Done()
			}
		}
		if last != nil {
			read = last()
		}
		return read
	})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case read != nil:
		return read
	case err != nil:
		e := fileErrorFrom(path, err)
		e.Problem = "cannot be written: " + e.Problem
		return e
	}
	return nil
}

// headerOf returns everything before the first tensor: the length, the JSON and spaces up
// to a multiple of 8, so that readers can use the data in place.
func headerOf(tensors []Source, about map[string]string) ([]byte, error) {
	if len(tensors) > (Options{}).maxTensors() {
		return nil, fmt.Errorf("got %d tensors, the limit is %d", len(tensors), (Options{}).maxTensors())
	}
	b := bytes.NewBuffer(make([]byte, 8))
	// PyTorch's loaders expect this entry.
	fmt.Fprintf(b, `{%q:{"format":"pt"`, metadataKey)
	for _, key := range slices.Sorted(maps.Keys(about)) {
		entry, err := json.Marshal(map[string]string{key: about[key]})
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(b, ",%s", bytes.Trim(entry, "{}"))
	}
	b.WriteByte('}')
	seen := map[string]bool{}
	start := int64(0)
	for _, t := range tensors {
		size, err := t.check(seen)
		if err != nil {
			return nil, fmt.Errorf("tensor %s: %w", weightfile.Shown(t.Name), err)
		}
		seen[t.Name] = true
		name, err := json.Marshal(t.Name)
		if err != nil {
			return nil, err
		}
		shape, err := json.Marshal(append([]int{}, t.Shape...))
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(b, `,%s:{"dtype":%q,"shape":%s,"data_offsets":[%d,%d]}`, name, t.DType, shape, start, start+size)
		start += size
		if n := int64(b.Len()); n > (Options{}).maxHeader() {
			return nil, fmt.Errorf("the names make a header of %d bytes, the limit is %d", n, (Options{}).maxHeader())
		}
	}
	b.WriteByte('}')
	for b.Len()%8 != 0 {
		b.WriteByte(' ')
	}
	header := b.Bytes()
	binary.LittleEndian.PutUint64(header, uint64(len(header)-8))
	return header, nil
}

// check refuses what Open would refuse to read, and returns the number of bytes.
func (t Source) check(taken map[string]bool) (int64, error) {
	if t.Name == metadataKey {
		return 0, errors.New("safetensors has this name for what is no tensor; give it another one")
	}
	if taken[t.Name] {
		return 0, errors.New("another tensor has this name; names must differ")
	}
	if !utf8.ValidString(t.Name) {
		return 0, errors.New("the name is not valid UTF-8")
	}
	if len(t.Shape) > maxRank {
		return 0, fmt.Errorf("got %d axes, the limit is %d", len(t.Shape), maxRank)
	}
	for _, d := range t.Shape {
		if d < 0 || d > maxDim {
			return 0, fmt.Errorf("shape %v has a size outside 0 to %d", t.Shape, maxDim)
		}
	}
	return t.size()
}

func (t Source) size() (int64, error) {
	if n, ok := byteSize(t.Shape, dtypes[t.DType].bits); ok && dtypes[t.DType].bits > 0 {
		return n, nil
	}
	if dtypes[t.DType].bits == 0 {
		return 0, fmt.Errorf("it is %s, and safetensors has no such type; leave it out with --rename '%s=', or save it otherwise", weightfile.Shown(t.DType), t.Name)
	}
	return 0, fmt.Errorf("%s %v cannot be counted in bytes", t.DType, t.Shape)
}
