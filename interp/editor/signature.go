package editor

import (
	"slices"
	"strings"
	"sync"

	"cnnlang/interp"
	"cnnlang/lang/resolve"
)

var libraryModules = sync.OnceValue(func() []*resolve.Module {
	all, _ := interp.LibraryModules()
	return all
})

// Prepare reads the library for the first question about it, which would wait for that.
func Prepare() { libraryModules() }

// A Signature is what the call around a place takes.
type Signature struct {
	Text   string // as it is declared
	Doc    string
	Params []string // each as it is declared, a part of Text
	Active int      // which of them is being written, -1 for none
}

// Signature is that of the innermost call whose arguments an offset is in.
func (v *View) Signature(offset int) (s Signature, ok bool) {
	p := v.around(offset)
	if p.quoted {
		return s, false
	}
	for _, in := range slices.Backward(p.open) {
		if in.bracket != "(" || len(in.name) == 0 {
			continue
		}
		b, m := v.called(in.name)
		if b == nil {
			return s, false
		}
		text := m.File.Source
		s = Signature{Text: text.OneLine(text.Span(b.Name.Pos.Offset, b.Name.EndPos.Offset)), Doc: b.Doc, Active: -1}
		var list strings.Builder
		for i, param := range b.Params.All() {
			one := text.OneLine(param.Span())
			if i > 0 {
				list.WriteString(", ")
			}
			list.WriteString(one)
			s.Params = append(s.Params, one)
			if in.value == param.Name.Text || in.value == "" && i == in.commas {
				s.Active = i
			}
		}
		s.Text += "(" + list.String() + ")"
		if b.Sig != nil {
			s.Text += " " + text.OneLine(b.Sig.Span())
		}
		return s, true
	}
	return s, false
}
