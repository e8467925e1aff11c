package diag

import (
	"strings"
	"unicode/utf8"
)

// How much of a text that somebody else chose is told: a name may be as long as a file,
// and a list of names too. Where a file is, is told whole unless no system would take it.
const (
	longestWord = 160
	longestPath = 1000
	longestText = 2000
)

// Clip cuts a text to what is worth reading: the middle out of every word that is far
// too long, and the end off the whole.
func Clip(text string) string {
	if len(text) <= longestWord {
		return text
	}
	var b strings.Builder
	for len(text) > 0 {
		n := strings.IndexAny(text, " \n")
		if n < 0 {
			n = len(text)
		}
		word := text[:n]
		longest := longestWord
		if strings.ContainsAny(word, `/\`) {
			longest = longestPath
		}
		if room := longestText - b.Len(); min(len(word), longest) > room {
			b.WriteString("…")
			break
		}
		if len(word) > longest {
			kept := longest/2 - 2
			word = head(word, kept) + "…" + tail(word, kept)
		}
		b.WriteString(word)
		if text = text[n:]; text != "" {
			b.WriteByte(text[0])
			text = text[1:]
		}
	}
	return b.String()
}

// head is the first n bytes of a text, and tail the last, without halves of characters.
func head(text string, n int) string {
	for !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}

func tail(text string, n int) string {
	from := len(text) - n
	for from < len(text) && !utf8.RuneStart(text[from]) {
		from++
	}
	return text[from:]
}
