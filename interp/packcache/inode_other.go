//go:build !unix

package packcache

import "io/fs"

// inode is 0 where files have none.
func inode(fs.FileInfo) uint64 { return 0 }
