package main

import (
	"context"
	"fmt"
	"strings"
)

// gitDiff is what git calls for a changed file: path, old file, old hash, old mode, new file, new
// hash, new mode, and for a renamed file its new path and what git says of it. A version that cannot be read as nets is
// told, and is no failure.
func (a *app) gitDiff(ctx context.Context, s *selection, args []string) error {
	if len(args) != 7 && len(args) != 9 {
		return usage("--git got %d arguments, want the 7 or 9 that git gives a diff driver", len(args)).
			withHelp("`git config diff.cnnlang.command 'cnnlang diff --git'` lets git call it")
	}
	fmt.Fprintf(a.stdout, "cnnlang diff %s\n", visibleName(args[0]))
	var sides [2]*side
	for i, file := range []string{args[1], args[4]} {
		if file == "/dev/null" {
			sides[i] = &side{argument: file}
			continue
		}
		one, err := a.versionOf(s, file)
		if err != nil {
			fmt.Fprintf(a.stdout, "the %s version has mistakes: %s\n", [...]string{"old", "new"}[i], firstLine(err))
			return nil
		}
		sides[i] = one
	}
	return a.showDiff(ctx, compareSides(sides[0], sides[1]), diffFormat{})
}

// versionOf reads a file that git has written, whatever it is called.
func (a *app) versionOf(s *selection, file string) (*side, error) {
	if !strings.ContainsRune(file, '/') {
		file = "./" + file
	}
	return a.side(s, file)
}

func firstLine(err error) string {
	text, _, _ := strings.Cut(strings.TrimSpace(err.Error()), "\n")
	return visibleName(text)
}
