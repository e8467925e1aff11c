package editor

import (
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
)

// Definition is where the name at an offset is given: in this text, in a file that it imports or
// in one of the library.
func (v *View) Definition(offset int) (def source.Span, ok bool) {
	u, ok := v.use(offset)
	return u.Def, ok && u.Def.IsValid()
}

// References are the places of this text where the name with a definition stands, that one too.
func (v *View) References(def source.Span) (list []source.Span) {
	for _, u := range v.uses {
		if u.Def == def {
			list = append(list, u.At)
		}
	}
	return list
}

// Renamable is the name at an offset if it is given in this text, so that it can be changed here.
func (v *View) Renamable(offset int) (name source.Span, ok bool) {
	u, ok := v.use(offset)
	if !ok || u.Def.Start.Filename != v.Source.Name {
		return name, false
	}
	for _, other := range v.uses {
		if other.At == u.Def {
			return u.At, true
		}
	}
	return name, false // an imported file
}

// A RenameError says why a name cannot be changed to another.
type RenameError struct{ Reason string }

func (e *RenameError) Error() string { return e.Reason }

// Rename are the edits of this text that give the name at an offset another, wherever it stands:
// with a label the names of tensors in maps, too. Afterwards every name means what it did. Its error is
// a *RenameError.
func (v *View) Rename(offset int, name string) ([]diag.Edit, error) {
	if _, ok := v.Renamable(offset); !ok {
		return nil, &RenameError{"there is no name here that this file gives"}
	}
	if !isName(name) {
		return nil, &RenameError{"`" + diag.Clip(name) + "` is no name: letters, digits and _, and no word of the language"}
	}
	u, _ := v.use(offset)
	if v.text(u.At) == name {
		return nil, nil
	}
	var edits []diag.Edit
	for _, other := range v.uses {
		if other.Def == u.Def {
			edits = append(edits, diag.Edit{Span: other.At, Text: name})
		}
	}
	if u.Kind == resolve.Label {
		edits = append(edits, v.rowsWith(v.text(u.At), name)...)
	}
	sortEdits(edits)
	text, ok := diag.Apply(v.Source.Text, edits)
	if !ok {
		return nil, &RenameError{"the places of the name overlap"}
	}
	after, err := v.Program.Revise(text)
	if err != nil {
		return nil, &RenameError{err.Error()}
	}
	if !v.same(Of(after), edits) {
		return nil, &RenameError{"`" + name + "` means something else where the name stands"}
	}
	return edits, nil
}

// same reports whether the names of another view mean what they do in this one, before its edits.
func (v *View) same(other *View, edits []diag.Edit) bool {
	if len(v.uses) != len(other.uses) {
		return false
	}
	moved := func(s source.Span) int { // where what starts there is after the edits
		if s.Start.Filename != v.Source.Name {
			return s.Start.Offset
		}
		by := 0
		for _, e := range edits {
			if e.Span.Start.Offset >= s.Start.Offset {
				break
			}
			by += len(e.Text) - (e.Span.End.Offset - e.Span.Start.Offset)
		}
		return s.Start.Offset + by
	}
	for i, u := range v.uses {
		w := other.uses[i]
		if u.Kind != w.Kind || w.At.Start.Offset != moved(u.At) || w.Def.Start.Filename != u.Def.Start.Filename || w.Def.Start.Offset != moved(u.Def) {
			return false
		}
	}
	return true
}
