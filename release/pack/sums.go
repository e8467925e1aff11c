package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// sums prints what `sha256sum -c` reads.
func sums(w io.Writer, folder string) error {
	files, err := os.ReadDir(folder) // sorted
	if err != nil {
		return err
	}
	for _, file := range files {
		f, err := os.Open(filepath.Join(folder, file.Name()))
		if err != nil {
			return err
		}
		h := sha256.New()
		_, err = io.Copy(h, f)
		f.Close()
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "%x  %s\n", h.Sum(nil), file.Name()); err != nil {
			return err
		}
	}
	return nil
}
