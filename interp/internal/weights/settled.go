package weights

import (
	"io/fs"
	"time"
)

// The clocks of local file systems go forward by ticks, of 10 ms or less on Linux and of
// 15.6 ms on Windows: a file that is written to twice within one has the same times as
// after the first.
const tick = 20 * time.Millisecond

// settled returns what the system says of a file when its last change is older than a
// tick, and waits until then: any later one gives it another time.
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
	return nil, &FileError{Path: path, Problem: "the file is being written to; start again when that has ended"}
}
