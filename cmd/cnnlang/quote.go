package main

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"cnnlang/lang/diag"
)

// shellQuoted is an argument as shells read it, and as a terminal can show it.
func shellQuoted(text string) string {
	if !utf8.ValidString(text) || diag.Visible(text) != text || strings.Contains(text, "\n") {
		return "$'" + escaped(text) + "'"
	}
	if strings.ContainsAny(text, " \t\n'\"\\$`&|;<>()[]{}*?!#~") {
		return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
	}
	return text
}

// escaped writes all but printable ASCII as bytes, for $'…' of bash and zsh.
func escaped(text string) string {
	var out strings.Builder
	for _, b := range []byte(text) {
		switch {
		case b == '\'' || b == '\\':
			out.WriteString("\\" + string(rune(b)))
		case b < ' ' || b > '~':
			fmt.Fprintf(&out, "\\x%02x", b)
		default:
			out.WriteByte(b)
		}
	}
	return out.String()
}
