package interp

import (
	"errors"
	"io/fs"
)

// ErrLibrary says that a net of the library has no text of the user's.
var ErrLibrary = errors.New("interp: a net of the library cannot be changed")

// Revise loads the program with another text in place of its main file's. The
// file itself stays as it is.
func (p *Program) Revise(text string) (*Program, error) {
	if p.again == nil {
		return nil, ErrLibrary
	}
	q, err := p.again(text)
	if err != nil {
		return nil, err
	}
	q.again = p.again
	return q, nil
}

// overlay is files of which one has another text.
type overlay struct {
	memory
	folder folder
}

// Open opens the file with the other text, or one of the rest.
func (o overlay) Open(name string) (fs.File, error) {
	if name == o.memory.name {
		return o.memory.Open(name)
	}
	return o.folder.Open(name)
}

// ReadDir lists the rest.
func (o overlay) ReadDir(name string) ([]fs.DirEntry, error) { return o.folder.ReadDir(name) }
