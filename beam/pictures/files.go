package pictures

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"

	"cnnlang/interp"
)

// isLocal reports whether a name is a file of this machine, and not of a file system with a scheme.
func isLocal(name string) bool { return !strings.Contains(name, "://") }

// fetched gives the options whose files are all on this machine, in a folder that clean removes: package interp
// needs paths. A file keeps its name, by which a published one is known.
func (o Options) fetched(ctx context.Context) (there Options, clean func(), err error) {
	folder := ""
	clean = func() { os.RemoveAll(folder) }
	defer func() {
		if err != nil && folder != "" {
			clean()
		}
	}()
	for i, file := range []*string{&o.Net, &o.Weights, &o.Labels} {
		if isLocal(*file) {
			continue
		}
		if folder == "" {
			if folder, err = os.MkdirTemp("", "cnnlang-"); err != nil {
				return o, clean, err
			}
		}
		to := filepath.Join(folder, fmt.Sprint(i), path.Base(*file))
		if err := fetch(ctx, *file, to); err != nil {
			return o, clean, err
		}
		*file = to
	}
	if folder == "" {
		clean = func() {}
	}
	return o, clean, nil
}

// fetch copies a file to this machine, whole or not at all.
func fetch(ctx context.Context, name, to string) (err error) {
	system, err := filesystem.New(ctx, name)
	if err != nil {
		return err
	}
	defer system.Close()
	size, err := system.Size(ctx, name)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	from, err := system.OpenRead(ctx, name)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer from.Close()
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	part := to + ".part"
	file, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer os.Remove(part)
	n, err := io.Copy(file, io.LimitReader(from, size+1))
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if n != size {
		return fmt.Errorf("%s: got %d bytes, and it has %d: it changed, or was cut off, while it was copied", name, n, size)
	}
	return os.Rename(part, to)
}

// sourceOf is a picture by its name. Those of this machine are opened by package interp, which knows pipes and
// devices from files.
func sourceOf(ctx context.Context, name string) *remote {
	return &remote{ctx: ctx, name: name}
}

// A remote is a picture whose beginning is read ahead, so that a thread that computes does not wait for a far file
// system to answer.
type remote struct {
	ctx   context.Context
	name  string
	ahead chan opened // nil if nothing is read ahead
}

type opened struct {
	head []byte
	rest io.ReadCloser // nil for nothing
	err  error
}

// source is what package interp reads.
func (r *remote) source() interp.Source {
	if isLocal(r.name) {
		return interp.Source{Name: r.name}
	}
	return interp.Source{Name: r.name, Open: r.open}
}

// readAhead begins to read up to so many bytes.
func (r *remote) readAhead(most int64) {
	if isLocal(r.name) {
		return
	}
	r.ahead = make(chan opened, 1)
	go func() {
		var o opened
		if o.rest, o.err = r.begin(); o.err == nil {
			o.head, o.err = io.ReadAll(io.LimitReader(o.rest, most))
		}
		if o.err != nil && o.rest != nil {
			o.rest.Close()
		}
		r.ahead <- o
	}()
}

// open takes what was read ahead, or opens the picture anew.
func (r *remote) open() (io.ReadCloser, error) {
	if r.ahead == nil {
		return r.begin()
	}
	o := <-r.ahead
	r.ahead = nil
	if o.err != nil {
		return nil, o.err
	}
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(o.head), o.rest), o.rest}, nil
}

// begin opens the picture. What fails is about its name.
func (r *remote) begin() (io.ReadCloser, error) {
	system, err := filesystem.New(r.ctx, r.name)
	if err != nil {
		return nil, err
	}
	file, err := system.OpenRead(r.ctx, r.name)
	if err != nil {
		system.Close()
		return nil, &fs.PathError{Op: "open", Path: r.name, Err: err}
	}
	return closing{file, system}, nil
}

// closing closes the file system with the file.
type closing struct {
	io.ReadCloser
	system io.Closer
}

func (c closing) Close() error { return errors.Join(c.ReadCloser.Close(), c.system.Close()) }
