package curves

import (
	"cmp"
	"slices"

	"cnnlang/interp/draw"
)

// Sizes of labels, in pixels.
const (
	labelSize   = 11.0
	labelHeight = 14.0
)

// A label is the name of a line, beside its end.
type label struct {
	line int
	text string
	y    float64 // of its middle
}

// placed gives labels the heights of their lines' ends as far as they do not overlap, from top to bottom. Those of
// too many are left out, the last ones first.
func placed(labels []label, top, bottom float64) []label {
	if room := max(1, int((bottom-top)/labelHeight)); len(labels) > room {
		labels = labels[:room]
	}
	slices.SortStableFunc(labels, func(a, b label) int { return cmp.Compare(a.y, b.y) })
	least := top + labelHeight/2
	for i := range labels { // down, away from the one above
		labels[i].y = max(labels[i].y, least)
		least = labels[i].y + labelHeight
	}
	most := bottom - labelHeight/2
	for i := len(labels) - 1; i >= 0; i-- { // and up again, where that has gone too far
		labels[i].y = min(labels[i].y, most)
		most = labels[i].y - labelHeight
	}
	return labels
}

// fitted cuts a text to a width.
func fitted(text string, width float64) string {
	if draw.TextWidth(text, labelSize) <= width {
		return text
	}
	letters := []rune(text)
	const most = 200 // more do not fit in any case
	letters = letters[:min(len(letters), most)]
	for len(letters) > 0 && draw.TextWidth(string(letters)+"…", labelSize) > width {
		letters = letters[:len(letters)-1]
	}
	return string(letters) + "…"
}
