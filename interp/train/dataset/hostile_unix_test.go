//go:build unix

package dataset

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func link(t *testing.T, target, path string) {
	t.Helper()
	if err := os.Symlink(target, path); err != nil {
		t.Fatal(err)
	}
}

func TestPipesAndLinks(t *testing.T) {
	folder := t.TempDir()
	pictures(t, folder, 5, "x", "y")
	elsewhere := t.TempDir()
	write(t, elsewhere, "a.png", drawn(t, 5, 5, 800))
	write(t, elsewhere, "more/b.png", drawn(t, 5, 5, 801))
	link(t, filepath.Join(elsewhere, "a.png"), filepath.Join(folder, "x", "linked.png"))
	link(t, filepath.Join(elsewhere, "more"), filepath.Join(folder, "x", "more"))
	if d := opened(t, folder, small()); d.Train.Len()+d.Val.Len() != 12 {
		t.Errorf("got %d and %d pictures, want 12", d.Train.Len(), d.Val.Len())
	}
	if err := syscall.Mkfifo(filepath.Join(folder, "x", "pipe.png"), 0o666); err != nil {
		t.Fatal(err)
	}
	link(t, "nothing", filepath.Join(folder, "x", "dangling.png"))
	link(t, "circle.png", filepath.Join(folder, "x", "circle.png"))
	inTime(t, func() {
		refused(t, folder, small(), "3 of 15 pictures cannot be read",
			"pipe.png: is a pipe, want a regular file", `dangling.png: is a symbolic link to "nothing", and there is no such file`, "circle.png: too many levels of symbolic links")
	})
	pipe := filepath.Join(folder, "x", "pipe.png")
	inTime(t, func() { refused(t, pipe, small(), pipe+": is a pipe, want a regular file") })
}

func TestLoopsOfLinks(t *testing.T) {
	for name, target := range map[string]string{"itself": ".", "up": "..", "top": "../../.."} {
		folder := t.TempDir()
		pictures(t, folder, 3, "x/deep/deeper", "y")
		link(t, target, filepath.Join(folder, "x", "deep", "deeper", name))
		inTime(t, func() { refused(t, folder, small(), "is a link to a folder that it lies in") })
	}
	// Two folders that hold each other.
	folder := t.TempDir()
	pictures(t, folder, 3, "x", "y")
	link(t, "../y", filepath.Join(folder, "x", "y"))
	link(t, "../x", filepath.Join(folder, "y", "x"))
	inTime(t, func() { refused(t, folder, small(), "is a link to a folder that it lies in") })
	// Twenty folders, each with two links to the next one: a million ways, and no loop.
	folder = t.TempDir()
	pictures(t, folder, 3, "x", "y")
	for i := range 20 {
		here := filepath.Join(folder, ".hidden", strings.Repeat("i", i+1))
		if err := os.MkdirAll(here, 0o777); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"a", "b"} {
			link(t, "../"+strings.Repeat("i", i+2), filepath.Join(here, name))
		}
	}
	if err := os.Mkdir(filepath.Join(folder, ".hidden", strings.Repeat("i", 21)), 0o777); err != nil {
		t.Fatal(err)
	}
	link(t, "../.hidden/i", filepath.Join(folder, "x", "many"))
	o := small()
	o.limits = usual
	o.limits.folders = 2000
	inTime(t, func() {
		refused(t, folder, o, "holds more than 2000 folders, counting those that links lead to each time")
	})
	// A folder in a folder in a folder.
	folder = t.TempDir()
	pictures(t, folder, 3, "x"+strings.Repeat("/d", 80), "y")
	refused(t, folder, small(), "lies in more than 64 folders")
}
