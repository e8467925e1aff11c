package main

import (
	"archive/tar"
	"archive/zip"
	"compress/flate"
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"
)

// An entry is a file or folder of an archive.
type entry struct {
	name string // with slashes, from the archived folder's own name on
	mode fs.FileMode
	size int64
	data io.Reader
}

// archive packs a folder, of whose files nothing counts but their names, whether they can be executed, and what is in them.
func archive(folder, file string, when time.Time) (err error) {
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	defer func() {
		if wrong := out.Close(); err == nil {
			err = wrong
		}
	}()
	switch {
	case strings.HasSuffix(file, ".tar.gz"):
		return tarball(out, folder, when)
	case strings.HasSuffix(file, ".zip"):
		return zipped(out, folder, when)
	}
	return fmt.Errorf("%s: want a name that ends in .tar.gz or .zip", file)
}

// entries calls add with all that is in a folder, sorted by name, a folder before what is in it.
func entries(folder string, add func(entry) error) error {
	tree := os.DirFS(folder)
	return fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		e := entry{name: path.Join(path.Base(folder), name), mode: 0o644}
		switch {
		case d.IsDir():
			e.name, e.mode = e.name+"/", fs.ModeDir|0o755
			return add(e)
		case !info.Mode().IsRegular():
			return fmt.Errorf("%s is neither a file nor a folder", e.name)
		case info.Mode()&0o111 != 0:
			e.mode = 0o755
		}
		f, err := tree.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		e.size, e.data = info.Size(), f
		return add(e)
	})
}

func tarball(w io.Writer, folder string, when time.Time) error {
	z, err := gzip.NewWriterLevel(w, gzip.BestCompression) // its header has no name and no time
	if err != nil {
		return err
	}
	t := tar.NewWriter(z)
	err = entries(folder, func(e entry) error {
		h := &tar.Header{Name: e.name, Mode: int64(e.mode.Perm()), Size: e.size, ModTime: when, Typeflag: tar.TypeReg, Format: tar.FormatUSTAR}
		if e.mode.IsDir() {
			h.Typeflag = tar.TypeDir
		}
		if err := t.WriteHeader(h); err != nil || e.data == nil {
			return err
		}
		_, err := io.Copy(t, e.data)
		return err
	})
	if err != nil {
		return err
	}
	if err := t.Close(); err != nil {
		return err
	}
	return z.Close()
}

func zipped(w io.Writer, folder string, when time.Time) error {
	z := zip.NewWriter(w)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestCompression) })
	err := entries(folder, func(e entry) error {
		h := &zip.FileHeader{Name: e.name, Method: zip.Deflate, Modified: when}
		h.SetMode(e.mode)
		if e.mode.IsDir() {
			h.Method = zip.Store
		}
		to, err := z.CreateHeader(h)
		if err != nil || e.data == nil {
			return err
		}
		_, err = io.Copy(to, e.data)
		return err
	})
	if err != nil {
		return err
	}
	return z.Close()
}
