package elab

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"cnnlang/lang/diag"
	"cnnlang/ops/dim"
)

// A setting is what a key of `train`, or an argument of a form, takes: its kind, the numbers that it
// may be, and its value where it is not given, nil where it has to be.
type setting struct {
	name        string
	kind        settingKind
	least, most float64
	above       bool // least itself is too little
	below       bool // most itself is too much
	words       []string
	standard    any
}

// settingKind is the kind of a value, with the type that it has once it is read.
type settingKind int

const (
	aNumber     settingKind = iota // float64
	aCount                         // int
	aFlag                          // bool
	aWord                          // string, one of several
	aText                          // string
	someTexts                      // []string
	someNumbers                    // []float64
	rising                         // []float64, at least one, each above the one before
	aRange                         // []float64: one number, or the smaller and the larger end
	oneOrMore                      // []float64, or one number
)

var kindNames = map[settingKind]string{
	aNumber: "a number", aCount: "a whole number", aFlag: "true or false", aText: "a string in quotes",
	someTexts: "a list of strings", someNumbers: "a list of numbers", rising: "a list of rising numbers",
	aRange: "a number", oneOrMore: "a number",
}

// want is what messages say it must be.
func (s setting) want() string {
	var words []string
	for _, w := range s.words {
		words = append(words, strconv.Quote(w))
	}
	each := ""
	if s.limits() != "" && (s.kind == someNumbers || s.kind == rising) {
		each = ", each"
	}
	text := kindNames[s.kind] + each + s.limits()
	switch {
	case s.kind == aWord:
		return strings.Join(words, " or ")
	case len(words) > 0: // a list, or one of these
		return strings.Join(words, " or ") + ", or " + text
	case s.kind == aRange:
		return text + ", or a list of two, the smaller first"
	case s.kind == oneOrMore:
		return text + ", or a list of them"
	}
	return text
}

// limits are the numbers that it may be.
func (s setting) limits() string {
	low, high := short(s.least), short(s.most)
	top := !math.IsInf(s.most, 1)
	switch {
	case s.kind == aFlag || s.kind == aText || s.kind == someTexts || math.IsInf(s.least, -1) && !top:
		return ""
	case !top && s.above:
		return " above " + low
	case !top:
		return " of at least " + low
	case s.above && s.below:
		return " above " + low + " and below " + high
	case s.above:
		return " above " + low + " and at most " + high
	case s.below:
		return " of at least " + low + " and below " + high
	}
	return " from " + low + " to " + high
}

func short(x float64) string {
	if x < 1e-3 && x > 0 {
		return strconv.FormatFloat(x, 'g', -1, 64)
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}

// read makes a value of the setting's kind; code is the mistake where it is none: WrongType or
// BadValue.
func (s setting) read(v Value) (value any, code diag.Code) {
	switch s.kind {
	case aNumber, aCount:
		n, ok := v.(dim.Size)
		if !ok || !n.Known() || s.kind == aCount && !n.IsWhole() {
			return nil, diag.WrongType
		}
		if !s.fits(n.Float()) {
			return nil, diag.BadValue
		}
		if s.kind == aCount {
			return n.MustInt(), ""
		}
		return n.Float(), ""
	case aFlag:
		if b, ok := v.(bool); ok {
			return b, ""
		}
		return nil, diag.WrongType
	case aWord, aText:
		text, ok := v.(string)
		if !ok {
			return nil, diag.WrongType
		}
		if s.kind == aWord && !slices.Contains(s.words, text) {
			return nil, diag.BadValue
		}
		return text, ""
	case someTexts:
		return readTexts(v)
	}
	if text, ok := v.(string); ok && slices.Contains(s.words, text) {
		return text, ""
	}
	return s.readNumbers(v)
}

func readTexts(v Value) (value any, code diag.Code) {
	list, ok := v.([]Value)
	texts := make([]string, len(list))
	for i, x := range list {
		var isText bool
		texts[i], isText = x.(string)
		ok = ok && isText
	}
	if !ok {
		return nil, diag.WrongType
	}
	return texts, ""
}

// readNumbers reads the kinds that are lists of numbers, or may be.
func (s setting) readNumbers(v Value) (value any, code diag.Code) {
	list, ok := v.([]Value)
	if n, one := v.(dim.Size); one && (s.kind == aRange || s.kind == oneOrMore) {
		list, ok = []Value{n}, true
	}
	if !ok {
		return nil, diag.WrongType
	}
	read := make([]float64, len(list))
	for i, x := range list {
		n, ok := x.(dim.Size)
		if !ok || !n.Known() {
			return nil, diag.WrongType
		}
		if read[i] = n.Float(); !s.fits(read[i]) || i > 0 && (s.kind == rising && read[i] <= read[i-1] || s.kind == aRange && read[i] < read[i-1]) {
			return nil, diag.BadValue
		}
	}
	switch _, isList := v.([]Value); {
	case s.kind == rising && len(read) == 0, s.kind == aRange && isList && len(read) != 2:
		return nil, diag.BadValue
	case s.kind == oneOrMore && !isList:
		return read[0], "" // for all, however many there are
	}
	return read, ""
}

func (s setting) fits(x float64) bool {
	return x >= s.least && x <= s.most && !(s.above && x == s.least) && !(s.below && x == s.most)
}
