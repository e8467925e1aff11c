//go:build !unix

package packcache

import "io/fs"

// others is "": here owner and mode say nothing, and a user's folders belong to the user.
func others(fs.FileInfo) string { return "" }
