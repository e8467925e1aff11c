package regular

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tree is a folder with a file, a link to it, a link out and one to nothing.
func tree(t *testing.T) string {
	t.Helper()
	outside, folder := t.TempDir(), t.TempDir()
	for _, name := range []string{filepath.Join(folder, "file"), filepath.Join(outside, "other")} {
		if err := os.WriteFile(name, []byte("text"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for name, target := range map[string]string{"link": "file", "out": filepath.Join(outside, "other"), "dangling": "nothing"} {
		if err := os.Symlink(target, filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func wantText(t *testing.T, f *os.File, info fs.FileInfo, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil || string(text) != "text" || info.Size() != 4 {
		t.Errorf("got %q of %d bytes, %v", text, info.Size(), err)
	}
}

func TestFilesAndLinks(t *testing.T) {
	folder := tree(t)
	root, err := Root(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for _, name := range []string{"file", "link", "out"} {
		f, info, err := Open(filepath.Join(folder, name))
		wantText(t, f, info, err)
		if name != "out" {
			f, info, err := OpenIn(root, name)
			wantText(t, f, info, err)
		}
	}
	if _, _, err := OpenIn(root, "out"); err == nil {
		t.Error("a link out of the folder was followed")
	}
	if _, err := Root(filepath.Join(folder, "file")); err == nil || !strings.Contains(err.Error(), "is not a directory") {
		t.Errorf("a file as a folder: got %v", err)
	}
}

func TestWhatIsRefused(t *testing.T) {
	folder := tree(t)
	for path, want := range map[string]string{
		folder:                            "is a directory, want a file",
		os.DevNull:                        "is a device, want a regular file",
		filepath.Join(folder, "dangling"): `is a symbolic link to "nothing", and there is no such file`,
		filepath.Join(folder, "none"):     "no such file",
	} {
		_, _, err := Open(path)
		var named *fs.PathError
		if !errors.As(err, &named) || named.Path != path || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want an error of the path with %q", path, err, want)
		}
		if got, want := errors.Is(err, fs.ErrNotExist), strings.HasSuffix(path, "none"); got != want {
			t.Errorf("%s: is nothing there? got %v, want %v", path, got, want)
		}
	}
}
