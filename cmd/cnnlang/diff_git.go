package main

import (
	"context"
	"fmt"
	"strings"

	"cnnlang/interp"
)

// gitDiff is what git calls for a changed file: path, old file, old hash, old mode, new file, new
// hash, new mode, and for a renamed file its new path and what git says of it. A version that cannot be read as nets is
// told, and is no failure.
func (a *app) gitDiff(ctx context.Context, s sideOptions, args []string, f diffFormat) error {
	if len(args) != 7 && len(args) != 9 {
		return usage("--git got %d arguments, want the 7 or 9 that git gives a diff driver", len(args)).
			withHelp("`git config diff.cnnlang.command 'cnnlang diff --git'` lets git call it")
	}
	if f.name != "text" && f.name != "md" {
		return usage("-o %s is not for --git", f.name).withHelp("git shows text, or md")
	}
	fmt.Fprintf(a.stdout, "cnnlang diff %s\n", visibleName(args[0]))
	var sides [2]*side
	broken := false
	for i, file := range []string{args[1], args[4]} {
		var err error
		if sides[i], err = gitVersion(s.of(i), args[0], file); err != nil {
			fmt.Fprintf(a.stdout, "the %s version cannot be compared: %s\n", [...]string{"old", "new"}[i], firstLine(err))
			broken = true
		}
	}
	if broken {
		return nil
	}
	return a.showDiff(ctx, compareSides(sides[0], sides[1]), f)
}

// gitVersion makes the nets of a version of a file that git has written elsewhere, whatever it is called.
// What it imports is read as it is now, beside the file itself.
func gitVersion(s *selection, path, file string) (*side, error) {
	if file == "/dev/null" { // there is none
		return &side{argument: file}, nil
	}
	p, err := interp.Open(asFile(file))
	if err != nil {
		return nil, err
	}
	if there, err := interp.OpenEdited(path, p.Text()); err == nil { // unless its folder is gone
		p = there
	}
	return netsOf(s, asFile(path), p)
}

// asFile writes a path so that it is no net of the library.
func asFile(path string) string {
	if strings.ContainsRune(path, '/') {
		return path
	}
	return "./" + path
}

func firstLine(err error) string {
	text, _, _ := strings.Cut(strings.TrimSpace(err.Error()), "\n")
	return visibleName(text)
}
