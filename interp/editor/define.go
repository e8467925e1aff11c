package editor

import "cnnlang/lang/source"

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
