package weights

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"cnnlang/interp/atomicfile"
	"cnnlang/interp/internal/weightfile"
	"cnnlang/ops/tensor"
)

// A Named is a tensor with its name in a file.
type Named struct {
	Name   string
	Tensor tensor.Tensor
}

// WriteSafetensors writes the tensors as F32, in order, to a safetensors file
// that Open and Python's safetensors read. The file appears whole or not at
// all. Its error is a *FileError, or that of ctx once that has ended.
func WriteSafetensors(ctx context.Context, path string, tensors []Named) error {
	header, err := headerOf(tensors)
	if err != nil {
		return &FileError{Path: path, Problem: "cannot be written: " + err.Error(), Err: err}
	}
	err = atomicfile.Write(path, func(w io.Writer) error {
		if _, err := w.Write(header); err != nil {
			return err
		}
		for _, t := range tensors {
			if err := ctx.Err(); err != nil {
				return err
			}
			if _, err := w.Write(bytesOf(t.Tensor.Data)); err != nil {
				return err
			}
		}
		return nil
	})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		e := fileErrorFrom(path, err)
		e.Problem = "cannot be written: " + e.Problem
		return e
	}
	return nil
}

// headerOf returns everything before the first tensor: the length, the JSON and spaces up
// to a multiple of 8, so that readers can use the data in place.
func headerOf(tensors []Named) ([]byte, error) {
	if len(tensors) > (Options{}).maxTensors() {
		return nil, fmt.Errorf("got %d tensors, the limit is %d", len(tensors), (Options{}).maxTensors())
	}
	b := bytes.NewBuffer(make([]byte, 8))
	// PyTorch's loaders expect this entry.
	fmt.Fprintf(b, `{%q:{"format":"pt"}`, metadataKey)
	seen := map[string]bool{metadataKey: true}
	start := 0
	for _, t := range tensors {
		if err := checkNamed(t, seen); err != nil {
			return nil, fmt.Errorf("tensor %s: %w", weightfile.Shown(t.Name), err)
		}
		seen[t.Name] = true
		name, err := json.Marshal(t.Name)
		if err != nil {
			return nil, err
		}
		shape, err := json.Marshal(append([]int{}, t.Tensor.Shape...))
		if err != nil {
			return nil, err
		}
		end := start + 4*len(t.Tensor.Data)
		fmt.Fprintf(b, `,%s:{"dtype":"F32","shape":%s,"data_offsets":[%d,%d]}`, name, shape, start, end)
		start = end
	}
	b.WriteByte('}')
	for b.Len()%8 != 0 {
		b.WriteByte(' ')
	}
	header := b.Bytes()
	if n := int64(len(header) - 8); n > (Options{}).maxHeader() {
		return nil, fmt.Errorf("the names make a header of %d bytes, the limit is %d", n, (Options{}).maxHeader())
	}
	binary.LittleEndian.PutUint64(header, uint64(len(header)-8))
	return header, nil
}

// checkNamed refuses what Open would refuse to read.
func checkNamed(t Named, taken map[string]bool) error {
	if taken[t.Name] {
		return errors.New("another tensor has this name; names must differ")
	}
	if !utf8.ValidString(t.Name) {
		return errors.New("the name is not valid UTF-8")
	}
	if len(t.Tensor.Shape) > maxRank {
		return fmt.Errorf("got %d axes, the limit is %d", len(t.Tensor.Shape), maxRank)
	}
	for _, d := range t.Tensor.Shape {
		if d < 0 || d > maxDim {
			return fmt.Errorf("shape %v has a size outside 0 to %d", t.Tensor.Shape, maxDim)
		}
	}
	if size, ok := byteSize(t.Tensor.Shape, 32); !ok || size != 4*int64(len(t.Tensor.Data)) {
		return fmt.Errorf("got %d elements for shape %v", len(t.Tensor.Data), t.Tensor.Shape)
	}
	return nil
}
