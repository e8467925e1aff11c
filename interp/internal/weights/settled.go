package weights

import (
	"io/fs"
	"os"
	"time"

	"cnnlang/interp/internal/mapped"
)

// The clocks of local file systems have ticks of 10 ms or less on Linux and 15.6 ms on
// Windows: two writes within one tick leave the same times.
const tick = 20 * time.Millisecond

// settled waits until a file's last change is older than a tick, so that any later one
// gives it another time, and returns its status.
func settled(path string, info fs.FileInfo, look func() (fs.FileInfo, error)) (fs.FileInfo, error) {
	for range 10 {
		age := time.Since(changed(info))
		if age < 0 || age >= tick {
			return info, nil
		}
		time.Sleep(tick - age)
		var err error
		if info, err = look(); err != nil {
			return nil, fileErrorFrom(path, err)
		}
	}
	return nil, &FileError{Path: path, Problem: "the file is being written to; run again once it is complete"}
}

// unchanged returns a *FileError if a file is not as it was when it was opened.
func (p path) unchanged(f *os.File, was fs.FileInfo) error {
	info, err := f.Stat()
	switch {
	case err != nil:
		return p.failed(err)
	case info.Size() < was.Size():
		return p.failed(mapped.ErrShorter)
	case info.Size() != was.Size() || !info.ModTime().Equal(was.ModTime()) || !changed(info).Equal(changed(was)):
		return p.corrupt("", "the file changed while it was read; run again once it is complete")
	}
	return nil
}
