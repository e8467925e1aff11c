package weights

import (
	"cmp"
	"encoding/binary"
	"io"
	"io/fs"
	"os"
	"slices"
	"unicode/utf8"

	mmap "github.com/edsrzf/mmap-go"

	"cnnlang/interp/internal/mapped"
	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/foreign"
	"cnnlang/ops/tensor"
)

// A safetensors file (https://github.com/huggingface/safetensors, "Format"):
//
//	    0  ┌──────────────────────────────┐
//	       │ n: uint64, little endian     │
//	    8  ├──────────────────────────────┤
//	       │ header: n bytes of JSON,     │  {"conv1.weight": {"dtype": "F32",
//	       │ spaces at the end            │    "shape": [64, 3, 7, 7],
//	       │                              │    "data_offsets": [0, 37632]}, ...,
//	       │                              │   "__metadata__": {"format": "pt"}}
//	 8+n = ├──────────────────────────────┤
//	base   │ tensors, row-major, little   │  tensor t at
//	       │ endian, one after another in │  [base+start, base+end)
//	       │ any order, nothing between   │
//	 size  └──────────────────────────────┘
//
// The header begins with '{', is UTF-8 and has no key twice; the tensors cover
// the rest of the file without holes or overlaps. This reader holds files to
// all of it, since a file that two readers understand differently is a file
// that one of them was tricked with.
type safetensors struct {
	path
	file    readAtCloser
	info    fs.FileInfo // of the file as it was opened
	mapped  mmap.MMap   // the whole file, or nil where it is read
	view    *mapped.View
	base    int64    // where the tensors start
	entries []record // in the order of their data
	classes weightfile.Classes
	about   map[string]string // its metadata
	index   map[string]int
}

// A record is one tensor of the header. Its bytes are [start, end) after base.
type record struct {
	Entry
	start, end int64
}

type readAtCloser interface {
	io.ReaderAt
	io.Closer
}

// readSafetensors reads the header of a file of size bytes and checks all of it; the
// tensors are not read.
func readSafetensors(file readAtCloser, name string, size int64, o Options) (*safetensors, error) {
	s := &safetensors{path: path(name), file: file}
	header, err := s.readHeader(size, o.maxHeader())
	if err != nil {
		return nil, err
	}
	s.base = 8 + int64(len(header))
	p := headerParser{path: s.path, maxTensors: o.maxTensors()}
	if s.entries, err = p.parse(header); err != nil {
		return nil, err
	}
	s.classes, s.about = p.classes, p.about
	if err := s.checkLayout(size - s.base); err != nil {
		return nil, err
	}
	s.index = make(map[string]int, len(s.entries))
	for i, e := range s.entries {
		s.index[e.Name] = i
	}
	return s, nil
}

// Metadata are the texts that a safetensors file has beside its tensors, by their names; nil for any other.
func Metadata(s Store) map[string]string {
	switch file := s.(type) {
	case *safetensors:
		return file.about
	case libraryFile:
		return file.about
	}
	return nil
}

// isSafetensors recognises a header that ends in the file, by its length and its brace.
func isSafetensors(head []byte, size int64) bool {
	return len(head) > 8 && head[8] == '{' && binary.LittleEndian.Uint64(head) <= uint64(size-8)
}

// mapFile maps the file. If that fails, as on some network file systems, the file is read
// instead.
func (s *safetensors) mapFile(f *os.File, size int64) {
	m, err := mmap.Map(f, mmap.RDONLY, 0)
	if err != nil {
		return
	}
	if int64(len(m)) < size { // it shrank meanwhile
		m.Unmap()
		return
	}
	s.mapped = m
	s.view = mapped.Watch(f, m, func(err error) error { return s.failed(err) })
}

// readHeader returns the header's bytes, after comparing its length with the file's and
// with the limit.
func (s *safetensors) readHeader(size, limit int64) ([]byte, error) {
	if size < 8 {
		return nil, s.corrupt("", "got %d bytes, want at least the 8 of a header's length; the file is empty or cut short, fetch it again", size)
	}
	prefix := make([]byte, min(size, 9))
	if _, err := s.file.ReadAt(prefix, 0); err != nil {
		return nil, s.failed(err)
	}
	n := binary.LittleEndian.Uint64(prefix)
	if n > uint64(size-8) {
		if n >= 1<<40 || size > 8 && prefix[8] != '{' {
			return nil, foreign.Unknown(s.Path(), prefix)
		}
		return nil, s.corrupt("", "the header claims %d bytes, the file has %d after its length; it was cut short, fetch it again", n, size-8)
	}
	if n > uint64(limit) {
		return nil, &LimitError{Path: s.Path(), Limit: "bytes of header", Got: int64(n), Max: limit,
			Help: "no network needs so many names; put one network in a file"}
	}
	if n < 2 {
		return nil, s.corrupt("", "the header has %d bytes, want at least the 2 of {}; the file was not written completely", n)
	}
	header := make([]byte, n)
	if _, err := s.file.ReadAt(header, 8); err != nil {
		return nil, s.failed(err)
	}
	if header[0] != '{' {
		return nil, s.corrupt("", "the header begins with %q, want '{'; it is not a safetensors file", header[0])
	}
	if !utf8.Valid(header) {
		return nil, s.corrupt("", "the header is not valid UTF-8; write the file again with plain tensor names")
	}
	return header, nil
}

// checkLayout sorts the entries by their data and checks that they cover exactly the bytes
// after the header.
func (s *safetensors) checkLayout(data int64) error {
	slices.SortStableFunc(s.entries, func(a, b record) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end))
	})
	at, last := int64(0), ""
	for _, e := range s.entries {
		switch {
		case e.start < at:
			return s.corrupt(e.Name, "its data starts at %d inside the data of %s, which ends at %d; the file is damaged, write it again", e.start, weightfile.Shown(last), at)
		case e.start > at:
			return s.corrupt(e.Name, "its data starts at %d, want %d: no tensor owns the bytes between; the file is damaged, write it again", e.start, at)
		case e.end > data:
			return s.corrupt(e.Name, "its data ends at %d, the file has %d bytes of data; it was cut short, fetch it again", e.end, data)
		}
		at, last = e.end, e.Name
	}
	if at != data {
		return s.corrupt("", "the tensors end at %d, the file has %d bytes of data; the rest belongs to no tensor, write the file again", at, data)
	}
	return nil
}

func (s *safetensors) Path() string { return string(s.path) }

// Files are none if the store does not read a file, as in tests.
func (s *safetensors) Files() []*os.File {
	if f, ok := s.file.(*os.File); ok {
		return []*os.File{f}
	}
	return nil
}

func (s *safetensors) Views() bool {
	return s.mapped != nil && littleEndian && s.base%4 == 0 && !slices.ContainsFunc(s.entries, func(r record) bool {
		return dtypes[r.DType].decode != nil && (r.DType != "F32" || r.start%4 != 0)
	})
}

func (s *safetensors) Entries() []Entry {
	entries := make([]Entry, len(s.entries))
	for i, e := range s.entries {
		entries[i] = e.Entry
	}
	return entries
}

func (s *safetensors) Tensor(name string) (tensor.Tensor, error) {
	i, ok := s.index[name]
	if !ok {
		return tensor.Tensor{}, s.corrupt(name, "the file has no tensor of this name")
	}
	e := s.entries[i]
	decode := dtypes[e.DType].decode
	if decode == nil {
		return tensor.Tensor{}, s.corrupt(name, "holds %s, want F32, F16, BF16 or F64; convert it before saving", e.DType)
	}
	raw, err := s.bytes(e)
	if err != nil {
		return tensor.Tensor{}, err
	}
	var data []float32
	err = mapped.Guard(func() error {
		data = decode(raw)
		return nil
	})
	if err != nil {
		return tensor.Tensor{}, err
	}
	return tensor.From(data, e.Shape...), nil
}

// About says that it is what it is, and which classes its metadata names; a file of this format
// has nothing beside its tensors.
func (s *safetensors) About() weightfile.About {
	return weightfile.About{Format: "safetensors", Classes: s.classes}
}

func (s *safetensors) Raw(name string) ([]byte, error) {
	i, ok := s.index[name]
	if !ok {
		return nil, s.corrupt(name, "the file has no tensor of this name")
	}
	return s.bytes(s.entries[i])
}

// bytes returns a tensor's bytes, as a view of the mapping if there is one.
func (s *safetensors) bytes(e record) ([]byte, error) {
	if s.mapped != nil {
		return s.mapped[s.base+e.start : s.base+e.end : s.base+e.end], nil
	}
	raw := alignedBytes(e.end - e.start)
	if len(raw) == 0 {
		return raw, nil
	}
	if _, err := s.file.ReadAt(raw, s.base+e.start); err != nil {
		return nil, s.failed(err)
	}
	return raw, nil
}

// Forget releases the pages that hold nothing but this tensor.
func (s *safetensors) Forget(name string) {
	i, ok := s.index[name]
	if !ok || s.mapped == nil {
		return
	}
	page := int64(os.Getpagesize())
	from := (s.base + s.entries[i].start + page - 1) / page * page
	to := (s.base + s.entries[i].end) / page * page
	if from < to {
		forget(s.mapped[from:to])
	}
}

func (s *safetensors) Unchanged() error {
	if f, ok := s.file.(*os.File); ok {
		return s.unchanged(f, s.info)
	}
	return nil
}

func (s *safetensors) Close() error {
	var unmapped error
	if s.mapped != nil {
		s.view.Close()
		unmapped = s.mapped.Unmap()
		s.mapped = nil
	}
	if err := cmp.Or(s.file.Close(), unmapped); err != nil {
		return s.failed(err)
	}
	return nil
}
