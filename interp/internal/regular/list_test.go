package regular

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestListHasWhatLinksLeadTo(t *testing.T) {
	folder := tree(t)
	if err := os.Mkdir(filepath.Join(folder, "Folder"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(".", filepath.Join(folder, "loop")); err != nil {
		t.Fatal(err)
	}
	entries, err := List(folder, 6)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		kind := "file"
		switch {
		case e.Err != nil:
			kind = "nothing"
		case e.IsFolder():
			kind = "folder"
		}
		got = append(got, e.Name+" "+kind)
	}
	if want := "Folder folder, dangling nothing, file file, link file, loop folder, out file"; strings.Join(got, ", ") != want {
		t.Errorf("got %q, want %q", got, want)
	}
	info, err := os.Stat(folder)
	if err != nil || !Same(info, entries[4].Info) || Same(info, entries[0].Info) {
		t.Errorf("the link to the folder itself is not told: %v", err)
	}
}

func TestListIsLimited(t *testing.T) {
	folder := tree(t)
	if _, err := List(folder, 3); err == nil || !strings.Contains(err.Error(), "holds more than 3 files") {
		t.Errorf("got %v", err)
	}
	if _, err := List(filepath.Join(folder, "file"), 3); err == nil || !strings.Contains(err.Error(), "is not a directory") {
		t.Errorf("got %v", err)
	}
}
