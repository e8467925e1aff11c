package elab

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"cnnlang/ops/dim"
)

// What numbers in names can make one.

// numbered reports whether the number of an iteration is in a label, and whether no two iterations
// make that the same.
func (m *machine) numbered(label string, i dim.Variable) (within, distinct bool) {
	separate, of := true, digitsAlone
	list := m.tokens(label)
	if slices.ContainsFunc(list, func(t token) bool { return t.letter == numberBegins && !t.natural() }) {
		of = ofNumbers
	}
	for k, t := range list {
		if t.letter != numberBegins {
			continue
		}
		if t.n.DependsOn(i.Name) {
			within = true
			step, _, linear := t.n.Linear(i.Name)
			distinct = distinct || linear && step.Known() && !step.IsZero()
		}
		// 1 and 11 are 11 and 1.
		next := slices.IndexFunc(list[k+1:], func(t token) bool { return t.letter == numberBegins })
		separate = separate && (next < 0 || slices.ContainsFunc(list[k+1:k+1+next], func(t token) bool { return !strings.ContainsRune(of, t.letter) }))
	}
	return within, distinct && separate
}

// What is written for numbers that are whole and not negative, and for others.
const (
	digitsAlone = "0123456789"
	ofNumbers   = digitsAlone + "-./"
)

// A token is a letter of a name, or what stands between marks.
type token struct {
	letter rune // or the mark that begins it
	text   string
	n      dim.Size // the unknown number
}

func (m *machine) tokens(name string) []token { return m.appendTokens(nil, name) }

func (m *machine) appendTokens(list []token, name string) []token {
	for name != "" {
		r, size := utf8.DecodeRuneInString(name)
		t := token{letter: r}
		if last := ending[r]; last != 0 {
			end := strings.IndexRune(name, last)
			t.text = name[size:end]
			t.n, size = m.labels[t.text], end+utf8.RuneLen(last)
		}
		list, name = append(list, t), name[size:]
	}
	return list
}

var ending = map[rune]rune{numberBegins: numberEnds, stepBegins: stepEnds, stringBegins: stringEnds}

// loose begins the number of a step where it is one of several that are possible.
const loose = "~"

// skippedNumbers are those of a step in so many iterations after the one in which it has a
// number, where each iteration numbers as many.
func skippedNumbers(number, each, left int) string {
	return fmt.Sprintf("%s%d+%d*%d", loose, number, each, left)
}

// mayBe reports whether a loose number may be this one.
func (t token) mayBe(value int) bool {
	var number, each, left int
	if n, _ := fmt.Sscanf(strings.TrimPrefix(t.text, loose), "%d+%d*%d", &number, &each, &left); n < 3 {
		return true
	}
	past := value - number
	return past > 0 && past%each == 0 && past/each <= left
}

// digits are the letters of the number of a step.
func (t token) digits() (list []token) {
	for _, r := range t.text {
		list = append(list, token{letter: r})
	}
	return list
}

// namesMayBeOne is mayBeOne for names, which may be long and begin alike.
func (m *machine) namesMayBeOne(a, b string) bool {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		next := 1
		if r, size := utf8.DecodeRuneInString(a[i:]); r == stepBegins && !strings.HasPrefix(a[i+size:], loose) {
			next = strings.IndexRune(a[i:], stepEnds) + size
			if !strings.HasPrefix(b[i:], a[i:i+next]) {
				break
			}
		} else if ending[r] != 0 {
			break // alike, but perhaps not of one iteration
		}
		i += next
	}
	for i > 0 && i < len(a) && i < len(b) && !(utf8.RuneStart(a[i]) && utf8.RuneStart(b[i])) {
		i--
	}
	a, b = a[i:], b[i:]
	if a != "" && b != "" && !marksBegin(a) && !marksBegin(b) {
		return false
	}
	var ofA, ofB [48]token // of most names; they are compared pair by pair
	return m.mayBeOne(m.appendTokens(ofA[:0], a), m.appendTokens(ofB[:0], b))
}

// marksBegin reports whether a name begins with a number or string that is enclosed.
func marksBegin(name string) bool {
	r, _ := utf8.DecodeRuneInString(name)
	return ending[r] != 0
}

// mayBeOne reports whether numbers can make two names one.
func (m *machine) mayBeOne(a, b []token) bool {
	for len(a) > 0 && len(b) > 0 {
		s, t := a[0], b[0]
		switch {
		case s.letter == stepBegins && t.letter == stepBegins:
			if s.text != t.text {
				return false
			}
		case s.exact():
			a = append(s.digits(), a[1:]...)
			continue
		case t.exact():
			b = append(t.digits(), b[1:]...)
			continue
		case s.isNumber():
			return m.numberMayBe(s, a[1:], b)
		case t.isNumber():
			return m.numberMayBe(t, b[1:], a)
		case s.letter != t.letter || s.text != t.text:
			return false
		}
		a, b = a[1:], b[1:]
	}
	return len(a) == len(b)
}

// numberMayBe reports whether a number and what is behind it may be other tokens. Where
// digits alone can be written for it, and none are behind it, these are all that there are.
func (m *machine) numberMayBe(number token, behind, other []token) bool {
	run := 0
	for run < len(other) && unicode.IsDigit(other[run].letter) {
		run++
	}
	t, of := other[0], digitsAlone
	if !number.natural() || t.isNumber() && !t.natural() {
		of = ofNumbers
	}
	goesOn := func(list []token) bool {
		return len(list) > 0 && (strings.ContainsRune(of, list[0].letter) || list[0].isNumber())
	}
	switch {
	case t.isNumber() && slices.Equal(behind, other[1:]):
		return !m.apart(number, t)
	case t.isNumber():
		return goesOn(behind) || goesOn(other[1:]) || !m.apart(number, t) && m.mayBeOne(behind, other[1:])
	case !number.natural() || goesOn(behind):
		return strings.ContainsRune(of, t.letter)
	case run == 0:
		return false
	case goesOn(other[run:]):
		return true
	}
	value := 0
	for _, d := range other[:min(run, 9)] {
		value = 10*value + int(d.letter-'0')
	}
	if number.letter == stepBegins && run <= 9 && !number.mayBe(value) {
		return false
	}
	return (run > 9 || !m.apart(number, token{letter: numberBegins, n: dim.Int(value)})) && m.mayBeOne(behind, other[run:])
}

func (t token) isNumber() bool { return t.letter == numberBegins || t.letter == stepBegins }

// exact reports whether a token is the number of a step that is known.
func (t token) exact() bool { return t.letter == stepBegins && !strings.HasPrefix(t.text, loose) }

// natural reports whether a number is written with digits alone.
func (t token) natural() bool {
	return t.letter == stepBegins || t.n.IsWhole() && t.n.ProvablyNonNegative()
}

// apart reports whether two numbers differ whatever the values. Two that are made from
// those of iterations need not be of one iteration.
func (m *machine) apart(a, b token) bool {
	if a.letter == stepBegins || b.letter == stepBegins {
		return false
	}
	d := a.n.Sub(b.n)
	for _, i := range m.generics {
		if a.n.DependsOn(i.Name) && b.n.DependsOn(i.Name) {
			// 2*i and 2*j + 1 are no one number, as 1 is no multiple of 2.
			step, _, ok1 := a.n.Linear(i.Name)
			ofB, _, ok2 := b.n.Linear(i.Name)
			return ok1 && ok2 && d.Known() && step.Known() && step == ofB && !step.IsZero() && !d.Quo(step).IsWhole()
		}
	}
	for _, i := range m.generics {
		if d.DependsOn(i.Name) { // one of them alone
			step, first, ok := d.Linear(i.Name)
			if ok && step.Known() && first.Known() && !step.IsZero() && !first.Quo(step).IsWhole() {
				return true
			}
		}
	}
	if slices.ContainsFunc(m.generics, func(i dim.Variable) bool { return b.n.DependsOn(i.Name) }) {
		return false
	}
	one := dim.Int(1)
	return m.unknowns.None(one.Sub(d)) || m.unknowns.None(one.Add(d))
}
