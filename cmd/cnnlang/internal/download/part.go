package download

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
)

// What follows the name of a file in the names of those beside it.
const (
	partMark   = ".part"
	stateMark  = ".part.json"
	sourceMark = ".source.json"
)

// An origin is where a file comes from, as the files beside it say.
type origin struct {
	URL       string `json:"url"`
	Validator string `json:"validator,omitempty"` // the server's mark of this version
	Bytes     int64  `json:"bytes"`               // -1 if that is not known
	SHA256    string `json:"sha256,omitempty"`    // once all of it is there
}

// openPart opens the .part file and finds how much of it is good: all of it, if it was begun from the same
// address and the server can say whether the file is still the same.
func (j *job) openPart() error {
	if err := j.root.MkdirAll(path.Dir(j.to.name), 0o700); err != nil {
		return j.to.refused(err)
	}
	name := j.to.name + partMark
	for {
		f, info, err := openRegular(j.root, name, os.O_RDWR|os.O_CREATE)
		if err != nil {
			return j.to.refused(err)
		}
		if err := lock(f); err != nil {
			f.Close()
			return failed(fmt.Sprintf("%s%s is being written by another process", j.to.Path(), partMark), "wait until it is done")
		}
		if now, err := j.root.Lstat(name); err != nil || !os.SameFile(now, info) {
			f.Close() // another process has just finished it
			continue
		}
		j.part = f
		was, ok := readOrigin(j.root, j.to.name+stateMark)
		if ok && was.URL == j.URL && was.Validator != "" && (was.Bytes < 0 || info.Size() <= was.Bytes) {
			j.have, j.came = info.Size(), was
		}
		if j.have == 0 {
			return j.restart(origin{})
		}
		return nil
	}
}

// restart empties the .part file for what will come.
func (j *job) restart(coming origin) error {
	j.have, j.came = 0, coming
	err := j.part.Truncate(0)
	if err == nil && coming.URL != "" {
		err = writeOrigin(j.root, j.to.name+stateMark, coming)
	}
	if err != nil {
		return j.to.refused(err)
	}
	return nil
}

// discard removes what has come, which is of no use.
func (j *job) discard() {
	j.part.Close()
	j.root.Remove(j.to.name + partMark)
	j.root.Remove(j.to.name + stateMark)
}

// readOrigin reads an origin; ok is false if there is none or it is damaged.
func readOrigin(root *os.Root, name string) (o origin, ok bool) {
	f, _, err := openRegular(root, name, os.O_RDONLY)
	if err != nil {
		return o, false
	}
	defer f.Close()
	const most = 64 << 10
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil || len(text) > most {
		return o, false
	}
	d := json.NewDecoder(bytes.NewReader(text))
	return o, d.Decode(&o) == nil && o.URL != ""
}

// writeOrigin writes an origin. One that is cut short is as good as none.
func writeOrigin(root *os.Root, name string, o origin) error {
	text, err := json.Marshal(o)
	if err != nil {
		return err
	}
	f, _, err := openRegular(root, name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC)
	if err != nil {
		return err
	}
	_, err = f.Write(append(text, '\n'))
	return errors.Join(err, f.Close())
}

// openRegular opens a file of a folder that is not a link, a pipe or a device, or makes it.
func openRegular(root *os.Root, name string, flags int) (*os.File, fs.FileInfo, error) {
	info, err := root.Lstat(name)
	if err == nil && !info.Mode().IsRegular() {
		return nil, nil, &fs.PathError{Op: "open", Path: name, Err: fmt.Errorf("%s is not a regular file; remove it", name)}
	}
	if err != nil && !(flags&os.O_CREATE != 0 && errors.Is(err, fs.ErrNotExist)) {
		return nil, nil, err
	}
	f, err := root.OpenFile(name, flags, 0o666)
	if err != nil {
		return nil, nil, err
	}
	if info, err = f.Stat(); err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, info, nil
}
