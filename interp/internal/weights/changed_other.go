//go:build !linux

package weights

import (
	"io/fs"
	"time"
)

// changed is the time of modification.
func changed(info fs.FileInfo) time.Time { return info.ModTime() }
