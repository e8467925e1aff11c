package lsp

import (
	"cnnlang/interp"
	"cnnlang/interp/editor"
	"cnnlang/lang/diag"
)

// A level is how much is known of a text.
type level int

const (
	named    level = iota // what its names mean
	shaped                // what the net in view is made of
	made                  // what all its nets are made of
	judged                // what is wrong with it, and what is proved
	repaired              // how that can be repaired
	levels
)

// A state is one version of a text, and what becomes known of it. The mutex of the texts guards all but doc.
type state struct {
	doc     document              // as it was then
	reached [levels]chan struct{} // each is closed when so much is known, or the state is old
	view    *editor.View          // with what is known
	check   *interp.Checked       // since it was judged
	err     error                 // why there is no view
	old     bool                  // there is a later version
	fresh   bool                  // nothing is known yet
}

func newState(d document) *state {
	st := &state{doc: d, fresh: true}
	for i := range st.reached {
		st.reached[i] = make(chan struct{})
	}
	return st
}

// reach says that so much is known.
func (s *state) reach(l level) {
	for _, c := range s.reached[:l+1] {
		select {
		case <-c:
		default:
			close(c)
		}
	}
}

// end says that a state is none of the present any more.
func (s *state) end() {
	s.old = true
	s.reach(repaired)
}

// uses reports whether what is known of a text may depend on a file that it does not open itself, with this path.
func (s *state) uses(path string) bool {
	if s.view == nil {
		return s.err != nil // the file may be what was missing
	}
	if s.view.Program.File(path) != nil {
		return true
	}
	for _, d := range s.view.Program.Problems {
		switch d.Code {
		case diag.ImportNotFound, diag.ImportCycle:
			return true
		}
	}
	return false
}

// of is a text that a view's places are in: its own, or one that it imports.
func (s *state) of(view *editor.View, file string) (d *document, ok bool) {
	if file == view.Source.Name {
		return &s.doc, true
	}
	if f := view.Program.File(file); f != nil {
		d := &document{uri: uriOf(file), name: file, unopened: true}
		d.set(f.Text)
		return d, true
	}
	return nil, false
}
