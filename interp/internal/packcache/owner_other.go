//go:build !unix

package packcache

import "io/fs"

// others is "" where owner and mode say nothing: a user's folders are the user's.
func others(fs.FileInfo) string { return "" }
