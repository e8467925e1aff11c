package main

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/term"
)

// colored reports whether messages have colours: --color says so or, where it is
// auto, they go to a terminal and NO_COLOR (no-color.org) is not set.
func (a *app) colored() bool {
	if a.color != nil && a.color.given && a.color.value != "auto" { // nil: flags are not read yet
		return a.color.value == "always"
	}
	return os.Getenv("NO_COLOR") == "" && isTerminal(a.stderr)
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// terminalWidth is how many columns a terminal has, 0 for what is none.
func terminalWidth(f *os.File) int {
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// progress shows what long work is at, on a terminal and on one line; "" takes it
// away.
func (a *app) progress(format string, args ...any) {
	if isTerminal(a.stderr) {
		fmt.Fprint(a.stderr, "\r\x1b[K"+visible(fmt.Sprintf(format, args...)))
	}
}
