package diag

import (
	"strings"
	"unicode/utf8"
)

// How much of an untrusted text a message shows: a name may be as long as a file, and so
// may a list of names. Paths of files are shown whole, up to what systems accept.
const (
	longestWord = 160
	longestPath = 1000
	longestText = 2000
)

// Clip shortens a text: it cuts the middle out of every word that is far too long, and the
// end off the whole.
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

// head is the first n bytes of a text, and tail the last, without partial characters.
func head(text string, n int) string {
	for 0 < n && n < len(text) && !utf8.RuneStart(text[n]) {
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
