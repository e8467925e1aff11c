package editor

import (
	"cnnlang/lang/parse"
)

// A place is what stands around an offset, by the tokens before it alone: the text need not parse.
type place struct {
	word   string   // what is written of a name so far
	start  int      // where that begins
	before placed   // the token before it
	last   []placed // up to four before that, the nearest first
	open   []opened // the brackets around it, from outside to inside
	quoted bool     // it is in a string or a comment
	string int      // where the string around it begins, -1 for none
}

// An opened bracket and what is known of it.
type opened struct {
	bracket string
	name    []string // the dotted name before it, of a call
	head    string   // the keyword that a brace belongs to: meta, train, names, import
	commas  int
	given   []string // the names of arguments up to here
	value   string   // the name of the argument that is being written, "" by position
}

// around finds what stands around an offset.
func (v *View) around(offset int) (p place) {
	var line []placed // since the last newline outside of brackets, and then within
	var named []string
	head := ""
	p.start, p.string = offset, -1
	for _, t := range v.tokens() {
		if t.offset >= offset {
			break
		}
		if t.end() >= offset {
			switch t.Kind {
			case parse.Comment:
				p.quoted = true
			case parse.String, parse.Unreadable:
				if p.quoted = t.end() > offset || t.Kind == parse.Unreadable; p.quoted && t.Text[0] == '"' {
					p.string = t.offset
					return p
				}
			case parse.Word, parse.Keyword, parse.Branch:
				p.word, p.start = t.Text[:offset-t.offset], t.offset
				continue
			}
		}
		if isBlank(t) || t.Kind == parse.Comment {
			if t.Kind == parse.Newline {
				line, named = nil, nil
				if len(p.open) == 0 {
					head = ""
				}
			}
			continue
		}
		switch t.Kind {
		case parse.Word:
			if len(line) > 0 && line[len(line)-1].Text == "." && len(named) > 0 {
				named = append(named, t.Text)
			} else {
				named = []string{t.Text}
			}
		case parse.Keyword:
			named = nil
			switch t.Text {
			case "meta", "train", "names", "import":
				head = t.Text
			}
		case parse.Operator:
			p.operator(t.Text, named, &head)
			if t.Text != "." {
				named = nil
			}
		default:
			named = nil
		}
		if len(p.open) > 0 && t.Text == "=" && len(line) > 0 {
			top := &p.open[len(p.open)-1]
			top.value = line[len(line)-1].Text
			top.given = append(top.given, top.value)
		}
		line = append(line, t)
		p.last = append([]placed{p.before}, p.last[:min(len(p.last), 3)]...)
		p.before = t
	}
	return p
}

// operator notes a bracket or a comma.
func (p *place) operator(text string, named []string, head *string) {
	switch text {
	case "(", "[", "{":
		o := opened{bracket: text}
		if text == "{" {
			o.head, *head = *head, ""
		} else {
			o.name = named
		}
		p.open = append(p.open, o)
	case ")", "]", "}":
		if len(p.open) > 0 {
			p.open = p.open[:len(p.open)-1]
		}
	case ",":
		if len(p.open) > 0 {
			top := &p.open[len(p.open)-1]
			top.commas++
			top.value = ""
		}
	}
}

// inside is the innermost bracket, the zero one where there is none.
func (p *place) inside() opened {
	if len(p.open) == 0 {
		return opened{}
	}
	return p.open[len(p.open)-1]
}
