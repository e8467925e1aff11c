package interp

import (
	"bytes"
	"io/fs"
	"time"
)

// memory is a file system of one file.
type memory struct {
	name string
	text []byte
}

func (m memory) Open(name string) (fs.File, error) {
	if name != m.name {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return &memoryFile{m, bytes.NewReader(m.text)}, nil
}

type memoryFile struct {
	memory
	*bytes.Reader
}

func (f *memoryFile) Open(string) (fs.File, error) { return nil, fs.ErrInvalid }
func (f *memoryFile) Stat() (fs.FileInfo, error)   { return f, nil }
func (f *memoryFile) Close() error                 { return nil }
func (f *memoryFile) Name() string                 { return f.name }
func (f *memoryFile) Mode() fs.FileMode            { return 0o444 }
func (f *memoryFile) ModTime() time.Time           { return time.Time{} }
func (f *memoryFile) IsDir() bool                  { return false }
func (f *memoryFile) Sys() any                     { return nil }
func (f *memoryFile) Size() int64                  { return int64(len(f.text)) }
