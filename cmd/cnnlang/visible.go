package main

import (
	"bytes"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"cnnlang/lang/diag"
)

// standardOutput is where data goes: unchanged to a file or a pipe, and to a terminal without
// control characters, which names and texts of files may contain. Data has no colours of
// its own.
func standardOutput() io.Writer {
	if isTerminal(os.Stdout) {
		return &visibleWriter{w: os.Stdout}
	}
	return os.Stdout
}

// A visibleWriter makes control characters and invisible ones visible.
type visibleWriter struct {
	w    io.Writer
	rest []byte // the beginning of an incomplete character
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

// visibleName is the name of a file without newlines and control characters.
func visibleName(name string) string {
	return strings.ReplaceAll(diag.Visible(name), "\n", "␊")
}

// visible is a text without control characters other than tabs.
func visible(text string) string {
	parts := strings.Split(text, "\t")
	for i := range parts {
		parts[i] = diag.Visible(parts[i])
	}
	return strings.Join(parts, "\t")
}
