package weights

import (
	"io/fs"
	"syscall"
	"time"
)

// changed is when the contents or the metadata of a file last changed. Unlike the time of
// modification it cannot be set.
func changed(info fs.FileInfo) time.Time {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return time.Unix(stat.Ctim.Unix())
	}
	return info.ModTime()
}
