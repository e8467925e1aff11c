//go:build !linux

package packcache

import "os"

// stampOf returns false: whether a file has changed, its contents tell.
func stampOf(*os.File) (stamp, bool) { return stamp{}, false }
