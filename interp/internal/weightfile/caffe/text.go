package caffe

import (
	"fmt"
	"strconv"
	"strings"
)

// A Message is one in protobuf's text form, in which Caffe's nets are written by hand:
//
//	layer {
//	  name: "conv1"  type: "Convolution"
//	  convolution_param { pad: 1  kernel_size: 3 }   # a comment
//	}
type Message struct {
	Fields []Field
}

// A Field has a value or a message. A name may be that of several.
type Field struct {
	Name, Value string
	Inner       *Message // nil for a value
	Line        int      // from 1
}

// Limits on a text.
const (
	MaxText   = 4 << 20 // bytes; those of the largest published nets have less than 200 KB
	maxFields = 100_000 // of which these have 15,000
	maxNested = 32      // messages within each other
)

// textParser reads a message.
type textParser struct {
	text string
	at   int
	line int
	left int // fields that may come
}

// ParseText reads a whole text. The error says in which line what is wrong.
func ParseText(text string) (*Message, error) {
	p := &textParser{text: text, line: 1, left: maxFields}
	m, err := p.message(0, 0)
	if err != nil {
		return nil, fmt.Errorf("line %d: %w", p.line, err)
	}
	return m, nil
}

// message reads fields up to a closing bracket, or to the end for 0.
func (p *textParser) message(closing byte, depth int) (*Message, error) {
	if depth > maxNested {
		return nil, fmt.Errorf("got more than %d messages within each other", maxNested)
	}
	m := &Message{}
	for {
		p.space()
		switch {
		case p.at == len(p.text) && closing == 0:
			return m, nil
		case p.at == len(p.text):
			return nil, fmt.Errorf("got the end of the text, want %q", closing)
		case closing != 0 && p.text[p.at] == closing:
			p.at++
			return m, nil
		}
		f := Field{Name: p.word(), Line: p.line}
		if f.Name == "" {
			return nil, fmt.Errorf("got %q, want the name of a field", p.text[p.at])
		}
		p.space()
		colon := p.take(':')
		p.space()
		var err error
		switch {
		case p.take('{'):
			f.Inner, err = p.message('}', depth+1)
		case p.take('<'):
			f.Inner, err = p.message('>', depth+1)
		case !colon:
			err = fmt.Errorf("got no colon and no bracket behind %s", f.Name)
		case p.take('['):
			err = p.list(m, f)
			f.Name = ""
		default:
			f.Value, err = p.value()
		}
		if err != nil {
			return nil, err
		}
		if f.Name != "" {
			if err = p.add(m, f); err != nil {
				return nil, err
			}
		}
	}
}

// list reads values up to a bracket, each a field of its own.
func (p *textParser) list(m *Message, f Field) error {
	for {
		p.space()
		if p.take(']') {
			return nil
		}
		var err error
		if f.Value, err = p.value(); err != nil {
			return err
		}
		if err = p.add(m, f); err != nil {
			return err
		}
	}
}

func (p *textParser) add(m *Message, f Field) error {
	if p.left--; p.left < 0 {
		return fmt.Errorf("got more than %d fields", maxFields)
	}
	m.Fields = append(m.Fields, f)
	return nil
}

// value reads a word, a number or texts in quotes, which count as one.
func (p *textParser) value() (string, error) {
	text, quoted := "", false
	for p.at < len(p.text) && (p.text[p.at] == '"' || p.text[p.at] == '\'') {
		quote := p.text[p.at]
		end := p.at + 1
		for end < len(p.text) && p.text[end] != quote && p.text[end] != '\n' {
			if p.text[end] == '\\' {
				end++
			}
			end++
		}
		if end >= len(p.text) || p.text[end] != quote {
			return "", fmt.Errorf("got a text without its closing quotation mark")
		}
		inner := p.text[p.at+1 : end]
		if strings.Contains(inner, `\`) {
			if plain, err := strconv.Unquote(`"` + strings.ReplaceAll(inner, `"`, `\"`) + `"`); err == nil {
				inner = plain
			}
		}
		text, quoted, p.at = text+inner, true, end+1
		p.space()
	}
	if quoted {
		return text, nil
	}
	if text = p.word(); text == "" {
		return "", fmt.Errorf("got no value")
	}
	return text, nil
}

// word reads letters, digits and what numbers have beside them.
func (p *textParser) word() string {
	start := p.at
	for p.at < len(p.text) {
		c := p.text[p.at]
		if c != '_' && c != '-' && c != '+' && c != '.' && !('0' <= c && c <= '9') && !('a' <= c && c <= 'z') && !('A' <= c && c <= 'Z') {
			break
		}
		p.at++
	}
	return p.text[start:p.at]
}

func (p *textParser) take(c byte) bool {
	if p.at < len(p.text) && p.text[p.at] == c {
		p.at++
		return true
	}
	return false
}

// space passes white space, comments and what may separate fields.
func (p *textParser) space() {
	for ; p.at < len(p.text); p.at++ {
		switch c := p.text[p.at]; c {
		case '\n':
			p.line++
		case ' ', '\t', '\r', ',', ';':
		case '#':
			for p.at+1 < len(p.text) && p.text[p.at+1] != '\n' {
				p.at++
			}
		default:
			return
		}
	}
}

// First is the value of the first field of a name, or "".
func (m *Message) First(name string) string {
	for _, f := range m.Fields {
		if f.Name == name && f.Inner == nil {
			return f.Value
		}
	}
	return ""
}
