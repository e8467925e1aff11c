package main

import (
	"context"
	"fmt"
	"strings"

	"cnnlang/interp"
	"cnnlang/lang/format"
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
	names, files := [2]string{args[0], args[0]}, [2]string{args[1], args[4]}
	if len(args) == 9 {
		names[1] = args[7]
	}
	title := visibleName(names[0])
	if names[1] != names[0] {
		title += " → " + visibleName(names[1])
	}
	fmt.Fprintf(a.stdout, "cnnlang diff %s\n", title)
	var sides [2]*side
	broken := false
	for i, file := range files {
		var err error
		sides[i], err = gitVersion(s.of(i), names[i], file)
		if err != nil && names[0] != names[1] { // what it imports may have moved with it
			if there, thereErr := gitVersion(s.of(i), names[1-i], file); thereErr == nil {
				sides[i], err = there, nil
			}
		}
		if err != nil {
			fmt.Fprintf(a.stdout, "the %s version cannot be compared: %s\n", [...]string{"old", "new"}[i], firstLine(err))
			broken = true
		}
	}
	texts, read := textsOf(files)
	if !broken {
		f.texts = read && texts[0] != texts[1]
		return a.showDiff(ctx, compareSides(sides[0], sides[1]), f)
	}
	if read && texts[0] != texts[1] { // what git itself would show
		fmt.Fprintf(a.stdout, "\n--- %s\n+++ %s\n%s", visibleName("a/"+names[0]), visibleName("b/"+names[1]), visible(format.Diff(texts[0], texts[1])))
	}
	return nil
}

// textsOf are the texts of both versions, if both can be read.
func textsOf(files [2]string) (texts [2]string, read bool) {
	for i, file := range files {
		if file == noVersion {
			continue
		}
		var err error
		if texts[i], err = interp.ReadText(file); err != nil {
			return texts, false
		}
	}
	return texts, true
}

// noVersion is what git calls the version of a file that there is not, on every system.
const noVersion = "/dev/null"

// gitVersion makes the nets of a version of a file that git has written elsewhere, whatever it is called.
// What it imports is read as it is now, beside the file itself.
func gitVersion(s *selection, path, file string) (*side, error) {
	if file == noVersion { // there is none
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
