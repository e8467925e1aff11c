//go:build !linux

package packcache

import "os"

// stampOf returns false: only the contents show whether a file has changed.
func stampOf(*os.File) (stamp, bool) { return stamp{}, false }
