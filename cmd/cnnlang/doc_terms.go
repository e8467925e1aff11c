package main

import (
	"fmt"
	"os"
	"strings"

	"cnnlang/interp"
)

// docTerms writes how words of other frameworks are said here.
func (a *app) docTerms(terms []interp.Term) error {
	for i, t := range terms {
		if i > 0 {
			fmt.Fprintln(a.stdout)
		}
		a.hung(t.Framework + ": " + strings.Join(t.Names, ", ") + "\n")
		for j, line := range t.Here {
			if j == 0 {
				fmt.Fprintln(a.stdout)
			}
			fmt.Fprintln(a.stdout, "  "+line)
		}
		for _, text := range []string{argumentsText(t), strings.Join(t.Notes, "\n")} {
			if text != "" {
				a.hung("\n" + strings.TrimSpace(text) + "\n")
			}
		}
	}
	return nil
}

// hung writes lines that break between words, at the width of the terminal.
func (a *app) hung(text string) {
	const usual = 100 // without a terminal
	width := terminalWidth(os.Stdout)
	if width == 0 {
		width = usual
	}
	fmt.Fprint(a.stdout, hanging(text, width))
}

// argumentsText has a line for what is said of some arguments.
func argumentsText(t interp.Term) string {
	const widest = 24
	width := 0
	for _, arg := range t.Arguments {
		if n := len(strings.Join(arg.Names, ", ")); n <= widest {
			width = max(width, n)
		}
	}
	var b strings.Builder
	for _, arg := range t.Arguments {
		here := arg.Here
		if strings.HasPrefix(here, "same") {
			here = "the " + here
		}
		if names := strings.Join(arg.Names, ", "); len(names) > widest {
			fmt.Fprintf(&b, "%s: %s\n", names, here)
		} else {
			fmt.Fprintf(&b, "%-*s  %s\n", width, names, here)
		}
	}
	return b.String()
}

// termNames are the words of other frameworks, whole and their last parts.
func termNames() (names []string) {
	for _, t := range interp.Terms() {
		for _, name := range t.Names {
			names = append(names, name, name[strings.LastIndexByte(name, '.')+1:])
		}
	}
	return names
}
