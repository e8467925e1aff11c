package main

import (
	"bytes"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"cnnlang/lang/diag"
)

// standardOutput is where data goes: as it is to a file or a pipe, and to a terminal
// without anything that a terminal would obey. Names of files and texts from them may
// hold that, and what is printed of them here has no colours of its own.
func standardOutput() io.Writer {
	if isTerminal(os.Stdout) {
		return &visibleWriter{w: os.Stdout}
	}
	return os.Stdout
}

// A visibleWriter writes out what a terminal would obey or hide.
type visibleWriter struct {
	w    io.Writer
	rest []byte // the beginning of a character whose end has not come yet
}

func (v *visibleWriter) Write(p []byte) (int, error) {
	text := append(v.rest, p...)
	end := len(text)
	for i := 1; i < utf8.UTFMax && i <= len(text); i++ {
		if last := text[len(text)-i:]; utf8.RuneStart(last[0]) {
			if !utf8.FullRune(last) {
				end -= i
			}
			break
		}
	}
	v.rest = bytes.Clone(text[end:])
	if _, err := io.WriteString(v.w, visible(string(text[:end]))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// visibleName is the name of a file as a line of text may hold it: nothing in it ends the
// line, or is obeyed by a terminal.
func visibleName(name string) string {
	return strings.ReplaceAll(diag.Visible(name), "\n", "␊")
}

// visible is a text as a terminal may get it, its tabs as they are.
func visible(text string) string {
	parts := strings.Split(text, "\t")
	for i := range parts {
		parts[i] = diag.Visible(parts[i])
	}
	return strings.Join(parts, "\t")
}
