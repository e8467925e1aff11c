// Package numpy reads weights from NumPy's files: .npy, one array that is named after the file,
// and .npz, a zip archive with an array NAME.npy for each tensor, as numpy.savez and
// numpy.savez_compressed write it.
//
//	NAME.npy  \x93NUMPY  version  n  a dict of n bytes  elements     (package npyheader)
//
// Elements may lie in either byte order and either order of axes. Arrays of Python objects are
// pickles and are not read.
package numpy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"cnnlang/interp/internal/npyheader"
	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/zipfile"
)

// types are those of NumPy's that are read, by the part of descr after the byte order.
var types = map[string]weightfile.Type{
	"f8": weightfile.F64, "f4": weightfile.F32, "f2": weightfile.F16, "c8": weightfile.C64, "b1": weightfile.Bool,
	"i8": weightfile.I64, "i4": weightfile.I32, "i2": weightfile.I16, "i1": weightfile.I8,
	"u8": weightfile.U64, "u4": weightfile.U32, "u2": weightfile.U16, "u1": weightfile.U8,
}

// sizes are those of the types.
var sizes = func() map[string]int {
	all := map[string]int{}
	for name, t := range types {
		all[name] = t.Size()
	}
	return all
}()

// Is recognises an array, or a zip archive whose first file is one or that is named .npz.
func Is(head []byte, path string) bool {
	if bytes.HasPrefix(head, []byte(npyheader.Magic)) {
		return true
	}
	named := strings.EqualFold(filepath.Ext(path), ".npz")
	if !bytes.HasPrefix(head, []byte("PK\x03\x04")) || len(head) < 30 {
		return named && bytes.HasPrefix(head, []byte("PK\x05\x06")) // one without files
	}
	first := head[30:min(len(head), 30+int(head[26])+int(head[27])<<8)]
	return bytes.HasSuffix(first, []byte(".npy")) || named
}

// Open reads the headers of the arrays.
func Open(in weightfile.Input) (weightfile.File, error) {
	magic, err := in.At(0, min(in.Size, int64(len(npyheader.Magic))), "the file")
	if err != nil {
		return nil, err
	}
	if string(magic) == npyheader.Magic {
		return openArray(in)
	}
	return openArchive(in)
}

// A file is a file of either kind.
type file struct {
	weightfile.Listing
	arrays []array
}

// An array is where the elements of a tensor are.
type array struct {
	npyheader.Header
	read func(offset, n int64, what string) ([]byte, error)
}

// within is an archive and its entry for each array.
type within struct {
	*file
	archive *zipfile.Archive
	entries []zipfile.Entry
}

// Bytes compares the entry with its checksum first.
func (w *within) Bytes(i int) ([]byte, error) {
	raw, err := w.archive.Whole(w.entries[i])
	if err != nil {
		return nil, w.refused(w.List[i].Name, err)
	}
	return w.elements(i, raw[w.arrays[i].Start:])
}

// add lists an array of so many bytes. An error is about the header, unless read failed.
func (f *file) add(name string, size int64, read func(offset, n int64, what string) ([]byte, error)) error {
	r := &reader{size: size, read: read}
	h, err := npyheader.Read(r, size, sizes)
	if r.failed != nil {
		return r.failed
	}
	if err == nil {
		if n, ok := weightfile.Elements(h.Shape); !ok {
			err = fmt.Errorf("has the shape %v, more elements than a tensor may have: %d", h.Shape, n)
		}
	}
	if err != nil {
		return err
	}
	f.List = append(f.List, weightfile.Tensor{Name: name, Type: types[h.Type], Shape: slices.Clip(h.Shape)})
	f.arrays = append(f.arrays, array{h, read})
	return nil
}

func openArray(in weightfile.Input) (weightfile.File, error) {
	f := &file{Listing: weightfile.Listing{In: in, Said: weightfile.About{Format: "NumPy (.npy)"}}}
	name := strings.TrimSuffix(filepath.Base(in.Path), ".npy")
	err := f.add(name, in.Size, in.At)
	return f, f.refused("", err)
}

func openArchive(in weightfile.Input) (weightfile.File, error) {
	a, err := zipfile.Open(in)
	if err != nil {
		return nil, err
	}
	f := &file{Listing: weightfile.Listing{In: in, Said: weightfile.About{Format: "NumPy (.npz)"}}}
	w := &within{file: f, archive: a}
	var refused, beside []string
	described := int64(0)
	for _, e := range a.Entries() {
		name, ok := strings.CutSuffix(e.Name, ".npy")
		if !ok {
			beside = append(beside, weightfile.Shown(e.Name))
			continue
		}
		if len(f.List) == in.Limits.MaxTensors() {
			return nil, in.TooMany()
		}
		err := f.add(name, e.Size, func(offset, n int64, what string) ([]byte, error) { return a.Read(e, offset, n, what) })
		if other := (*npyheader.DescrError)(nil); errors.As(err, &other) {
			refused = append(refused, fmt.Sprintf("%s (%s)", weightfile.Shown(name), weightfile.Shown(other.Descr)))
			continue
		}
		if err != nil {
			return nil, f.refused(name, err)
		}
		w.entries = append(w.entries, e)
		if described += f.arrays[len(f.arrays)-1].Start; described > in.Limits.MaxHeader() {
			return nil, &weightfile.LimitError{Path: in.Path, Limit: "bytes of headers", Got: described, Max: in.Limits.MaxHeader(), Help: "no network needs so many; put one network in a file"}
		}
	}
	const most = 10
	f.Said.Beside = beside[:min(len(beside), most)]
	if more := len(beside) - most; more > 0 {
		f.Said.Beside = append(f.Said.Beside, fmt.Sprintf("%d more files", more))
	}
	if len(refused) > 0 {
		f.Said.Notes = append(f.Said.Notes, "not readable: "+strings.Join(refused[:min(len(refused), most)], ", "))
	}
	if len(f.List) == 0 {
		if len(refused) > 0 {
			return nil, in.Corrupt("", "holds no numbers but %s; convert the arrays with .astype('float32') before saving", refused[0])
		}
		return nil, in.Corrupt("", "holds no arrays, want files that end in .npy in it; it is no .npz file, or an empty one")
	}
	return w, nil
}

// refused is an error with the names of the file and the array.
func (f *file) refused(name string, err error) error {
	switch err := err.(type) {
	case nil:
		return nil
	case *weightfile.Error:
		return f.In.Corrupt(name, "%s", err.Problem)
	case *weightfile.LimitError:
		return err
	}
	return f.In.Corrupt(name, "%s", err)
}

func (f *file) Bytes(i int) ([]byte, error) {
	a := f.arrays[i]
	raw, err := a.read(a.Start, int64(a.Size)*int64(a.Shape.Elements()), "its elements")
	if err != nil {
		return nil, f.refused(f.List[i].Name, err)
	}
	return f.elements(i, raw)
}

// elements puts those of array i, which raw begins with, into the order of this program.
func (f *file) elements(i int, raw []byte) ([]byte, error) {
	a := f.arrays[i]
	n := a.Size * a.Shape.Elements()
	if n > len(raw) {
		return nil, f.In.Corrupt(f.List[i].Name, "has %d bytes of elements, want %d; the file is damaged, fetch it again", len(raw), n)
	}
	raw = raw[:n]
	if a.Order.Uint16([]byte{1, 0}) != 1 {
		part := a.Size
		if a.Type == "c8" {
			part = 4
		}
		for at := 0; at < len(raw); at += part {
			slices.Reverse(raw[at : at+part])
		}
	}
	if a.Fortran && len(a.Shape) > 1 {
		turned := make([]byte, len(raw))
		npyheader.RowMajor(a.Shape, func(from, to int) { copy(turned[to*a.Size:(to+1)*a.Size], raw[from*a.Size:]) })
		raw = turned
	}
	return raw, nil
}

// A reader reads the beginning of an array.
type reader struct {
	at, size int64
	read     func(offset, n int64, what string) ([]byte, error)
	failed   error
}

func (r *reader) Read(p []byte) (int, error) {
	n := min(int64(len(p)), r.size-r.at)
	if n == 0 {
		return 0, io.EOF
	}
	raw, err := r.read(r.at, n, "its header")
	if err != nil {
		r.failed = err
		return 0, err
	}
	r.at += n
	return copy(p, raw), nil
}
