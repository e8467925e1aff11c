package namemap

import "strings"

// A Pattern is the left side of a row: a whole name, or with Prefix what names begin with,
// up to a dot.
type Pattern struct {
	Prefix bool
	parts  []Part
	dots   int
	any    bool // a capture stands for any number of segments
}

// A Part is a text, or where it has a name a capture: one or more characters other than
// dots, with Int a number without leading zeros, with Path whole segments.
type Part struct {
	Text, Name string
	Int, Path  bool
}

// mostDigits is how many digits a number may have that a row can compute with.
const mostDigits = 15

// NewPattern is a prefix if its last part ends in a dot.
func NewPattern(parts []Part) Pattern {
	p := Pattern{parts: parts}
	for _, part := range parts {
		p.dots += strings.Count(part.Text, ".")
		p.any = p.any || part.Path
	}
	if n := len(parts); n > 0 {
		p.Prefix = strings.HasSuffix(parts[n-1].Text, ".")
	}
	return p
}

// plain is the text of a pattern that captures nothing.
func (p *Pattern) plain() (text string, ok bool) {
	switch {
	case len(p.parts) == 0:
		return "", true
	case len(p.parts) == 1 && p.parts[0].Name == "":
		return p.parts[0].Text, true
	}
	return "", false
}

// cut is the part of a name that the pattern has to fit, and the rest: a prefix fits as many
// segments as it has dots, or all but the last where it captures a path. It reports whether
// the name has them.
func (p *Pattern) cut(name string) (head, rest string, ok bool) {
	dots := strings.Count(name, ".")
	switch {
	case dots < p.dots || !p.any && !p.Prefix && dots > p.dots:
		return "", "", false
	case !p.Prefix:
		return name, "", true
	case p.any:
		at := strings.LastIndexByte(name, '.') + 1
		return name[:at], name[at:], true
	}
	end := 0
	for range p.dots {
		end += strings.IndexByte(name[end:], '.') + 1
	}
	return name[:end], name[end:], true
}

// outside reports whether a text cannot fit because of how it begins or ends.
func (p *Pattern) outside(text string) bool {
	first, last := p.parts[0], p.parts[len(p.parts)-1]
	return first.Name == "" && !strings.HasPrefix(text, first.Text) || last.Name == "" && !strings.HasSuffix(text, last.Text)
}

// fit returns in how many ways a text fits, 2 for more than one, and for a single one what
// was captured. It counts the ways to reach every place in the text part by part, so that
// its work is the product of both lengths.
func (p *Pattern) fit(text string) (ways int, captures []string) {
	reached := make([][]uint8, len(p.parts)+1)
	reached[0] = make([]uint8, len(text)+1)
	reached[0][0] = 1
	for i, part := range p.parts {
		reached[i+1] = part.after(reached[i], text)
	}
	if ways = int(reached[len(p.parts)][len(text)]); ways != 1 {
		return ways, nil
	}
	end := len(text)
	for i := len(p.parts) - 1; i >= 0; i-- {
		part, start := p.parts[i], end-len(p.parts[i].Text)
		if part.Name != "" {
			for start = end - 1; reached[i][start] == 0 || !part.captures(text[start:end]); start-- {
			}
			captures = append(captures, text[start:end])
		}
		end = start
	}
	for i, j := 0, len(captures)-1; i < j; i, j = i+1, j-1 {
		captures[i], captures[j] = captures[j], captures[i]
	}
	return 1, captures
}

// after counts in how many ways, at most two, each place of the text is reached behind the part.
func (p Part) after(before []uint8, text string) []uint8 {
	ways := make([]uint8, len(text)+1)
	switch {
	case p.Name == "":
		for at, n := range before {
			if n > 0 && strings.HasPrefix(text[at:], p.Text) {
				ways[at+len(p.Text)] = n
			}
		}
	case p.Int:
		for end := range ways {
			for start := end - 1; start >= 0 && start >= end-mostDigits && isDigit(text[start]); start-- {
				if p.captures(text[start:end]) {
					ways[end] = min(ways[end]+before[start], 2)
				}
			}
		}
	default:
		open := uint8(0) // ways to have begun, other than for a path since the last dot
		for at := range len(text) {
			switch {
			case text[at] != '.':
				open = min(open+before[at], 2)
				ways[at+1] = open
			case !p.Path:
				open = 0
			}
		}
	}
	return ways
}

// captures reports whether a capture may stand for a text.
func (p Part) captures(text string) bool {
	switch {
	case p.Path:
		return text[0] != '.' && text[len(text)-1] != '.'
	case !p.Int:
		return !strings.Contains(text, ".")
	}
	for i := range len(text) {
		if !isDigit(text[i]) {
			return false
		}
	}
	return len(text) <= mostDigits && (len(text) == 1 || text[0] != '0')
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// Like is as much of a name as the pattern would have to fit, all of it where it has fewer
// segments.
func (p *Pattern) Like(name string) string {
	if head, _, ok := p.cut(name); ok {
		return head
	}
	return name
}
