package interp

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/weights"
)

// A Candidate is a net that a file may be for, and how the two differ.
type Candidate struct {
	Net *Net
	// Import is what a file imports the net from, as in nets.resnet, if it is one of the library.
	Import string
	// Fit says how the file fits, if Differs and Problem are nil.
	Fit     Fit
	Differs *FitError
	// Problem says why it cannot be decided whether the file fits, such as a *PrefixError.
	Problem error
	// Set is what makes the net one that the file fits, as in classes=10, or "".
	Set string
	// Renames are the rows of a map of names after which the file fits, if its structure is the
	// net's and only names differ.
	Renames []Renaming
	// Unclear are tensors of a file of the net's structure of which it is not known which is
	// which, so that there are no Renames.
	Unclear *Unclear
}

// Unclear are tensors that have the same shapes, as the net and the file call them.
type Unclear = weights.Unclear

// A Renaming is a row of a map of names: what the net calls Here the file calls There, and
// where both end in a dot all names that begin so.
type Renaming = weights.Pair

// compared is how many nets are compared with a file tensor by tensor.
const compared = 3

// Against compares the file with nets, and returns the nearest, those that the file fits
// first. Its error is that of ctx once that has ended, or a *WeightsError.
func (f *TensorFile) Against(ctx context.Context, nets []*Net) ([]Candidate, error) {
	type ranked struct {
		net           *Net
		shapes, names float64 // shares of what differs
	}
	census := weights.CensusOf(f.store)
	var all []ranked
	for _, n := range nets {
		if err := ended(ctx); err != nil {
			return nil, err
		}
		best := ranked{net: n, shapes: -1}
		for _, required := range n.listings() {
			if shapes, names := census.Distance(required); best.shapes < 0 || shapes < best.shapes || shapes == best.shapes && names < best.names {
				best.shapes, best.names = shapes, names
			}
		}
		all = append(all, best)
	}
	slices.SortStableFunc(all, func(a, b ranked) int { return cmp.Or(cmp.Compare(a.shapes, b.shapes), cmp.Compare(a.names, b.names)) })
	var list []Candidate
	for _, r := range all[:min(len(all), compared)] {
		c, err := f.candidate(r.net)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	slices.SortStableFunc(list, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), cmp.Compare(len(a.Fit.Differences), len(b.Fit.Differences)))
	})
	if len(list) > 0 && list[0].rank() == far {
		f.weights.find(list[0].Differs)
	}
	return list, nil
}

// listings are the tensors of the main path by the net's own names and by each of its maps.
func (n *Net) listings() [][]graph.Param {
	required, _ := n.params(nil)
	all := [][]graph.Param{required}
	for _, m := range n.result.Names {
		if m.Table == nil {
			continue
		}
		var listed []graph.Param
		for _, p := range required {
			t, _ := m.Table.Own(p.Path)
			listed = append(listed, graph.Param{Path: t.Name, Shape: t.Shape})
		}
		all = append(all, listed)
	}
	return all
}

// Fits reports whether the file fits as it is.
func (c Candidate) Fits() bool { return c.Differs == nil && c.Problem == nil }

// rank orders candidates by what is left to do.
func (c Candidate) rank() int {
	switch {
	case c.Fits():
		return 0
	case c.Problem != nil || c.Set != "":
		return 1
	case c.Unclear != nil || c.Differs.Rename != nil || c.Differs.Segment != nil || c.Renames != nil:
		return 2
	}
	return far
}

// far is the rank of a net that nothing simple makes fit.
const far = 3

// Near reports whether the file may well be for the net: it fits, or would, or at least a third
// of the net's tensors are in it.
func (c Candidate) Near() bool {
	return c.rank() < far || c.Differs.Order == "" && 3*len(c.Differs.Missing) < 2*c.Differs.Wanted
}

// candidate compares the file with one net, and looks for what would make it fit.
func (f *TensorFile) candidate(n *Net) (Candidate, error) {
	c := Candidate{Net: n}
	if n.program.Named != "" {
		c.Import = strings.ReplaceAll(strings.TrimSuffix(n.program.Main.File.Source.Name, ".cnn"), "/", ".")
	}
	r, sides, err := f.reading(n)
	switch {
	case err == nil:
		c.Fit = r.fit(n, sides)
	case isProgram(err):
		return c, err // what the user asked to rename
	case !errors.As(err, &c.Differs):
		c.Problem = err
	default:
		f.weights.remedy(n, c.Differs)
		c.Set, c.Renames, c.Unclear = c.Differs.Set, c.Differs.Rows, c.Differs.Unclear
	}
	return c, nil
}

func isProgram(err error) bool {
	_, ok := errors.AsType[*ProgramError](err)
	return ok
}

// LibraryNets are the nets of the library at their default sizes.
func LibraryNets() ([]*Net, error) {
	var nets []*Net
	for _, name := range Library() {
		p, err := Open(name)
		if err != nil {
			return nil, err
		}
		n, err := p.Net(Options{})
		if err != nil {
			return nil, err
		}
		nets = append(nets, n)
	}
	return nets, nil
}
