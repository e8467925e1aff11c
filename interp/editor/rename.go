package editor

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"cnnlang/interp"
	"cnnlang/lang/diag"
	"cnnlang/lang/parse"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
)

// A RenameError says why a name cannot be changed to another.
type RenameError struct{ Reason string }

func (e *RenameError) Error() string { return e.Reason }

// Renamable is the name at an offset, and whether a file that may be changed gives it: this one, or another that is not of
// the library.
func (v *View) Renamable(offset int) (name source.Span, def source.Span, ok bool) {
	u, ok := v.use(offset)
	file := u.Def.Start.Filename
	if !ok || !u.Def.IsValid() || file != v.Source.Name && inLibrary(file) || u.Object != nil && u.Object.Namespace != nil && u.At != u.Def {
		return name, def, false
	}
	if file == v.Source.Name && !slices.ContainsFunc(v.uses, func(other resolve.Use) bool { return other.At == u.Def }) {
		return name, def, false // an imported file
	}
	return u.At, u.Def, true
}

func inLibrary(file string) bool {
	return strings.HasPrefix(file, "std/") || strings.HasPrefix(file, "nets/")
}

// Local reports whether no other file can speak of the name that is given at a place.
func (v *View) Local(def source.Span) bool {
	u, ok := v.use(def.Start.Offset)
	switch {
	case !ok:
		return false
	case u.Kind == resolve.Local, u.Kind == resolve.Tap:
		return true
	}
	return false
}

// A Reader loads a file of a program with other texts in place of some files, by their names.
type Reader func(file string, texts map[string]string) (*interp.Program, error)

// Rename are the edits, by file, that give the name that v declares at an offset another: wherever it stands in v and in
// the other views, which may import it, and, if it is a label, in rows of `names`, in `expect` and in recipes, by
// which a path is known that has it. Afterwards every name means what it did, and the maps give tensors the names that they
// gave. Its error is a *RenameError, or one of reading.
func (v *View) Rename(offset int, name string, others []*View, read Reader) (map[string][]diag.Edit, error) {
	u, ok := v.use(offset)
	if _, _, able := v.Renamable(offset); !ok || !able || u.Def.Start.Filename != v.Source.Name {
		return nil, &RenameError{"there is no name here that this file gives"}
	}
	if !isName(name) {
		return nil, &RenameError{"`" + diag.Clip(name) + "` is no name: letters, digits and _, and no word of the language"}
	}
	if v.text(u.At) == name {
		return nil, nil
	}
	r := &renaming{def: u.Def, old: v.text(u.Def), name: name, views: append([]*View{v}, others...), edits: map[string][]diag.Edit{}}
	for _, w := range r.views {
		if err := w.parses(); err != nil {
			return nil, err
		}
		for _, other := range w.uses {
			if other.Def == u.Def {
				r.add(w, other.At, name)
			}
		}
	}
	if u.Kind == resolve.Label {
		if err := r.paths(v); err != nil {
			return nil, err
		}
	}
	texts := map[string]string{}
	for _, w := range r.views {
		edits := r.edits[w.Source.Name]
		if len(edits) == 0 {
			continue
		}
		slices.SortFunc(edits, func(a, b diag.Edit) int { return a.Span.Start.Offset - b.Span.Start.Offset })
		if texts[w.Source.Name], ok = diag.Apply(w.Source.Text, edits); !ok {
			return nil, &RenameError{"the places of the name overlap"}
		}
	}
	r.index()
	for _, w := range r.views {
		after, err := read(w.Source.Name, texts)
		if err != nil {
			return nil, err
		}
		if err := r.same(w, Of(after)); err != nil {
			return nil, err
		}
	}
	return r.edits, nil
}

// A renaming is one while it is made.
type renaming struct {
	def       source.Span
	old, name string
	views     []*View
	edits     map[string][]diag.Edit // by file
	shifts    map[string][]shift
	nets      []*affected
}

func (r *renaming) add(w *View, at source.Span, text string) {
	file := w.Source.Name
	if !slices.ContainsFunc(r.edits[file], func(e diag.Edit) bool { return e.Span == at }) {
		r.edits[file] = append(r.edits[file], diag.Edit{Span: at, Text: text})
	}
}

// parses is an error for a text in a part of which names are not known.
func (v *View) parses() error {
	for _, d := range v.Program.Problems {
		if d.Severity == diag.Error && strings.HasPrefix(string(d.Code), "E01") && d.Span.Start.Filename == v.Source.Name {
			return &RenameError{fmt.Sprintf("names are not known everywhere, as line %d of %s does not parse: %s", d.Span.Start.Line, v.Source.Name, d.Message)}
		}
	}
	return nil
}

// A shift is how far what lies behind an offset moves.
type shift struct{ from, by int }

// index finds how far edits move what lies behind them.
func (r *renaming) index() {
	r.shifts = map[string][]shift{}
	for file, edits := range r.edits {
		by := 0
		for _, e := range edits {
			by += len(e.Text) - (e.Span.End.Offset - e.Span.Start.Offset)
			r.shifts[file] = append(r.shifts[file], shift{e.Span.Start.Offset + 1, by})
		}
	}
}

// moved is where what starts at a place starts after the edits.
func (r *renaming) moved(at source.Pos) int {
	list := r.shifts[at.Filename]
	i, _ := slices.BinarySearchFunc(list, at.Offset+1, func(s shift, offset int) int { return s.from - offset })
	if i == 0 {
		return at.Offset
	}
	return at.Offset + list[i-1].by
}

// same is an error if the names of a view, or the tensors of its nets, do not mean after the edits what they did.
func (r *renaming) same(before, after *View) error {
	another := &RenameError{"`" + r.name + "` means something else where the name stands"}
	if before.Source.Name != r.def.Start.Filename {
		another.Reason += ", in " + before.Source.Name
	}
	if len(before.uses) != len(after.uses) || len(before.Program.Problems) != len(after.Program.Problems) {
		return another
	}
	for i, u := range before.uses {
		w := after.uses[i]
		if u.Kind != w.Kind || w.At.Start.Offset != r.moved(u.At.Start) || w.Def.Start.Filename != u.Def.Start.Filename || w.Def.Start.Offset != r.moved(u.Def.Start) {
			return another
		}
	}
	for _, n := range r.nets {
		if n.view == before {
			if err := n.same(after.Program); err != nil {
				return err
			}
		}
	}
	return nil
}

// isName reports whether a text can be a name.
func isName(text string) bool {
	for i, r := range text {
		if r != '_' && !unicode.IsLetter(r) && (i == 0 || !unicode.IsDigit(r)) {
			return false
		}
	}
	return text != "" && text != "_" && len(text) <= 100 && !slices.Contains(parse.Keywords, text)
}
