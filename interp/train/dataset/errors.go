package dataset

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"cnnlang/interp/internal/regular"
)

// A FileError says why a file or folder cannot be taken.
type FileError struct {
	Path    string
	Problem string // got, want, and what to do
	Err     error  // the underlying error, or nil
	Limit   bool   // it asks for more than there may be
}

func (e *FileError) Error() string { return fmt.Sprintf("dataset: %s: %s", shown(e.Path), e.Problem) }

// Unwrap returns the underlying error.
func (e *FileError) Unwrap() error { return e.Err }

func problem(path, format string, args ...any) *FileError {
	return &FileError{Path: path, Problem: fmt.Sprintf(format, args...)}
}

// beyond is a problem with a limit.
func beyond(path, format string, args ...any) *FileError {
	e := problem(path, format, args...)
	e.Limit = true
	return e
}

func systemError(path string, err error) *FileError {
	return &FileError{Path: path, Problem: regular.Problem(err), Err: err}
}

// An OptionError says what is wrong with options, or does not go together with the data.
type OptionError struct{ Problem string }

func (e *OptionError) Error() string { return "dataset: " + e.Problem }

func unfit(format string, args ...any) error { return &OptionError{fmt.Sprintf(format, args...)} }

// A Bad is a picture that cannot be read.
type Bad struct {
	Path    string
	Problem string
}

func (b Bad) String() string { return shown(b.Path) + ": " + b.Problem }

// A BadError lists pictures that cannot be read, in the order of their names.
type BadError struct {
	Bad []Bad
	All int // pictures
}

// mostBad is how many bad pictures a message names.
const mostBad = 1000

func (e *BadError) Error() string {
	var b strings.Builder
	what := "pictures cannot be read; mend or remove them, or go on without them"
	if len(e.Bad) == 1 {
		what = "pictures cannot be read; mend or remove it, or go on without it"
	}
	fmt.Fprintf(&b, "dataset: %d of %d %s", len(e.Bad), e.All, what)
	for _, bad := range e.Bad[:min(len(e.Bad), mostBad)] {
		b.WriteString("\n  " + bad.String())
	}
	if more := len(e.Bad) - mostBad; more > 0 {
		fmt.Fprintf(&b, "\n  and %d more", more)
	}
	return b.String()
}

// shown makes a name fit for a message: as it is, or quoted if it holds anything that does not print.
func shown(name string) string {
	if !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(name)
	}
	return name
}

// some names a few of many.
func some(names []string) string {
	const most = 5
	var all []string
	for _, name := range names[:min(len(names), most)] {
		all = append(all, shown(name))
	}
	text := strings.Join(all, ", ")
	if more := len(names) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
