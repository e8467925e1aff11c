package interp

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/weights"
	"cnnlang/lang/diag"
)

// This file looks for what makes a file of weights fit a net that it does not fit as it is. The
// answer is a part of the error, which words it (interp/internal/weights/words.go).

// explained adds to the error of a file and a net what makes it fit, or else which nets of the
// library it fits.
func (w Weights) explained(n *Net, err error) error {
	var fit *FitError
	if w.from != fromFile || !errors.As(err, &fit) {
		return err
	}
	w.remedy(n, fit)
	if fit.Advice() == "" {
		w.find(fit)
		fit.Searched = true
	}
	return err
}

// remedy looks for a parameter of the net with which a file fits, or for other names.
func (w Weights) remedy(n *Net, fit *FitError) {
	switch {
	case fit.Order != "":
	case len(fit.Misshaped) > 0 && fit.Differences() == len(fit.Misshaped):
		fit.Set = w.setting(n, fit)
		classes := len(n.Meta.Classes)
		fit.Background = classes > 0 && strings.HasSuffix(fit.Set, fmt.Sprintf("=%d", classes+1))
	case fit.Rename == nil && fit.Segment == nil && len(fit.Missing) > 0:
		var pairs []Renaming
		pairs, fit.Unclear = w.pairs(n)
		fit.Rows = weights.Compact(pairs)
		fit.Rules = w.rules(n, pairs)
		fit.Argument = cmp.Or(n.program.Named, n.program.holding.path, n.program.Main.File.Source.Name)
	case fit.Rename == nil:
		pairs, _ := w.pairs(n)
		fit.Rows = weights.Compact(pairs)
	}
}

// fits reports whether a net can be read from the file.
func (w Weights) fits(n *Net) bool {
	r, err := w.readingOf(n, nil)
	return err == nil && r.check(n, r.sides(n)) == nil
}

// rules are a few texts of Rename after which the file fits, if there are.
func (w Weights) rules(n *Net, pairs []Renaming) []string {
	texts := weights.Rules(pairs)
	if texts == nil || w.Renamed(Rename(texts...)).fits(n) {
		return texts
	}
	if texts = append([]string{"/=."}, texts...); w.Renamed(Rename(texts...)).fits(n) {
		return texts
	}
	return nil
}

// pairs are what the net and the file call each tensor, if only names differ: those of the main path
// or of all heads, with normalisations or without those that are folded into the layer before.
func (w Weights) pairs(n *Net) ([]Renaming, *Unclear) {
	entries := inNets(w.store)
	if layers, _ := byLayers(w.store, inLayers); layers == nil {
		if dots := dotted(w.store); dots != nil {
			entries = dots.Entries()
		}
	}
	for i, e := range entries {
		entries[i].Shape = turned(e.Shape, e.Axes)
	}
	about := aboutOf(w.store)
	ordered := len(about.Layers) > 0 || strings.HasPrefix(about.Format, "PyTorch")
	var unclear *Unclear
	for _, folded := range []bool{false, true} {
		for _, sides := range []bool{false, true} {
			pairs, which := weights.Pairs(n.owned(folded, sides), entries, ordered)
			if slices.ContainsFunc(pairs, func(p Renaming) bool { return !writable(p.There) }) {
				return nil, nil
			}
			if len(pairs) > 0 {
				return pairs, nil
			}
			unclear = cmp.Or(unclear, which)
		}
	}
	return nil, unclear
}

// writable reports whether a name of a file can stand in a text of the language, which a map of it
// would put there: on one line, without control characters.
func writable(name string) bool {
	return diag.Visible(name) == name && !strings.ContainsAny(name, "\n\t")
}

// owned are the tensors of the net, with side heads or without; where normalisations are folded
// the layers before them have a bias in their place.
func (n *Net) owned(folded, sides bool) (list []graph.Param) {
	gone := map[*graph.Node]bool{} // normalisations
	bias := map[*graph.Node]bool{} // layers before them
	for _, node := range n.Graph.Nodes {
		if folded && node.Op != nil && node.Op.Name() == "bn" && len(node.In[0].Params) == 1 {
			gone[node], bias[node.In[0]] = true, true
		}
	}
	for _, node := range n.Graph.Nodes {
		own := node.Own()
		if gone[node] || node.Side != nil && !sides || len(own) == 0 {
			continue
		}
		list = append(list, own...)
		if bias[node] {
			p := node.Params[0]
			list = append(list, graph.Param{Path: strings.TrimSuffix(p.Path, "weight") + "bias", Shape: p.Shape[:1]})
		}
	}
	return list
}

// setting looks for one parameter of the net with which the file fits: only shapes differ,
// and a size in the file is its value, as for the classes of a head.
func (w Weights) setting(n *Net, differs *FitError) string {
	var sizes []int
	for _, m := range differs.Misshaped {
		for axis := range min(len(m.File), len(m.Net)) {
			if m.File[axis] != m.Net[axis] && !slices.Contains(sizes, m.File[axis]) {
				sizes = append(sizes, m.File[axis])
			}
		}
	}
	const most = 3 // a head has one new size, in its weight and its bias
	if len(sizes) > most {
		return ""
	}
	for _, name := range n.program.Settable(n.Name) {
		for _, size := range sizes {
			set := fmt.Sprintf("%s=%d", name, size)
			other, err := n.program.Net(Options{Net: n.Name, Set: Settings{Texts: []string{set}}})
			if err != nil {
				continue
			}
			if w.fits(other) {
				return set
			}
		}
	}
	return ""
}

// find notes which nets of the library a file fits.
func (w Weights) find(fit *FitError) {
	if fit.Fits = fitting(w.store); len(fit.Fits) > 0 {
		fit.Note = "the file fits " + strings.Join(fit.Fits, " and ") + " exactly"
	}
}
