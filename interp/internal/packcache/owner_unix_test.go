//go:build unix

package packcache

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A described is the status of a file that does not exist.
type described struct {
	mode  fs.FileMode
	owner uint32
}

func (d described) Name() string       { return "x" }
func (d described) Size() int64        { return 0 }
func (d described) Mode() fs.FileMode  { return d.mode }
func (d described) ModTime() time.Time { return time.Time{} }
func (d described) IsDir() bool        { return d.mode.IsDir() }
func (d described) Sys() any           { return &syscall.Stat_t{Uid: d.owner} }

func TestWhoCouldHaveWritten(t *testing.T) {
	const me = 1000
	for _, c := range []struct {
		mode  fs.FileMode
		owner uint32
		want  string
	}{
		{0o600, me, ""}, {0o644, me, ""}, {0o755 | fs.ModeDir, me, ""},
		{0o755 | fs.ModeDir, 0, ""}, // prepared by the administrator, as in a container's image
		{0o600, 1001, "another user, number 1001"}, {0o600, 65534, "another user, number 65534"},
		{0o660, me, "written by others"}, {0o602, me, "written by others"},
		{0o777 | fs.ModeDir | fs.ModeSticky, 0, "written by others"},
	} {
		got := othersThan(me, described{c.mode, c.owner})
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%v of %d: got %q, want %q", c.mode, c.owner, got, c.want)
		}
	}
}

// A folder that others may write to is not opened, by whatever path.
func TestFolderOfOthers(t *testing.T) {
	folder, link := private(t), filepath.Join(t.TempDir(), "link")
	opened(t, folder)
	if err := os.Symlink(folder, link); err != nil {
		t.Fatal(err)
	}
	opened(t, link)
	if err := os.Chmod(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{folder, link} {
		if _, err := Open(path); err == nil || !strings.Contains(err.Error(), path+" is not used: it can be written by others") {
			t.Errorf("got %v", err)
		}
	}
}

// An entry that others could have written, or that is not a regular file of the folder, is
// ignored, reported, and replaced; the target of a link is left alone.
func TestEntriesOfOthers(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "outside")
	if err := os.WriteFile(outside, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	link := func(target string) func(string) error {
		return func(entry string) error { return os.Symlink(target, entry) }
	}
	for name, plant := range map[string]func(entry string) error{
		"written by others": func(entry string) error {
			if err := os.WriteFile(entry, []byte("x"), 0o600); err != nil {
				return err
			}
			return os.Chmod(entry, 0o666)
		},
		"a pipe":                            func(entry string) error { return syscall.Mkfifo(entry, 0o600) },
		"a symbolic link, to \"" + outside:  link(outside),
		"a symbolic link, to \"/dev/zero\"": link("/dev/zero"),
		"a symbolic link, to \"":            func(entry string) error { return os.Symlink(filepath.Base(entry), entry) },
	} {
		w := newWeights(t)
		w.cache.settled = 0
		a, k := []byte("some weights"), KeyOf("a")
		w.write(a)
		w.wants(a, len(a))
		if err := w.cache.Store(k, each); err != nil {
			t.Fatal(err)
		}
		entries, _ := filepath.Glob(filepath.Join(w.cache.folder, "*"))
		if want := map[bool]int{true: 3, false: 2}[w.sure]; len(entries) != want {
			t.Fatalf("entries: %v", entries)
		}
		for _, entry := range entries {
			w.cache = opened(t, w.cache.folder)
			w.cache.settled = 0
			if err := os.Remove(entry); err != nil {
				t.Fatal(err)
			}
			if err := plant(entry); err != nil {
				t.Fatal(err)
			}
			if filepath.Ext(entry) == ".packed" {
				if data, _ := w.cache.Load(k, all); data != nil {
					t.Errorf("%s: %s is used", name, entry)
				}
				if err := w.cache.Store(k, each); err != nil {
					t.Fatal(err)
				}
			} else if got, err := w.cache.Identity(w.file); err != nil {
				t.Errorf("%s: %s: got %s, %v", name, entry, got, err)
			}
			problem := w.cache.Problem()
			if strings.HasSuffix(entry, "seed") && w.sure { // which only hashing asks for
				if _, err := w.cache.seed(); err != nil {
					t.Fatal(err)
				}
				problem = w.cache.Problem()
			}
			if problem == nil || !strings.Contains(problem.Error(), strings.TrimSpace(name)) || !strings.Contains(problem.Error(), filepath.Base(entry)) {
				t.Errorf("%s: the problem with %s is %v", name, entry, problem)
			}
			if info, err := os.Lstat(entry); err != nil || info.Mode() != 0o600 {
				t.Errorf("%s: %s became %v, %v", name, entry, info.Mode(), err)
			}
		}
		if got, err := os.ReadFile(outside); err != nil || string(got) != "mine" {
			t.Errorf("outside became %q, %v", got, err)
		}
	}
}
