package main

import (
	"fmt"
	"os"
	"strings"

	"cnnlang/lang/diag"
)

// prose writes lines beside a table; on a terminal they break between words.
func (a *app) prose(text string) error {
	if width := terminalWidth(os.Stdout); width > 0 {
		text = hanging(text, width)
	}
	_, err := fmt.Fprint(a.stdout, text)
	return err
}

// hanging breaks lines that are wider between words. What is below the first part stands where the
// words begin that follow its term, after two blanks: below `params  ` for `params  learned numbers`.
func hanging(text string, width int) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		indent := len(line) - len(strings.TrimLeft(line, " "))
		if at := strings.Index(line[indent:], "  "); indent == 0 && at > 0 {
			indent = len(line) - len(strings.TrimLeft(line[at:], " "))
		}
		if diag.Width(line) <= width || indent > width/2 {
			b.WriteString(line)
			continue
		}
		b.WriteString(line[:indent])
		column := indent
		for _, word := range strings.Fields(line[indent:]) {
			switch {
			case column > indent && column+1+diag.Width(word) > width:
				b.WriteString("\n" + strings.Repeat(" ", indent))
				column = indent
			case column > indent:
				b.WriteByte(' ')
				column++
			}
			b.WriteString(word)
			column += diag.Width(word)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
