//go:build unix

package atomicfile

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A described is a file with another owner.
type described struct {
	fs.FileInfo
	user uint32
}

func (d described) Sys() any { return &syscall.Stat_t{Uid: d.user, Gid: d.user} }

// A replaced file keeps its owner, or is not replaced.
func TestTheOwnerStays(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	if err := Write(path, put("old")); err != nil {
		t.Fatal(err)
	}
	const other = 12345
	if os.Chown(path, other, other+1) != nil { // only an administrator can, and not in every container
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		err = replace(path, described{info, other}, put("new"))
		if err == nil || !strings.Contains(err.Error(), "it belongs to user 12345 and group 12345, and a new file would not") {
			t.Errorf("got %v", err)
		}
		wantFile(t, path, "old")
		wantNames(t, filepath.Dir(path), "a")
		return
	}
	for _, write := range []func() error{
		func() error { return Write(path, put("new")) }, func() error { return Edit(path, put("newer")) },
	} {
		if err := os.Chmod(path, 0o640); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(path, other, other+1); err != nil {
			t.Fatal(err)
		}
		if err := write(); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if stat := info.Sys().(*syscall.Stat_t); stat.Uid != other || stat.Gid != other+1 || info.Mode() != 0o640 {
			t.Errorf("belongs to %d and %d, mode %v", stat.Uid, stat.Gid, info.Mode())
		}
	}
}

// A text with several names is not cut off from them; a newly written file is.
func TestHardLinks(t *testing.T) {
	folder := t.TempDir()
	path, other := filepath.Join(folder, "a"), filepath.Join(folder, "b")
	if err := Edit(path, put("old")); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(path, other); err != nil {
		t.Fatal(err)
	}
	if err := Edit(path, put("new")); err == nil || !strings.Contains(err.Error(), "it has 2 hard links") {
		t.Errorf("got %v", err)
	}
	wantFile(t, path, "old")
	if err := Write(path, put("new")); err != nil {
		t.Fatal(err)
	}
	wantFile(t, path, "new")
	wantFile(t, other, "old")
	wantNames(t, folder, "a", "b")
	if err := Edit(path, put("newer")); err != nil {
		t.Errorf("with one name: got %v", err)
	}
}
