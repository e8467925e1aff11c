package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"cnnlang/interp/atomicfile"
)

// The marks around a measured part of a document.
const (
	beginMark = "<!-- measured: "
	markEnd   = " -->\n"
	endMark   = "<!-- end of measured -->"
)

// fill replaces the measured parts of a document. A part that the results do not
// have, or one without its end, is an error.
func fill(text string, parts map[string]string) (string, error) {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(text, beginMark)
		out.WriteString(before)
		if !found {
			return out.String(), nil
		}
		name, rest, ok := strings.Cut(rest, markEnd)
		part, known := parts[name]
		if !ok || !known {
			return "", fmt.Errorf("pairs: no results are called %.40q", name)
		}
		_, after, ok := strings.Cut(rest, endMark)
		if !ok {
			return "", fmt.Errorf("pairs: the measured part %q has no end", name)
		}
		out.WriteString(beginMark + name + markEnd + "\n" + strings.TrimSpace(part) + "\n\n" + endMark)
		text = after
	}
}

// rewrite fills a document in place.
func rewrite(path string, r *results) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	filled, err := fill(string(text), r.tables())
	if err != nil {
		return fmt.Errorf("%w (%s)", err, path)
	}
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := io.WriteString(w, filled)
		return err
	})
}
