package atomicfile

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func put(text string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	}
}

func wantFile(t *testing.T, path, want string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil || string(got) != want {
		t.Errorf("%s: got %q, %v, want %q", path, got, err, want)
	}
}

// wantNames checks that no temporary file is left.
func wantNames(t *testing.T, folder string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("folder holds %v, want %v", got, want)
	}
}

func TestMakesAndReplaces(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "a")
	for _, text := range []string{"one", "", strings.Repeat("long ", 1<<16)} {
		if err := Write(path, put(text)); err != nil {
			t.Fatal(err)
		}
		wantFile(t, path, text)
	}
	wantNames(t, folder, "a")
}

func TestNewFileObeysTheUmaskAndOldOneKeepsItsMode(t *testing.T) {
	folder := t.TempDir()
	plain, written := filepath.Join(folder, "plain"), filepath.Join(folder, "written")
	if err := os.WriteFile(plain, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := Write(written, put("x")); err != nil {
		t.Fatal(err)
	}
	if got, want := mode(t, written), mode(t, plain); got != want {
		t.Errorf("new file: got %v, want %v", got, want)
	}
	if err := os.Chmod(written, 0o640); err != nil {
		t.Fatal(err)
	}
	if err := Write(written, put("y")); err != nil {
		t.Fatal(err)
	}
	if got := mode(t, written); got != 0o640 {
		t.Errorf("replaced file: got %v, want 0640", got)
	}
}

func mode(t *testing.T, path string) os.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode()
}

func TestFailureLeavesTheOldFile(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "a")
	if err := Write(path, put("old")); err != nil {
		t.Fatal(err)
	}
	full := errors.New("no space left")
	err := Write(path, func(w io.Writer) error {
		io.WriteString(w, strings.Repeat("new", 1<<17))
		return full
	})
	if !errors.Is(err, full) {
		t.Errorf("got %v, want %v", err, full)
	}
	wantFile(t, path, "old")
	wantNames(t, folder, "a")
}

func TestFollowsLinks(t *testing.T) {
	folder := t.TempDir()
	target, link := filepath.Join(folder, "target"), filepath.Join(folder, "link")
	if err := Write(target, put("old")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	if err := Write(link, put("new")); err != nil {
		t.Fatal(err)
	}
	wantFile(t, target, "new")
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link became %v, %v", info, err)
	}
}

func TestRefusals(t *testing.T) {
	folder := t.TempDir()
	dangling := filepath.Join(folder, "dangling")
	if err := os.Symlink(filepath.Join(folder, "nothing"), dangling); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		folder:                           "is a directory",
		os.DevNull:                       "not a regular file",
		dangling:                         "symbolic link to nothing",
		filepath.Join(folder, "no", "a"): "no such file or directory",
	} {
		if err := Write(path, put("x")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want an error with %q", path, err, want)
		}
	}
	wantNames(t, folder, "dangling")
}

// A file being written has no name where the system supports that, and leftovers of others
// are removed.
func TestNothingIsLeftBehind(t *testing.T) {
	folder := t.TempDir()
	past := time.Now().Add(-2 * time.Hour)
	const old, young, alike, inner = ".a.12-0.new", ".a.13-0.new", ".a.new", ".a.14-0.new"
	for _, name := range []string{old, young, alike} {
		if err := os.WriteFile(filepath.Join(folder, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(folder, inner), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{old, alike, inner} {
		if err := os.Chtimes(filepath.Join(folder, name), past, past); err != nil {
			t.Fatal(err)
		}
	}
	f, err := unnamed(folder)
	if err == nil {
		f.Close()
	}
	err = Write(filepath.Join(folder, "a"), func(io.Writer) error {
		if err == nil { // otherwise it has a name, which is not tested here
			wantNames(t, folder, young, inner, alike)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	wantNames(t, folder, young, inner, alike, "a")
}

// On a system without unnamed files, a temporary file has a name.
func TestNamedTemporaries(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "a")
	f := new(temporary)
	taken := 0
	err := f.called(path, func(name string) (err error) {
		if taken++; taken < 3 {
			return os.ErrExist
		}
		f.File, err = os.Create(name)
		return err
	})
	if err != nil || !leftover.MatchString(filepath.Base(f.name)) {
		t.Fatalf("got %q, %v", f.name, err)
	}
	if err := f.publish(path); err != nil {
		t.Error(err)
	}
	wantNames(t, folder, "a")
}

// What is there is left, but for the same content.
func TestNewFilesAreNew(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "a")
	for _, c := range []struct {
		content string
		want    error
	}{{"one", nil}, {"one", nil}, {"two", ErrTaken}, {"longer", ErrTaken}} {
		if err := WriteNew(path, []byte(c.content)); err != c.want {
			t.Errorf("%s: got %v, want %v", c.content, err, c.want)
		}
		wantFile(t, path, "one")
	}
	link := filepath.Join(folder, "link")
	if err := os.Symlink("nothing", link); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{folder, link} {
		if err := WriteNew(path, nil); err != ErrTaken {
			t.Errorf("%s: got %v", path, err)
		}
	}
	wantNames(t, folder, "a", "link")
}
