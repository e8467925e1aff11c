package diag

import "strings"

// A style is the parameters of a terminal's escape sequence for one kind of text.
type style string

const (
	plain   style = ""
	bold    style = "1"
	red     style = "1;31"
	yellow  style = "1;33"
	help    style = "1;36"
	frame   style = "1;34" // line numbers, arrows, secondary marks
	escape        = "\x1b["
	restore       = "\x1b[0m"
)

func severityStyle(s Severity) style {
	switch s {
	case Error:
		return red
	case Warning:
		return yellow
	}
	return help
}

func (p *printer) paint(s style, text string) string {
	if !p.opts.Color || s == plain || text == "" {
		return text
	}
	return escape + string(s) + "m" + text + restore
}

// A canvas is one line with pieces of text at given columns.
type canvas struct {
	pieces []piece // by column, without gaps
}

type piece struct {
	text  string
	style style
}

// put writes one-column runes at a column; those left of column 0 are lost.
func (c *canvas) put(column int, text string, s style) {
	for _, r := range text {
		if column >= 0 {
			for len(c.pieces) <= column {
				c.pieces = append(c.pieces, piece{" ", plain})
			}
			c.pieces[column] = piece{string(r), s}
		}
		column++
	}
}

// String returns the line, adjacent pieces of one style painted together.
func (c *canvas) String(p *printer) string {
	var b strings.Builder
	for i := 0; i < len(c.pieces); {
		var run strings.Builder
		s := c.pieces[i].style
		for ; i < len(c.pieces) && c.pieces[i].style == s; i++ {
			run.WriteString(c.pieces[i].text)
		}
		b.WriteString(p.paint(s, run.String()))
	}
	return b.String()
}
