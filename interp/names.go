package interp

import (
	"fmt"
	"slices"
	"strings"

	"cnnlang/interp/internal/elab"
	"cnnlang/interp/internal/namemap"
	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weights"
	"cnnlang/lang/diag"
)

// A NamedTensor is one tensor of a net and what it is in the files of a publisher: its Name
// and Shape there, and the Axes of the file in the net's order.
type NamedTensor = namemap.Tensor

// NameMaps lists the maps of the net, each for the files of one publisher.
func (n *Net) NameMaps() []string {
	var names []string
	for _, m := range n.result.Names {
		names = append(names, m.Name)
	}
	return names
}

// Tensors lists all tensors of the net, side heads included, with what one of its maps calls
// them. Its error is an *UnknownNamesError, or a *ProgramError where the map does not fit
// the net at this size.
func (n *Net) Tensors(names string) ([]NamedTensor, error) {
	table, err := n.table(names)
	if err != nil {
		return nil, err
	}
	return table.Tensors, nil
}

// table is what a map says about the net.
func (n *Net) table(names string) (*namemap.Table, error) {
	i := slices.IndexFunc(n.result.Names, func(m *elab.Names) bool { return m.Name == names })
	switch {
	case i < 0:
		return nil, &UnknownNamesError{Net: n.Name, Name: names, Nearest: diag.Nearest(names, n.NameMaps()), Names: n.NameMaps()}
	case n.result.Names[i].Table == nil:
		return nil, &ProgramError{n.result.Names[i].Problems, n.File}
	}
	return n.result.Names[i].Table, nil
}

// tables are what reads the net's own names, nil, and the maps that fit it.
func (n *Net) tables() []*namemap.Table {
	all := []*namemap.Table{nil}
	for _, m := range n.result.Names {
		if m.Table != nil {
			all = append(all, m.Table)
		}
	}
	return all
}

// An UnknownNamesError says that a net has no map of this name.
type UnknownNamesError struct {
	Net, Name, Nearest string   // Nearest is the most similar name, or ""
	Names              []string // of the maps that it has
}

func (e *UnknownNamesError) Error() string {
	text := fmt.Sprintf("%s has no `names %s`; ", e.Net, e.Name)
	switch {
	case e.Nearest != "":
		return text + fmt.Sprintf("did you mean %q?", e.Nearest)
	case len(e.Names) == 0:
		return text + "it has no maps of names at all"
	}
	return text + "its maps are " + inQuotes(e.Names)
}

// A NamesError says that a file fits a net by several of its maps, which read its numbers in
// different orders.
type NamesError struct {
	Net, File string
	Names     []string
}

func (e *NamesError) Error() string {
	return fmt.Sprintf("%s fits %s by the names of %s, which order its numbers differently; choose one of them", e.File, e.Net, inQuotes(e.Names))
}

// A Fit says how a file of weights fits a net: by which of its maps, "" for its own names,
// how many Tensors of the main path it holds, and which side heads. Notes are sentences about
// how it was read, for the user: what was chosen, taken off names, turned or given. Differences
// are settings that the file says otherwise than the net.
type Fit struct {
	Names   string
	Tensors int
	Sides   []string

	Notes       []string
	Differences []Difference
}

// Fit compares the names and shapes of weights with the net's tensors, and reads no more of
// a file than these. A side head may be in the file or not, but not in part. Its errors are
// those of Build about weights.
func (n *Net) Fit(w Weights) (Fit, error) {
	w = n.weights(w)
	closeWeights, err := w.open()
	if err != nil {
		return Fit{}, err
	}
	defer closeWeights()
	if w.store == nil {
		return Fit{Names: w.names}, nil // generated, so that they fit
	}
	r, err := w.readingOf(n, nil)
	if err != nil {
		return Fit{}, w.explained(n, err)
	}
	sides := r.sides(n)
	if err := r.check(n, sides); err != nil {
		return Fit{}, w.explained(n, err)
	}
	return r.fit(n, sides), nil
}

// notesOn says what of a file is read.
func notesOn(about AboutWeights) (notes []string) {
	switch beside := weights.Listed(shown(about.Beside)); {
	case about.Key != "" && beside != "":
		notes = append(notes, fmt.Sprintf("read %s, beside %s", weightfile.Shown(about.Key), beside))
	case about.Key != "":
		notes = append(notes, "read "+weightfile.Shown(about.Key))
	case beside != "":
		notes = append(notes, "passed over "+beside)
	}
	return append(notes, about.Notes...)
}

// fit tells how a file that fits is read.
func (r *reading) fit(n *Net, sides []string) Fit {
	required, _ := r.params(n, nil)
	f := Fit{Names: r.names(), Tensors: len(required), Sides: sides}
	f.Notes = append(notesOn(aboutOf(r.Store)), r.notes...)
	if r.turned != "" {
		f.Notes = append(f.Notes, "turned the axes of tensors that are "+r.turned+" in the file")
	}
	if over := slices.Concat(r.left, r.over); len(over) > 0 {
		f.Notes = append(f.Notes, weights.PassedOver(over))
	}
	if note := r.unsaid(n); note != "" {
		f.Notes = append(f.Notes, note)
	}
	f.Differences = r.differences(n)
	return f
}

// shown makes names from a file fit for a message.
func shown(names []string) []string {
	fit := make([]string, len(names))
	for i, name := range names {
		fit[i] = strings.Trim(weightfile.Shown(name), `"`) // some are several words
	}
	return fit
}
