package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"

	"cnnlang/interp/rows"
	"cnnlang/lang/diag"
)

// On a terminal the classes have bars, in the width that it has.

const (
	mostBar  = 40
	leastBar = 6
	// leastName is the width that names get before there are bars, and fitName that from which
	// the scores are shown as well.
	leastName, fitName = 12, 24
	gap                = "  "
)

// resultWidth is the width of the terminal that shows results, 0 for anything else.
func resultWidth() int { return terminalWidth(os.Stdout) }

// scoreLines are the highest classes in so many columns: number, probability and its bar, whose
// whole width is 100 %, the score where there is room, and the name, cut to what is left.
func scoreLines(top []rows.Class, width int) []string {
	classes, chances, scores := []string{"class"}, []string{"probability"}, []string{"output"}
	names := []string{""}
	for _, s := range top {
		classes = append(classes, fmt.Sprint(s.Class))
		chances = append(chances, fmt.Sprintf("%.2f %%", 100*float64(s.Probability)))
		scores = append(scores, fmt.Sprintf("%.5g", float64(s.Output)))
		if names = append(names, visibleName(s.Name)); s.Name != "" {
			names[0] = "name"
		}
	}
	classes, chances, scores = toRight(classes), toRight(chances), toRight(scores)
	room := width - diag.Width(classes[0]+gap+chances[0]+gap)
	bar, name := min(room, mostBar), 0
	if names[0] != "" {
		bar = min(max(room/3, leastBar), mostBar)
		name = room - bar - len(gap)
	}
	if name > 0 && name < leastName {
		bar, name = 0, room
	}
	if need := diag.Width(scores[0] + gap); name-need >= fitName || names[0] == "" && room-need-len(gap) >= leastBar {
		name = max(name-need, 0)
		bar = min(bar, room-need)
	} else {
		clear(scores)
	}
	var lines []string
	for i := range classes {
		line := classes[i] + gap + chances[i]
		if bar > 0 {
			drawn := ""
			if i > 0 {
				drawn = barOf(float64(top[i-1].Probability), bar)
			}
			line += gap + drawn + strings.Repeat(" ", bar-diag.Width(drawn))
		}
		if scores[0] != "" {
			line += gap + scores[i]
		}
		if name > 0 {
			line += gap + text.Snip(names[i], name, "…")
		}
		lines = append(lines, strings.TrimRight(line, " "))
	}
	longest := 0
	for _, line := range lines {
		longest = max(longest, diag.Width(line))
	}
	return append([]string{lines[0], strings.Repeat("─", longest)}, lines[1:]...)
}

// toRight aligns cells.
func toRight(cells []string) []string {
	width := 0
	for _, c := range cells {
		width = max(width, diag.Width(c))
	}
	for i, c := range cells {
		cells[i] = strings.Repeat(" ", width-diag.Width(c)) + c
	}
	return cells
}

// barOf is a share of a bar, in eighths of a column; what is not nothing is seen.
func barOf(share float64, width int) string {
	const eighths = " ▏▎▍▌▋▊▉█"
	if !(share > 0) { // NaN too
		return ""
	}
	n := max(1, int(min(share, 1)*float64(8*width)+0.5))
	bar := strings.Repeat("█", n/8)
	if n%8 > 0 {
		bar += string([]rune(eighths)[n%8])
	}
	return bar
}
