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

// texts are what stands in place of files, by their names in a folder.
type texts map[string]string

// overlay is a folder of which some files have other texts.
type overlay struct {
	texts  texts
	folder folder
}

// Open opens a file with its other text, or one of the rest.
func (o overlay) Open(name string) (fs.File, error) {
	if text, ok := o.texts[name]; ok {
		return memory{name, []byte(text)}.Open(name)
	}
	return o.folder.Open(name)
}

// ReadDir lists what lies in the folder.
func (o overlay) ReadDir(name string) ([]fs.DirEntry, error) { return o.folder.ReadDir(name) }
