package weights

import (
	"io/fs"
	"syscall"
	"time"
)

// changed is when the contents of a file, or what the system knows of it, last changed.
// Unlike the time of modification nobody can set it.
func changed(info fs.FileInfo) time.Time {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return time.Unix(stat.Ctim.Unix())
	}
	return info.ModTime()
}
