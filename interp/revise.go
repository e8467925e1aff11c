package interp

import (
	"errors"
	"io/fs"

	"cnnlang/lang"
)

// ErrLibrary says that a library net has no text that the user could change.
var ErrLibrary = errors.New("interp: a net of the library cannot be changed")

// Revise loads the program with another text for its main file. The file itself stays as it
// is.
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

// texts are files by their names in a folder.
type texts map[string]string

func (t texts) Open(name string) (fs.File, error) {
	if text, ok := t[name]; ok {
		return lang.TextFile(name, text), nil
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}
