package editor

import (
	"cnnlang/lang/ast"
	"cnnlang/lang/source"
)

// A Symbol is a declaration of a text, or a labelled step within one.
type Symbol struct {
	Name   string
	Kind   string      // block, net, let or label
	Detail string      // how it is called, or what it is made of
	At     source.Span // its name
	Span   source.Span
	Parts  []Symbol
}

// Symbols are the declarations of the text, with the labels of their bodies.
func (v *View) Symbols() (list []Symbol) {
	for _, d := range v.Program.Main.File.Decls {
		switch {
		case d.Let != nil:
			for _, n := range d.Let.Pattern.All() {
				if !n.Skips() {
					list = append(list, Symbol{Name: n.Text, Kind: "let", At: n.Span(), Span: d.Span()})
				}
			}
		case d.Block != nil:
			b := d.Block
			s := Symbol{Name: b.Name.Text, Kind: b.Kind, At: b.Name.Span(), Span: d.Span()}
			switch {
			case b.Preset != nil:
				s.Detail = "= " + v.Source.OneLine(b.Preset.Span())
			case b.Sig != nil:
				s.Detail = v.Source.OneLine(b.Sig.Span())
			}
			if b.Body != nil {
				s.Parts = v.labels(b.Body)
			}
			list = append(list, s)
		}
	}
	return list
}

// labels are the labelled steps of a body, each with those within it.
func (v *View) labels(body ast.Node) (list []Symbol) {
	ast.Walk(body, func(n ast.Node) bool {
		st, ok := n.(*ast.Step)
		if !ok || st.Label == nil {
			return true
		}
		s := Symbol{Kind: "label", Name: v.text(st.Label.Span()), At: st.Label.Span(), Span: st.Span()}
		switch {
		case st.Call != nil:
			s.Detail = v.text(st.Call.Callee.Span())
			s.Parts = v.within(st)
		default:
			s.Parts = v.within(st)
		}
		list = append(list, s)
		return false
	})
	return list
}

func (v *View) within(st *ast.Step) (list []Symbol) {
	for _, b := range st.Bodies() {
		list = append(list, v.labels(b)...)
	}
	if st.Repeat != nil && st.Repeat.Step != nil {
		list = append(list, v.labels(st.Repeat.Step)...)
	}
	if st.Call != nil {
		for _, b := range st.Call.Branches {
			list = append(list, v.labels(b.Body)...)
		}
		if st.Call.Slot != nil {
			list = append(list, v.labels(st.Call.Slot)...)
		}
	}
	return list
}

// A Fold is lines that can be folded away behind the first, counted from 1.
type Fold struct {
	First, Last int
	Comment     bool
}

// Folds are the brackets that extend over several lines, and comments that do.
func (v *View) Folds() (list []Fold) {
	var open []int
	comment, before := 0, 0
	close := func(last int) {
		if comment > 0 && last > comment {
			list = append(list, Fold{comment, last, true})
		}
		comment = 0
	}
	for _, t := range v.tokens() {
		switch {
		case isComment(t):
			if comment == 0 || t.line > before+1 {
				close(before)
				comment = t.line
			}
			before = t.line
			continue
		case isBlank(t):
			continue
		}
		close(before)
		switch t.Text {
		case "{", "(", "[":
			open = append(open, t.line)
		case "}", ")", "]":
			if len(open) > 0 {
				if first := open[len(open)-1]; t.line-1 > first {
					list = append(list, Fold{First: first, Last: t.line - 1})
				}
				open = open[:len(open)-1]
			}
		}
	}
	close(before)
	return list
}
