package flat

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"cnnlang/lang/parse"
)

// longestName is how many bytes of a file's name are kept. A path may have 1,024 characters.
const longestName = 200

// Names makes what a file calls its parts into names of the language, no two the same.
type Names struct{ taken map[string]int }

// Label makes a name a part of a path. What no label can hold is left out: invisible characters,
// quotation marks and braces. It is "" where nothing remains, or only a number, which is no name.
func (n *Names) Label(name string) string {
	label := strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || !unicode.IsGraphic(r) || strings.ContainsRune("\"'`{}\\", r) {
			return -1
		}
		return r
	}, short(name))
	label = strings.Trim(label, ". ")
	if strings.Trim(label, "0123456789.") == "" {
		return ""
	}
	return n.unique(label)
}

// Word makes a name a word, as inputs, outputs and nets are called, with a _ for what cannot be in one;
// otherwise where nothing remains.
func (n *Names) Word(name, otherwise string) string {
	last := rune(0)
	word := strings.Map(func(r rune) rune {
		if r >= unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' {
			if r = '_'; last == '_' {
				return -1
			}
		}
		last = r
		return r
	}, short(name))
	switch {
	case strings.Trim(word, "_") == "":
		word = otherwise
	case unicode.IsDigit(rune(word[0])):
		word = otherwise + "_" + word
	}
	if slices.Contains(parse.Keywords, word) {
		word += "_"
	}
	return n.unique(word)
}

func short(name string) string {
	if len(name) > longestName {
		name = name[:longestName]
	}
	return strings.ToValidUTF8(name, "")
}

func (n *Names) unique(name string) string {
	if n.taken == nil {
		n.taken = map[string]int{}
	}
	n.taken[name]++
	if count := n.taken[name]; count > 1 {
		return n.unique(fmt.Sprintf("%s_%d", name, count))
	}
	return name
}
