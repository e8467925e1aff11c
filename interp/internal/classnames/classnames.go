// Package classnames reads lists of the names of classes, as files of labels and the files of
// weights have them:
//
//	tench                              a name a line,
//	0 tench                            behind its index, from 0 or 1, in any order,
//	n01440764 tench, Tinca tinca       or behind its synset of WordNet
//
//	["tench", "goldfish"]              JSON, or Python's way to write the same
//	{"0": ["n01440764", "tench"]}      by index, with what else is known of a class
//	{"tench": 0}                       or the other way around
//	{"id2label": {"0": "tench"}}       and any of them as one entry of others
//
// No name is empty, and every index has one.
package classnames

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Most is how many classes there may be, and MostBytes how long their text: what is read of it
// takes some ten times as much memory.
const (
	Most      = 1 << 20
	MostBytes = 4 << 20
)

// A Problem is what is wrong with a list, with the line, from 1; 0 is no line of its own.
type Problem struct {
	Line int
	Text string
}

func (p *Problem) Error() string {
	if p.Line == 0 {
		return p.Text
	}
	return fmt.Sprintf("line %d: %s", p.Line, p.Text)
}

func problem(line int, format string, args ...any) *Problem {
	return &Problem{line, fmt.Sprintf(format, args...)}
}

// Keys are the entries of larger files whose value is a list of names, best first.
var Keys = []string{"id2label", "idx_to_class", "class_to_idx", "label2id", "classes", "class_names", "labels", "names"}

// Parse reads a list in any of the forms. Its error is a *Problem.
func Parse(text string) (names []string, err error) {
	if len(text) > MostBytes {
		return nil, problem(0, "has %d bytes, want at most %d of names; is it another file?", len(text), MostBytes)
	}
	text = strings.TrimPrefix(text, "\ufeff")
	if at := invalid(text); at >= 0 {
		return nil, problem(1+strings.Count(text[:at], "\n"), "is not UTF-8; save the file as UTF-8")
	}
	body := strings.TrimSpace(text)
	switch {
	case body == "":
		return nil, problem(0, "is empty, want a name on each line")
	case body[0] == '{', body[0] == '[' && (strings.HasSuffix(body, "]") || strings.ContainsAny(body[1:min(len(body), 8)], `"'`)):
		return parseLiteral(text)
	}
	return lines(text)
}

// invalid is where a text is not UTF-8, -1 for nowhere.
func invalid(text string) int {
	for i, r := range text {
		if r == utf8.RuneError && !strings.HasPrefix(text[i:], string(utf8.RuneError)) {
			return i
		}
	}
	return -1
}

// lines reads a name from each line. Only at the end there may be empty ones.
func lines(text string) ([]string, error) {
	names := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i, name := range names {
		names[i] = strings.TrimSpace(name)
	}
	for names[len(names)-1] == "" {
		names = names[:len(names)-1]
	}
	if len(names) > Most {
		return nil, problem(Most+1, "is one class more than the %d that there may be", Most)
	}
	for i, name := range names {
		if name == "" {
			return nil, problem(i+1, "is empty, want the name of class %d", i)
		}
	}
	if ordered, is, err := byIndex(names); is {
		return ordered, err
	}
	return withoutSynsets(names), nil
}

// byIndex puts names into the order of the indices that stand before all of them; is is false
// where some have none, or where they do not look like indices.
func byIndex(lines []string) (names []string, is bool, err error) {
	indices := make([]int, len(lines))
	least := Most
	for i, line := range lines {
		digits := len(line) - len(strings.TrimLeft(line, "0123456789"))
		rest := strings.TrimLeft(line[digits:], " \t:,;")
		n, err := strconv.Atoi(line[:digits])
		if err != nil || rest == "" || len(rest) == len(line)-digits {
			return nil, false, nil
		}
		indices[i], lines[i], least = n, line, min(least, n)
	}
	if least > 1 {
		return nil, false, nil
	}
	names = make([]string, len(lines))
	at := make([]int, len(lines)) // the line of each, from 1
	for i, n := range indices {
		n -= least
		switch {
		case n >= len(names):
			return nil, true, problem(i+1, "has the index %d, want %d to %d for %d lines", n+least, least, least+len(names)-1, len(names))
		case at[n] > 0:
			return nil, true, problem(i+1, "has the index %d as line %d has", n+least, at[n])
		}
		at[n] = i + 1
		names[n] = strings.TrimLeft(strings.TrimLeft(lines[i], "0123456789"), " \t:,;")
	}
	return withoutSynsets(names), true, nil
}

// withoutSynsets takes off numbers of WordNet that stand before all names.
func withoutSynsets(names []string) []string {
	synset := func(name string) bool {
		const digits = 8
		word, rest, _ := strings.Cut(name, " ")
		return len(word) == 1+digits && word[0] == 'n' && strings.Trim(word[1:], "0123456789") == "" && strings.TrimSpace(rest) != ""
	}
	if slices.ContainsFunc(names, func(name string) bool { return !synset(name) }) {
		return names
	}
	short := make([]string, len(names))
	for i, name := range names {
		_, rest, _ := strings.Cut(name, " ")
		short[i] = strings.TrimSpace(rest)
	}
	return short
}
