package packcache

import (
	"os"
	"slices"

	"golang.org/x/sys/unix"
)

// exact are the file systems that record each change of a file at once, on a clock of this
// machine. On others only the contents decide: FAT keeps no time of change, and on network
// file systems another machine may write.
var exact = []int64{
	unix.EXT4_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.BTRFS_SUPER_MAGIC, unix.F2FS_SUPER_MAGIC,
	unix.TMPFS_MAGIC, unix.OVERLAYFS_SUPER_MAGIC, zfsMagic,
}

const zfsMagic = 0x2fc12fc1 // OpenZFS, include/sys/fs/zfs.h

// stampOf returns the stamp of a file; false if the file system's cannot be relied on.
func stampOf(f *os.File) (stamp, bool) {
	var system unix.Statfs_t
	var stat unix.Stat_t
	if unix.Fstatfs(int(f.Fd()), &system) != nil || unix.Fstat(int(f.Fd()), &stat) != nil {
		return stamp{}, false
	}
	return stamp{
		Device: uint64(stat.Dev), Inode: uint64(stat.Ino), Size: stat.Size,
		Modified: stat.Mtim.Nano(), Changed: stat.Ctim.Nano(),
	}, slices.Contains(exact, int64(uint32(system.Type)))
}
