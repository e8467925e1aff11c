package main

import (
	"fmt"
	"strings"

	"cnnlang/interp"
)

// docList writes a line for each entry under the title of its file.
func (a *app) docList(entries []interp.Declaration) error {
	width := 0
	for _, e := range entries {
		width = max(width, len(e.Name))
	}
	for i, e := range entries {
		if i == 0 || entries[i-1].File != e.File {
			if i > 0 {
				fmt.Fprintln(a.stdout)
			}
			fmt.Fprintln(a.stdout, titleOf(e))
		}
		fmt.Fprintln(a.stdout, strings.TrimRight(fmt.Sprintf("  %-*s  %s", width, e.Name, firstSentence(e.Doc)), " "))
	}
	return nil
}

// firstSentence is the part of a comment that a list shows.
func firstSentence(doc string) string {
	doc = strings.Join(strings.Fields(doc), " ")
	for i := range doc {
		if strings.HasPrefix(doc[i:], ". ") && !strings.HasSuffix(doc[:i], "al") {
			return doc[:i+1]
		}
	}
	return doc
}

func qualified(e interp.Declaration) string {
	if e.Package == "" {
		return e.Name
	}
	return e.Package + "." + e.Name
}

// titleOf is the heading of a file's entries.
func titleOf(e interp.Declaration) string {
	switch {
	case e.Kind == "primitive":
		return "primitives"
	case e.Package != "":
		return e.Package
	}
	return e.File
}

// entryText is a declaration for people.
func entryText(e interp.Declaration) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", e.Signature)
	if e.Base != "" {
		fmt.Fprintf(&b, "%s\n\n", e.Base)
	}
	switch {
	case e.Package == "train":
		fmt.Fprintf(&b, "%s\n", wrapped(e.Doc, 80))
	case e.Doc != "":
		fmt.Fprintf(&b, "%s\n\n", strings.TrimSpace(e.Doc))
	}
	switch {
	case e.Kind == "primitive":
		fmt.Fprintln(&b, "a primitive of the language")
	case e.Kind == "value":
		fmt.Fprintln(&b, "a value of the language, for meta")
	case e.Kind == "setting" || e.Kind == "form":
		width := 0
		for _, p := range e.Params {
			width = max(width, len(p.Name))
		}
		for _, p := range e.Params {
			fmt.Fprintf(&b, "  %-*s  %s\n", width, p.Name, p.Type)
		}
		if width > 0 {
			fmt.Fprintln(&b)
		}
		fmt.Fprintf(&b, "a %s of recipes, which lang/spec.md describes; `cnnlang train FILE|NAME --show-recipe` prints one\n", map[string]string{"setting": "setting", "form": "word"}[e.Kind])
	case e.Package != "":
		fmt.Fprintf(&b, "import %s { %s }  (%s:%d)\n", e.Package, e.Name, e.File, e.Line)
		if ofLibrary(e) {
			fmt.Fprintf(&b, "cnnlang params %s\n", e.Name)
		}
	default:
		fmt.Fprintf(&b, "cnnlang params %s  (%s:%d)\n", e.Name, e.File, e.Line)
	}
	return b.String()
}
