//go:build unix

package packcache

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// others says why users other than this one and root could have written to a file or
// folder, "" if they could not.
func others(info fs.FileInfo) string { return othersThan(os.Geteuid(), info) }

func othersThan(user int, info fs.FileInfo) string {
	stat, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case !ok:
		return "has an unknown owner"
	case stat.Uid != 0 && int64(stat.Uid) != int64(user):
		return fmt.Sprintf("belongs to another user, number %d", stat.Uid)
	case info.Mode().Perm()&0o022 != 0: // with an access list, the group's bits are the most that it grants
		return fmt.Sprintf("can be written by others: its mode is %v", info.Mode())
	}
	return ""
}
