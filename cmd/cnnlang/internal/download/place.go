package download

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// A Place is where a file is, or will be: a name in a folder, which it does not leave, not even
// through links.
type Place struct {
	folder string
	name   string // with slashes
	kept   bool   // whether it is in the cache
}

// At is the place with a path, whose folder exists. Where it is a link, it is the place that the
// link leads to.
func At(file string) (Place, error) {
	real, err := filepath.EvalSymlinks(file)
	if errors.Is(err, fs.ErrNotExist) {
		if _, dangling := os.Readlink(file); dangling == nil {
			return Place{}, unwritable(file, errors.New("it is a symbolic link to nothing"))
		}
		real, err = file, nil
	}
	if err != nil {
		return Place{}, unwritable(file, err)
	}
	folder, name := filepath.Split(real)
	if name == "" {
		return Place{}, unwritable(file, errors.New("it is a folder"))
	}
	if info, err := os.Stat(real); err == nil && !info.Mode().IsRegular() {
		return Place{}, unwritable(file, errors.New("it is not a regular file, and only those are replaced"))
	}
	if folder == "" {
		folder = "."
	}
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return Place{}, unwritable(file, errors.New("there is no such folder"))
	}
	return Place{folder: folder, name: name}, nil
}

// Cached is the place of a file in the user's cache, PUBLISHER/FILE. If nobody is named as its
// publisher, its host is.
func Cached(publisher, file, address string) (Place, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return Place{}, failed("the user has no cache folder: "+err.Error(), "name a file with --output")
	}
	if publisher == "" {
		publisher = hostOf(address)
	}
	for part := range strings.SplitSeq(file, "/") {
		if why := unfit(part); why != "" {
			return Place{}, &Error{Refused, fmt.Sprintf("the file %q cannot be kept under this name: %s", file, why), "name another with --output"}
		}
	}
	if len(file) > mostName {
		return Place{}, &Error{Refused, fmt.Sprintf("the name of the file %q is longer than %d bytes", file[:20]+"…", mostName), "name another with --output"}
	}
	return Place{filepath.Join(cache, "cnnlang", "weights"), path.Join(folderOf(publisher), file), true}, nil
}

// With the folders before and the endings after them such names fit every system.
const (
	mostName = 400 // bytes
	mostPart = 200 // between two slashes
)

// folderOf makes the name of a folder of that of a publisher: what is neither a letter nor a digit
// of ASCII, nor one of "-_. ", becomes _.
func folderOf(publisher string) string {
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_. ", r) {
			return r
		}
		return '_'
	}, publisher)
	name = strings.Trim(name[:min(len(name), 64)], ". ")
	if unfit(name) != "" {
		name = "_" + name
	}
	return name
}

// unfit says why a name is not one that a file or folder can have on every system, "" if it can.
func unfit(name string) string {
	lower := strings.ToLower(name)
	base, _, _ := strings.Cut(lower, ".")
	devices := []string{"con", "prn", "aux", "nul"}
	number := strings.TrimPrefix(strings.TrimPrefix(base, "com"), "lpt")
	switch {
	case name == "":
		return "a part of it is empty"
	case len(name) > mostPart:
		return fmt.Sprintf("a part of it is longer than %d bytes", mostPart)
	case name == "." || name == "..":
		return "it leads to another folder"
	case strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0xfffd || strings.ContainsRune(`\:*?"<>|`, r) }):
		return "it holds a character that names of files cannot have on every system"
	case strings.HasSuffix(name, ".") || strings.HasSuffix(name, " ") || strings.HasPrefix(name, " "):
		return "a part of it begins with a space, or ends with one or with a dot"
	case slices.Contains(devices, strings.TrimSpace(base)) || len(number) == 1 && number != base && number >= "1" && number <= "9":
		return "it is the name of a device on some systems"
	case strings.HasSuffix(lower, partMark) || strings.HasSuffix(lower, stateMark) || strings.HasSuffix(lower, sourceMark):
		return "names with this ending are those of notes about files"
	}
	return ""
}

// open opens the folder; that of the cache is made if necessary.
func (p Place) open() (*os.Root, error) {
	if p.kept {
		if err := os.MkdirAll(p.folder, 0o700); err != nil {
			return nil, p.refused(err)
		}
	}
	root, err := os.OpenRoot(p.folder)
	if err != nil {
		return nil, p.refused(err)
	}
	return root, nil
}

// refused is an error of the file system about the file in this place.
func (p Place) refused(err error) error { return unwritable(p.Path(), err) }

// unwritable is an error of the file system with the path as the user knows it.
func unwritable(path string, err error) error {
	var inner *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &inner):
		err = inner.Err
	case errors.As(err, &link):
		err = link.Err
	}
	help := "name another file with --output"
	if errors.Is(err, syscall.ENOSPC) {
		help = "make room, and the same command goes on from where it was; or name a file elsewhere with --output"
	}
	return failed(fmt.Sprintf("%s cannot be written: %v", path, err), help)
}

// Path is the name of the place.
func (p Place) Path() string { return filepath.Join(p.folder, filepath.FromSlash(p.name)) }

// Discard removes a file that Get has put into the cache; elsewhere files are the user's.
func (p Place) Discard() {
	if root, err := os.OpenRoot(p.folder); err == nil && p.kept {
		defer root.Close()
		root.Remove(p.name + sourceMark)
		root.Remove(p.name)
	}
}

// Find finds a file that Get has put into the cache, without reading it.
func Find(f File, at Place) (s Saved, ok bool) {
	root, err := os.OpenRoot(at.folder)
	if err != nil {
		return s, false
	}
	defer root.Close()
	source, known := readOrigin(root, at.name+sourceMark)
	info, err := root.Lstat(at.name)
	if err != nil || !known || !info.Mode().IsRegular() || info.Size() != source.Bytes ||
		source.URL != f.URL || !strings.HasPrefix(source.SHA256, f.SHA256) {
		return s, false
	}
	return Saved{at.Path(), source.Bytes, source.SHA256, true}, true
}
