package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// tree makes a folder of a program, whose files have the mode's rights and a time.
func tree(t *testing.T, rights fs.FileMode, when time.Time) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "p-1.0")
	for name, mode := range map[string]fs.FileMode{"p": 0o700, "man/man1/p.1": 0o600, "README.md": 0o600, "a/b": 0o600} {
		file := filepath.Join(folder, name)
		err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700|rights), os.WriteFile(file, []byte("what is in "+name), mode|rights), os.Chtimes(file, when, when))
		if err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// What files are called, what is in them and which are programs is all that an archive depends on.
func TestArchivesAreTheSame(t *testing.T) {
	when := time.Unix(1_700_000_000, 0).UTC()
	for _, ending := range []string{".tar.gz", ".zip"} {
		var made [][]byte
		for _, folder := range []string{tree(t, 0, when), tree(t, 0o44, time.Now())} {
			file := filepath.Join(t.TempDir(), "p"+ending)
			if err := archive(folder, file, when); err != nil {
				t.Fatal(err)
			}
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			made = append(made, data)
		}
		if !bytes.Equal(made[0], made[1]) {
			t.Errorf("two archives %s of the same files differ", ending)
		}
	}
}

// Other programs unpack them.
func TestArchivesAreUnpacked(t *testing.T) {
	when := time.Unix(1_700_000_000, 0).UTC()
	folder := tree(t, 0, when)
	for ending, unpack := range map[string][]string{".tar.gz": {"tar", "-xzf"}, ".zip": {"unzip", "-q"}} {
		t.Run(ending, func(t *testing.T) {
			if _, err := exec.LookPath(unpack[0]); err != nil {
				t.Skip(err)
			}
			file := filepath.Join(t.TempDir(), "p"+ending)
			if err := archive(folder, file, when); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(unpack[0], append(unpack[1:], file)...)
			cmd.Dir = t.TempDir()
			cmd.Env = append(cmd.Environ(), "TZ=UTC") // where zip keeps no zone
			if text, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, text)
			}
			for name, mode := range map[string]fs.FileMode{"p": 0o755, "man/man1/p.1": 0o644, "README.md": 0o644, "a/b": 0o644} {
				file := filepath.Join(cmd.Dir, "p-1.0", name)
				text, err := os.ReadFile(file)
				info, wrong := os.Stat(file)
				if err := errors.Join(err, wrong); err != nil {
					t.Error(err)
					continue
				}
				if string(text) != "what is in "+name || info.Mode()&0o100 != mode&0o100 || !info.ModTime().Equal(when) {
					t.Errorf("%s: %v, %v, %q", name, info.Mode(), info.ModTime(), text)
				}
			}
		})
	}
}

func TestLinksAreNotPacked(t *testing.T) {
	folder := tree(t, 0, time.Now())
	if err := os.Symlink("p", filepath.Join(folder, "q")); err != nil {
		t.Skip(err)
	}
	if err := archive(folder, filepath.Join(t.TempDir(), "p.zip"), time.Now()); err == nil || !strings.Contains(err.Error(), "p-1.0/q") {
		t.Errorf("got %v, want an error that names q", err)
	}
}

func TestWrongCommandLines(t *testing.T) {
	for _, args := range [][]string{nil, {"archive"}, {"archive", "a", "b.zip", "now"}, {"archive", ".", filepath.Join(t.TempDir(), "b.rar"), "0"}, {"licences", "linux"}, {"sums", "none"}} {
		if err := pack(&bytes.Buffer{}, args); err == nil {
			t.Errorf("%q is no error", args)
		}
	}
}

// A licence is found beside a package, above it, and in a folder of licences; a module without one is an error.
func TestLicencesOfAModule(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"LICENSE", "a/b/COPYING.md", "a/NOTICE", "c/LICENSE", "third_party_licenses/x", "a/license.go", "a/b/code.go"} {
		file := filepath.Join(folder, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o777), os.WriteFile(file, nil, 0o666)); err != nil {
			t.Fatal(err)
		}
	}
	m := &linkedModule{name: "m", folder: folder, packages: []string{filepath.Join(folder, "a", "b")}}
	got, err := m.licenceFiles()
	for i := range got {
		got[i] = filepath.ToSlash(got[i])
	}
	if want := []string{"LICENSE", "a/NOTICE", "a/b/COPYING.md", "third_party_licenses/x"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	if got, err := (&linkedModule{name: "m", folder: t.TempDir()}).licenceFiles(); err == nil {
		t.Errorf("without a licence: got %q", got)
	}
}
