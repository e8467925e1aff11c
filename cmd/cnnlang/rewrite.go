package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

	"cnnlang/interp"
	"cnnlang/interp/atomicfile"
)

// rewrite replaces a text, if it has not changed since it was read. An interrupt waits for
// it.
func (a *app) rewrite(path, old, text string) error {
	a.writing.Lock()
	defer a.writing.Unlock()
	now, err := interp.ReadText(path)
	if err != nil {
		return err
	}
	if now != old {
		return &fs.PathError{Op: "write", Path: path, Err: errors.New("it was changed while it was read; run again")}
	}
	err = atomicfile.Edit(path, func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
	if err != nil {
		return &fs.PathError{Op: "write", Path: path, Err: cannotWrite(err)}
	}
	return nil
}

// cannotWrite is the reason without the name of the temporary file.
func cannotWrite(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return fmt.Errorf("cannot be written: %w", err)
}
