package classnames

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A list, an object or a text as JSON and Python write them; what else there is, is a word. Both
// are read by the same rules, so that what one of them would refuse may pass.
type (
	list   []value
	object []entry
	word   string // a number, true, None, …
)

// A value is a string, a list, an object or a word, with the line that it begins in.
type value struct {
	line int
	is   any
}

type entry struct{ key, value value }

// parseLiteral reads a text that is a list or an object.
func parseLiteral(text string) (names []string, err error) {
	r := &reader{text: text, line: 1}
	v, err := r.value(0)
	if err != nil {
		return nil, err
	}
	if r.skip(); r.at < len(text) {
		return nil, problem(r.line, "goes on after the end of the list; want one list or one object")
	}
	return namesOf(v, true)
}

// namesOf are the names that a value holds. An object may have them in an entry of its own.
func namesOf(v value, whole bool) ([]string, error) {
	switch is := v.is.(type) {
	case list:
		return inList(v.line, is)
	case object:
		if len(is) == 0 {
			return nil, problem(v.line, "has no classes")
		}
		for _, key := range Keys {
			at := slices.IndexFunc(is, func(e entry) bool { return e.key.is == key })
			if at < 0 || !whole {
				continue
			}
			if _, isWord := is[at].value.is.(word); !isWord {
				return namesOf(is[at].value, false)
			}
		}
		return inObject(v.line, is)
	case string:
		return nil, problem(v.line, "is one text, want a list of names")
	}
	return nil, problem(v.line, "is no list of names")
}

func inList(line int, is list) ([]string, error) {
	if len(is) == 0 {
		return nil, problem(line, "has no classes")
	}
	if len(is) > Most {
		return nil, problem(line, "has %d classes, want at most %d", len(is), Most)
	}
	names := make([]string, len(is))
	for i, v := range is {
		name, ok := nameOf(v)
		if !ok {
			return nil, problem(v.line, "class %d has no name, want a text", i)
		}
		names[i] = name
	}
	return names, nil
}

// nameOf is the name of a class: a text, or the last one of what is known of it.
func nameOf(v value) (string, bool) {
	if several, ok := v.is.(list); ok && len(several) > 0 {
		v = several[len(several)-1]
	}
	name, ok := v.is.(string)
	name = strings.TrimSpace(name)
	return name, ok && name != ""
}

// inObject reads names by index, or indices by name.
func inObject(line int, is object) ([]string, error) {
	if len(is) > Most {
		return nil, problem(line, "has %d classes, want at most %d", len(is), Most)
	}
	names := make([]string, len(is))
	_, inverse := is[0].value.is.(word)
	for _, e := range is {
		index, name := e.key, e.value
		if inverse {
			index, name = e.value, e.key
		}
		text, _ := index.is.(string)
		if w, ok := index.is.(word); ok {
			text = string(w)
		}
		n, err := strconv.Atoi(text)
		switch {
		case err != nil:
			return nil, problem(e.key.line, "%s is no index of a class, want %d entries with 0 to %d; or one called %s", strconv.Quote(cut(text)), len(is), len(is)-1, strings.Join(Keys, ", "))
		case n < 0 || n >= len(is):
			return nil, problem(e.key.line, "has the index %d, want 0 to %d for %d entries", n, len(is)-1, len(is))
		case names[n] != "":
			return nil, problem(e.key.line, "has the index %d a second time", n)
		}
		got, ok := nameOf(name)
		if !ok {
			return nil, problem(e.value.line, "class %d has no name, want a text", n)
		}
		names[n] = got
	}
	return names, nil
}

// cut is a text from a file, short.
func cut(text string) string {
	const most = 60
	if len(text) <= most {
		return text
	}
	end := most
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}

// deepest is how far values may lie in one another.
const deepest = 32

// A reader reads values one after another.
type reader struct {
	text     string
	at, line int
}

// skip passes over white space.
func (r *reader) skip() {
	for r.at < len(r.text) && strings.IndexByte(" \t\r\n", r.text[r.at]) >= 0 {
		if r.text[r.at] == '\n' {
			r.line++
		}
		r.at++
	}
}

// next is the sign that comes after white space, 0 at the end.
func (r *reader) next() byte {
	if r.skip(); r.at < len(r.text) {
		return r.text[r.at]
	}
	return 0
}

func (r *reader) value(depth int) (v value, err error) {
	sign := r.next()
	v.line = r.line
	switch {
	case depth > deepest:
		return v, problem(r.line, "is nested more than %d deep", deepest)
	case sign == '[' || sign == '(':
		v.is, err = r.list(depth)
	case sign == '{':
		v.is, err = r.object(depth)
	case sign == '"' || sign == '\'':
		v.is, err = r.string()
	default:
		start := r.at
		for r.at < len(r.text) && strings.IndexByte(" \t\r\n,:()[]{}\"'", r.text[r.at]) < 0 {
			r.at++
		}
		if r.at == start {
			return v, r.unexpected("a value")
		}
		v.is = word(r.text[start:r.at])
	}
	return v, err
}

func (r *reader) unexpected(want string) error {
	if r.at >= len(r.text) {
		return problem(r.line, "the text ends, want %s; it is cut short", want)
	}
	sign, _ := utf8.DecodeRuneInString(r.text[r.at:])
	return problem(r.line, "got %q, want %s", sign, want)
}

// list reads what stands in brackets or parentheses.
func (r *reader) list(depth int) (any, error) {
	end := map[byte]byte{'[': ']', '(': ')'}[r.text[r.at]]
	r.at++
	all := list{}
	for {
		if r.next() == end {
			r.at++
			return all, nil
		}
		v, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
		if sign := r.next(); sign == ',' {
			r.at++
		} else if sign != end {
			return nil, r.unexpected("a comma or " + string(end))
		}
	}
}

func (r *reader) object(depth int) (any, error) {
	r.at++
	all := object{}
	for {
		if r.next() == '}' {
			r.at++
			return all, nil
		}
		key, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		if r.next() != ':' {
			return nil, r.unexpected("a colon")
		}
		r.at++
		v, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		all = append(all, entry{key, v})
		if sign := r.next(); sign == ',' {
			r.at++
		} else if sign != '}' {
			return nil, r.unexpected("a comma or }")
		}
	}
}

// string reads a text in either kind of quotation marks.
func (r *reader) string() (any, error) {
	quote, start := r.text[r.at], r.line
	rest := r.text[r.at+1:]
	for i := 0; i < len(rest); i++ {
		switch rest[i] {
		case '\n':
			return nil, problem(start, "a text in quotation marks does not end")
		case '\\':
			i++
		case quote:
			r.at += i + 2
			text, err := unescaped(rest[:i], quote)
			if err != nil {
				return nil, problem(start, "the text %s has an escape that means nothing", strconv.Quote(cut(rest[:i])))
			}
			return text, nil
		}
	}
	return nil, problem(start, "a text in quotation marks does not end")
}

// unescaped resolves what stands behind backslashes. Half a pair of UTF-16 is no character.
func unescaped(text string, quote byte) (string, error) {
	if strings.IndexByte(text, '\\') < 0 {
		return text, nil
	}
	var out []rune
	for text != "" {
		if rest, ok := strings.CutPrefix(text, `\/`); ok {
			out, text = append(out, '/'), rest
			continue
		}
		if len(text) > 1 && text[0] == '\\' && (text[1] == '"' || text[1] == '\'') {
			out, text = append(out, rune(text[1])), text[2:]
			continue
		}
		if high, rest, ok := unit(text); ok {
			text = rest
			if low, rest, ok := unit(text); ok && high >= 0xd800 && high < 0xdc00 && low >= 0xdc00 && low < 0xe000 {
				high, text = 0x10000+(high-0xd800)<<10+(low-0xdc00), rest
			}
			out = append(out, high)
			continue
		}
		r, _, rest, err := strconv.UnquoteChar(text, quote)
		if err != nil {
			return "", err
		}
		out, text = append(out, r), rest
	}
	return string(out), nil
}

// unit is one \uXXXX at the beginning of a text.
func unit(text string) (rune, string, bool) {
	const length = 6
	if len(text) < length || text[:2] != `\u` {
		return 0, text, false
	}
	n, err := strconv.ParseUint(text[2:length], 16, 32)
	return rune(n), text[length:], err == nil
}
