package main

import (
	"io"
	"os"

	"golang.org/x/term"
)

// colored reports whether messages have colours: by --color or, if that is auto, if they go
// to a terminal and NO_COLOR (no-color.org) is not set.
func (a *app) colored() bool {
	if a.color != nil && a.color.given && a.color.value != "auto" { // nil: flags are not read yet
		return a.color.value == "always"
	}
	return os.Getenv("NO_COLOR") == "" && isTerminal(a.stderr)
}

func isTerminal(w io.Writer) bool {
	if _, ok := w.(*screen); ok {
		return true
	}
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// columns is the width of the terminal that has the messages, 0 for anything else.
func (a *app) columns() int {
	if s, ok := a.stderr.(*screen); ok && s.file != nil {
		return terminalWidth(s.file)
	}
	return 0
}

// terminalWidth is the number of columns of a terminal, 0 for anything else.
func terminalWidth(f *os.File) int {
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}
