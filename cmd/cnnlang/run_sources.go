package main

import (
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"cnnlang/interp"
)

// A sources is the flags that say which pictures there are, beside the arguments after the net.
type sources struct {
	recursive   bool
	list        *option[string]
	resumeAfter *option[string]
}

func (s *sources) flags(cmd *cobra.Command) {
	s.list = &option[string]{what: "FILE", parse: parseName}
	s.resumeAfter = &option[string]{what: "NAME", parse: parseName}
	f := cmd.Flags()
	f.BoolVar(&s.recursive, "recursive", false, "take images of the folders in a folder as well")
	f.Var(s.list, "list", "take the names of images from a file, one a line or each before a NUL; - is standard input")
	f.Var(s.resumeAfter, "resume-after", "leave out images up to and including this one, after an interrupt")
}

func parseName(text string) (string, error) {
	if text == "" {
		return "", errors.New("want a name")
	}
	return text, nil
}

// several reports whether the arguments are, or may be, more than one image.
func (s *sources) several(args []string) bool {
	return s.list.given || s.resumeAfter.given || len(args) > 1 || len(args) == 1 && (isPattern(args[0]) || isDirectory(args[0]))
}

// isPattern reports whether an argument is a pattern that no shell has replaced, and no file.
func isPattern(argument string) bool {
	if !strings.ContainsAny(argument, "*?[") {
		return false
	}
	_, err := os.Lstat(argument)
	return err != nil
}

func isDirectory(argument string) bool {
	info, err := os.Stat(argument)
	return err == nil && info.IsDir()
}

// pictures are the images of all arguments, folders and the list, in order: those of a folder
// by name. What cannot be listed is an image that cannot be read, in its place. They are found
// as they are asked for.
func (s *sources) pictures(args []string, stdin io.Reader) iter.Seq[interp.Source] {
	if !s.resumeAfter.given {
		return s.all(args, stdin)
	}
	return func(yield func(interp.Source) bool) {
		at := s.mark()
		for source := range s.all(args, stdin) {
			after := len(at.places) > 0
			if at.see(source.Name); len(at.places) > 1 {
				break
			}
			if after && !yield(source) {
				return
			}
		}
		if err := at.err(); err != nil {
			yield(interp.Unreadable("", err))
		}
	}
}

// all are the images before and after those of --resume-after. A list on standard input has
// none if that is nil.
func (s *sources) all(args []string, stdin io.Reader) iter.Seq[interp.Source] {
	return func(yield func(interp.Source) bool) {
		for _, argument := range args {
			if argument == "-" && !yield(streamed(stdin)) || argument != "-" && !s.argument(argument, yield) {
				return
			}
		}
		switch {
		case s.list.value == "-" && stdin != nil:
			interp.ListedBy(stdinName, stdin)(yield)
		case s.list.given && s.list.value != "-":
			interp.Listed(s.list.value)(yield)
		}
	}
}

// count is how many images there are, 0 where that is not known before they come.
func (s *sources) count(args []string) (n int) {
	if s.list.value == "-" {
		return 0
	}
	for source := range s.pictures(args, nil) {
		if source.Open != nil {
			if _, err := source.Open(); is[linked](err) {
				continue
			}
		}
		n++
	}
	return n
}

// streamed is the image on standard input, which comes once.
func streamed(stdin io.Reader) interp.Source {
	read := false
	return interp.Source{Name: stdinName, Open: func() (io.ReadCloser, error) {
		if read {
			return nil, errors.New(stdinName + " is too large to be decoded beside others, and can be read only once; put it into a file first")
		}
		read = true
		return io.NopCloser(stdin), nil
	}}
}

// argument yields the images that an argument stands for; like the functions below it reports
// whether to go on.
func (s *sources) argument(argument string, yield func(interp.Source) bool) bool {
	if !isPattern(argument) {
		return s.named(argument, yield)
	}
	names, err := matches(argument)
	if err != nil {
		return yield(interp.Unreadable(argument, err))
	}
	for _, name := range names {
		if !s.named(name, yield) {
			return false
		}
	}
	return true
}

// matches are the names that fit a pattern. As in a shell, no star is a dot at the beginning.
func matches(pattern string) ([]string, error) {
	names, err := filepath.Glob(pattern)
	if err != nil {
		return nil, usage("%s: the pattern is not complete: %v", pattern, err)
	}
	if names = slices.DeleteFunc(names, func(name string) bool { return hidden(name, pattern) }); len(names) == 0 {
		return nil, usage("%s: there is no such file, and no file whose name fits the pattern", pattern)
	}
	return names, nil
}

// hidden reports whether a part of a name begins with a dot where that of its pattern does not.
func hidden(name, pattern string) bool {
	for name != "" && pattern != "" && name != pattern {
		if strings.HasPrefix(filepath.Base(name), ".") && !strings.HasPrefix(filepath.Base(pattern), ".") {
			return true
		}
		name, pattern = parent(name), parent(pattern)
	}
	return false
}

// parent is the folder of a path, "" if it names none.
func parent(path string) string {
	folder, _ := filepath.Split(path)
	return strings.TrimRightFunc(folder, func(r rune) bool { return r == '/' || r == filepath.Separator })
}

// deepFolder is what a pattern names before a **, which other programs take for all folders below.
func deepFolder(pattern string) (folder string, deep bool) {
	parts := strings.Split(filepath.ToSlash(pattern), "/")
	i := slices.Index(parts, "**")
	if i < 0 {
		return "", false
	}
	parts[i] = "" // so that there is a slash behind a root
	return filepath.Clean(strings.Join(parts[:i+1], "/")), true
}

// named yields a file, or the images of a folder.
func (s *sources) named(name string, yield func(interp.Source) bool) bool {
	if isDirectory(name) {
		return s.folder(name, yield)
	}
	return yield(interp.Source{Name: name})
}

// extensions are those of images, in lower case.
var extensions = []string{".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".gif", ".webp", ".bmp", ".dib", ".tif", ".tiff"}

// isImage reports whether a file has the name of an image.
func isImage(name string) bool {
	return !strings.HasPrefix(name, ".") && slices.Contains(extensions, strings.ToLower(filepath.Ext(name)))
}

// hasImages reports whether a folder has files with such names.
func hasImages(folder string) bool {
	entries, _ := os.ReadDir(folder)
	return slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return isImage(e.Name()) })
}

// folder yields the images of a folder, by their extensions and without those whose names
// begin with a dot. Links to folders are not followed, so there are no loops.
func (s *sources) folder(folder string, yield func(interp.Source) bool) bool {
	some, goOn := false, true
	pass := func(source interp.Source) error {
		some = true
		if goOn = yield(source); !goOn {
			return fs.SkipAll
		}
		return nil
	}
	// With a separator at its end a link to a folder is the folder.
	top := filepath.Clean(folder) + string(filepath.Separator)
	err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return pass(interp.Unreadable(path, err))
		}
		switch isTop := path == top; {
		case isTop:
		case strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
		case d.IsDir() && !s.recursive:
			return fs.SkipDir
		case d.IsDir():
		case isImage(d.Name()):
			return pass(interp.Source{Name: path})
		case s.recursive && d.Type()&fs.ModeSymlink != 0 && isDirectory(path):
			return pass(interp.Unreadable(path, linked(path)))
		}
		return nil
	})
	if err != nil {
		return yield(interp.Unreadable(folder, err))
	}
	if !some {
		e := usage("%s: there is no image in this folder", folder)
		if !s.recursive {
			e.withHelp("--recursive takes those of the folders in it as well")
		}
		return yield(interp.Unreadable(folder, e))
	}
	return goOn
}

// A linked is the path of a link to a folder, which is told and is no failure.
type linked string

func (l linked) Error() string {
	return string(l) + " is a link to a folder, and is not followed; name it to have its images taken"
}
